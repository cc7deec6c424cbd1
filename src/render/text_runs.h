#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "limn/explanation.h"

/// Splits the user's texts into runs of uniform appearance, shared by terminal and HTML.

namespace limn {

/// A span to outline: the answer, an entity.
struct Mark {
  std::size_t begin = 0, end = 0;  ///< bytes
  std::string label;               ///< "answer", "PER", processed by visible()
  bool explained = false;          ///< whether the scores explain this mark
};

/// Consecutive bytes with the same word, token and mark.
struct Run {
  std::size_t begin = 0, end = 0;
  std::optional<std::size_t> word;   ///< position in Explanation::words
  std::optional<std::size_t> token;  ///< position in Explanation::tokens
  std::optional<std::size_t> mark;   ///< position in TextRuns::marks
  bool read = true;                  ///< false: truncated, so the model did not read it
};

/// One sequence. Its runs cover the whole text, in order; none begins or ends inside a grapheme cluster.
struct TextRuns {
  int sequence = 0;
  std::string_view text;    ///< text of the explanation
  std::vector<Mark> marks;  ///< in order, not overlapping
  std::vector<Run> runs;
  std::vector<std::size_t> before, after;  ///< added special tokens: positions in Explanation::tokens
};

/// Returns the text, or the question and the context. Offsets that do not fit the text are ignored.
std::vector<TextRuns> text_runs(const Explanation& explanation);

/// The runs with the tokens of each word together, for renderings that show words only.
std::vector<Run> word_runs(const TextRuns& shown);

}  // namespace limn
