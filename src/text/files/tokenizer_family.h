#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "text/added_tokens.h"
#include "text/files/json_section.h"
#include "text/sequence_layout.h"

namespace limn {

/// What kind of tokenizer files without a tokenizer.json belong to.
enum class TokenizerFamily { bert, mpnet, roberta, deberta, gpt2, albert, camembert, deberta_v2, t5, xlm_roberta };

/// By tokenizer_config.json's tokenizer_class, or else config.json's model_type; nothing if neither is there.
/// @throws Error for a class or type that limn does not know.
std::optional<TokenizerFamily> read_family(const JsonSection& tokenizer_config, const JsonSection& model_config);

/// The special tokens by role. Empty contents: the tokenizer has none. Ids are not set.
struct SpecialTokens {
  AddedToken unknown, cls_token, sep_token, pad, mask;
  std::vector<AddedToken> others;  ///< additional_special_tokens
};

/// As the family's published tokenizers have them.
SpecialTokens default_tokens(TokenizerFamily family);
/// Puts those that special_tokens_map.json or tokenizer_config.json name in their places.
void read_special_tokens(const JsonSection& section, SpecialTokens& tokens);

/// What the family puts around texts.
SequenceLayout family_layout(TokenizerFamily family, std::int32_t cls_token, std::int32_t sep_token);

}  // namespace limn
