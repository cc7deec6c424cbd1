#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "text/added_tokens.h"
#include "text/files/json_section.h"
#include "text/sequence_layout.h"

namespace limn {

/// The family of a tokenizer whose files include no tokenizer.json.
enum class TokenizerFamily { bert, mpnet, roberta, deberta, gpt2, albert, camembert, deberta_v2, t5, xlm_roberta };

/// From tokenizer_config.json's tokenizer_class, or else config.json's model_type; nothing if both are missing.
/// @throws Error for an unknown class or type.
std::optional<TokenizerFamily> read_family(const JsonSection& tokenizer_config, const JsonSection& model_config);

/// The special tokens by role. Empty content: the tokenizer has no such token. Ids are not set.
struct SpecialTokens {
  AddedToken unknown, cls_token, sep_token, pad, mask;
  std::vector<AddedToken> others;  ///< additional_special_tokens or extra_special_tokens
  AddedToken bos, eos;

  /// All of them, the roles first.
  std::vector<const AddedToken*> all() const;
};

/// The defaults of the family's published tokenizers.
SpecialTokens default_tokens(TokenizerFamily family);
/// Replaces the tokens that tokenizer_config.json names, and then those that special_tokens_map.json names, unless
/// tokenizer_config.json has an added_tokens_decoder: then transformers does not read the map.
void read_special_tokens(const JsonSection& config, const JsonSection& map, SpecialTokens& tokens);

/// The family's post-processor.
SequenceLayout family_layout(TokenizerFamily family, std::int32_t cls_token, std::int32_t sep_token);

}  // namespace limn
