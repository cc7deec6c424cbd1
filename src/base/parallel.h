#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>

namespace limn {

/// Threads that parallel_for uses, the caller's included; 0: as many as the machine has.
void set_threads(std::size_t threads);
std::size_t threads();

/// Calls work(i) for each i in [0, count), in any order, on up to threads() threads; returns when all are done.
/// The first exception that a call throws is thrown here. May be called from several threads at once, from inside a
/// call, and by a child of fork() after its parent did. How work is cut into calls must not depend on threads(), so
/// that results do not either.
void parallel_for(std::size_t count, const std::function<void(std::size_t)>& work);

/// parallel_for for light work on rows: some rows at a time.
template <class Work>
void parallel_for_rows(std::size_t rows, const Work& work) {
  constexpr std::size_t chunk = 32;
  parallel_for((rows + chunk - 1) / chunk, [&](std::size_t i) {
    for (std::size_t row = i * chunk; row < std::min((i + 1) * chunk, rows); ++row) work(row);
  });
}

}  // namespace limn
