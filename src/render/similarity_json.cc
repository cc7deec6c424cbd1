#include <nlohmann/json.hpp>

#include "render/json.h"
#include "render/json_parts.h"
#include "render/similarity.h"

namespace limn {
namespace {

using Json = nlohmann::ordered_json;

/// One text with the scores of its tokens and words; the fields about the model and the method are given once, above.
Json side_value(const Explanation& side) {
  const Json whole = json_value(side);
  Json value{{"text", side.text}, {"value", side.value}};
  for (const char* field : {"baseline_value", "completeness_error", "tokens", "words", "warnings"})
    if (whole.contains(field)) value[field] = whole[field];
  return value;
}

}  // namespace

Json json_value(const Similarity& similarity) {
  return {{"limn", format_version},
          {"model", similarity.model},
          {"task", name(Task::sentence_embedding)},
          {"cosine", similarity.cosine},
          {"dot", similarity.dot},
          {"method", json_value(similarity.a)["method"]},
          {"a", side_value(similarity.a)},
          {"b", side_value(similarity.b)},
          {"pairs", similarity.pairs},
          {"pairs_method", similarity.pairs_exact ? "exact" : "integrated"},
          {"pairs_residual", similarity.pairs_residual},
          {"seconds", similarity.seconds}};
}

Json ranking_value(std::string_view model, std::string_view question, std::span<const std::string> passages,
                   std::span<const Relevance> ranked, std::span<const Explanation> why) {
  Json list = Json::array();
  for (std::size_t i = 0; i < ranked.size(); ++i) {
    list.push_back(
        {{"rank", i + 1}, {"index", ranked[i].index}, {"score", ranked[i].score}, {"text", passages[ranked[i].index]}});
    if (!why.empty()) list.back()["explanation"] = json_value(why[i]);
  }
  return {{"limn", format_version}, {"model", model}, {"question", question}, {"passages", std::move(list)}};
}

std::string to_json(const Similarity& similarity, int indent) { return json_text(json_value(similarity), indent); }

}  // namespace limn
