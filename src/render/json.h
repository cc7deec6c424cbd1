#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "limn/model_info.h"
#include "limn/tokenized_input.h"
#include "limn/write.h"

/// JSON as docs/interface.md describes it. `begin` and `end` count Unicode code points of their own sequence's original
/// text. Numbers read back as the same value; what is absent, infinite or not a number is null; keys keep their order.

namespace limn {

/// Results as values, for callers that add keys of their own; limn/write.h has them as text.
nlohmann::ordered_json json_value(const Explanation& explanation);
nlohmann::ordered_json json_value(const Prediction& prediction, const Input& input, std::string_view model);
/// What a model reads of an input: ids, tokens, types, and offsets.
std::string to_json(const TokenizedInput& tokenized, const Input& input, std::string_view model, bool is_question);
/// What a model is: family, task, labels, sizes, files.
nlohmann::ordered_json json_value(const ModelInfo& info);
/// What a value looks like in a file; bytes that are not UTF-8 become U+FFFD.
std::string json_text(const nlohmann::ordered_json& value, int indent = -1);

}  // namespace limn
