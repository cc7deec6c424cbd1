#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

/// The words of an answer as the official SQuAD scripts compare them: small letters, no ASCII punctuation, no articles
/// (a, an, the), white space folded; all of it as Python does for Unicode. @param text valid UTF-8
std::vector<std::string> answer_words(std::string_view text);

/// 0…1.
struct AnswerScore {
  double exact = 0, f1 = 0;
};

/// Exact match, and F1 of the words as a bag; two empty answers are equal (evaluate-v2.0.py, compute_f1).
AnswerScore compare_answers(std::string_view reference, std::string_view answer);

/// The best over the references, each number on its own. References without words count as "no answer", unless there
/// are others; no reference at all means that no answer is right.
AnswerScore best_answer_score(std::span<const std::string> references, std::string_view answer);

}  // namespace limn
