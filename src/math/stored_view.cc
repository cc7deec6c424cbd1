#include "math/stored_view.h"

#include <algorithm>
#include <bit>
#include <cstdint>

#include "math/kernels.h"

namespace limn {

void StoredView::read_row(std::size_t row, std::span<float> numbers, std::size_t first_column) const {
  assert(row < rows && first_column + numbers.size() <= columns);
  const std::size_t first = row * stride + first_column;
  if (type == ElementType::f32) {
    std::copy_n(static_cast<const float*>(data) + first, numbers.size(), numbers.data());
    return;
  }
  const auto* const halves = static_cast<const std::uint16_t*>(data) + first;
  if (type == ElementType::f16) return kernels().widen_half(halves, numbers.size(), numbers.data());
  std::transform(halves, halves + numbers.size(), numbers.begin(),
                 [](std::uint16_t half) { return std::bit_cast<float>(static_cast<std::uint32_t>(half) << 16); });
}

}  // namespace limn
