#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "model/tensor.h"

namespace limn {

/// The tensors of a file that torch.save wrote of a state dict: a zip file (since PyTorch 1.6) or a row of pickles
/// (before). The pickles are read without executing anything, see pickle.h. The result's `bytes` point into `bytes`.
///
/// A state dict may be the value of "state_dict", "model_state_dict" or "model", beside what else a training kept;
/// names that all begin with "module." (as DataParallel leaves them) lose that.
/// @param file how messages name it.
/// @throws Error for whatever is broken or does not fit, and for files that hold more than tensors and plain data.
Tensors read_torch(std::span<const std::byte> bytes, const std::string& file);

}  // namespace limn
