#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "explain/game.h"

namespace limn {

/// Makes a game whose value is a function of the mask.
inline Game game_of(std::size_t units, std::function<double(const Mask&)> value) {
  return Game(
      units,
      [value = std::move(value)](std::span<const Mask* const> masks) {
        std::vector<double> values;
        for (const Mask* mask : masks) values.push_back(value(*mask));
        return values;
      });
}

/// The sum of the weights of the present units, plus a constant.
inline Game additive_game(std::vector<double> weights, double constant = 0) {
  const std::size_t units = weights.size();
  return game_of(units, [=](const Mask& mask) {
    double sum = constant;
    for (std::size_t u = 0; u < mask.size(); ++u) sum += mask[u] ? weights[u] : 0;
    return sum;
  });
}

/// The sum of the weights of the present units, plus a term for each pair of present neighbours in a ring. The Shapley
/// value of a unit is its weight plus half of each of its two pairs.
struct PairGame {
  std::vector<double> weights, pairs;  // pairs[u]: term of u and u + 1

  Game game() const {
    return game_of(
        weights.size(),
        [*this](const Mask& mask) {
          double sum = 0;
          for (std::size_t u = 0; u < mask.size(); ++u) {
            if (mask[u]) sum += weights[u];
            if (mask[u] && mask[(u + 1) % mask.size()]) sum += pairs[u];
          }
          return sum;
        });
  }
  std::vector<double> shapley() const {
    std::vector<double> values = weights;
    for (std::size_t u = 0; u < values.size(); ++u) {
      values[u] += pairs[u] / 2;
      values[(u + 1) % values.size()] += pairs[u] / 2;
    }
    return values;
  }
};

/// Returns irregular weights and pairs for any number of units.
inline PairGame pair_game(std::size_t units) {
  PairGame game;
  for (std::size_t u = 0; u < units; ++u) {
    game.weights.push_back(std::sin(3.7 * static_cast<double>(u + 1)));
    game.pairs.push_back(2 * std::cos(2.3 * static_cast<double>(u + 1)));
  }
  return game;
}

inline nlohmann::json cases_of(const std::string& name) {
  const auto file = std::filesystem::path(LIMN_SOURCE_DIR) / "tests/explain/data" / (name + ".json");
  return nlohmann::json::parse(std::ifstream(file));
}

inline Mask mask_of(const std::string& bits) {
  Mask mask;
  for (const char bit : bits) mask.push_back(bit == '1');
  return mask;
}

inline void expect_near(const std::vector<double>& found, const std::vector<double>& expected, double tolerance,
                        const std::string& what = {}) {
  ASSERT_EQ(found.size(), expected.size()) << what;
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], tolerance) << what << ", " << i;
}

}  // namespace limn
