#include "explain/partition_tree.h"

#include <algorithm>
#include <limits>
#include <string_view>

namespace limn {
namespace {

struct TreeToken {
  std::string_view text;
  bool open;  // a bracket whose counterpart is not in its group
};

/// Consecutive tokens that have been merged.
struct Group {
  std::size_t begin, end, node;
  std::size_t size() const { return end - begin; }
};

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> choices) {
  return std::find(choices.begin(), choices.end(), text) != choices.end();
}

bool is_control(std::string_view text) { return text.starts_with('[') && text.ends_with(']'); }

/// The score of merging two neighbours; adds the terms of shap's merge_score in the same order.
double merge_score(const std::vector<TreeToken>& tokens, const Group& left, const Group& right,
                   std::string_view separator) {
  const TreeToken &left_first = tokens[left.begin], &left_last = tokens[left.end - 1];
  const TreeToken &right_first = tokens[right.begin], &right_last = tokens[right.end - 1];
  if (!separator.empty() && left_last.text == separator && right_first.text == separator)
    return -std::numeric_limits<double>::infinity();
  double score = 0;
  if (right_first.text.starts_with("##")) score += 20;
  const auto is_ending = [](std::string_view text) { return is_one_of(text, {"t", "s"}); };
  if (right_first.text == "'" && (right.size() == 1 || (right.size() == 2 && is_ending(right_last.text)))) score += 15;
  if (left_last.text == "'" && is_ending(right_first.text)) score += 15;

  if (is_control(left_first.text) != is_control(right_last.text)) score -= 1000;
  if (right_first.text == "(" && right_first.open) score -= 100;
  if (left_last.text == ")" && left_last.open) score -= 100;
  if (left_first.text == "(") score -= 2;
  const auto connects = [](std::string_view text) { return is_one_of(text, {"but", "and", "or"}); };
  if (connects(left_last.text) || connects(right_first.text)) score -= 2;

  // Merging across a comma or a sentence end costs more than appending it.
  if (left_last.text == ",") score -= 10;
  if (right_first.text == ",") score -= right.size() > 1 ? 10 : 1;
  const auto ends = [](std::string_view text) { return is_one_of(text, {".", "?", "!"}); };
  if (ends(left_last.text)) score -= 20;
  if (ends(right_first.text)) score -= right.size() > 1 ? 20 : 1;
  return score - static_cast<double>(left.size() + right.size());
}

}  // namespace

PartitionTree partition_tree(const std::vector<std::vector<std::string>>& leaves, const std::string& separator) {
  PartitionTree tree = {.leaves = leaves.size(), .merges = {}};
  std::vector<TreeToken> tokens;
  std::vector<Group> groups;
  for (std::size_t leaf = 0; leaf < leaves.size(); ++leaf) {
    const std::size_t begin = tokens.size();
    for (const std::string& token : leaves[leaf])
      tokens.push_back({.text = token, .open = token == "(" || token == ")"});
    groups.push_back({.begin = begin, .end = tokens.size(), .node = leaf});
  }
  while (groups.size() > 1) {
    std::size_t best = 0;
    double best_score = merge_score(tokens, groups[0], groups[1], separator);
    for (std::size_t i = 1; i + 1 < groups.size(); ++i) {
      const double score = merge_score(tokens, groups[i], groups[i + 1], separator);
      if (score > best_score) {
        best = i;
        best_score = score;
      }
    }
    Group& left = groups[best];
    const Group& right = groups[best + 1];
    if (tokens[left.begin].text == "(" && tokens[right.end - 1].text == ")")
      tokens[left.begin].open = tokens[right.end - 1].open = false;
    tree.merges.push_back({.left = left.node,
                           .right = right.node,
                           .leaves = tree.leaves_below(left.node) + tree.leaves_below(right.node)});
    left = {.begin = left.begin, .end = right.end, .node = tree.root()};
    groups.erase(groups.begin() + static_cast<std::ptrdiff_t>(best) + 1);
  }
  return tree;
}

}  // namespace limn
