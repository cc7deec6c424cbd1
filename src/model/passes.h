#pragma once

#include <cstddef>

#include "limn/watch.h"
#include "model/config.h"

namespace limn {

/// Rows of a forward pass: enough for the products to run at full speed, few enough for their buffers to stay small.
inline constexpr std::size_t forward_rows = 1024;

/// Rows of a pass whose trace is kept for the way back.
std::size_t traced_rows(const EncoderConfig& config);

/// Packs `count` items into passes: calls work(begin, end) for runs of items, in order, that have at most `most_rows`
/// rows together. An item with more rows has a pass of its own. @param rows_of (i) -> rows of item i
template <class RowsOf, class Work>
void in_passes(std::size_t count, std::size_t most_rows, const RowsOf& rows_of, const Work& work) {
  for (std::size_t begin = 0, end = 0; begin < count; begin = end) {
    std::size_t rows = 0;
    do rows += rows_of(end++);
    while (end < count && rows + rows_of(end) <= most_rows);
    work(begin, end);
  }
}

/// Each pass, forward or backward, calls this first. @throws Cancelled if the watch says so. @param watch may be null.
void begin_pass(const Watch* watch);

}  // namespace limn
