#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "limn/write.h"
#include "render/confidence.h"

namespace limn {
namespace {

using Json = nlohmann::ordered_json;

Json number(std::optional<double> value) { return value ? Json(*value) : Json(nullptr); }

Json object(const SquadPart& part) {
  return {{"n", part.questions}, {"em", number(part.exact)}, {"f1", number(part.f1)}};
}

Json object(const LabelScores& labels) {
  Json result = Json::object();
  for (const auto& [label, score] : labels) {
    result[label] = {
        {"precision", score.precision}, {"recall", score.recall}, {"f1", score.f1}, {"support", score.support}};
  }
  return result;
}

/// {"right label": {"predicted label": count}}, for all labels of the scores.
Json object(const ClassificationScores& scores) {
  Json result = Json::object();
  for (const auto& [expected, score] : scores.labels)
    for (const auto& [predicted, other_score] : scores.labels) {
      const auto found = scores.confusion.find({expected, predicted});
      result[expected][predicted] = found == scores.confusion.end() ? 0 : found->second;
    }
  return result;
}

/// {"probability": {…}, "confidence": {…}} of those that were measured.
Json object(const RowConfidence& confidence) {
  Json result = Json::object();
  for (const auto& [name, quality] : named_qualities(confidence)) result[name] = quality_value(*quality);
  return result;
}

Json object(const EntityErrors& errors) {
  return {{"wrong_type", errors.wrong_type},
          {"wrong_boundary", errors.wrong_boundary},
          {"missed", errors.missed},
          {"spurious", errors.spurious}};
}

/// Names in data files may be invalid UTF-8.
std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace

std::string to_json(const SquadScores& scores) {
  Json value = {{"questions", scores.all.questions},
                {"em", number(scores.all.exact)},
                {"f1", number(scores.all.f1)},
                {"has_answer", object(scores.has_answer)},
                {"no_answer", object(scores.no_answer)},
                {"best_em", number(scores.best_exact)},
                {"best_em_threshold", scores.best_exact ? Json(scores.best_exact_threshold) : Json(nullptr)},
                {"best_f1", number(scores.best_f1)},
                {"best_f1_threshold", scores.best_f1 ? Json(scores.best_f1_threshold) : Json(nullptr)},
                {"confidence", object(scores.confidence)},
                {"seconds", scores.seconds}};
  if (!scores.warnings.empty()) value["warnings"] = scores.warnings;
  return dump(value);
}

std::string to_json(const ClassificationScores& scores) {
  Json value = {{"rows", scores.rows},
                {"cut_rows", scores.cut_rows},
                {"accuracy", scores.accuracy},
                {"macro_f1", scores.macro_f1},
                {"labels", object(scores.labels)},
                {"confusion", object(scores)},
                {"confidence", object(scores.confidence)},
                {"seconds", scores.seconds}};
  if (!scores.warnings.empty()) value["warnings"] = scores.warnings;
  return dump(value);
}

std::string to_json(const EntityScores& scores) {
  Json by_type = Json::object();
  for (const auto& [type, errors] : scores.errors_by_type) by_type[type] = object(errors);
  Json value = {{"sentences", scores.sentences},        {"precision", scores.all.precision},
                {"recall", scores.all.recall},          {"f1", scores.all.f1},
                {"labels", object(scores.labels)},      {"errors", object(scores.errors)},
                {"errors_by_type", std::move(by_type)}, {"seconds", scores.seconds}};
  if (!scores.warnings.empty()) value["warnings"] = scores.warnings;
  return dump(value);
}

std::string predictions_json(const SquadScores& scores) {
  Json value = Json::object();
  for (const EvaluatedRow& row : scores.evaluated) value[row.id] = row.predicted;
  return dump(value);
}

std::string na_probabilities_json(const SquadScores& scores) {
  Json value = Json::object();
  // JSON has no infinity, which a context without any span has.
  for (const EvaluatedRow& row : scores.evaluated)
    value[row.id] = std::min(row.prediction.null_excess, std::numeric_limits<double>::max());
  return dump(value);
}

}  // namespace limn
