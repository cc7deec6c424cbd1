#pragma once

#include <string>
#include <string_view>

#include "text/json_section.h"
#include "text/tokenizer_parts.h"

namespace limn {

/// BERT's tokenizer for a bare vocab.txt: one piece a line, its id the line's number from 0.
/// @param file    how messages name it.
/// @param config  tokenizer_config.json, or an empty object: do_lower_case, strip_accents, tokenize_chinese_chars,
///                added_tokens_decoder; what it does not say is as in `BertTokenizer`.
/// @param special the names of the special tokens, as the other files have them.
TokenizerParts parse_vocabulary_file(std::string_view text, const std::string& file, const JsonSection& config,
                                     const SpecialNames& special);

}  // namespace limn
