#pragma once

#include <string>
#include <string_view>

#include "text/files/json_section.h"
#include "text/files/tokenizer_parts.h"

namespace limn {

/// Parses a tokenizer.json. The sections `truncation`, `padding` and `decoder` are ignored.
/// @param file  the file's name in messages.
TokenizerParts parse_tokenizer_json(std::string_view text, const std::string& file);

/// Reads the content and flags of an added token, in the format of tokenizer.json and tokenizer_config.json.
AddedToken read_added_token(const JsonSection& section);

}  // namespace limn
