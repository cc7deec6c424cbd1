#include "explain/views/attention_view.h"

#include <fmt/format.h>

#include <chrono>
#include <variant>

#include "base/parallel.h"
#include "limn/error.h"
#include "math/attention.h"
#include "model/encoder.h"
#include "model/position_tables.h"

namespace limn {
namespace {

// 160 MB of float: 12 layers of 12 heads for up to 527 tokens.
constexpr std::size_t most_weights = 40'000'000;

void check_size(const EncoderConfig& config, std::size_t tokens) {
  const std::size_t maps = config.layers * config.heads;
  std::size_t most = 1;
  while (maps * (most + 1) * (most + 1) <= most_weights) ++most;
  if (tokens <= most) return;
  throw Error({.thing = "the attention of every head",
               .found = fmt::format("{} tokens, {} heads in total", tokens, maps),
               .expected = fmt::format("at most {} tokens, to fit into memory", most),
               .hint = "use a shorter text, or a smaller max_length"});
}

}  // namespace

AttentionMaps attention_maps(const Pipeline& pipeline, const Input& input, const PredictOptions& given,
                             const Watch& watch) {
  const PredictOptions options = of_beginning(given);  // the maps are those of one encoding
  const auto start = std::chrono::steady_clock::now();
  const Encoder encoder = pipeline.encoder(watch);
  const EncoderConfig& config = encoder.config;
  const std::vector<Encoding> encodings = read_input(pipeline, input, options);
  AttentionMaps maps;
  std::size_t window = 0;
  for (const Encoding& encoding : encodings) check_size(config, encoding.size());
  if (pipeline.head().task != Task::masked_lm) {  // a text without a mask token has no prediction
    maps.prediction = predict(pipeline, std::span(&input, 1), options, watch).front().value();
    if (const auto* answer = std::get_if<AnswerPrediction>(&maps.prediction)) window = answer->best.window;
  }
  const Encoding& encoding = encodings[window];
  const std::size_t tokens = encoding.size();
  maps.model = pipeline.info.name;
  maps.task = pipeline.info.task;
  maps.input = input;
  maps.layers = config.layers;
  maps.heads = config.heads;
  maps.tokens = shown_tokens(pipeline.tokenizer, encoding);
  maps.weights.resize(maps.layers * maps.heads * tokens * tokens);
  maps.warnings = reading_warnings(encodings);
  if (encodings.size() > 1)
    maps.warnings.push_back(fmt::format("the {} is longer than the model's maximum: of {} windows, window {} is shown",
                                        input.pair ? "context" : "text", encodings.size(), window + 1));

  Batch batch;
  batch.add(encoding.ids, encoding.type_ids);
  const PositionTables tables = make_position_tables(config, encoder.weights, tokens);
  Mat x = forward(encoder, batch, Layer::word(), word_embeddings(encoder, batch), Layer::embeddings());
  for (std::size_t layer = 0; layer < maps.layers; ++layer) {
    // Layer by layer, so that only one layer's trace is in memory.
    Trace trace;
    const int number = static_cast<int>(layer);
    x = forward(encoder, batch, {number}, std::move(x), {number + 1}, &trace);
    parallel_for(maps.heads, [&](std::size_t head) {
      float* map = &maps.weights[(layer * maps.heads + head) * tokens * tokens];
      attention_probabilities(trace.layers[layer].qkv, maps.heads, head,
                              scores_of(config, encoder.weights, tables, layer), {map, tokens, tokens});
    });
  }
  maps.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return maps;
}

}  // namespace limn
