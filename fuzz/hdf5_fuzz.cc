#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "limn/error.h"
#include "model/formats/tensorflow_file.h"

/// Reads Keras files, with every element of their floating-point tensors.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    for (const auto& [name, tensor] : limn::read_tensorflow(std::as_bytes(std::span(data, size)), "fuzz.h5")) {
      if (!limn::is_float_type(tensor.type)) continue;
      std::vector<float> numbers(*limn::count_numbers(tensor.shape));
      limn::read_numbers(tensor, numbers);
    }
  } catch (const limn::Error&) {
  }
  return 0;
}
