#include "render/attention_data.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/base64.h"
#include "render/json.h"

namespace limn {
namespace {

/// Quantises √weight, which keeps the many small weights of long texts distinct.
std::vector<std::uint8_t> quantised(const AttentionMaps& maps) {
  std::vector<std::uint8_t> bytes;
  bytes.reserve(maps.weights.size());
  for (const float weight : maps.weights) {
    const float root = std::isfinite(weight) ? std::sqrt(std::clamp(weight, 0.f, 1.f)) : 0.f;
    bytes.push_back(static_cast<std::uint8_t>(std::lround(255 * root)));
  }
  return bytes;
}

}  // namespace

nlohmann::ordered_json attention_data(const AttentionMaps& maps) {
  // Texts, prediction and tokens have the format of an explanation's.
  Explanation explanation;
  explanation.model = maps.model;
  explanation.task = maps.task;
  explanation.text = maps.input.text;
  explanation.pair = maps.input.pair;
  explanation.prediction = maps.prediction;
  explanation.tokens = maps.tokens;
  nlohmann::ordered_json value = json_value(explanation), result;
  for (const char* key : {"limn", "model", "task", "input", "prediction", "tokens"})
    result[key] = std::move(value[key]);
  for (auto& token : result["tokens"]) token.erase("score");
  result["layers"] = maps.layers;
  result["heads"] = maps.heads;
  result["weights"] = base64(quantised(maps));
  result["seconds"] = maps.seconds;
  if (!maps.warnings.empty()) result["warnings"] = maps.warnings;
  return result;
}

}  // namespace limn
