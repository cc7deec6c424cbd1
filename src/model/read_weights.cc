#include "model/read_weights.h"

#include <algorithm>
#include <string_view>

#include "model/names.h"

namespace limn {
namespace {

/// Matrices, layers and norms under the names of one family.
class Reader {
 public:
  Reader(const TensorSource& source, const FamilyNames& names) : source_(source), names_(names) {}

  std::span<const float> numbers(const std::string& name, std::vector<std::size_t> shape) const {
    return source_.numbers(spellings(names_, name), std::move(shape));
  }
  ConstView matrix(const std::string& name, std::size_t rows, std::size_t columns) const {
    return {numbers(name + ".weight", {rows, columns}).data(), rows, columns};
  }
  Linear linear(const std::string& name, std::size_t out, std::size_t in) const {
    return {matrix(name, out, in), numbers(name + ".bias", {out})};
  }
  Norm norm(const std::string& name, std::size_t channels, float epsilon) const {
    return {numbers(name + ".weight", {channels}), numbers(name + ".bias", {channels}), epsilon};
  }
  bool has(const std::string& name) const { return std::ranges::any_of(spellings(names_, name), source_.has); }

 private:
  const TensorSource& source_;
  const FamilyNames& names_;
};

EmbeddingWeights embeddings(const Reader& reader, const FamilyNames& names, const EncoderConfig& encoder) {
  const std::size_t channels = encoder.channels;
  EmbeddingWeights embeddings;
  embeddings.word = reader.matrix(std::string(names.word), encoder.vocabulary, channels);
  embeddings.position = reader.matrix(std::string(names.position), encoder.positions, channels);
  if (encoder.token_types > 0) {
    embeddings.token_type = reader.matrix(std::string(names.token_type), encoder.token_types, channels);
  }
  embeddings.norm = reader.norm(std::string(names.embedding_norm), channels, encoder.norm_epsilon);
  return embeddings;
}

LayerWeights layer(const Reader& reader, const FamilyNames& names, const EncoderConfig& encoder, std::size_t number) {
  const auto numbered = [&](std::string_view name) {
    std::string result(name);
    return result.replace(result.find('#'), 1, std::to_string(number));
  };
  const auto [channels, feed_forward, epsilon] =
      std::tuple(encoder.channels, encoder.feed_forward, encoder.norm_epsilon);
  return {.query = reader.linear(numbered(names.query), channels, channels),
          .key = reader.linear(numbered(names.key), channels, channels),
          .value = reader.linear(numbered(names.value), channels, channels),
          .output = reader.linear(numbered(names.output), channels, channels),
          .attention_norm = reader.norm(numbered(names.attention_norm), channels, epsilon),
          .up = reader.linear(numbered(names.up), feed_forward, channels),
          .down = reader.linear(numbered(names.down), channels, feed_forward),
          .feed_forward_norm = reader.norm(numbered(names.feed_forward_norm), channels, epsilon)};
}

Head head(const Reader& reader, const TensorSource& source, const FamilyNames& names, const Config& config,
          ConstView word) {
  const EncoderConfig& encoder = config.encoder;
  const HeadNames& head_names = *std::ranges::find(names.heads, config.head.task, &HeadNames::task);
  Head head{.pooling = head_names.pooling, .steps = {}};
  for (const StepNames& step : head_names.steps) {
    const bool last = &step == &head_names.steps.back();
    const std::size_t outputs = !last                                 ? encoder.channels
                                : config.head.task == Task::masked_lm ? encoder.vocabulary
                                                                      : config.head.labels.size();
    const std::string linear(step.linear);
    std::vector<std::string> biases = spellings(names, linear + ".bias");
    if (!step.bias.empty()) biases.insert(biases.begin(), std::string(step.bias));
    HeadStep& result = head.steps.emplace_back();
    const bool tied = step.tied && !reader.has(linear + ".weight");
    result.linear.w = tied ? word : reader.matrix(linear, outputs, encoder.channels);
    result.linear.b = source.numbers(biases, {outputs});
    result.activation = step.activation.value_or(encoder.activation);
    if (!step.norm.empty()) result.norm = reader.norm(std::string(step.norm), encoder.channels, encoder.norm_epsilon);
  }
  return head;
}

}  // namespace

Weights read_weights(const TensorSource& source, const Config& config) {
  const FamilyNames& names = family_names(config.model_type);
  const Reader reader(source, names);
  Weights weights;
  weights.embeddings = embeddings(reader, names, config.encoder);
  for (std::size_t i = 0; i < config.encoder.layers; i++)
    weights.layers.push_back(layer(reader, names, config.encoder, i));
  weights.head = head(reader, source, names, config, weights.embeddings.word);
  return weights;
}

}  // namespace limn
