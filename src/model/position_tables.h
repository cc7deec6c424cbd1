#pragma once

#include <cstdint>
#include <vector>

#include "math/attention.h"
#include "math/positions.h"
#include "model/config.h"
#include "model/weights.h"

namespace limn {

/// The tables of relative positions and rotary embeddings that the layers of one pass share, for sequences of up to M
/// tokens.
struct PositionTables {
  Mat bias;                          // (H, 2M − 1), by distance
  std::vector<std::int32_t> bucket;  // (2M − 1), by distance
  Rotation everywhere, nearby;       // for global layers, and for local ones
};
PositionTables make_position_tables(const EncoderConfig& config, const Weights& weights, std::size_t longest);

/// How one layer (numbered from 0) scores queries and keys. The result points into `weights` and `tables`.
AttentionScores scores_of(const EncoderConfig& config, const Weights& weights, const PositionTables& tables,
                          std::size_t layer);

/// The rotary embeddings of one layer. Only for encoders that use them.
const Rotation& rotation_of(const EncoderConfig& config, const PositionTables& tables, std::size_t layer);

}  // namespace limn
