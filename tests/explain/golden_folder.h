#pragma once

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "limn/limn.h"

/// The tiny checkpoints of tests/golden and tests/golden-mlm, with PyTorch's values for them.

namespace limn::golden {

using Json = nlohmann::json;

/// Returns the folders below tests/`root` that have cases.
inline std::vector<std::filesystem::path> folders(const std::string& root) {
  std::vector<std::filesystem::path> result;
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(LIMN_SOURCE_DIR) / "tests" / root))
    if (std::filesystem::exists(entry.path() / "cases.json")) result.push_back(entry.path());
  std::sort(result.begin(), result.end());
  return result;
}

inline Json cases(const std::filesystem::path& folder) {
  return Json::parse(std::ifstream(folder / "cases.json"))["cases"];
}

/// Converts a folder's name to part of a test's name.
inline std::string test_name(const std::filesystem::path& folder) {
  std::string name = folder.filename().string();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

inline Input input_of(const Json& input) {
  if (input.contains("question")) return {.text = input["question"], .pair = std::string(input["context"])};
  if (input.contains("pair")) return {.text = input["text"], .pair = std::string(input["pair"])};
  return {.text = input["text"], .pair = std::nullopt};
}

/// Returns a case's target in the syntax of the option `target`.
inline std::string target_of(const Json& target) {
  if (target.is_number()) return std::to_string(target.get<int>());
  return std::to_string(target[0].get<int>()) + ":" + std::to_string(target[1].get<int>());
}

inline double largest(const std::vector<double>& numbers) {
  double result = 0;
  for (const double number : numbers) result = std::max(result, std::abs(number));
  return result;
}

/// Returns the largest difference; infinity if the lengths differ.
inline double distance(const std::vector<double>& found, const std::vector<double>& expected) {
  if (found.size() != expected.size()) return INFINITY;
  double worst = 0;
  for (std::size_t i = 0; i < found.size(); ++i) worst = std::max(worst, std::abs(found[i] - expected[i]));
  return worst;
}

inline std::vector<double> scores(const Explanation& explanation) {
  std::vector<double> result;
  for (const Token& token : explanation.tokens) result.push_back(token.score);
  return result;
}

}  // namespace limn::golden
