#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "model/tensor.h"

namespace limn {

/// The tensors of one safetensors file: 8 bytes of header length, a JSON header, the data
/// (https://huggingface.co/docs/safetensors). The result's `bytes` point into `bytes`.
/// @param file the file's name in messages.
/// @throws Error if the header is invalid, contradicts itself, or does not match the size of the file.
Tensors read_safetensors(std::span<const std::byte> bytes, const std::string& file);

}  // namespace limn
