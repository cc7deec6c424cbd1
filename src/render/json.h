#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "limn/explanation.h"

/// JSON as docs/interface.md describes it. `begin` and `end` count Unicode code points of their own sequence's original
/// text. Numbers read back as the same value; what is absent, infinite or not a number is null; keys keep their order.

namespace limn {

/// One explanation. @param indent spaces a level; -1: one line.
std::string to_json(const Explanation& explanation, int indent = -1);
/// One prediction with its input: a row of `limn predict`.
std::string to_json(const Prediction& prediction, const Input& input, std::string_view model, int indent = -1);

/// The same as values, for callers that add keys of their own.
nlohmann::ordered_json json_value(const Explanation& explanation);
nlohmann::ordered_json json_value(const Prediction& prediction, const Input& input, std::string_view model);
/// What a value looks like in a file; bytes that are not UTF-8 become U+FFFD.
std::string json_text(const nlohmann::ordered_json& value, int indent = -1);

}  // namespace limn
