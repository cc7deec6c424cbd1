#pragma once

#include <cstddef>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "apps/server/models.h"
#include "apps/server/scheduler.h"

namespace limn::server {

/// What one request may ask for.
struct Limits {
  std::size_t tokens = 8192;  ///< of one input, those that the model would cut off included
  std::size_t rows = 65'536;  ///< of the windows of one input
  std::size_t steps = 1000, samples = 5000;
  std::size_t masks = 500'000;  ///< of Sobol indices: each sample makes one for every unit, and all are in memory
  std::size_t inputs = 64;
  std::size_t models = 8, methods = 8;  ///< of a comparison
  std::size_t top = 100, beam = 10;
};

/// The works of a request, one for each of its inputs.
struct Request {
  std::vector<Work> works;
  bool many = false;     ///< "inputs" was given: the answer is a list
  bool streams = false;  ///< its progress can be told as it goes
};

/// Each reads the JSON of one route. The works keep the model set for as long as they live.
/// @throws Error for a field that is unknown, missing, or has a value that it cannot have.
using ReadRequest = Request(const nlohmann::json& body, std::shared_ptr<const ModelSet> models, const Limits& limits);
ReadRequest read_explain, read_predict, read_compare, read_tokenize, read_attack;

}  // namespace limn::server
