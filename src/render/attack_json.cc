#include <nlohmann/json.hpp>
#include <string_view>

#include "render/attack.h"
#include "render/display_text.h"
#include "render/json.h"

namespace limn {
namespace {

using Json = nlohmann::ordered_json;

// The parts of a prediction row, with offsets into the texts of their own moment.
Json moment(const Attack& attack, const Prediction& prediction, const Input& input) {
  const Json row = json_value(prediction, input, attack.model);
  return {{"input", row["input"]}, {"prediction", row["prediction"]}};
}

Json tokens_value(const Attack& attack) {
  // Views: code points are counted in the attack's own text, and a copy would be gone by then.
  const std::string_view pair = attack.input.pair ? std::string_view(*attack.input.pair) : std::string_view();
  const CodePoints points[] = {CodePoints(attack.input.text), CodePoints(pair)};
  Json tokens = Json::array();
  for (const Token& token : attack.tokens) {
    const CodePoints& point = points[token.sequence.value_or(0) == 1];
    tokens.push_back({{"token", token.token},
                      {"id", token.id},
                      {"sequence", token.sequence ? Json(*token.sequence) : Json(nullptr)},
                      {"begin", point.before(token.begin)},
                      {"end", point.before(token.end)},
                      {"special", token.special},
                      {"gradient", token.score}});
  }
  return tokens;
}

}  // namespace

Json json_value(const Attack& attack) {
  const Json before = moment(attack, attack.before, attack.input), after = moment(attack, attack.after, attack.output);
  Json value{{"limn", 1},
             {"model", attack.model},
             {"task", name(attack.task)},
             {"input", before["input"]},
             {"attack", attack.kind},
             {"toward", attack.toward ? Json(*attack.toward) : Json(nullptr)},
             {"succeeded", attack.succeeded},
             {"before", before["prediction"]},
             {"after", after["prediction"]},
             {"output", after["input"]},
             {"reread", attack.reread ? moment(attack, *attack.reread, attack.output)["prediction"] : Json(nullptr)},
             {"passes", attack.passes},
             {"seconds", attack.seconds}};
  Json& steps = value["steps"] = Json::array();
  for (const AttackStep& step : attack.steps) {
    Json row{{"token", step.token},
             {"before", step.before},
             {"after", step.after.empty() ? Json(nullptr) : Json(step.after)}};
    row.update(moment(attack, step.prediction, step.input));
    steps.push_back(std::move(row));
  }
  value["tokens"] = tokens_value(attack);
  if (!attack.warnings.empty()) value["warnings"] = attack.warnings;
  return value;
}

std::string to_json(const Attack& attack, int indent) { return json_text(json_value(attack), indent); }

}  // namespace limn
