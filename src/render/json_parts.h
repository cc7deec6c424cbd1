#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "limn/error.h"
#include "limn/explanation.h"
#include "render/display_text.h"

/// Parts shared by the JSON of several results.

namespace limn {

/// The version of limn's JSON format, in the field "limn": incremented when readers of the old format cannot read the
/// new one.
constexpr int format_version = 1;

/// Returns the value, or null.
template <typename Value>
nlohmann::ordered_json or_null(const std::optional<Value>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

/// Converts byte offsets into both sequences of an input to code points. The texts must outlive it.
class Offsets {
 public:
  Offsets(std::string_view text, const std::optional<std::string>& pair);
  Offsets(std::string_view text, std::optional<std::string>&& pair) = delete;

  /// Returns the number of code points before a byte of a sequence.
  std::size_t operator()(int sequence, std::size_t byte) const { return points_[sequence == 1].before(byte); }
  /// Returns a part of a sequence; empty if the offsets do not fit.
  std::string text(int sequence, std::size_t begin, std::size_t end) const;

 private:
  std::string_view texts_[2];
  CodePoints points_[2];
};

/// {"text", "pair"}, or {"question", "context"} for a question.
nlohmann::ordered_json input_value(std::string_view text, const std::optional<std::string>& pair, bool is_question);

/// {"explain", "label", "index", …}: what was explained.
nlohmann::ordered_json target_value(const TargetInfo& target, Task task);

/// Adds the parts of an error that are not empty: "field", "file", "thing", "found", "expected", "hint".
void add_parts(nlohmann::ordered_json& object, const Error& error);

/// A token without its score: {"token", "id", "sequence", "begin", "end", "word", "special"}.
nlohmann::ordered_json token_value(const Token& token, const Offsets& offsets);
/// Returns a list of tokens, as token_value.
nlohmann::ordered_json tokens_value(std::span<const Token> tokens, const Offsets& offsets);

}  // namespace limn
