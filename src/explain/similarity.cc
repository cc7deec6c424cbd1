#include "explain/similarity.h"

#include <chrono>
#include <utility>
#include <variant>

#include "explain/token_pairs.h"
#include "limn/error.h"

namespace limn {

Similarity similar(const Explainer& explainer, const Input& input, const ChosenMethod& method,
                   const ExplainOptions& options, const Watch& watch) {
  const auto start = std::chrono::steady_clock::now();
  const Pipeline& pipeline = explainer.pipeline();
  if (pipeline.info.task != Task::sentence_embedding)
    throw Error({.file = pipeline.info.name,
                 .thing = "the model's task",
                 .found = std::string(name(pipeline.info.task)),
                 .expected = "sentence-embedding",
                 .hint = "a cross-encoder reads both texts at once: explain it with a text and its pair"});
  if (!input.pair) throw Error({.thing = "the second text", .found = "none", .expected = "two texts to compare"});
  const auto explained = [&](const Input& texts, const ExplainOptions& with) {
    return std::move(explain(explainer, {&texts, 1}, method, with, false, watch).front()).value().front();
  };
  ExplainOptions swapped = options;
  std::swap(swapped.reading.prompt, swapped.reading.pair_prompt);
  if (options.reading.prompt && !options.reading.pair_prompt) swapped.reading.prompt = options.reading.prompt;
  Similarity result;
  result.model = pipeline.info.name;
  result.a = explained(input, options);
  result.b = explained({.text = *input.pair, .pair = input.text}, swapped);
  const Embedding& compared = std::get<Embedding>(result.a.prediction);
  result.cosine = compared.cosine.value();
  result.dot = compared.dot.value();
  const std::vector<Encoding> encodings = read_input(pipeline, input, options.reading);
  TokenPairs pairs = token_pairs(explainer, encodings[0], encodings[1], watch);
  result.pairs = std::move(pairs.scores);
  result.pairs_exact = pairs.exact;
  result.pairs_residual = pairs.residual;
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

}  // namespace limn
