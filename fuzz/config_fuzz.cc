#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/json.h"
#include "limn/error.h"
#include "model/config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    // The weights contain every tensor that the input mentions.
    const auto has_tensor = [&](const std::string& name) { return text.find(name) != text.npos; };
    const limn::Config config = limn::parse_config(limn::parse_json(text, "config.json"), "config.json", has_tensor);
    const bool sensible = config.encoder.heads > 0 && config.encoder.hidden_size % config.encoder.heads == 0 &&
                          (config.head.task == limn::Task::masked_lm || !config.head.labels.empty());
    if (!sensible) std::abort();
  } catch (const limn::Error&) {
  }
  return 0;
}
