#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>

#include "limn/model_info.h"
#include "limn/tokenized_input.h"
#include "limn/write.h"

/// JSON as described in docs/interface.md. `begin` and `end` count Unicode code points of the sequence's original text.
/// Numbers read back as the same value; missing, infinite and NaN values are null; keys keep their order.

namespace limn {

/// Results as JSON values, for callers that add keys; limn/write.h returns them as text.
nlohmann::ordered_json json_value(const Explanation& explanation);
nlohmann::ordered_json json_value(const Prediction& prediction, const Input& input, std::string_view model);
/// Words with their scores, as in an explanation of the input.
nlohmann::ordered_json words_json(std::span<const Word> words, const Input& input);
/// The tokens that a model reads: ids, tokens, types, and offsets.
std::string to_json(const TokenizedInput& tokenized, const Input& input, std::string_view model, bool is_question);
/// One embedded text: {"text", "embedding", "tokens"}.
std::string embedding_json(const Embedding& embedding, std::string_view text, std::string_view model);
/// Describes a model: family, task, labels, sizes, files.
nlohmann::ordered_json json_value(const ModelInfo& info);
/// Serialises a value; invalid UTF-8 becomes U+FFFD.
std::string json_text(const nlohmann::ordered_json& value, int indent = -1);

}  // namespace limn
