#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "limn/explanation.h"
#include "math/mat.h"
#include "model/config.h"
#include "text/encoding.h"

namespace limn {

/// A word of the first sequence and what the model says of its first token.
struct WordLabel {
  std::size_t word = 0;                         ///< its index
  std::size_t first_token = 0, last_token = 0;  ///< both inclusive
  std::size_t index = 0;                        ///< of the label
  double probability = 0;
};

/// One for each word that has tokens, in order. @param logits (T, L)
std::vector<WordLabel> word_labels(ConstView logits, const Encoding& encoding, const HeadConfig& head);

/// A label for every ordinary token, and the entities of the text: each word counts as its first token says; words are
/// grouped by entity_chunks(); an entity reaches from its first word's begin to its last word's end, and its
/// probability is the mean of its words'. @param logits (T, L) @param text the first sequence
EntityPrediction find_entities(ConstView logits, const Encoding& encoding, std::string_view text,
                               const HeadConfig& head);

}  // namespace limn
