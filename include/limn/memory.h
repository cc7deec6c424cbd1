#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace limn {

/// A tensor in the memory of the program.
struct MemoryTensor {
  std::string name;                  ///< as PyTorch names it: "bert.embeddings.word_embeddings.weight"
  std::string type;                  ///< "F32", "F16", "BF16" or "F64"
  std::vector<std::size_t> shape;    ///< sizes of its axes
  std::span<const std::byte> bytes;  ///< its elements: row-major, little-endian
};

/// A checkpoint that is not in files, such as a model that is being trained. F32 tensors are used in place, so they
/// must not change while the model is in use; others are converted.
struct MemoryCheckpoint {
  std::string name;                             ///< the model's name
  std::string config;                           ///< content of config.json
  std::string tokenizer;                        ///< content of tokenizer.json
  std::string tokenizer_config = {};            ///< content of tokenizer_config.json; empty: none
  std::vector<MemoryTensor> tensors = {};       ///< the weights
  std::shared_ptr<const void> owner = nullptr;  ///< kept as long as the model, for the memory of the tensors
};

}  // namespace limn
