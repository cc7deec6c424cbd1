#pragma once

#include <cstddef>

#include "limn/scores.h"

namespace limn {

/// The counts from which LabelScore is computed.
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
