#pragma once

#include <filesystem>

#include "limn/limn.h"

namespace limn::cli {

/// Loads a checkpoint and writes its warnings to standard error, once.
Model load_model(const std::filesystem::path& folder);

}  // namespace limn::cli
