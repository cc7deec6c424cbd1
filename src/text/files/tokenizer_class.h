#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "text/files/json_section.h"
#include "text/files/tokenizer_family.h"
#include "text/files/tokenizer_parts.h"

/// A tokenizer.json beside a tokenizer_config.json, as transformers 5 reads them: most of its tokenizer classes take
/// only the vocabulary from tokenizer.json and build everything else from tokenizer_config.json.
/// Source: transformers 5.24, the modules tokenization_auto and tokenization_utils_tokenizers, and the constructors of
/// the tokenizer classes.

namespace limn {

/// A class that builds its own components.
struct TokenizerClass {
  std::string name;  ///< "BertTokenizer"
  TokenizerFamily family = TokenizerFamily::bert;
};

/// The class that AutoTokenizer chooses; nothing if that class takes every component from tokenizer.json, or if limn
/// does not know it.
std::optional<TokenizerClass> find_class(const JsonSection& tokenizer_config, const JsonSection& model_config);

/// The tokens that the class has if no file names others.
SpecialTokens class_tokens(TokenizerFamily family);

/// Replaces the normalizer, the pre-tokenizer, and the model's options of a tokenizer.json by those that the class
/// builds, and removes its post-processor and added tokens (class_layout and complete_tokens set them). Returns false,
/// and changes nothing, if the class has another subword model than the file.
bool rebuild(nlohmann::json& root, const TokenizerClass& owner, const JsonSection& tokenizer_config,
             const SpecialTokens& special, std::vector<std::string>& warnings);

/// The post-processor that the class builds. @throws Error if a special token is missing.
PostProcessor class_post_processor(const TokenizerClass& owner, const JsonSection& tokenizer_config,
                                   const SpecialTokens& special, const TokenizerParts& parts);

/// Adds the tokens of added_tokens_decoder or else of added_tokens.json, then those of `file_tokens`, which are
/// tokenizer.json's, then those that have a role. A token that is not in the vocabulary gets the next id, whatever id
/// the files give it, as in the `tokenizers` package.
void complete_tokens(const JsonSection& tokenizer_config, const JsonSection& added, const SpecialTokens& special,
                     const std::vector<AddedToken>& file_tokens, TokenizerParts& parts);

}  // namespace limn
