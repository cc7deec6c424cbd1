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

std::string to_json(const Similarity& similarity, int indent) { return json_text(json_value(similarity), indent); }

}  // namespace limn
