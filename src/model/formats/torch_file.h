#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "model/tensor.h"

namespace limn {

/// The tensors of a state dict that torch.save wrote: a zip file (since PyTorch 1.6) or a sequence of pickles (before).
/// The pickles are read without executing anything, see pickle.h. The result's `bytes` point into `bytes`.
///
/// The state dict may be the value of "state_dict", "model_state_dict" or "model" in a training checkpoint. If all
/// names start with "module." (which DataParallel adds), this prefix is removed.
/// @param file the file's name in messages.
/// @throws Error if the file is invalid, or contains more than tensors and plain data.
Tensors read_torch(std::span<const std::byte> bytes, const std::string& file);

}  // namespace limn
