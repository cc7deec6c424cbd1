#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "limn/error.h"
#include "model/formats/safetensors.h"
#include "model/tensor_files.h"

namespace {

/// Reads every byte of each tensor, so that the sanitizers detect invalid ranges.
void use(const limn::Tensors& tensors) {
  for (const auto& [name, tensor] : tensors) {
    if (limn::is_float_type(tensor.type)) {
      std::vector<float> numbers(tensor.bytes.size() / limn::number_bytes(tensor.type));
      limn::convert(tensor.type, tensor.bytes, numbers);
    }
    for (const std::byte byte : tensor.bytes) [[maybe_unused]] volatile std::byte read = byte;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    use(limn::read_safetensors(std::as_bytes(std::span(data, size)), "fuzz.safetensors"));
  } catch (const limn::Error&) {
  }
  try {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    limn::parse_index(limn::parse_json(text, "fuzz.json"), "fuzz.json");
  } catch (const limn::Error&) {
  }
  return 0;
}
