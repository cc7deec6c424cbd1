#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "apps/server/models.h"
#include "apps/server/scheduler.h"

namespace limn::server {

/// Limits of one request.
struct Limits {
  std::size_t tokens = 8192;  ///< of one input, including those that would be truncated
  std::size_t rows = 65'536;  ///< of all windows of one input
  std::size_t steps = 1000, samples = 5000;
  std::size_t masks = 500'000;  ///< of Sobol indices: each sample needs one per unit, all in memory
  std::size_t inputs = 64;
  std::size_t models = 8, methods = 8;  ///< of a comparison
  std::size_t top = 100, beam = 10;
  std::size_t weights = 8'000'000;                        ///< of all attention heads, one byte each before base64
  std::size_t passages = 256;                             ///< that are ranked, found or read for one question
  std::size_t upload_files = 64, upload_passages = 1000;  ///< of a temporary collection
  std::size_t upload_bytes = std::size_t{1} << 20;        ///< of the request with its files: the longest body
};

/// The work of a request, one element per input.
struct Request {
  std::vector<Work> work;
  bool many = false;     ///< the request has "inputs": the answer is a list
  bool streams = false;  ///< progress can be streamed
  /// Makes one answer of those to all inputs; empty: the answer is a list. If an input fails, its error is the answer.
  std::function<std::string(const std::vector<Body>& answers)> join;
};

/// A request that is refused with another status than 422.
class Refusal : public Error {
 public:
  Refusal(int refused_status, Parts parts) : Error(std::move(parts)), status(refused_status) {}
  int status;
};

/// Returns what a server says of a temporary collection.
nlohmann::ordered_json temporary_json(const ServedCollection& served, const TemporaryCollections& all);

/// Each reads the JSON of one route. The work keeps the model set alive.
/// @throws Error for a field that is unknown, missing or invalid.
using ReadRequest = Request(const nlohmann::json& body, const std::shared_ptr<const ModelSet>& models,
                            const Limits& limits);
ReadRequest read_explain, read_predict, read_compare, read_tokenize, read_attack, read_attention, read_evaluate;
// retrieval_requests.cc
ReadRequest read_embed, read_embeddings, read_similar, read_rerank, read_search, read_ask;
// upload_requests.cc
ReadRequest read_upload;

}  // namespace limn::server
