#pragma once

#include <cstddef>

#include "limn/watch.h"
#include "model/config.h"

namespace limn {

/// Rows per forward pass: enough for the matrix products to run at full speed, few enough to keep their buffers small.
inline constexpr std::size_t forward_rows = 1024;

/// Rows per pass if its trace is kept for the backward pass.
std::size_t traced_rows(const EncoderConfig& config);

/// Packs `count` items into passes: calls work(begin, end) for successive ranges of items that have at most `most_rows`
/// rows in total. An item with more rows gets a pass of its own. @param rows_of (i) -> rows of item i
template <class RowsOf, class Work>
void in_passes(std::size_t count, std::size_t most_rows, const RowsOf& rows_of, const Work& work) {
  for (std::size_t begin = 0, end = 0; begin < count; begin = end) {
    std::size_t rows = 0;
    do rows += rows_of(end++);
    while (end < count && rows + rows_of(end) <= most_rows);
    work(begin, end);
  }
}

/// Called at the start of each forward or backward pass. @throws Cancelled if the watch requests it.
/// @param watch may be null.
void begin_pass(const Watch* watch);

}  // namespace limn
