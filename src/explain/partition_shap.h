#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "explain/game.h"
#include "explain/partition_tree.h"

namespace limn {

/// Estimates the Owen values of a game on a tree as the shap package does (shap/explainers/_partition.py): a node's
/// change of F is split between its two children, each evaluated with the other present and removed at half the weight;
/// nodes with the largest weighted change are split first. When `evaluations` are used up, a node's change is spread
/// over the leaves below it. Ties, which shap breaks at random, are broken in the order of discovery.
/// @param units        (leaves): the unit of the game for each leaf; empty for leaves that are always present
/// @param evaluations  counted as in shap: all requested masks, including equal ones, the full and the empty mask
/// @return (leaves); they add up to value(all present) − value(all masked)
std::vector<double> owen_values(Game& game, const PartitionTree& tree,
                                const std::vector<std::optional<std::size_t>>& units, std::size_t evaluations);

}  // namespace limn
