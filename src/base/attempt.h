#pragma once

#include "limn/result.h"

namespace limn {

/// What work() returns, or the Error that it throws; other exceptions go through.
template <class Work>
auto attempt(const Work& work) -> Result<decltype(work())> {
  try {
    return work();
  } catch (const Error& error) {
    return error;
  }
}

}  // namespace limn
