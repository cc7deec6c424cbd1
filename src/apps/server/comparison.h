#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "apps/server/scheduler.h"
#include "limn/limn.h"

namespace limn::server {

struct ComparedMethod {
  std::string name;
  Method method;
  std::optional<std::string> preset;
  std::optional<Pieces> pieces;
  std::uint64_t seed = 0;
};

/// One input in every model by every method, as JSON: what `limn compare` prints.
std::string compare(const std::vector<Model>& models, const std::vector<ComparedMethod>& methods, const Input& input,
                    const ExplainOptions& options, const Progress& progress);

/// What `limn tokenize` prints.
std::string tokens_json(const TokenizedInput& tokenized, const Input& input, const std::string& model,
                        bool is_question);

/// What `limn models NAME` prints, without the folder.
std::string model_json(const ModelInfo& info);

}  // namespace limn::server
