#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "explain/games.h"
#include "explain/partition_shap.h"
#include "explain/partition_tree.h"
#include "explain/shapley.h"

namespace limn {
namespace {

using Json = nlohmann::json;

std::vector<std::vector<std::string>> leaves_of(const Json& tokens) {
  std::vector<std::vector<std::string>> leaves;
  for (const std::string token : tokens) leaves.push_back({token});
  return leaves;
}

std::vector<std::optional<std::size_t>> each(std::size_t units) {
  std::vector<std::optional<std::size_t>> all;
  for (std::size_t u = 0; u < units; ++u) all.emplace_back(u);
  return all;
}

TEST(PartitionTree, EqualsShap) {
  for (const Json& row : cases_of("partition_trees")) {
    const PartitionTree tree = partition_tree(leaves_of(row["tokens"]), "[SEP]");
    Json merges = Json::array();
    for (const auto& [left, right, leaves] : tree.merges) merges.push_back({left, right, leaves});
    EXPECT_EQ(merges, row["merges"]) << row["tokens"];
  }
}

TEST(PartitionTree, KeepsLeavesOfSeveralTokens) {
  const PartitionTree tree = partition_tree({{"un", "##believ", "##ably"}, {"bad"}, {","}, {"wh", "##y"}, {"?"}}, "");
  EXPECT_EQ(tree.leaves, 5u);
  ASSERT_EQ(tree.merges.size(), 4u);
  // Joining "bad" and the comma scores −1 −2, joining "why" and the question mark −1 −3: the smaller group comes first.
  EXPECT_EQ(tree.merges[0].left, 1u);
  EXPECT_EQ(tree.merges[0].right, 2u);
  EXPECT_EQ(tree.leaves_below(tree.root()), 5u);
}

TEST(OwenValues, EqualShap) {
  for (const Json& row : cases_of("owen_values")) {
    const std::vector<double> values = row["values"];
    const PartitionTree tree = partition_tree(leaves_of(row["tokens"]), "");
    const std::size_t units = tree.leaves;
    for (const auto& [evaluations, scores] : row["scores"].items()) {
      Game game = game_of(units, [&](const Mask& mask) {
        std::size_t index = 0;
        for (std::size_t u = 0; u < mask.size(); ++u) index |= std::size_t{mask[u]} << u;
        return values[index];
      });
      expect_near(owen_values(game, tree, each(units), std::stoul(evaluations)), scores, 1e-6,
                  row["tokens"].dump() + evaluations);
      EXPECT_LE(game.evaluations(), std::stoul(evaluations) + 6);  // shap's last batch may exceed it
    }
  }
}

TEST(OwenValues, Efficiency) {
  const PairGame pairs = pair_game(9);
  const PartitionTree tree = partition_tree(std::vector<std::vector<std::string>>(9, {"a"}), "");
  for (const std::size_t evaluations : {1u, 2u, 3u, 10u, 100u, 1000u}) {
    Game game = pairs.game();
    const std::vector<double> scores = owen_values(game, tree, each(9), evaluations);
    EXPECT_NEAR(std::accumulate(scores.begin(), scores.end(), 0.), game.all_present() - game.all_masked(), 1e-12);
  }
}

TEST(OwenValues, DummyPlayer) {
  const PairGame pairs = pair_game(5);
  const PartitionTree tree = partition_tree(std::vector<std::vector<std::string>>(5, {"a"}), "");
  Game game = pairs.game();
  const std::vector<double> alone = owen_values(game, tree, each(5), 100000);
  // The same tree below two roots: the other child is always present, or is a unit without effect.
  PartitionTree wider = {.leaves = 6, .merges = {}};
  const auto moved = [](std::size_t node) { return node < 5 ? node : node + 1; };
  for (const auto& [left, right, leaves] : tree.merges) wider.merges.push_back({moved(left), moved(right), leaves});
  wider.merges.push_back({moved(tree.root()), 5, 6});
  std::vector<std::optional<std::size_t>> units = each(5);
  units.emplace_back();
  Game same = pairs.game();
  std::vector<double> expected = alone;
  expected.push_back(0);
  expect_near(owen_values(same, wider, units, 100000), expected, 1e-12);

  Game with_dummy =
      game_of(6, [&](const Mask& mask) { return pairs.game().values({{Mask(mask.begin(), mask.begin() + 5)}})[0]; });
  expect_near(owen_values(with_dummy, wider, each(6), 100000), expected, 1e-12);
}

TEST(OwenValues, EqualShapleyValuesIfTheTreeDoesNotMatter) {
  Game additive = additive_game({0.5, -1, 0, 2, 0.25}, 7);
  const PartitionTree tree = partition_tree(std::vector<std::vector<std::string>>(5, {"a"}), "");
  expect_near(owen_values(additive, tree, each(5), 100000), {0.5, -1, 0, 2, 0.25}, 1e-12);
  const PairGame two = {.weights = {1, 2}, .pairs = {0.5, 0.25}};
  Game game = two.game(), again = two.game();
  expect_near(owen_values(game, partition_tree({{"a"}, {"b"}}, ""), each(2), 100), exact_shapley(again), 1e-12);
}

}  // namespace
}  // namespace limn
