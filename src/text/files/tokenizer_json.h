#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "text/files/json_section.h"
#include "text/files/tokenizer_parts.h"

namespace limn {

/// Parses a tokenizer.json. The sections `truncation`, `padding` and `decoder` are ignored.
/// @param file  the file's name in messages.
/// @param change  changes the document, in which the lists of tokens and merges are empty, before it is read.
TokenizerParts parse_tokenizer_json(std::string_view text, const std::string& file,
                                    const std::function<void(nlohmann::json& root)>& change = {});

/// Reads the content and flags of an added token, in the format of tokenizer.json and tokenizer_config.json.
AddedToken read_added_token(const JsonSection& section);

}  // namespace limn
