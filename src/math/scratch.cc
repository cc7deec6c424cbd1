#include "math/scratch.h"

#include <cstdlib>
#include <memory>
#include <new>

namespace limn {
namespace {

struct Free {
  void operator()(char* memory) const { std::free(memory); }
};

}  // namespace

char* scratch(std::size_t bytes) {
  constexpr std::size_t line_bytes = 64;
  thread_local std::unique_ptr<char, Free> memory;
  thread_local std::size_t size = 0;
  if (bytes > size) {
    memory.reset();  // frees the old block before the new one is allocated
    size = 0;
    const std::size_t rounded = (bytes + line_bytes - 1) / line_bytes * line_bytes;
    memory.reset(static_cast<char*>(std::aligned_alloc(line_bytes, rounded)));
    if (!memory) throw std::bad_alloc();
    size = rounded;
  }
  return memory.get();
}

}  // namespace limn
