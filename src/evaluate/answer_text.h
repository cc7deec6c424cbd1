#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

/// Returns the words of an answer as the official SQuAD scripts compare them: in lower case, without ASCII punctuation
/// and articles (a, an, the), split at white space, with Python's rules for Unicode. @param text valid UTF-8
std::vector<std::string> answer_words(std::string_view text);

/// Scores from 0 to 1.
struct AnswerScore {
  double exact = 0, f1 = 0;
};

/// Computes exact match, and F1 over the bags of words; two empty answers are equal (evaluate-v2.0.py, compute_f1).
AnswerScore compare_answers(std::string_view reference, std::string_view answer);

/// Returns the best exact match and the best F1 over the references. References without words are ignored if there are
/// others; if all are ignored or there are none, "no answer" is the correct answer.
AnswerScore best_answer_score(std::span<const std::string> references, std::string_view answer);

}  // namespace limn
