#include "model/randomize.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "base/random.h"

namespace limn {
namespace {

constexpr float deviation = 0.02f;  // initializer_range of transformers

class Randomizer {
 public:
  Randomizer(std::uint64_t seed, std::vector<std::vector<float>>& memory) : seed_(seed), memory_(memory) {}

  /// Begins a part, whose tensors have draws of their own.
  void begin(std::size_t part) {
    constexpr std::size_t most_tensors = 1024;
    next_ = part * most_tensors;
  }
  void replace(ConstView& matrix) {
    if (!matrix.empty()) matrix = {random(matrix.rows * matrix.columns).data(), matrix.rows, matrix.columns};
  }
  void replace(StoredView& matrix) {
    if (!matrix.empty()) matrix = ConstView(random(matrix.rows * matrix.columns).data(), matrix.rows, matrix.columns);
  }
  void replace(Linear& linear) {
    StoredView matrix = linear.w.matrix();
    replace(matrix);
    linear.w = matrix;
    linear.b = constant(linear.b.size(), 0);
  }
  void replace(Norm& norm) {
    norm.w = constant(norm.w.size(), 1);
    norm.b = constant(norm.b.size(), 0);
  }
  std::span<const float> random(std::size_t count) {
    auto engine = random_engine(seed_, next_++);
    std::normal_distribution<float> normal(0, deviation);
    std::vector<float>& values = memory_.emplace_back(count);
    for (float& value : values) value = normal(engine);
    return values;
  }
  std::span<const float> constant(std::size_t count, float value) {
    if (count == 0) return {};
    return memory_.emplace_back(count, value);
  }

 private:
  std::uint64_t seed_;
  std::vector<std::vector<float>>& memory_;
  std::size_t next_ = 0;
};

void randomize_layer(Randomizer& randomizer, LayerWeights& layer) {
  for (Linear* linear : {&layer.query, &layer.key, &layer.value, &layer.output, &layer.up, &layer.down, &layer.gate,
                         &layer.position_key_projection, &layer.position_query_projection})
    randomizer.replace(*linear);
  randomizer.replace(layer.attention_norm);
  randomizer.replace(layer.feed_forward_norm);
}

void randomize_embeddings(Randomizer& randomizer, Weights& weights) {
  EmbeddingWeights& embeddings = weights.embeddings;
  randomizer.replace(embeddings.word);
  for (ConstView* matrix : {&embeddings.position, &embeddings.token_type, &weights.relative.table})
    randomizer.replace(*matrix);
  randomizer.replace(embeddings.norm);
  randomizer.replace(embeddings.projection);
  randomizer.replace(weights.relative.norm);
  ConvolutionWeights& convolution = weights.convolution;
  if (!convolution.kernel.empty()) convolution.kernel = randomizer.random(convolution.kernel.size());
  convolution.b = randomizer.constant(convolution.b.size(), 0);
  randomizer.replace(convolution.norm);
}

}  // namespace

std::vector<std::string> randomized_parts(std::size_t layers) {
  std::vector<std::string> parts = {"head"};
  for (std::size_t layer = layers; layer > 0; --layer) parts.push_back(fmt::format("layer {}", layer));
  parts.emplace_back("embeddings");
  return parts;
}

void randomize(Weights& weights, const Randomization& randomization, std::vector<std::vector<float>>& memory) {
  Randomizer randomizer(randomization.seed, memory);
  const std::size_t layers = weights.layers.size();
  for (std::size_t part = 0; part < std::min(randomization.parts, layers + 2); ++part) {
    randomizer.begin(part);
    if (part == 0) {
      randomizer.replace(weights.final_norm);
      for (HeadStep& step : weights.head.steps) {
        randomizer.replace(step.linear);
        if (step.norm) randomizer.replace(*step.norm);
      }
    } else if (part <= layers) {
      randomize_layer(randomizer, weights.layers[layers - part]);
    } else {
      randomize_embeddings(randomizer, weights);
    }
  }
}

}  // namespace limn
