#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "text/bpe.h"
#include "text/vocabulary.h"

namespace limn {

/// A tokenizer.json, with its long lists `model.vocab` and `model.merges` read apart: as JSON values they would take
/// ten times the memory and most of the time.
struct TokenizerDocument {
  nlohmann::json root;         ///< with the two lists empty
  Vocabulary::Builder tokens;  ///< of model.vocab
  std::vector<double> scores;  ///< of the tokens, if model.vocab is a list (Unigram)
  std::vector<Bpe::Merge> merges;

  /// @param file  its name, for error messages.
  /// @throws Error for invalid JSON, for nesting that is too deep, for a duplicate key in an object.
  static TokenizerDocument parse(std::string_view text, const std::string& file);
};

}  // namespace limn
