#include "explain/partition_shap.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <queue>
#include <string>
#include <string_view>
#include <utility>

#include "explain/methods.h"
#include "explain/perturbation.h"
#include "text/unicode.h"

namespace limn {
namespace {

/// A node of the tree in one context: F changes from `low` to `high` when the node's units join those of `context`.
struct Part {
  std::size_t node;
  Mask context;
  double low, high;
  double weight;  // weight of the context
  std::size_t order;

  double importance() const { return std::abs(high - low) * weight; }
};

struct LowerImportance {
  bool operator()(const Part& a, const Part& b) const {
    return a.importance() != b.importance() ? a.importance() < b.importance() : a.order > b.order;
  }
};

Mask joined(Mask mask, const Mask& more) {
  for (std::size_t u = 0; u < mask.size(); ++u) mask[u] = mask[u] || more[u];
  return mask;
}

/// Returns the units below each node (nodes).
std::vector<Mask> units_below(const PartitionTree& tree, const std::vector<std::optional<std::size_t>>& units,
                              std::size_t count) {
  std::vector<Mask> masks;
  for (const std::optional<std::size_t>& unit : units) {
    masks.emplace_back(count, false);
    if (unit) masks.back()[*unit] = true;
  }
  for (const PartitionTree::Merge& merge : tree.merges) masks.push_back(joined(masks[merge.left], masks[merge.right]));
  return masks;
}

}  // namespace

std::vector<double> owen_values(Game& game, const PartitionTree& tree,
                                const std::vector<std::optional<std::size_t>>& units, std::size_t evaluations) {
  constexpr std::size_t masks_at_once = 5;  // shap's batch size for text; it affects which node is split next
  const std::vector<Mask> below = units_below(tree, units, game.units());
  const std::size_t budget = evaluations - std::min<std::size_t>(evaluations, 2);
  game.plan(evaluations);

  std::vector<double> credit(tree.root() + 1, 0.);
  std::priority_queue<Part, std::vector<Part>, LowerImportance> parts;
  std::size_t found = 0;
  const auto discover = [&](std::size_t node, const Mask& context, double low, double high, double weight) {
    parts.push({.node = node, .context = context, .low = low, .high = high, .weight = weight, .order = found++});
  };
  discover(tree.root(), Mask(game.units(), false), game.all_masked(), game.all_present(), 1);
  for (std::size_t asked = 0; !parts.empty();) {
    std::vector<Part> split;
    std::vector<Mask> masks;  // for each part to split: its context with the left child, with the right child
    while (!parts.empty() && masks.size() < masks_at_once) {
      const bool spent = asked + masks.size() >= budget;
      if (spent && !masks.empty()) break;
      const Part part = parts.top();
      parts.pop();
      if (spent || tree.is_leaf(part.node)) {
        credit[part.node] += (part.high - part.low) * part.weight;
        continue;
      }
      masks.push_back(joined(part.context, below[tree.merge(part.node).left]));
      masks.push_back(joined(part.context, below[tree.merge(part.node).right]));
      split.push_back(part);
    }
    asked += masks.size();
    const std::vector<double> values = game.values(masks);
    for (std::size_t i = 0; i < split.size(); ++i) {
      const Part& part = split[i];
      const auto [left, right, leaves] = tree.merge(part.node);
      const double with_left = values[2 * i], with_right = values[2 * i + 1], weight = part.weight / 2;
      discover(left, part.context, part.low, with_left, weight);
      discover(right, part.context, part.low, with_right, weight);
      discover(left, masks[2 * i + 1], with_right, part.high, weight);
      discover(right, masks[2 * i], with_left, part.high, weight);
    }
  }
  for (std::size_t node = tree.root(); !tree.is_leaf(node); --node) {
    const auto [left, right, leaves] = tree.merge(node);
    const double share = credit[node] / static_cast<double>(leaves);
    credit[left] += share * static_cast<double>(tree.leaves_below(left));
    credit[right] += share * static_cast<double>(tree.leaves_below(right));
  }
  credit.resize(tree.leaves);
  return credit;
}

namespace {

bool is_letter(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
}

bool ends_in_word_character(std::string_view text) {
  char32_t last = ' ';
  for (std::size_t position = 0; position < text.size();) last = next_code_point(text, position);
  return is_word_character(last);
}

/// Returns the tokens for shap's tree: their spelling in the text, with the prefix "##" if the token begins with a
/// letter that directly follows a letter or digit. Tokens added by the post-processor are "" at the ends of the input
/// and keep their spelling between the sequences.
std::vector<std::string> spelled_tokens(const Subject& subject) {
  const Tokenizer& tokenizer = subject.explainer.pipeline().tokenizer;
  const Encoding& encoding = subject.encoding;
  const auto text_of = [&](std::size_t i) {
    const std::string_view text = encoding.sequences[i] == 0 ? subject.text : subject.pair;
    return text.substr(encoding.offsets[i].begin, encoding.offsets[i].end - encoding.offsets[i].begin);
  };
  std::vector<std::string> result;
  for (std::size_t i = 0; i < encoding.size(); ++i) {
    if (encoding.sequences[i] < 0) {
      const auto is_of_text = [](std::int32_t sequence) { return sequence >= 0; };
      const auto here = encoding.sequences.begin() + static_cast<std::ptrdiff_t>(i);
      const bool between = std::any_of(encoding.sequences.begin(), here, is_of_text) &&
                           std::any_of(here, encoding.sequences.end(), is_of_text);
      result.emplace_back(between ? tokenizer.token(encoding.ids[i]) : "");
      continue;
    }
    std::string_view spelled = text_of(i);
    const bool continues = i > 0 && encoding.sequences[i - 1] == encoding.sequences[i] && !spelled.empty() &&
                           is_letter(spelled.front()) && encoding.offsets[i - 1].end >= encoding.offsets[i].begin &&
                           ends_in_word_character(text_of(i - 1));
    while (!spelled.empty() && spelled.front() == ' ') spelled.remove_prefix(1);
    result.push_back((continues ? "##" : "") + std::string(spelled));
  }
  return result;
}

}  // namespace

// Each unit is a leaf. As in shap, the tokens added by the post-processor are leaves, too, although they are never
// removed: without them the tree, and the distribution of what the evaluations do not resolve, would differ.
Attribution attribute(const Subject& subject, const PartitionShap& method) {
  const Tokenizer& tokenizer = subject.explainer.pipeline().tokenizer;
  const Units units = units_of(subject, subject.unit());
  const std::vector<std::string> spelled = spelled_tokens(subject);
  std::vector<std::vector<std::string>> leaves;
  std::vector<std::optional<std::size_t>> unit_of_leaf;
  std::vector<std::size_t> first_token;  // (leaves)
  for (std::size_t token = 0, unit = 0; token < spelled.size();) {
    const bool in_unit = unit < units.size() && units[unit].front() == token;
    const std::size_t size = in_unit ? units[unit].size() : 1;
    leaves.emplace_back(spelled.begin() + static_cast<std::ptrdiff_t>(token),
                        spelled.begin() + static_cast<std::ptrdiff_t>(token + size));
    unit_of_leaf.push_back(in_unit ? std::optional(unit++) : std::nullopt);
    first_token.push_back(token);
    token += size;
  }
  const std::optional<std::int32_t> separator = tokenizer.special().sep_token;
  const PartitionTree tree = partition_tree(leaves, separator ? std::string(tokenizer.token(*separator)) : "");

  Game game = masking_game(subject, units, method.masking);
  const std::vector<double> credit = owen_values(game, tree, unit_of_leaf, method.evaluations);
  UnitScores found = {.scores = std::vector<double>(units.size(), 0.),
                      .numbers = {{"evaluations", static_cast<double>(method.evaluations)}}};
  for (std::size_t leaf = 0; leaf < tree.leaves; ++leaf)
    if (unit_of_leaf[leaf]) found.scores[*unit_of_leaf[leaf]] = credit[leaf];
  Attribution result = attribution_of(subject, units, found, game);
  double special = 0;
  for (std::size_t leaf = 0; leaf < tree.leaves; ++leaf) {
    if (unit_of_leaf[leaf]) continue;
    result.scores[first_token[leaf]] = credit[leaf];
    special += credit[leaf];
  }
  const double change = subject.value - game.all_masked();
  result.baseline_value = game.all_masked();
  // The players are the units: what the tree gives to special tokens, which are never masked, the units lack.
  result.completeness_error = std::abs(std::accumulate(found.scores.begin(), found.scores.end(), 0.) - change);
  if (std::abs(special) > 0.01 * std::abs(change))
    result.warnings.push_back(
        fmt::format("{:.3g} of F(x) - F(all masked) = {:.3g} is attributed to special tokens, as in the shap "
                    "package: more evaluations than {} would divide it among the other tokens",
                    special, change, method.evaluations));
  return result;
}

}  // namespace limn
