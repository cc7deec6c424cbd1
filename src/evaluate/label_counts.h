#pragma once

#include <cstddef>
#include <map>
#include <string>

namespace limn {

/// How well one label, or one type of entity, was found. Percent; 0 where undefined, as scikit-learn and seqeval have
/// it.
struct LabelScore {
  double precision = 0, recall = 0, f1 = 0;
  std::size_t support = 0;  ///< how many there are in the data
};
using LabelScores = std::map<std::string, LabelScore>;

/// What LabelScore is made of.
struct LabelCounts {
  std::size_t right = 0, predicted = 0, present = 0;

  LabelScore score() const {
    const auto percent = [](std::size_t part, std::size_t whole) {
      return whole == 0 ? 0 : 100 * static_cast<double>(part) / static_cast<double>(whole);
    };
    return {percent(right, predicted), percent(right, present), percent(2 * right, predicted + present), present};
  }
};

}  // namespace limn
