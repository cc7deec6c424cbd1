#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/mapped_file.h"
#include "model/tensor.h"

namespace limn {

/// A mapped weight file.
struct WeightFile {
  std::string name;
  MappedFile file;
};

/// All weight files of a folder, and their tensors under the names that PyTorch uses.
struct WeightFiles {
  std::string main;  ///< path of the file that lists all tensors, used in messages
  std::vector<WeightFile> files;
  Tensors tensors;
  std::vector<std::string> warnings = {};
};

/// Maps the weights of a folder. If it has several formats, takes the first of: model.safetensors, pytorch_model.bin
/// (each either one file or the shards of its .index.json), tf_model.h5.
/// Strips prefixes that training tools put before every name: "module." (DataParallel), "_orig_mod." (torch.compile);
/// a warning says so.
/// @throws Error if there are no weights, or as read_safetensors, read_torch and read_tensorflow do.
WeightFiles open_weights(const std::filesystem::path& folder);

/// How to turn an adapter of peft into a checkpoint.
constexpr std::string_view adapter_hint =
    "an adapter needs its base model: AutoPeftModelForSequenceClassification.from_pretrained(…).merge_and_unload()"
    ".save_pretrained(…) writes both as one checkpoint (for other tasks, the class of that task)";

/// The tensor → file map of a model.safetensors.index.json or pytorch_model.bin.index.json. Files are names without
/// folders. @throws Error if the index is invalid.
std::map<std::string, std::string, std::less<>> parse_index(const nlohmann::json& json, const std::string& file);

}  // namespace limn
