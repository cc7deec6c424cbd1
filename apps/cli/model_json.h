#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "limn/limn.h"

namespace limn::cli {

/// What a model reads of an input, as JSON: ids, tokens, types, and offsets as in all of limn's JSON, code points of
/// the token's own sequence.
std::string to_json(const TokenizedInput& tokenized, const Input& input, const std::string& model, bool is_question);

/// What a model is: family, task, labels, sizes, files.
nlohmann::ordered_json json_value(const ModelInfo& info);

}  // namespace limn::cli
