#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "model/tensor_files.h"

/// LoRA adapters as the peft package saves them: adapter_config.json and adapter_model.safetensors (Hu et al. 2021).

namespace limn {

/// The base model that an adapter folder names; nothing if the folder is no adapter, or also has a config.json.
std::optional<std::string> adapter_base(const std::filesystem::path& folder);

/// The same as a folder, absolute or in the adapter's or the current folder; nothing if there is none.
std::optional<std::filesystem::path> adapter_base_folder(const std::filesystem::path& folder);

/// The base model's config.json with the head that the adapter's task_type needs.
nlohmann::json adapted_config(nlohmann::json config, const std::filesystem::path& adapter);

/// Replaces each adapted weight by W + scale · B A, and adds the modules that the adapter saved whole, such as a
/// classifier. scale = lora_alpha ÷ r, or lora_alpha ÷ √r with use_rslora.
/// @throws Error for adapters of another kind than LoRA, for DoRA, and for tensors that do not fit the base model.
void merge_adapter(WeightFiles& weights, const std::filesystem::path& adapter);

}  // namespace limn
