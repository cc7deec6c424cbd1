#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>
#include <vector>

#include "limn/error.h"

/// Writes small checkpoints, valid and invalid, independently of limn's readers.

namespace limn::test {

using Json = nlohmann::json;

/// The message of the Error that a call throws.
inline std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no Error was thrown";
}

/// A temporary folder, deleted with the object.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "limn.XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }

  const std::filesystem::path& path() const { return path_; }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
  }

 private:
  std::filesystem::path path_;
};

/// A safetensors file: 8 bytes of header length, the header, the data.
inline std::string safetensors_text(const std::string& header, const std::string& data) {
  const std::uint64_t length = header.size();
  std::string text(sizeof length, '\0');
  std::memcpy(text.data(), &length, sizeof length);
  return text + header + data;
}

struct TestTensor {
  std::string type;
  std::vector<std::size_t> shape;
  std::string bytes;
};
using TestTensors = std::map<std::string, TestTensor>;

inline std::size_t product(const std::vector<std::size_t>& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies{});
}

inline TestTensor f32_tensor(std::vector<std::size_t> shape, const std::vector<float>& numbers) {
  std::string bytes(numbers.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), numbers.data(), bytes.size());
  return {"F32", std::move(shape), std::move(bytes)};
}

/// @param type F16 or BF16.
inline TestTensor half_tensor(std::string type, std::vector<std::size_t> shape,
                              const std::vector<std::uint16_t>& bits) {
  std::string bytes(bits.size() * sizeof(std::uint16_t), '\0');
  std::memcpy(bytes.data(), bits.data(), bytes.size());
  return {std::move(type), std::move(shape), std::move(bytes)};
}

/// @param header_length_modulo_4 0: the data is aligned for float32, as the format requires.
inline std::string safetensors_text(const TestTensors& tensors, std::size_t header_length_modulo_4 = 0) {
  Json header = {{"__metadata__", {{"format", "pt"}}}};
  std::string data;
  for (const auto& [name, tensor] : tensors) {
    header[name] = {{"dtype", tensor.type},
                    {"shape", tensor.shape},
                    {"data_offsets", {data.size(), data.size() + tensor.bytes.size()}}};
    data += tensor.bytes;
  }
  std::string text = header.dump();
  while (text.size() % 4 != header_length_modulo_4) text += ' ';
  return safetensors_text(text, data);
}

/// A tensor with the elements 1, 2, 3, …
inline TestTensor counting_tensor(std::vector<std::size_t> shape) {
  std::vector<float> numbers(product(shape));
  std::iota(numbers.begin(), numbers.end(), 1.0f);
  return f32_tensor(std::move(shape), numbers);
}

/// One layer, hidden size 4, 2 heads, intermediate size 6, 10 tokens, 5 positions, 2 token types.
inline Json tiny_bert_config(const std::string& architecture) {
  return {{"model_type", "bert"}, {"architectures", {architecture}}, {"num_hidden_layers", 1},
          {"hidden_size", 4},     {"num_attention_heads", 2},        {"intermediate_size", 6},
          {"vocab_size", 10},     {"max_position_embeddings", 5},    {"type_vocab_size", 2},
          {"hidden_act", "gelu"}, {"layer_norm_eps", 1e-12}};
}

/// The tensors of tiny_bert_config without a head: 40 + 20 + 8 + 8 elements for the embeddings, and
/// 4 · 20 + 8 + 30 + 28 + 8 for the layer.
inline TestTensors tiny_bert_encoder(const std::string& prefix = "bert.") {
  TestTensors tensors;
  const auto add = [&](const std::string& name, std::vector<std::size_t> shape) {
    tensors[prefix + name] = counting_tensor(std::move(shape));
  };
  add("embeddings.word_embeddings.weight", {10, 4});
  add("embeddings.position_embeddings.weight", {5, 4});
  add("embeddings.token_type_embeddings.weight", {2, 4});
  add("embeddings.LayerNorm.weight", {4});
  add("embeddings.LayerNorm.bias", {4});
  for (const char* name :
       {"attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"}) {
    add("encoder.layer.0." + std::string(name) + ".weight", {4, 4});
    add("encoder.layer.0." + std::string(name) + ".bias", {4});
  }
  for (const char* name : {"attention.output.LayerNorm", "output.LayerNorm"}) {
    add("encoder.layer.0." + std::string(name) + ".weight", {4});
    add("encoder.layer.0." + std::string(name) + ".bias", {4});
  }
  add("encoder.layer.0.intermediate.dense.weight", {6, 4});
  add("encoder.layer.0.intermediate.dense.bias", {6});
  add("encoder.layer.0.output.dense.weight", {4, 6});
  add("encoder.layer.0.output.dense.bias", {4});
  return tensors;
}
constexpr std::size_t tiny_bert_encoder_numbers = 40 + 20 + 8 + 8 + 4 * 20 + 8 + 30 + 28 + 8;

/// The tensors of a complete model for question answering.
inline TestTensors tiny_bert_qa() {
  TestTensors tensors = tiny_bert_encoder();
  tensors["qa_outputs.weight"] = counting_tensor({2, 4});
  tensors["qa_outputs.bias"] = counting_tensor({2});
  return tensors;
}

}  // namespace limn::test
