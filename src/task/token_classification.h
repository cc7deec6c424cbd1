#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "limn/explanation.h"
#include "math/mat.h"
#include "model/config.h"
#include "text/encoding.h"

namespace limn {

/// A word of the first sequence and the label of its first token.
struct WordLabel {
  std::size_t word = 0;                         ///< index of the word
  std::size_t first_token = 0, last_token = 0;  ///< both inclusive
  std::size_t index = 0;                        ///< index of the label
  double probability = 0;
};

/// Returns one label per word that has tokens, in order. @param logits (T, L)
std::vector<WordLabel> word_labels(ConstView logits, const Encoding& encoding, const HeadConfig& head);

/// Returns a label for every token that is not special, and the entities of the text. Each word has the label of its
/// first token; entity_chunks() groups words. An entity extends from the beginning of its first word to the end of its
/// last word, and its probability is the mean over its words. @param logits (T, L) @param text the first sequence
EntityPrediction find_entities(ConstView logits, const Encoding& encoding, std::string_view text,
                               const HeadConfig& head);

}  // namespace limn
