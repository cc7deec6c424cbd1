#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/mapped_file.h"

namespace limn {

/// Where a tensor's numbers are, row-major and little-endian, as they stand in the file.
struct Tensor {
  std::string file;                  ///< how messages name the file
  std::string type;                  ///< "F32", "F16", "BF16", "I64", …
  std::vector<std::size_t> shape;    ///< the product does not overflow
  std::span<const std::byte> bytes;  ///< exactly as many as type and shape need
};

/// "(3, 768)".
std::string shape_text(std::span<const std::size_t> shape);

using Tensors = std::map<std::string, Tensor, std::less<>>;

/// The tensors of one safetensors file: 8 bytes of header length, a JSON header, the data
/// (https://huggingface.co/docs/safetensors). The result's `bytes` point into `bytes`.
/// @param file how messages name it.
/// @throws Error if anything in the header does not fit the file or itself.
Tensors read_safetensors(std::span<const std::byte> bytes, const std::string& file);

/// The tensor → file map of a model.safetensors.index.json; files are plain names.
std::map<std::string, std::string, std::less<>> parse_index(const nlohmann::json& json, const std::string& file);

/// A weight file, mapped.
struct WeightFile {
  std::string name;
  MappedFile file;
};

/// All weight files of a folder.
struct WeightFiles {
  std::string main;  ///< path of the file that lists all tensors, for messages
  std::vector<WeightFile> files;
  Tensors tensors;
};

/// Maps FOLDER/model.safetensors, or the files that FOLDER/model.safetensors.index.json names.
/// @throws Error if there are none, or as read_safetensors does.
WeightFiles open_safetensors(const std::filesystem::path& folder);

/// Whether limn can compute with numbers of this type: "F32", "F16" or "BF16".
bool is_float_type(std::string_view type);

/// Writes numbers of type "F32", "F16" or "BF16" as float32; exact.
/// @param bytes as many as `numbers` need; no alignment is asked for.
void widen(std::string_view type, std::span<const std::byte> bytes, std::span<float> numbers);

}  // namespace limn
