#pragma once

#include <string_view>
#include <vector>

#include "math/mat.h"
#include "text/encoding.h"

/// Small encodings and logits for the tests of task/.

namespace limn {

/// A token added by the post-processor; its sequence is -1.
inline void add_special(Encoding& encoding) {
  encoding.ids.push_back(0);
  encoding.type_ids.push_back(0);
  encoding.offsets.push_back({0, 0});
  encoding.characters.push_back({0, 0});
  encoding.words.push_back(-1);
  encoding.sequences.push_back(-1);
  encoding.special.push_back(1);
}

inline void add_token(Encoding& encoding, Span span, int word, int sequence) {
  encoding.ids.push_back(1);
  encoding.type_ids.push_back(sequence);
  encoding.offsets.push_back(span);
  encoding.characters.push_back(span);
  encoding.words.push_back(word);
  encoding.sequences.push_back(sequence);
  encoding.special.push_back(0);
}

/// Every run of bytes other than spaces is a word; a '_' within it begins another token.
inline void add_words(Encoding& encoding, std::string_view text, int sequence) {
  int word = -1;
  bool inside = false;
  std::size_t begin = 0;
  const auto finish = [&](std::size_t end) {
    if (inside) add_token(encoding, {begin, end}, word, sequence);
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ' ') {
      finish(i);
      inside = false;
    } else if (!inside || text[i] == '_') {
      finish(i);
      word += inside ? 0 : 1;
      inside = true, begin = i;
    }
  }
  finish(text.size());
}

/// [CLS] text [SEP], or [CLS] text [SEP] pair [SEP].
inline Encoding encode(std::string_view text) {
  Encoding encoding;
  add_special(encoding);
  add_words(encoding, text, 0);
  add_special(encoding);
  return encoding;
}

inline Encoding encode(std::string_view text, std::string_view pair) {
  Encoding encoding = encode(text);
  add_words(encoding, pair, 1);
  add_special(encoding);
  return encoding;
}

inline Mat matrix(const std::vector<std::vector<float>>& rows) {
  Mat result(rows.size(), rows.empty() ? 0 : rows[0].size());
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t j = 0; j < rows[i].size(); ++j) result(i, j) = rows[i][j];
  return result;
}

/// Start and end logits as (T, 2).
inline Mat columns(const std::vector<float>& start, const std::vector<float>& end) {
  Mat result(start.size(), 2);
  for (std::size_t i = 0; i < start.size(); ++i) result(i, 0) = start[i], result(i, 1) = end[i];
  return result;
}

}  // namespace limn
