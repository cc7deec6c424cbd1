#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace limn {

/// A binary tree over a sequence of leaves, numbered as in hierarchical clustering: nodes 0 … leaves − 1 are leaves,
/// node leaves + k is the k-th merge, and the last node is the root.
struct PartitionTree {
  struct Merge {
    std::size_t left = 0, right = 0;
    std::size_t leaves = 0;  ///< number of leaves below it
  };
  std::size_t leaves = 0;
  std::vector<Merge> merges;  ///< (leaves − 1)

  bool is_leaf(std::size_t node) const { return node < leaves; }
  const Merge& merge(std::size_t node) const { return merges[node - leaves]; }
  std::size_t root() const { return leaves + merges.size() - 1; }
  std::size_t leaves_below(std::size_t node) const { return is_leaf(node) ? 1 : merge(node).leaves; }
};

/// Builds the tree that the shap package builds for a text (shap/maskers/_text.py): neighbours are merged pairwise,
/// first the subwords of a word, then small groups with the fewest brackets, commas and sentence ends between them. Of
/// equal merges the first is taken.
/// @param leaves     the tokens of each leaf, in text order; no leaf is empty. A token that continues a word begins
///                   with "##"; one added by the post-processor may be "".
/// @param separator  groups on both sides of two adjacent separators are merged last
PartitionTree partition_tree(const std::vector<std::vector<std::string>>& leaves, const std::string& separator);

}  // namespace limn
