#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "text/flat_map.h"

namespace limn {

/// A prefix tree of texts, by code point.
class Trie {
 public:
  using Node = std::uint32_t;
  static constexpr Node root = 0;

  explicit Trie(std::size_t expected_nodes = 0) : children_(expected_nodes) {}

  /// Sets the value of a non-empty text in valid UTF-8, replacing any earlier one.
  void add(std::string_view text, std::int32_t value);

  std::optional<Node> child(Node node, char32_t code) const {
    const Node* found = children_.find(key(node, code));
    return found == nullptr ? std::nullopt : std::optional(*found);
  }
  /// -1: no text ends here.
  std::int32_t value(Node node) const { return values_[node]; }

 private:
  static std::uint64_t key(Node node, char32_t code) { return static_cast<std::uint64_t>(node) << 32 | code; }

  FlatMap<Node> children_;
  std::vector<std::int32_t> values_ = {-1};  ///< of each node
};

}  // namespace limn
