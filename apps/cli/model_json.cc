#include "apps/cli/model_json.h"

#include <nlohmann/json.hpp>

#include "render/display_text.h"
#include "render/json.h"

namespace limn::cli {

using Json = nlohmann::ordered_json;

std::string to_json(const TokenizedInput& tokenized, const Input& input, const std::string& model, bool is_question) {
  const CodePoints text(input.text), pair(input.pair ? std::string_view(*input.pair) : std::string_view());
  Json object = {{"limn", 1}, {"model", model}};
  object["input"][is_question ? "question" : "text"] = input.text;
  if (input.pair) object["input"][is_question ? "context" : "pair"] = *input.pair;
  Json& tokens = object["tokens"] = Json::array();
  for (const auto& token : tokenized.tokens) {
    const CodePoints& points = token.sequence == 1 ? pair : text;
    tokens.push_back({{"token", token.token},
                      {"id", token.id},
                      {"sequence", token.sequence ? Json(*token.sequence) : Json()},
                      {"begin", points.before(token.begin)},
                      {"end", points.before(token.end)},
                      {"word", token.word ? Json(*token.word) : Json()},
                      {"special", token.special}});
  }
  object["type_ids"] = tokenized.type_ids;
  object["cut_tokens"] = tokenized.cut_tokens;
  return json_text(object);
}

nlohmann::ordered_json json_value(const ModelInfo& info) {
  Json files = Json::object();
  for (const auto& [name, bytes] : info.files) files[name] = bytes;
  return {{"name", info.name},
          {"family", info.family},
          {"architecture", info.architecture},
          {"task", name(info.task)},
          {"labels", info.labels},
          {"layers", info.layers},
          {"hidden_size", info.hidden_size},
          {"heads", info.heads},
          {"intermediate_size", info.intermediate_size},
          {"vocabulary", info.vocabulary},
          {"max_positions", info.max_positions},
          {"parameters", info.parameters},
          {"files", files}};
}

}  // namespace limn::cli
