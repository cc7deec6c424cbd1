#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "limn/explanation.h"
#include "render/display_text.h"

/// What the JSON of several results has in common.

namespace limn {

/// The version of limn's JSON, "limn": a number that grows when a reader of the old form could not read the new one.
constexpr int format_version = 1;

/// The value, or null.
template <typename Value>
nlohmann::ordered_json or_null(const std::optional<Value>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

/// Both sequences of an input, to turn byte offsets into code points. It views the texts, which must outlive it.
class Offsets {
 public:
  Offsets(std::string_view text, const std::optional<std::string>& pair);
  Offsets(std::string_view text, std::optional<std::string>&& pair) = delete;

  /// How many code points stand before a byte of a sequence.
  std::size_t operator()(int sequence, std::size_t byte) const { return points_[sequence == 1].before(byte); }
  /// A part of a sequence; empty if it is not there.
  std::string text(int sequence, std::size_t begin, std::size_t end) const;

 private:
  std::string_view texts_[2];
  CodePoints points_[2];
};

/// {"text", "pair"}, or {"question", "context"} for a question.
nlohmann::ordered_json input_value(std::string_view text, const std::optional<std::string>& pair, bool is_question);

/// A token without its score: {"token", "id", "sequence", "begin", "end", "word", "special"}.
nlohmann::ordered_json token_value(const Token& token, const Offsets& offsets);
/// Such tokens as a list.
nlohmann::ordered_json tokens_value(std::span<const Token> tokens, const Offsets& offsets);

}  // namespace limn
