#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "text/added_tokens.h"
#include "text/normalizer.h"
#include "text/post_processor.h"
#include "text/pre_tokenizer.h"
#include "text/sequence_layout.h"
#include "text/subword_model.h"
#include "text/tokenizer.h"
#include "text/vocabulary.h"

namespace limn {

/// Everything that a tokenizer's files specify, in the order in which a text passes through it.
struct TokenizerParts {
  std::vector<AddedToken> added_tokens;
  Normalizer normalizer;
  PreTokenizer pre_tokenizer;
  Vocabulary vocabulary;
  SubwordModel model;
  PostProcessor post_processor;
  Tokenizer::Special special;
  std::optional<std::size_t> max_length;
  std::vector<std::string> warnings;  ///< where the files contradict each other, and which one counts

  std::optional<std::int32_t> id(std::string_view token) const;
  std::string_view token(std::int32_t id) const;
};

/// Reads tokenizer.json, or else vocab.txt, vocab.json with merges.txt, or a SentencePiece model; then
/// tokenizer_config.json, special_tokens_map.json and added_tokens.json. Without a tokenizer.json, config.json decides
/// the family if tokenizer_config.json does not.
/// @param model_config the parsed content of config.json; null: read it if it is needed.
/// @throws Error for files that are missing, malformed, or name an unsupported component.
TokenizerParts read_tokenizer(const std::filesystem::path& folder, const nlohmann::json* model_config = nullptr);

/// The same from the content of a tokenizer.json and its tokenizer_config.json (empty: none). @param name in messages
TokenizerParts parse_tokenizer(std::string_view tokenizer, std::string_view tokenizer_config,
                               const nlohmann::json& model_config, const std::string& name);

}  // namespace limn
