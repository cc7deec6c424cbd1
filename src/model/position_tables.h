#pragma once

#include <cstdint>
#include <vector>

#include "math/attention.h"
#include "math/positions.h"
#include "model/config.h"
#include "model/weights.h"

namespace limn {

/// What the distances and positions of tokens mean to attention, for sequences up to some length M: tables that the
/// layers of one pass share.
struct PositionTables {
  Mat bias;                          // (H, 2M − 1)
  std::vector<std::int32_t> bucket;  // (2M − 1)
  Rotation everywhere, nearby;       // for layers that see everything, and for local ones
};
PositionTables make_position_tables(const EncoderConfig& config, const Weights& weights, std::size_t longest);

/// How one layer (from 0) scores queries and keys. The result looks into both arguments.
AttentionScores scores_of(const EncoderConfig& config, const Weights& weights, const PositionTables& tables,
                          std::size_t layer);

/// The angles of one layer. Only for encoders that have such.
const Rotation& rotation_of(const EncoderConfig& config, const PositionTables& tables, std::size_t layer);

}  // namespace limn
