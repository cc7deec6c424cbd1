#include <nlohmann/json.hpp>

#include "limn/write.h"

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

/// Names in data files may be invalid UTF-8.
std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace

std::string to_json(const SquadScores& scores) {
  return dump({{"questions", scores.all.questions},
               {"em", number(scores.all.exact)},
               {"f1", number(scores.all.f1)},
               {"has_answer", object(scores.has_answer)},
               {"no_answer", object(scores.no_answer)},
               {"best_em", scores.best_exact},
               {"best_em_threshold", scores.best_exact_threshold},
               {"best_f1", scores.best_f1},
               {"best_f1_threshold", scores.best_f1_threshold},
               {"seconds", scores.seconds}});
}

std::string to_json(const ClassificationScores& scores) {
  Json value = {{"rows", scores.rows},         {"cut_rows", scores.cut_rows},     {"accuracy", scores.accuracy},
                {"macro_f1", scores.macro_f1}, {"labels", object(scores.labels)}, {"seconds", scores.seconds}};
  if (!scores.warnings.empty()) value["warnings"] = scores.warnings;
  return dump(value);
}

std::string to_json(const EntityScores& scores) {
  Json value = {{"sentences", scores.sentences}, {"precision", scores.all.precision}, {"recall", scores.all.recall},
                {"f1", scores.all.f1},           {"labels", object(scores.labels)},   {"seconds", scores.seconds}};
  if (!scores.warnings.empty()) value["warnings"] = scores.warnings;
  return dump(value);
}

}  // namespace limn
