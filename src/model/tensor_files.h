#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/mapped_file.h"
#include "limn/memory.h"
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
  std::shared_ptr<const void> owner = {};               ///< of tensors in the program's memory
  std::vector<std::unique_ptr<float[]>> computed = {};  ///< elements of tensors that are not in a file
};

/// Maps the weights of a folder. If it has several formats, takes the first of: model.safetensors, pytorch_model.bin
/// (each either one file or the shards of its .index.json), tf_model.h5.
/// Strips prefixes that training tools put before every name: "module." (DataParallel), "_orig_mod." (torch.compile);
/// a warning says so.
/// @throws Error if there are no weights, or as read_safetensors, read_torch and read_tensorflow do.
WeightFiles open_weights(const std::filesystem::path& folder);

/// The tensors of a checkpoint in memory. Strips the same prefixes. @throws Error if a tensor's size does not match its
/// shape and type, or two have the same name.
WeightFiles weights_in_memory(MemoryCheckpoint checkpoint);

/// What to do about an adapter of peft whose base model is missing.
constexpr std::string_view adapter_hint =
    "an adapter needs its base model, a folder or a name that 'limn models' lists; or "
    "AutoPeftModelForSequenceClassification.from_pretrained(…).merge_and_unload()"
    ".save_pretrained(…) writes both as one checkpoint (for other tasks, the class of that task)";

/// The tensor → file map of a model.safetensors.index.json or pytorch_model.bin.index.json. Files are names without
/// folders. @throws Error if the index is invalid.
std::map<std::string, std::string, std::less<>> parse_index(const nlohmann::json& json, const std::string& file);

}  // namespace limn
