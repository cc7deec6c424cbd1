#pragma once

#include <filesystem>

#include "limn/limn.h"

namespace limn::cli {

/// Loads a checkpoint and writes its warnings to standard error, once.
Model load_model(const std::filesystem::path& folder);

/// @throws Error if the model has another task.
void require_task(const Model& model, Task task);

}  // namespace limn::cli
