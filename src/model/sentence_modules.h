#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/config.h"

namespace limn {

/// A folder of sentence-transformers: an encoder, and modules that make one embedding of its last hidden state. Its
/// modules.json lists them; the names of modules and fields are those of versions 1 to 6.
struct SentenceModules {
  std::filesystem::path encoder;           ///< folder of the encoder and its tokenizer, relative to the model's
  std::vector<Pooling> poolings;           ///< their results are concatenated
  std::size_t pooling_size = 0;            ///< the hidden size for which the poolings were configured
  bool pools_prompt = true;                ///< whether pooling includes the tokens of a prompt
  std::vector<HeadLayer> layers;           ///< Dense and Normalize, in order; a linear layer is named "FOLDER/linear"
  std::vector<std::string> dense_folders;  ///< that have weights

  std::optional<std::size_t> max_length;       ///< tokens; nothing: the tokenizer's
  bool lowercase = false;                      ///< texts are lowercased before the tokenizer's own normalization
  std::map<std::string, std::string> prompts;  ///< texts to put before others, by name
  std::string default_prompt;                  ///< text of the prompt that is used by default; mostly empty
  bool compares_by_dot = false;                ///< embeddings are compared by their dot product, not by the cosine
};

/// Reads FOLDER/modules.json and the modules' configs. Returns nothing if there is none, or if it describes something
/// else than embeddings, such as a cross-encoder.
/// @throws Error for a module, pooling mode or activation that limn does not support, and for paths outside the folder.
std::optional<SentenceModules> read_sentence_modules(const std::filesystem::path& folder);

/// The head that the modules describe. @throws Error if its sizes do not match the encoder's hidden size.
HeadConfig embedding_head(const SentenceModules& modules, std::size_t hidden_size);

}  // namespace limn
