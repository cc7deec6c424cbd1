#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "limn/explanation.h"

/// The words and numbers shared by all renderings of an explanation. Every string is one line of plain text, processed
/// by visible() and limited in length, but not escaped for HTML or XML.

namespace limn {

/// The model's prediction, or the target that the user chose instead.
struct Verdict {
  std::string kind;  ///< an entity's label; otherwise empty
  std::string text;  ///< "Achaemenid Persia", "no answer", "positive", "George Washington"
  std::optional<double> probability, confidence;
};
Verdict verdict(const Explanation& explanation);

/// The verdict on one line: "positive 93%", "PER Ada Lovelace 99%".
std::string verdict_text(const Explanation& explanation);

/// The entity that contains the target's token; nullptr if none does.
const Entity* explained_entity(const EntityPrediction& prediction, const Explanation& explanation);

/// Returns at most `count` labels with their probabilities, most likely first; empty for tasks other than sequence
/// classification.
std::vector<std::pair<std::string, double>> likeliest_labels(const Explanation& explanation, std::size_t count);

/// The explained target if it is not the prediction: "Explained: negative rather than positive"; otherwise empty.
std::string explained_instead(const Explanation& explanation);

/// "gradient, preset seed-qa" or "gradient (onehot-l2, max)".
std::string method_text(const Explanation& explanation);
/// The target function with its value: "F = start logit + end logit of the answer = 11.27".
std::string scalar_text(const Explanation& explanation);
/// "sum of scores 3.21, F(x) − F(baseline) = 3.22, error 0.0031"; empty for methods without a baseline.
std::string completeness_text(const Explanation& explanation);

/// How faithful an explanation is, as a phrase: "removes 91% of what the best order would".
std::string faithfulness_text(const Faithfulness& faithfulness);

/// Whether a word consists of punctuation only. Such words have heat, but no list of words names them.
bool is_punctuation(const Explanation& explanation, const Word& word);

/// The length of the lists of the strongest words, beyond which a sentence names none.
inline constexpr std::size_t listed_words = 8;

/// Returns positions in explanation.words by descending |score|, without scores of 0 and punctuation. @param sign 1:
/// only positive scores, -1: only negative scores, 0: all.
std::vector<std::size_t> strongest_words(const Explanation& explanation, std::size_t count, int sign = 0);

/// A summary for quick reading and screen readers: "\"subordinate\", \"Achaemenid\" and \"rule\" pushed most towards
/// this answer." For magnitudes, which have no direction: "mattered most for".
std::string sentence(const Explanation& explanation);

/// The word (or sentence) as the user wrote it, shortened to `columns`.
std::string word_text(const Explanation& explanation, const Word& word, std::size_t columns = 40);
/// The text or question of an explanation, shortened.
std::string input_text(const Explanation& explanation, std::size_t columns);

/// "question", "context", "text" or "pair"; empty if there is only one sequence.
std::string sequence_name(const Explanation& explanation, int sequence);

/// Formats a score among others up to `scale`: three significant digits of the scale, U+2212 as minus.
std::string score_text(double score, double scale);
/// "83%", "99.8%", "<0.1%".
std::string percent_text(double probability);
/// "41 ms", "2.3 s".
std::string duration_text(double seconds);

}  // namespace limn
