#include "model/tensorflow_file.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/json.h"
#include "limn/error.h"
#include "model/hdf5.h"

namespace limn {
namespace {

/// The parts between separators; empty ones are left out.
std::vector<std::string_view> split(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    if (end > 0 && !text.empty()) parts.push_back(text.substr(0, end));
    if (end == text.npos) return parts;
    text.remove_prefix(end + separator.size());
  }
}

std::string_view last_part(std::string_view path) {
  path.remove_suffix(path.ends_with(":0") ? 2 : 0);
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

}  // namespace

std::string pytorch_name(std::string_view path) {
  path.remove_suffix(path.ends_with(":0") ? 2 : 0);
  std::string name;
  const auto levels = split(path, "/");
  const std::size_t first = std::min<std::size_t>(2, levels.empty() ? 0 : levels.size() - 1);
  for (std::size_t i = first; i < levels.size(); i++) {
    std::string_view level = levels[i];
    if (const std::size_t duplicate = level.rfind("___"); duplicate != level.npos) level.remove_prefix(duplicate + 3);
    if (i + 1 == levels.size()) {
      if (level == "kernel" || level == "gamma" || level == "embeddings") level = "weight";
      if (level == "beta") level = "bias";
    }
    for (const std::string_view part : split(level, "_._")) {
      if (!name.empty()) name += '.';
      name += part;
    }
  }
  return name;
}

Tensors read_tensorflow(std::span<const std::byte> bytes, const std::string& file) {
  Tensors result;
  for (auto& [path, tensor] : read_hdf5(bytes, file)) {
    if (last_part(path) == "kernel" && tensor.shape.size() > 1) {
      tensor.strides = row_major(tensor.shape);
      std::ranges::reverse(tensor.shape);
      std::ranges::reverse(tensor.strides);
    }
    const auto [entry, is_new] = result.emplace(pytorch_name(path), std::move(tensor));
    if (!is_new) {
      throw Error({.file = file,
                   .thing = "dataset " + shown_name(path),
                   .found = "another weight that is " + shown_name(entry->first) + " in PyTorch",
                   .expected = "one"});
    }
  }
  return result;
}

}  // namespace limn
