#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace limn {

/// A binary tree over a row of leaves, numbered like the merges of a hierarchical clustering: 0 … leaves − 1 are
/// leaves, leaves + k is the k-th merge; the last node is the root.
struct PartitionTree {
  struct Merge {
    std::size_t left = 0, right = 0;
    std::size_t leaves = 0;  ///< below it
  };
  std::size_t leaves = 0;
  std::vector<Merge> merges;  ///< (leaves − 1)

  bool is_leaf(std::size_t node) const { return node < leaves; }
  const Merge& merge(std::size_t node) const { return merges[node - leaves]; }
  std::size_t root() const { return leaves + merges.size() - 1; }
  std::size_t leaves_below(std::size_t node) const { return is_leaf(node) ? 1 : merge(node).leaves; }
};

/// The tree that the shap package makes of a text (shap/maskers/_text.py): neighbours merge two by two, parts of a word
/// first, then whatever reaches across the fewest brackets, commas and ends of sentences, and is small. Of equal merges
/// the first.
/// @param leaves     the tokens of each leaf, in the text's order; none is empty. A token that continues the word
/// before it
///                   begins with "##"; one that the template adds may be "".
/// @param separator  two of these in a row are the last to be merged across
PartitionTree partition_tree(const std::vector<std::vector<std::string>>& leaves, const std::string& separator);

}  // namespace limn
