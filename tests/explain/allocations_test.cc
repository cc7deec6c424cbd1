// Passes allocate no memory for matrices once passes of their size have run.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <new>
#include <string>
#include <vector>

#include "base/parallel.h"
#include "explain/explainer.h"
#include "explain/passes.h"
#include "explain/perturbation.h"
#include "explain/subject.h"

namespace {

std::atomic<std::size_t> least_counted = 0, allocations = 0;

void* allocate_or_null(std::size_t bytes) noexcept {
  const std::size_t least = least_counted;
  if (least > 0 && bytes >= least) ++allocations;
  return std::malloc(bytes > 0 ? bytes : 1);
}

/// Not inlined: GCC 12 warns where it sees free() of memory from new, without seeing that this new calls malloc().
[[gnu::noinline]] void release(void* memory) noexcept { std::free(memory); }

void* allocate(std::size_t bytes) {
  if (void* const memory = allocate_or_null(bytes)) return memory;
  throw std::bad_alloc();
}

}  // namespace

// This program's: they count. All forms without alignment, since sanitizers replace those that a program leaves out,
// and memory of one allocator must not go to the other.
void* operator new(std::size_t bytes) { return allocate(bytes); }
void* operator new[](std::size_t bytes) { return allocate(bytes); }
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept { return allocate_or_null(bytes); }
void* operator new[](std::size_t bytes, const std::nothrow_t&) noexcept { return allocate_or_null(bytes); }
void operator delete(void* memory) noexcept { release(memory); }
void operator delete[](void* memory) noexcept { release(memory); }
void operator delete(void* memory, std::size_t) noexcept { release(memory); }
void operator delete[](void* memory, std::size_t) noexcept { release(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { release(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { release(memory); }

namespace limn::allocations_test {
namespace {

/// The allocations of at least `bytes` that work makes.
template <class Work>
std::size_t count_allocations(std::size_t bytes, const Work& work) {
  allocations = 0;
  least_counted = bytes;
  work();
  least_counted = 0;
  return allocations;
}

TEST(Allocations, NoneForMatricesInTheSteadyState) {
  const std::size_t threads_before = threads();
  resize_thread_pool(1);
  const Explainer explainer(load_pipeline(std::filesystem::path(LIMN_SOURCE_DIR) / "models/minilm-l6-sentiment"));
  const Input input = {.text = "A gorgeous, witty, seductive film that never loses its way.", .pair = {}};
  std::size_t checked = 0;
  for_each_subject(explainer, input, {}, Scalar::logit, false, {}, nullptr, [&](const Subject& subject, const auto&) {
    const std::size_t tokens = subject.encoding.size();
    const auto gradients = [&] {
      for_each_gradient(
          subject, Layer::word(), 4, [](std::size_t, View x) { fill(x, 0.1f); }, [](std::size_t, double, View) {});
    };
    const auto masked = [&] {
      Game game = masking_game(subject, units_of(subject, Unit::word), Masking::mask);
      score_units(game, Occlusion{});
    };
    // The smallest matrix of the layers; vectors of numbers a row are smaller.
    const std::size_t matrix = tokens * explainer.pipeline().checkpoint.config().encoder.hidden_size * sizeof(float);
    EXPECT_GT(count_allocations(matrix, gradients), 0u);  // the counter counts
    gradients();
    EXPECT_EQ(count_allocations(matrix, gradients), 0u);
    masked();
    masked();
    EXPECT_EQ(count_allocations(matrix, masked), 0u);
    ++checked;
  });
  resize_thread_pool(threads_before);
  EXPECT_EQ(checked, 1u);
}

}  // namespace
}  // namespace limn::allocations_test
