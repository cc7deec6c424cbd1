#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/parallel.h"
#include "limn/watch.h"
#include "model/config.h"

namespace limn {

/// Rows per forward pass: enough for the matrix products to run at full speed, few enough for what a product reads to
/// stay in the cache, and for passes to run at once.
inline constexpr std::size_t forward_rows = 256;

/// Rows of a pass whose trace is kept for the backward pass, if no other pass runs at once.
std::size_t traced_rows(const EncoderConfig& config);
/// The same for each of several passes that run at once. All together have at most traced_rows() rows, or 128 each; a
/// quarter more if one pass for each thread is enough then.
std::size_t traced_rows_at_once(const EncoderConfig& config);

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

/// The number of passes of about the same size for all rows: about as many as in_passes makes, but, of several, the
/// same number for each thread. So no thread waits while another runs the last one.
/// @param passes that in_passes makes of `rows` rows, of at most `most_rows` each
std::size_t even_passes(std::size_t passes, std::size_t rows, std::size_t most_rows);

/// Packs `count` items into even_passes(): calls work(begin, end) for successive ranges of items.
template <class RowsOf, class Work>
void in_even_passes(std::size_t count, std::size_t most_rows, const RowsOf& rows_of, const Work& work) {
  std::size_t full = 0, rows = 0;
  in_passes(count, most_rows, rows_of, [&](std::size_t begin, std::size_t end) {
    ++full;
    for (std::size_t i = begin; i < end; ++i) rows += rows_of(i);
  });
  const std::size_t passes = even_passes(full, rows, most_rows);
  std::size_t end = 0, done = 0;
  for (std::size_t pass = 1, begin = 0; begin < count; ++pass, begin = end) {
    const std::size_t boundary = rows * pass / passes;  // where this pass should end
    const std::size_t share = boundary - std::min(done, boundary);
    const std::size_t most = std::max(most_rows, (rows + passes - 1) / passes);
    std::size_t own = 0;
    do own += rows_of(end++);
    while (end < count && own + rows_of(end) / 2 <= share && own + rows_of(end) <= most);
    done += own;
    work(begin, end);
  }
}

/// Called at the start of each forward or backward pass. @throws Cancelled if the watch requests it.
/// @param watch may be null.
void begin_pass(const Watch* watch);

/// The most passes that run at once: one for each thread, but few, since each needs memory for its activations.
std::size_t passes_at_once();

/// The passes of in_even_passes, of which passes_at_once() run at once, each on one thread. So threads wait for each
/// other once in several passes, not several times in each layer. A pass that runs alone uses all threads.
/// @param make (begin, end) -> Pass, on the calling thread
/// @param run (Pass&, const Watch*), on any thread; the watch is null if several passes run at once
/// @param take (begin, end, Pass&), on the calling thread, in order
template <class RowsOf, class Make, class Run, class Take>
void in_passes_at_once(std::size_t count, std::size_t most_rows, const RowsOf& rows_of, const Watch* watch,
                       const Make& make, const Run& run, const Take& take) {
  struct Part {
    std::size_t begin, end;
    decltype(make(count, count)) pass;
  };
  std::vector<Part> parts;
  const auto run_parts = [&] {
    if (parts.size() == 1)
      run(parts.front().pass, watch);
    else {
      for (std::size_t i = 0; i < parts.size(); ++i) begin_pass(watch);
      parallel_for_each_helping(parts.size(), [&](std::size_t i) { run(parts[i].pass, nullptr); });
    }
    for (Part& part : parts) take(part.begin, part.end, part.pass);
    parts.clear();
  };
  in_even_passes(count, most_rows, rows_of, [&](std::size_t begin, std::size_t end) {
    parts.push_back({begin, end, make(begin, end)});
    if (parts.size() == passes_at_once()) run_parts();
  });
  if (!parts.empty()) run_parts();
}

}  // namespace limn
