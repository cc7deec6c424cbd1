#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "limn/explanation.h"
#include "limn/options.h"
#include "math/mat.h"
#include "model/config.h"
#include "text/encoding.h"

namespace limn {

/// A word of the first sequence and its label.
struct WordLabel {
  std::size_t word = 0;                         ///< index of the word
  std::size_t first_token = 0, last_token = 0;  ///< both inclusive
  std::size_t index = 0;                        ///< index of the label
  double probability = 0;
};

/// Returns one label per word that has tokens, in order, computed as by transformers' pipeline of the aggregation's
/// name. @param logits (T, L) @param words (T) the index of each token's word; below 0: none
std::vector<WordLabel> word_labels(ConstView logits, const Encoding& encoding, std::span<const std::int32_t> words,
                                   const HeadConfig& head, Aggregation aggregation);

/// A token of a text that was read in windows.
struct TokenPlace {
  std::size_t window = 0, token = 0;  ///< the window, and the position in it
};

/// Returns for each token of the text, special tokens at its ends included, the window whose logits count: that in
/// which the token has more context on its poorer side, so neighbouring windows divide what they share in the middle. A
/// single window's places are its tokens. @param windows of a single text, in order
std::vector<TokenPlace> token_places(std::span<const Encoding> windows);

/// A text that was read in windows, as if it had been read at once.
struct JoinedWindows {
  Encoding encoding;
  Mat logits;  ///< (T, L)
};
/// Joins the windows of a text one after the other, and keeps of each the tokens whose logits count.
class WindowJoiner {
 public:
  /// @param logits (T of the window, L)
  void take(const Encoding& window, ConstView logits);
  JoinedWindows joined();

 private:
  void append(bool is_last, std::size_t next_begin);

  Encoding window_;  // the last one, whose end depends on the next
  Mat window_logits_;
  std::size_t windows_ = 0, cut_ = 0, columns_ = 0;
  Encoding encoding_;
  std::vector<float> logits_;
};

/// Returns a label for every token that is not special, and the entities of the text: entity_chunks() groups words,
/// which are those of WordRule::tags, or subwords for Aggregation::simple. An entity extends from the first to the last
/// character of its words that is not white space, without punctuation that shares a token with its first or last word
/// ("Oslo," may be one token); its probability is the mean over its words.
/// @param logits (T, L) @param text the first sequence
EntityPrediction find_entities(ConstView logits, const Encoding& encoding, std::string_view text,
                               const HeadConfig& head, Aggregation aggregation);

}  // namespace limn
