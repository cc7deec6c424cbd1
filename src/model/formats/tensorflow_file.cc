#include "model/formats/tensorflow_file.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/json.h"
#include "limn/error.h"
#include "model/formats/hdf5.h"

namespace limn {
namespace {

/// The parts between separators, without empty ones.
std::vector<std::string_view> split(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    if (end > 0 && !text.empty()) parts.push_back(text.substr(0, end));
    if (end == text.npos) return parts;
    text.remove_prefix(end + separator.size());
  }
}

bool ends_with_any(std::string_view path, std::initializer_list<std::string_view> ends) {
  return std::ranges::any_of(
      ends, [&](std::string_view end) { return path.ends_with(end); });
}

void merge_axes(std::vector<std::size_t>& shape, std::size_t first) {
  shape[first] *= shape[first + 1];
  shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(first) + 1);
}

/// Some versions of the package store the heads as a separate axis: (C, H, D) for queries, keys and values, (H, D, C)
/// for the output. The elements are in the same order as without this axis.
void merge_heads(std::vector<std::size_t>& shape, std::string_view path) {
  if (shape.size() == 3 && ends_with_any(path, {"/query/kernel:0", "/key/kernel:0", "/value/kernel:0"}))
    merge_axes(shape, 1);
  else if (shape.size() == 3 && path.ends_with("/attention/output/dense/kernel:0"))
    merge_axes(shape, 0);
  else if (shape.size() == 2 && ends_with_any(path, {"/query/bias:0", "/key/bias:0", "/value/bias:0"}))
    merge_axes(shape, 0);
}

}  // namespace

std::string pytorch_name(std::string_view path) {
  path.remove_suffix(path.ends_with(":0") ? 2 : 0);
  std::string name;
  const auto levels = split(path, "/");
  const std::size_t first = std::min<std::size_t>(2, levels.empty() ? 0 : levels.size() - 1);
  for (std::size_t i = first; i < levels.size(); ++i) {
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
    merge_heads(tensor.shape, path);
    if (path.ends_with("/kernel:0") && tensor.shape.size() > 1) {
      tensor.strides = row_major(tensor.shape);
      std::ranges::reverse(tensor.shape);
      std::ranges::reverse(tensor.strides);
    }
    const auto [entry, is_new] = result.emplace(pytorch_name(path), std::move(tensor));
    if (!is_new) {
      throw Error({.file = file,
                   .thing = "dataset " + shown_name(path),
                   .found = "another weight that is " + shown_name(entry->first) + " in PyTorch",
                   .expected = "only one"});
    }
  }
  return result;
}

}  // namespace limn
