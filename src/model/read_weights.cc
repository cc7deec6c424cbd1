#include "model/read_weights.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "math/linear.h"
#include "math/norm.h"
#include "model/names.h"

namespace limn {
namespace {

using Kind = RelativePositions::Kind;

/// Reads matrices, linear layers and norms under the names of one family.
class WeightReader {
 public:
  WeightReader(const TensorSource& source, const FamilyNames& names) : source_(source), names_(names) {}

  std::span<const float> elements(const std::string& name, const std::vector<std::size_t>& shape) const {
    return source_.elements(spellings(names_, name), shape);
  }
  ConstView matrix(const std::string& name, std::size_t rows, std::size_t columns) const {
    const ConstView matrix(elements(name + ".weight", {rows, columns}).data(), rows, columns);
    weights_.try_emplace(matrix.data, matrix);
    return matrix;
  }
  StoredView stored(const std::string& name, std::size_t rows, std::size_t columns) const {
    const StoredView matrix = source_.matrix(spelled(name + ".weight"), rows, columns);
    weights_.try_emplace(matrix.data, matrix);
    return matrix;
  }
  Linear linear(const std::string& name, std::size_t out, std::size_t in, bool bias = true) const {
    return {weight(name, out, in), bias ? elements(name + ".bias", {out}) : std::span<const float>()};
  }
  Norm norm(const std::string& name, std::size_t hidden_size, const EncoderConfig& encoder) const {
    const bool bias = encoder.norm_bias;
    return {elements(name + ".weight", {hidden_size}),
            bias ? elements(name + ".bias", {hidden_size}) : std::span<const float>(), encoder.norm_epsilon};
  }
  /// A matrix of a linear layer. Layers that share it share its packing; one that is also read otherwise is not packed.
  Weight weight(const std::string& name, std::size_t out, std::size_t in) const {
    const StoredView matrix = source_.matrix(spelled(name + ".weight"), out, in);
    const auto [found, is_new] = weights_.try_emplace(matrix.data, matrix);
    if (is_new) found->second = source_.packable(matrix);
    return found->second;
  }
  bool has(const std::string& name) const { return std::ranges::any_of(spellings(names_, name), source_.has); }
  std::vector<std::string> spelled(const std::string& name) const { return spellings(names_, name); }
  std::span<const float> elements(const std::vector<std::string>& spelled,
                                  const std::vector<std::size_t>& shape) const {
    return source_.elements(spelled, shape);
  }

