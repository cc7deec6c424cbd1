#include "explain/coalitions.h"

#include <algorithm>
#include <cassert>

namespace limn {

bool Coalitions::accepts(const std::vector<std::vector<std::size_t>>& units, Masking masking, const Target& target) {
  if (masking != masking_ || target.explain == Scalar::max_logit || target.whole) return false;
  if (!units_) {
    units_ = units;
    target_ = target;
    return true;
  }
  const auto same = [](const Target::Pick& a, const Target::Pick& b) { return a.row == b.row && a.column == b.column; };
  return units == *units_ && target.over_rows == target_.over_rows && target.sigmoid == target_.sigmoid &&
         target.contrast == target_.contrast && std::ranges::equal(target.picks, target_.picks, same);
}

std::vector<double> Coalitions::values(std::span<const Mask* const> masks, Scalar explain, const Evaluate& evaluate) {
  std::vector<const Mask*> unknown;
  for (const Mask* mask : masks)
    if (!known_.contains(*mask)) unknown.push_back(mask);
  const std::vector<ScalarValues> found = evaluate(unknown);
  assert(found.size() == unknown.size());
  for (std::size_t i = 0; i < found.size(); ++i) known_[*unknown[i]] = found[i];
  std::vector<double> result;
  result.reserve(masks.size());
  for (const Mask* mask : masks) result.push_back(known_.at(*mask)[static_cast<std::size_t>(explain)]);
  return result;
}

ScalarValues scalar_values(const Target& target, ConstView logits) {
  ScalarValues values{};
  Target each = target;
  for (std::size_t i = 0; i < values.size(); ++i) {
    each.explain = static_cast<Scalar>(i);
    values[i] = value(each, logits);
  }
  static_assert(static_cast<std::size_t>(Scalar::max_logit) == std::tuple_size_v<ScalarValues>);
  return values;
}

}  // namespace limn
