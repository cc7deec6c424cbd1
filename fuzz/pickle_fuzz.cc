#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "limn/error.h"
#include "model/formats/torch_file.h"

/// Reads PyTorch files of both formats, with every byte of their tensors, so that the sanitizers detect invalid ranges.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    for (const auto& [name, tensor] : limn::read_torch(std::as_bytes(std::span(data, size)), "fuzz.bin")) {
      for (const std::byte byte : tensor.bytes) [[maybe_unused]] volatile std::byte read = byte;
      if (!limn::is_float_type(tensor.type)) continue;
      std::vector<float> numbers(*limn::count_numbers(tensor.shape));
      limn::read_numbers(tensor, numbers);
    }
  } catch (const limn::Error&) {
  }
  return 0;
}