 private:
  const TensorSource& source_;
  const FamilyNames& names_;
  mutable std::map<const void*, Weight> weights_;
};

/// One of several linear layers that a tensor concatenates.
Linear part(const Linear& all, std::size_t index, std::size_t out) {
  const std::size_t begin = index * out;
  return {all.w.output_range(begin, begin + out), all.b.empty() ? all.b : all.b.subspan(begin, out)};
}

EmbeddingWeights embeddings(const WeightReader& reader, const FamilyNames& names, const EncoderConfig& encoder) {
  const std::size_t hidden_size = encoder.embedding_size;
  EmbeddingWeights embeddings;
  embeddings.word = reader.stored(names.word, encoder.vocabulary, hidden_size);
  if (encoder.position_table) {
    const std::size_t before = encoder.padding ? *encoder.padding + 1 : 0;
    embeddings.position = reader.matrix(names.position, before + encoder.max_positions, hidden_size);
  }
  if (encoder.token_types > 0)
    embeddings.token_type = reader.matrix(names.token_type, encoder.token_types, hidden_size);
  embeddings.norm = reader.norm(names.embedding_norm, hidden_size, encoder);
  if (encoder.projection) embeddings.projection = reader.linear(names.projection, encoder.hidden_size, hidden_size);
  return embeddings;
}

LayerWeights layer(const WeightReader& reader, const FamilyNames& names, const EncoderConfig& encoder,
                   std::size_t number) {
  const std::size_t group = encoder.layer_groups > 0 ? number * encoder.layer_groups / encoder.layers : number;
  const auto numbered = [&](std::string name) { return name.replace(name.find('#'), 1, std::to_string(group)); };
  const std::size_t hidden_size = encoder.hidden_size, intermediate_size = encoder.intermediate_size;
  LayerWeights layer;
  if (names.key.empty()) {
    const Linear all = reader.linear(numbered(names.query), 3 * hidden_size, hidden_size, encoder.attention_bias);
    layer.query = part(all, 0, hidden_size), layer.key = part(all, 1, hidden_size),
    layer.value = part(all, 2, hidden_size);
  } else {
    layer.query = reader.linear(numbered(names.query), hidden_size, hidden_size, encoder.attention_bias);
    layer.key = reader.linear(numbered(names.key), hidden_size, hidden_size, encoder.attention_bias);
    layer.value = reader.linear(numbered(names.value), hidden_size, hidden_size, encoder.attention_bias);
  }
  layer.output = reader.linear(numbered(names.output), hidden_size, hidden_size, encoder.attention_bias);
  const bool reads_embeddings = encoder.norm_first && number == 0;  // which are already normalized
  if (!reads_embeddings) layer.attention_norm = reader.norm(numbered(names.attention_norm), hidden_size, encoder);
  layer.up = reader.linear(numbered(names.up), (encoder.gated ? 2 : 1) * intermediate_size, hidden_size,
                           encoder.feed_forward_bias);
  if (encoder.gated) {
    layer.gate = part(layer.up, 1, intermediate_size);
    layer.up = part(layer.up, 0, intermediate_size);
  }
  layer.down = reader.linear(numbered(names.down), hidden_size, intermediate_size, encoder.feed_forward_bias);
  layer.feed_forward_norm = reader.norm(numbered(names.feed_forward_norm), hidden_size, encoder);

  const RelativePositions& relative = encoder.relative;
  const auto projection = [&](bool there, const std::string& name, const Linear& shared) {
    if (!there) return Linear();
    return relative.shared_projections ? shared : reader.linear(numbered(name), hidden_size, hidden_size);
  };
  layer.position_key_projection = projection(relative.content_to_position, names.position_key, layer.key);
  layer.position_query_projection = projection(relative.position_to_content, names.position_query, layer.query);
  return layer;
}

RelativeWeights relative_positions(const WeightReader& reader, const FamilyNames& names, const EncoderConfig& encoder) {
  const RelativePositions& relative = encoder.relative;
  RelativeWeights weights;
  if (relative.kind == Kind::bias) weights.table = reader.matrix(names.relative, relative.buckets, encoder.heads);
  if (relative.kind == Kind::disentangled) {
    const std::size_t span = relative.buckets > 0 ? relative.buckets : relative.largest;
    weights.table = reader.matrix(names.relative, 2 * span, encoder.hidden_size);
    if (relative.norm) weights.norm = reader.norm(names.relative_norm, encoder.hidden_size, encoder);
  }
  return weights;
}

ConvolutionWeights convolution(const WeightReader& reader, const FamilyNames& names, const EncoderConfig& encoder) {
  const auto& [width, groups, activation] = encoder.convolution;
  ConvolutionWeights weights;
  if (width == 0) return weights;
  weights.kernel =
      reader.elements(names.convolution + ".weight", {encoder.hidden_size, encoder.hidden_size / groups, width});
  weights.b = reader.elements(names.convolution + ".bias", {encoder.hidden_size});
  weights.norm = reader.norm(names.convolution_norm, encoder.hidden_size, encoder);
  return weights;
}

/// The head that the config describes, or the family's head for this task; if it has several, the one in the file.
HeadNames head_names(const WeightReader& reader, const FamilyNames& names, const HeadConfig& config) {
  if (!config.layers.empty()) {
    HeadNames own{.task = config.task, .pooling = config.pooling.value_or(Pooling::none), .steps = {}};
    for (const HeadLayer& layer : config.layers)
      own.steps.push_back({.linear = layer.linear, .activation = layer.activation});
    return own;
  }
  const HeadNames* first = nullptr;
  for (const HeadNames& head : names.heads) {
    if (head.task != config.task) continue;
    if (first == nullptr) first = &head;
    if (reader.has(head.steps.front().linear + ".weight")) return head;
  }
  return *first;
}

Head embedding_head(const WeightReader& reader, const HeadConfig& config, std::size_t hidden_size) {
  Head head{.poolings = config.poolings, .steps = {}};
  std::size_t inputs = config.poolings.size() * hidden_size;
  for (const HeadLayer& layer : config.layers) {
    HeadStep& step = head.steps.emplace_back();
    if (layer.unit_length) continue;
    step = {.linear = reader.linear(layer.linear, layer.outputs, inputs, layer.bias),
            .activation = layer.activation,
            .norm = {}};
    inputs = layer.outputs;
  }
  return head;
}

Head head(const WeightReader& reader, const FamilyNames& names, const Config& config, const StoredView& word) {
  const EncoderConfig& encoder = config.encoder;
  if (config.head.task == Task::sentence_embedding) return embedding_head(reader, config.head, encoder.hidden_size);
  const HeadNames described = head_names(reader, names, config.head);
  const Pooling pooling = config.head.pooling.value_or(described.pooling);
  Head head;
  if (pooling != Pooling::none) head.poolings = {pooling};
  std::size_t inputs = encoder.hidden_size;
  for (std::size_t i = 0; i < described.steps.size(); ++i) {
    const StepNames& step = described.steps[i];
    const bool last = i + 1 == described.steps.size();
    // The input of a product with the word embeddings has the embedding size.
    const std::size_t between = !last && described.steps[i + 1].tied ? encoder.embedding_size : encoder.hidden_size;
    const std::size_t outputs = !last                                 ? between
                                : config.head.task == Task::masked_lm ? encoder.vocabulary
                                                                      : config.head.labels.size();
    std::vector<std::string> biases = reader.spelled(step.linear + ".bias");
    if (!step.bias.empty()) biases.insert(biases.begin(), step.bias);
    HeadStep& result = head.steps.emplace_back();
    const bool tied = step.tied && !reader.has(step.linear + ".weight");
    result.linear.w = tied ? Weight(word) : reader.weight(step.linear, outputs, inputs);
    const bool bias = step.has_bias == StepNames::Bias::always ||
                      (step.has_bias == StepNames::Bias::head && config.head.bias) ||
                      (step.has_bias == StepNames::Bias::decoder && config.head.decoder_bias);
    if (bias) result.linear.b = reader.elements(biases, {outputs});
    result.activation = step.activation.value_or(config.head.activation);
    if (!step.norm.empty()) result.norm = reader.norm(step.norm, outputs, encoder);
    inputs = outputs;
  }
  return head;
}

}  // namespace

Weights read_weights(const TensorSource& source, const Config& config) {
  const EncoderConfig& encoder = config.encoder;
  FamilyNames names = family_names(config.model_type);
  if (config.prefix) names = renamed(std::move(names), *config.prefix);
  const WeightReader reader(source, names);
  Weights weights;
  weights.embeddings = embeddings(reader, names, encoder);
  weights.relative = relative_positions(reader, names, encoder);  // before the layers: see WeightReader::weight
  for (std::size_t i = 0; i < encoder.layers; ++i) weights.layers.push_back(layer(reader, names, encoder, i));
  weights.convolution = convolution(reader, names, encoder);
  if (encoder.norm_first) weights.final_norm = reader.norm(names.final_norm, encoder.hidden_size, encoder);
  weights.head = head(reader, names, config, weights.embeddings.word);
  return weights;
}

void finish_weights(Weights& weights, const EncoderConfig& config) {
  if (config.relative.kind == Kind::disentangled) {
    Mat table = copy(weights.relative.table);
    const Norm& norm = weights.relative.norm;
    if (!norm.w.empty()) limn::norm(table, norm.w, norm.b, norm.epsilon);
    const auto project = [&](const Linear& projection, Mat& result) {
      if (projection.w.empty()) return;
      result.resize(table.rows(), projection.w.outputs());
      linear(table, projection.w, result, {.bias = projection.b});
    };
    for (LayerWeights& layer : weights.layers) {
      project(layer.position_key_projection, layer.position_key);
      project(layer.position_query_projection, layer.position_query);
    }
  }
  const auto& [width, groups, activation] = config.convolution;
  if (width == 0) return;
  Mat& w = weights.convolution.w;
  const std::size_t hidden_size = config.hidden_size, inputs = hidden_size / groups;
  w = Mat::zeros(width * hidden_size, hidden_size);
  for (std::size_t out = 0; out < hidden_size; ++out)
    for (std::size_t in = 0; in < inputs; ++in)
      for (std::size_t tap = 0; tap < width; ++tap)
        w(tap * hidden_size + out, out / inputs * inputs + in) =
            weights.convolution.kernel[(out * inputs + in) * width + tap];
}

}  // namespace limn
