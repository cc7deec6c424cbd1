#include "model/passes.h"

#include <algorithm>

#include "model/encoder.h"

namespace limn {

std::size_t traced_rows(const EncoderConfig& config) {
  // The rows of a 48 MB trace, at least 128; more rows would hardly be faster.
  constexpr std::size_t budget_bytes = std::size_t{48} << 20, least = 128;
  return std::max(least, budget_bytes / (trace_floats_a_row(config) * sizeof(float)));
}

void begin_pass(const Watch* watch) {
  if (watch != nullptr && watch->cancelled && watch->cancelled()) throw Cancelled();
}

std::size_t passes_at_once() {
  constexpr std::size_t most = 4;
  return std::min(threads(), most);
}

}  // namespace limn
