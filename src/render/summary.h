#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "limn/explanation.h"

/// What every picture of an explanation says, in words and numbers. All strings are one line of plain text, made
/// visible and kept to a sensible length, but not yet escaped for HTML or XML.

namespace limn {

/// What the model says, or what the user asked about instead.
struct Verdict {
  std::string kind;  ///< an entity's label; otherwise empty
  std::string text;  ///< "Achaemenid Persia", "no answer", "positive", "George Washington"
  std::optional<double> probability, confidence;
};
Verdict verdict(const Explanation& explanation);

/// Labels and their probabilities, likeliest first, at most `count`; empty unless a text was classified.
std::vector<std::pair<std::string, double>> likeliest_labels(const Explanation& explanation, std::size_t count);

/// What is explained if it is not what the model says: "Explained: negative rather than positive"; otherwise empty.
std::string explained_instead(const Explanation& explanation);

/// "gradient, preset seed-qa" or "gradient (onehot-l2, max)".
std::string method_text(const Explanation& explanation);
/// What F is, with its value: "F = start logit + end logit of the answer = 11.27".
std::string scalar_text(const Explanation& explanation);
/// Where the method promises it: "sum of scores 3.21, F(x) − F(baseline) = 3.22, error 0.0031"; otherwise empty.
std::string completeness_text(const Explanation& explanation);

/// Positions in explanation.words by falling |score|, those of score 0 left out. @param sign 1: only positive scores,
/// -1: only negative ones, 0: all.
std::vector<std::size_t> strongest_words(const Explanation& explanation, std::size_t count, int sign = 0);

/// For quick readers and screen readers: "\"subordinate\", \"Achaemenid\" and \"rule\" pushed most towards this
/// answer." Magnitudes have no direction; for them it says "mattered most for".
std::string sentence(const Explanation& explanation);

/// The word (or sentence) as the user wrote it, shortened to this many columns.
std::string word_text(const Explanation& explanation, const Word& word, std::size_t columns = 40);
/// The text or question of an explanation, shortened.
std::string input_text(const Explanation& explanation, std::size_t columns);

/// "question", "context", "text" or "pair"; empty if there is only one sequence.
std::string sequence_name(const Explanation& explanation, int sequence);

/// A score beside others up to `scale`: three significant digits of the scale, U+2212 as minus.
std::string score_text(double score, double scale);
/// "83%", "99.8%", "<0.1%".
std::string percent_text(double probability);
/// "41 ms", "2.3 s".
std::string duration_text(double seconds);

}  // namespace limn
