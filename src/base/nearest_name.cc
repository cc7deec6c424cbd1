#include "base/nearest_name.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/ascii.h"

namespace limn {
namespace {

std::string comparable(std::string_view name) {
  return ascii_lower(name.substr(name.rfind('/') + 1));  // npos + 1 is 0
}

std::size_t levenshtein(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({change, row[j] + 1, row[j - 1] + 1}));
    }
  }
  return row.back();
}

}  // namespace

std::vector<std::string> nearest_first(std::string_view wanted, std::vector<std::string> names) {
  const std::string target = comparable(wanted);
  std::vector<std::pair<std::size_t, std::string>> ranked;
  for (auto& name : names) ranked.emplace_back(levenshtein(target, comparable(name)), std::move(name));
  std::sort(ranked.begin(), ranked.end());
  names.clear();
  for (auto& [distance, name] : ranked) names.push_back(std::move(name));
  return names;
}

}  // namespace limn
