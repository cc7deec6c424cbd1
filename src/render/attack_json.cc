#include <nlohmann/json.hpp>

#include "render/attack.h"
#include "render/json.h"
#include "render/json_parts.h"

namespace limn {
namespace {

using Json = nlohmann::ordered_json;

// Returns input and prediction at one moment of the attack, with offsets into that moment's texts.
Json moment(const Attack& attack, const Prediction& prediction, const Input& input) {
  const Json row = json_value(prediction, input, attack.model);
  return {{"input", row["input"]}, {"prediction", row["prediction"]}};
}

// Attacks change tokens, not words.
Json tokens_with_gradients(const Attack& attack) {
  const Offsets offsets(attack.input.text, attack.input.pair);
  Json tokens = Json::array();
  for (const Token& token : attack.tokens) {
    Json& value = tokens.emplace_back(token_value(token, offsets));
    value.erase("word");
    value["gradient"] = token.score;
  }
  return tokens;
}

}  // namespace

Json json_value(const Attack& attack) {
  const Json before = moment(attack, attack.before, attack.input), after = moment(attack, attack.after, attack.output);
  Json value{{"limn", format_version},
             {"model", attack.model},
             {"task", name(attack.task)},
             {"input", before["input"]},
             {"attack", attack.kind},
             {"toward", or_null(attack.toward)},
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
  value["tokens"] = tokens_with_gradients(attack);
  if (!attack.warnings.empty()) value["warnings"] = attack.warnings;
  return value;
}

std::string to_json(const Attack& attack, int indent) { return json_text(json_value(attack), indent); }

}  // namespace limn
