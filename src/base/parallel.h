#pragma once

#include <algorithm>
#include <cstddef>

namespace limn {

/// The number of threads that parallel_for uses, including the calling thread.
std::size_t threads();
/// Sets it; 0: the number of hardware threads.
void resize_thread_pool(std::size_t threads);

/// What a thread does that has no index left while others still work.
enum class WhileWaiting {
  wait,        ///< nothing: memory that its own caller uses must not change
  help_others  ///< takes indices of jobs that the calls of this one have begun; for a few calls of long work
};

/// parallel_for for a function and its first argument.
void run_parallel(std::size_t count, void (*work)(const void* context, std::size_t i), const void* context,
                  WhileWaiting waiting = WhileWaiting::wait);

/// Calls work(i) for each i in [0, count), in any order, on up to threads() threads; returns when all calls are done.
/// Rethrows the first exception that a call throws. May be called from several threads at once, from within `work`, and
/// in a child of fork() after its parent called it. The division of work into calls must not depend on threads(), so
/// that results do not depend on it. Allocates nothing.
template <class Work>
void parallel_for(std::size_t count, const Work& work) {
  run_parallel(
      count, [](const void* context, std::size_t i) { (*static_cast<const Work*>(context))(i); }, &work);
}

/// parallel_for for a few calls that last long and call parallel_for themselves: a thread whose calls are done helps in
/// the calls of the others. Must not be called from within products, which leave memory of their thread to their calls.
template <class Work>
void parallel_for_each_helping(std::size_t count, const Work& work) {
  run_parallel(
      count, [](const void* context, std::size_t i) { (*static_cast<const Work*>(context))(i); }, &work,
      WhileWaiting::help_others);
}

/// parallel_for for little work per row: each call handles several rows.
template <class Work>
void parallel_for_rows(std::size_t rows, const Work& work) {
  constexpr std::size_t chunk = 8;
  parallel_for((rows + chunk - 1) / chunk, [&](std::size_t i) {
    for (std::size_t row = i * chunk; row < std::min((i + 1) * chunk, rows); ++row) work(row);
  });
}

}  // namespace limn
