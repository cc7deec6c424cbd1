#include "render/json_parts.h"

#include <algorithm>

namespace limn {

using Json = nlohmann::ordered_json;

Offsets::Offsets(std::string_view text, const std::optional<std::string>& pair)
    : texts_{text, pair ? std::string_view(*pair) : std::string_view()},
      points_{CodePoints(texts_[0]), CodePoints(texts_[1])} {}

std::string Offsets::text(int sequence, std::size_t begin, std::size_t end) const {
  const std::string_view text = texts_[sequence == 1];
  end = std::min(end, text.size());
  return begin < end ? std::string(text.substr(begin, end - begin)) : std::string();
}

Json input_value(std::string_view text, const std::optional<std::string>& pair, bool is_question) {
  if (is_question) return {{"question", text}, {"context", pair.value_or("")}};
  Json value = Json::object();
  value["text"] = text;
  if (pair) value["pair"] = *pair;
  return value;
}

Json target_value(const TargetInfo& target, Task task) {
  Json value = Json::object();
  value["explain"] = target.explain;
  if (target.label) value["label"] = *target.label;
  if (target.index) value["index"] = *target.index;
  if (target.contrast) value["contrast"] = *target.contrast;
  if (target.start_token) value["start_token"] = *target.start_token;
  if (target.end_token) value["end_token"] = *target.end_token;
  if (task == Task::token_classification) value["text"] = target.text;
  return value;
}

void add_parts(Json& object, const Error& error) {
  const Error::Parts& parts = error.parts();
  const std::pair<const char*, const std::string&> named[] = {{"field", parts.field},       {"file", parts.file},
                                                              {"thing", parts.thing},       {"found", parts.found},
                                                              {"expected", parts.expected}, {"hint", parts.hint}};
  for (const auto& [name, text] : named)
    if (!text.empty()) object[name] = text;
}

Json token_value(const Token& token, const Offsets& offsets) {
  const int sequence = token.sequence.value_or(0);
  return {{"token", token.token},
          {"id", token.id},
          {"sequence", or_null(token.sequence)},
          {"begin", offsets(sequence, token.begin)},
          {"end", offsets(sequence, token.end)},
          {"word", or_null(token.word)},
          {"special", token.special}};
}

Json tokens_value(std::span<const Token> tokens, const Offsets& offsets) {
  Json list = Json::array();
  for (const Token& token : tokens) list.push_back(token_value(token, offsets));
  return list;
}

}  // namespace limn
