#pragma once

#include "limn/result.h"

namespace limn {

/// Returns the result of work(), or the Error that it throws; other exceptions propagate.
template <class Work>
auto attempt(const Work& work) -> Result<decltype(work())> {
  try {
    return work();
  } catch (const Error& error) {
    return error;
  }
}

}  // namespace limn
