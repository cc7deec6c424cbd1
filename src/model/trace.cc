#include "model/trace.h"

#include <algorithm>

namespace limn {
namespace {

std::size_t layer_floats(const EncoderConfig& config) {
  return 5 * config.hidden_size + (config.gated ? 2 : 1) * config.intermediate_size;
}

}  // namespace

std::size_t trace_floats_a_row(const EncoderConfig& config) {
  const std::size_t around = (config.norm_first ? 1 : 0) + (config.convolution.width > 0 ? 2 : 0);
  return config.embedding_size + around * config.hidden_size + config.layers * layer_floats(config);
}

void allocate(Trace& trace, const EncoderConfig& config, std::size_t rows, Layer from, Layer to) {
  const std::size_t hidden_size = config.hidden_size;
  const auto first = static_cast<std::size_t>(std::max(from.number, 0));
  const auto end = static_cast<std::size_t>(std::max(to.number, 0));
  std::size_t floats = 0;
  float* next = nullptr;
  const auto place = [&](Mat& mat, std::size_t columns) {
    if (next == nullptr) {
      floats += rows * columns;
      return;
    }
    mat.place(next, rows * columns);
    next += rows * columns;
  };
  const auto place_all = [&] {
    place(trace.embedding_norm.x_hat, config.embedding_size);
    for (std::size_t i = first; i < end; ++i) {
      LayerTrace& layer = trace.layers[i];
      place(layer.qkv, 3 * hidden_size);
      place(layer.activation_derivative, config.intermediate_size);
      if (config.gated) place(layer.gate_value, config.intermediate_size);
      place(layer.attention_norm.x_hat, hidden_size);
      place(layer.feed_forward_norm.x_hat, hidden_size);
    }
    if (config.norm_first) place(trace.final_norm.x_hat, hidden_size);
    if (config.convolution.width > 0) {
      place(trace.convolution_derivative, hidden_size);
      place(trace.convolution_norm.x_hat, hidden_size);
    }
  };
  trace.layers.resize(config.layers);
  place_all();          // counts the floats
  trace.block.reset();  // frees the old block before the new one is allocated
  trace.block = take_block(floats);
  next = trace.block.get();
  place_all();
}

Trace gather(const EncoderConfig& config, const Trace& trace, Layer from, Layer to, std::span<const std::size_t> rows) {
  Trace result;
  allocate(result, config, rows.size(), from, to);
  const auto gather_norm = [&](const NormTrace& norm, NormTrace& gathered) {
    if (!norm.x_hat.view().empty()) gather(norm, rows, gathered);
  };
  const auto gather_mat = [&](const Mat& mat, Mat& gathered) {
    if (!mat.view().empty()) gather(mat, rows, gathered);
  };
  gather_norm(trace.embedding_norm, result.embedding_norm);
  gather_norm(trace.final_norm, result.final_norm);
  gather_norm(trace.convolution_norm, result.convolution_norm);
  gather_mat(trace.convolution_derivative, result.convolution_derivative);
  for (std::size_t i = 0; i < trace.layers.size(); ++i) {
    const LayerTrace& layer = trace.layers[i];
    LayerTrace& gathered = result.layers[i];
    gather_mat(layer.qkv, gathered.qkv);
    gather_mat(layer.activation_derivative, gathered.activation_derivative);
    gather_mat(layer.gate_value, gathered.gate_value);
    gather_norm(layer.attention_norm, gathered.attention_norm);
    gather_norm(layer.feed_forward_norm, gathered.feed_forward_norm);
  }
  return result;
}

}  // namespace limn
