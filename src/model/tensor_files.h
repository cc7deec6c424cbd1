#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/mapped_file.h"
#include "model/tensor.h"

namespace limn {

/// A weight file, mapped.
struct WeightFile {
  std::string name;
  MappedFile file;
};

/// All weight files of a folder, and the tensors in them by the names that PyTorch gives them.
struct WeightFiles {
  std::string main;  ///< path of the file that lists all tensors, for messages
  std::vector<WeightFile> files;
  Tensors tensors;
};

/// Maps the weights of a folder. If there are several, the first of: model.safetensors, pytorch_model.bin (each whole
/// or, by its .index.json, in parts), tf_model.h5.
/// @throws Error if there are none, or as read_safetensors, read_torch and read_tensorflow do.
WeightFiles open_weights(const std::filesystem::path& folder);

/// The tensor → file map of a model.safetensors.index.json or pytorch_model.bin.index.json; files are plain names.
std::map<std::string, std::string, std::less<>> parse_index(const nlohmann::json& json, const std::string& file);

}  // namespace limn
