#pragma once

#include <string>
#include <string_view>

#include "text/files/json_section.h"
#include "text/files/tokenizer_parts.h"

namespace limn {

/// What a tokenizer.json says; `truncation`, `padding` and `decoder` are passed over.
/// @param file  how messages name it.
TokenizerParts parse_tokenizer_json(std::string_view text, const std::string& file);

/// The content and flags of an added token, as tokenizer.json and tokenizer_config.json write them.
AddedToken read_added_token(const JsonSection& section);

}  // namespace limn
