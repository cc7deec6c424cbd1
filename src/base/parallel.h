#pragma once

#include <cstddef>
#include <functional>

namespace limn {

/// Threads that parallel_for uses, the caller's included; 0: as many as the machine has.
void set_threads(std::size_t threads);
std::size_t threads();

/// Calls work(i) for each i in [0, count), in any order, on up to threads() threads; returns when all are done.
/// The first exception that a call throws is thrown here. May be called from several threads at once and from
/// inside a call. How work is cut into calls must not depend on threads(), so that results do not either.
void parallel_for(std::size_t count, const std::function<void(std::size_t)>& work);

}  // namespace limn
