#include "model/position_tables.h"

#include <algorithm>
#include <cmath>

namespace limn {
namespace {

using Kind = RelativePositions::Kind;

/// Rows of the relative-position table on either side of distance 0.
std::int64_t span_of(const RelativePositions& relative) {
  return static_cast<std::int64_t>(relative.buckets > 0 ? relative.buckets : relative.largest);
}

}  // namespace

PositionTables make_position_tables(const EncoderConfig& config, const Weights& weights, std::size_t longest) {
  PositionTables tables;
  const auto last = static_cast<std::int64_t>(longest) - 1;
  if (config.relative.kind == Kind::bias) {
    const ConstView table = weights.relative.table;  // (R, H)
    tables.bias.resize(config.heads, 2 * longest - 1);
    for (std::int64_t distance = -last; distance <= last; ++distance)
      for (std::size_t head = 0; head < config.heads; ++head)
        tables.bias(head, static_cast<std::size_t>(distance + last)) =
            table(static_cast<std::size_t>(bias_bucket(distance)), head);
  }
  if (config.relative.kind == Kind::disentangled) {
    const std::int64_t span = span_of(config.relative);
    for (std::int64_t distance = -last; distance <= last; ++distance) {  // key − query
      const std::int64_t bucket = distance_bucket(-distance, config.relative.buckets, config.relative.largest);
      tables.bucket.push_back(static_cast<std::int32_t>(std::clamp<std::int64_t>(bucket + span, 0, 2 * span - 1)));
    }
  }
  if (config.rotary.global_theta > 0) {
    const std::size_t width = config.hidden_size / config.heads;
    tables.everywhere = rotation(longest, width, config.rotary.global_theta);
    tables.nearby = rotation(longest, width, config.rotary.local_theta);
  }
  return tables;
}

AttentionScores scores_of(const EncoderConfig& config, const Weights& weights, const PositionTables& tables,
                          std::size_t layer) {
  AttentionScores scores;
  const RelativePositions& relative = config.relative;
  if (relative.kind == Kind::bias) scores.bias = tables.bias;
  if (relative.kind == Kind::disentangled) {
    // Each product adds to the variance of a score.
    const std::size_t products = 1 + (relative.content_to_position ? 1 : 0) + (relative.position_to_content ? 1 : 0);
    const std::size_t head_size = config.hidden_size / config.heads;
    scores.scale = 1.f / std::sqrt(static_cast<float>(head_size * products));
    scores.bucket = tables.bucket;
    scores.position_key = weights.layers[layer].position_key;
    scores.position_query = weights.layers[layer].position_query;
  }
  if (!config.rotary.is_local.empty() && config.rotary.is_local[layer]) scores.window = config.rotary.window;
  return scores;
}

const Rotation& rotation_of(const EncoderConfig& config, const PositionTables& tables, std::size_t layer) {
  return config.rotary.is_local[layer] ? tables.nearby : tables.everywhere;
}

}  // namespace limn
