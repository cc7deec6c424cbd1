#include "evaluate/squad.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/json.h"
#include "evaluate/answer_text.h"
#include "limn/error.h"

namespace limn {
namespace {

using Json = nlohmann::json;

/// A value in the file and its path, for messages: "data[0].paragraphs[3].qas[1]".
class Element {
 public:
  Element(const Json& value, std::string path, const std::string& file)
      : value_(value), path_(std::move(path)), file_(file) {}

  Element member(const char* key) const {
    if (!value_.is_object()) fail(shown(value_), "an object");
    const auto found = value_.find(key);
    if (found == value_.end()) fail(fmt::format("no '{}'", key), "one", "is this a SQuAD file?");
    return {*found, path_.empty() ? key : path_ + "." + key, file_};
  }

  template <class Visit>
  void for_each(Visit visit) const {
    if (!value_.is_array()) fail(shown(value_), "a list");
    for (std::size_t i = 0; i < value_.size(); ++i) visit(Element(value_[i], fmt::format("{}[{}]", path_, i), file_));
  }

  std::string text() const {
    if (!value_.is_string()) fail(shown(value_), "a text in quotes");
    return value_.get<std::string>();
  }

 private:
  [[noreturn]] void fail(std::string found, std::string expected, std::string hint = {}) const {
    throw Error({.file = file_,
                 .thing = path_.empty() ? "the file" : path_,
                 .found = std::move(found),
                 .expected = std::move(expected),
                 .hint = std::move(hint)});
  }

  const Json& value_;
  std::string path_;
  const std::string& file_;
};

/// The best total and its threshold, as in find_best_thresh of evaluate-v2.0.py.
struct Best {
  double percent = 0, threshold = 0;
};

/// The contribution of one question to the search for the best threshold.
struct Candidate {
  double null_excess = 0;  // null score − best score
  double gain = 0;         // change of the score if the question is answered
};

Best best_threshold(std::vector<Candidate> candidates, std::size_t without_answer) {
  std::ranges::stable_sort(candidates, {}, &Candidate::null_excess);
  double score = static_cast<double>(without_answer), best = score, threshold = 0;
  for (const auto& [null_excess, gain] : candidates) {
    score += gain;
    if (score > best) best = score, threshold = null_excess;
  }
  return {candidates.empty() ? 0 : 100 * best / static_cast<double>(candidates.size()), threshold};
}

void add(SquadPart& part, AnswerScore score) {
  ++part.questions;
  part.exact = part.exact.value_or(0) + score.exact;
  part.f1 = part.f1.value_or(0) + score.f1;
}

void to_percent(SquadPart& part) {
  if (part.questions == 0) return;
  part.exact = 100 * *part.exact / static_cast<double>(part.questions);
  part.f1 = 100 * *part.f1 / static_cast<double>(part.questions);
}

}  // namespace

std::vector<SquadQuestion> read_squad(const std::filesystem::path& file) {
  const std::string name = file.string();
  const Json document = read_json(file);
  std::vector<SquadQuestion> questions;
  Element(document, "", name).member("data").for_each([&](const Element& article) {
    article.member("paragraphs").for_each([&](const Element& paragraph) {
      const std::string context = paragraph.member("context").text();
      paragraph.member("qas").for_each([&](const Element& qa) {
        SquadQuestion question{
            .id = qa.member("id").text(), .input = {qa.member("question").text(), context}, .answers = {}};
        qa.member("answers").for_each(
            [&](const Element& answer) { question.answers.push_back(answer.member("text").text()); });
        questions.push_back(std::move(question));
      });
    });
  });
  if (questions.empty())
    throw Error({.file = name, .thing = "data", .found = "no question", .expected = "at least one"});
  return questions;
}

SquadScores score_squad(std::span<const SquadQuestion> questions, std::span<const AnswerPrediction> predictions,
                        std::optional<double> null_threshold) {
  assert(questions.size() == predictions.size());
  SquadScores scores;
  std::vector<Candidate> exact_candidates, f1_candidates;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const auto& references = questions[i].answers;
    const std::vector<Answer>& answers = predictions[i].answers;
    const std::string_view text = answers.empty() ? std::string_view() : answers.front().text;
    // A context without any span always has the null answer.
    const double null_excess = answers.empty() ? INFINITY : predictions[i].null_score - answers.front().score;
    const AnswerScore answered = best_answer_score(references, text);
    const bool predicts_no_answer = null_threshold && null_excess > *null_threshold;
    const AnswerScore score = predicts_no_answer ? best_answer_score(references, "") : answered;

    add(scores.all, score);
    add(references.empty() ? scores.no_answer : scores.has_answer, score);
    const double loss = text.empty() ? 0 : -1;  // change of the score if a question without an answer is answered
    exact_candidates.push_back({null_excess, references.empty() ? loss : answered.exact});
    f1_candidates.push_back({null_excess, references.empty() ? loss : answered.f1});
  }
  const Best exact = best_threshold(std::move(exact_candidates), scores.no_answer.questions);
  const Best f1 = best_threshold(std::move(f1_candidates), scores.no_answer.questions);
  scores.best_exact = exact.percent, scores.best_exact_threshold = exact.threshold;
  scores.best_f1 = f1.percent, scores.best_f1_threshold = f1.threshold;
  for (SquadPart* part : {&scores.all, &scores.has_answer, &scores.no_answer}) to_percent(*part);
  return scores;
}

std::optional<double> default_null_threshold(std::span<const SquadQuestion> questions) {
  const bool all_answered = std::ranges::none_of(questions, [](const auto& q) { return q.answers.empty(); });
  return all_answered ? std::nullopt : std::optional(0.0);
}

}  // namespace limn
