#pragma once

#include <cstddef>

namespace limn {

/// Memory of the calling thread, aligned to cache lines, valid until its next call. It grows to the largest request and
/// is freed when the thread ends, so that products allocate nothing once they have run.
char* scratch(std::size_t bytes);

}  // namespace limn
