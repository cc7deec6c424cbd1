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

SquadScores score_answers(std::span<const SquadQuestion> questions, std::span<const GivenAnswer> answers,
                          std::optional<double> null_threshold) {
  assert(questions.size() == answers.size());
  SquadScores scores;
  std::vector<Candidate> exact_candidates, f1_candidates;
  std::size_t never_answered_right = 0;  // questions that are right if none is answered
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const auto& references = questions[i].answers;
    const auto& [text, null_excess] = answers[i];
    EvaluatedRow row{.id = questions[i].id, .input = questions[i].input};
    row.prediction = {.labels = text ? std::vector{*text} : std::vector<std::string>(), .null_excess = null_excess};
    if (!references.empty()) row.expected = references.front();
    AnswerScore score, answered;
    if (text) {
      answered = best_answer_score(references, *text);
      const bool predicts_no_answer = null_threshold && null_excess > *null_threshold;
      score = predicts_no_answer ? best_answer_score(references, "") : answered;
      if (!predicts_no_answer) row.predicted = *text;
      never_answered_right += references.empty();
    }
    row.is_right = score.exact == 1;
    row.f1 = 100 * score.f1;
    scores.evaluated.push_back(std::move(row));
    add(scores.all, score);
    add(references.empty() ? scores.no_answer : scores.has_answer, score);
    // Change of the score if a question without an answer is answered.
    const double loss = !text || text->empty() ? 0 : -1;
    exact_candidates.push_back({null_excess, references.empty() ? loss : answered.exact});
    f1_candidates.push_back({null_excess, references.empty() ? loss : answered.f1});
  }
  const Best exact = best_threshold(std::move(exact_candidates), never_answered_right);
  const Best f1 = best_threshold(std::move(f1_candidates), never_answered_right);
  scores.best_exact = exact.percent, scores.best_exact_threshold = exact.threshold;
  scores.best_f1 = f1.percent, scores.best_f1_threshold = f1.threshold;
  for (SquadPart* part : {&scores.all, &scores.has_answer, &scores.no_answer}) to_percent(*part);
  return scores;
}

SquadScores score_squad(std::span<const SquadQuestion> questions, std::span<const AnswerPrediction> predictions,
                        std::optional<double> null_threshold) {
  std::vector<GivenAnswer> answers;
  for (const AnswerPrediction& prediction : predictions) answers.push_back(given_answer(prediction));
  return score_answers(questions, answers, null_threshold);
}

GivenAnswer given_answer(const AnswerPrediction& prediction) {
  // A context without any span always has the null answer.
  if (prediction.answers.empty()) return {.text = "", .null_excess = INFINITY};
  const Answer& best = prediction.answers.front();
  return {.text = best.text, .null_excess = prediction.null_score - best.score};
}

std::vector<GivenAnswer> read_predictions(const std::filesystem::path& predictions,
                                          const std::optional<std::filesystem::path>& na_probabilities,
                                          std::span<const SquadQuestion> questions,
                                          std::vector<std::string>& warnings) {
  const auto read_object = [](const std::filesystem::path& file) {
    Json object = read_json(file);
    if (!object.is_object())
      throw Error({.file = file.string(), .found = shown(object), .expected = "an object {\"question's id\": …}"});
    return object;
  };
  const Json texts = read_object(predictions);
  const Json numbers = na_probabilities ? read_object(*na_probabilities) : Json::object();
  std::vector<GivenAnswer> answers;
  std::size_t missing = 0;
  std::string first_missing;
  for (const SquadQuestion& question : questions) {
    GivenAnswer& answer = answers.emplace_back();
    const auto text = texts.find(question.id);
    if (text == texts.end()) {
      if (missing++ == 0) first_missing = question.id;
      continue;
    }
    if (!text->is_string())
      throw Error({.file = predictions.string(),
                   .thing = question.id,
                   .found = shown(*text),
                   .expected = "a text in quotes, empty for no answer"});
    answer.text = text->get<std::string>();
    if (!na_probabilities) continue;
    const auto number = numbers.find(question.id);
    if (number == numbers.end() || !number->is_number())
      throw Error({.file = na_probabilities->string(),
                   .thing = question.id,
                   .found = number == numbers.end() ? "none" : shown(*number),
                   .expected = "a number for each prediction"});
    answer.null_excess = number->get<double>();
  }
  if (missing > 0)
    warnings.push_back(fmt::format("{} of {} questions have no prediction and count as wrong; the first is {}", missing,
                                   questions.size(), first_missing));
  return answers;
}

std::optional<double> default_null_threshold(std::span<const SquadQuestion> questions) {
  const bool all_answered = std::ranges::none_of(questions, [](const auto& q) { return q.answers.empty(); });
  return all_answered ? std::nullopt : std::optional(0.0);
}

}  // namespace limn
