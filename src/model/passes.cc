#include "model/passes.h"

#include <algorithm>

#include "model/encoder.h"

namespace limn {

namespace {

constexpr std::size_t most_passes = 4, least_traced_rows = 128;

}  // namespace

std::size_t traced_rows(const EncoderConfig& config) {
  // The rows of a 48 MB trace; more rows would hardly be faster.
  constexpr std::size_t budget_bytes = std::size_t{48} << 20;
  return std::max(least_traced_rows, budget_bytes / (trace_floats_a_row(config) * sizeof(float)));
}

std::size_t traced_rows_at_once(const EncoderConfig& config) {
  return std::max(least_traced_rows, traced_rows(config) / most_passes);
}

void begin_pass(const Watch* watch) {
  if (watch != nullptr && watch->cancelled && watch->cancelled()) throw Cancelled();
}

std::size_t even_passes(std::size_t passes, std::size_t rows, std::size_t most_rows) {
  constexpr std::size_t least_rows = 64;  // with fewer, passes would mainly read the weights
  if (passes <= 1) return passes;
  const std::size_t at_once = passes_at_once();
  // One for each thread rather than two, of which the second would be short.
  if (passes > at_once && passes < 2 * at_once && rows <= at_once * (most_rows + most_rows / 4)) return at_once;
  const std::size_t more = (passes + at_once - 1) / at_once * at_once;
  return rows >= more * least_rows ? more : passes;
}

std::size_t passes_at_once() { return std::min(threads(), most_passes); }

}  // namespace limn
