#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "text/bpe.h"
#include "text/vocabulary.h"

namespace limn {

/// A tokenizer.json but for its long lists `model.vocab` and `model.merges`, which are read straight away: as JSON they
/// would take ten times the memory and most of the time.
struct TokenizerDocument {
  nlohmann::json root;           ///< the two lists are empty in it
  Vocabulary::Builder subwords;  ///< of model.vocab
  std::vector<double> scores;    ///< of the tokens, if model.vocab is a list: Unigram's
  std::vector<Bpe::Merge> merges;

  /// @param file  how messages name it.
  /// @throws Error for what is no JSON, nested too deeply, or has a key twice in an object.
  static TokenizerDocument parse(std::string_view text, const std::string& file);
};

}  // namespace limn
