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
  std::vector<AddedToken> others;  ///< additional_special_tokens
};

/// The defaults of the family's published tokenizers.
SpecialTokens default_tokens(TokenizerFamily family);
/// Replaces the tokens that special_tokens_map.json or tokenizer_config.json name.
void read_special_tokens(const JsonSection& section, SpecialTokens& tokens);

/// The family's post-processor.
SequenceLayout family_layout(TokenizerFamily family, std::int32_t cls_token, std::int32_t sep_token);

}  // namespace limn
