#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "explain/game.h"
#include "explain/partition_tree.h"

namespace limn {

/// Owen values of a game on a tree as the shap package estimates them (shap/explainers/_partition.py): a node's change
/// of F is split between its halves, each with the other one present and absent at half the weight, the nodes of the
/// largest weighted change first. What `evaluations` do not reach is spread over the leaves below. Ties, which fall at
/// random there, go in the order of discovery.
/// @param units        (leaves): which unit of the game a leaf is; nothing for leaves that are always present
/// @param evaluations  as in shap: all masks that are asked for, equal ones too, and the two of everything and nothing
/// @return (leaves); they add up to value(all present) − value(all absent)
std::vector<double> owen_values(Game& game, const PartitionTree& tree,
                                const std::vector<std::optional<std::size_t>>& units, std::size_t evaluations);

}  // namespace limn
