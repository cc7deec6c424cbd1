#include "render/attention_json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>

#include "render/json.h"
#include "render/json_parts.h"

namespace limn {

using Json = nlohmann::ordered_json;

void write_json(const AttentionMaps& maps, const std::function<void(std::string_view)>& write) {
  Json head = json_value(maps.prediction, maps.input, maps.model);
  head["task"] = name(maps.task);
  head["note"] = "attention shows what the model attended to; it is not a proven explanation of the prediction";
  head["layers"] = maps.layers;
  head["heads"] = maps.heads;
  head["seconds"] = maps.seconds;
  head["tokens"] = tokens_value(maps.tokens, Offsets(maps.input.text, maps.input.pair));
  if (!maps.warnings.empty()) head["warnings"] = maps.warnings;
  std::string text = json_text(head);
  text.back() = ',';
  text += "\"attention\":";
  const std::size_t tokens = maps.tokens.size(), row_count = maps.layers * maps.heads * tokens;
  for (std::size_t row = 0; row < row_count; ++row) {
    const std::size_t head_rows = tokens, layer_rows = tokens * maps.heads;
    text += row == 0 ? "[[[" : row % layer_rows == 0 ? ",[[" : row % head_rows == 0 ? ",[" : ",";
    const float* weights = maps.weights.data() + row * tokens;
    text += fmt::format("[{}]", fmt::join(weights, weights + tokens, ","));
    if ((row + 1) % head_rows == 0) text += ']';
    if ((row + 1) % layer_rows == 0) text += ']';
    write(text);
    text.clear();
  }
  write(row_count == 0 ? text + "[]}\n" : "]}\n");
}

std::string to_json(const AttentionMaps& maps) {
  std::string text;
  write_json(maps, [&](std::string_view part) { text += part; });
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace limn
