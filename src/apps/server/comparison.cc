#include "apps/server/comparison.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "evaluate/correlation.h"
#include "limn/error.h"
#include "render/comparison.h"
#include "render/comparison_json.h"
#include "render/display_text.h"
#include "render/json.h"

namespace limn::server {
namespace {

using Json = nlohmann::ordered_json;

}  // namespace

std::string compare(const std::vector<Model>& models, const std::vector<ComparedMethod>& methods, const Input& input,
                    const ExplainOptions& options, const Progress& progress) {
  ComparisonAxes axes;
  ComparedInput compared;
  for (const auto& model : models) {
    ComparedModel& column = axes.models.emplace_back();
    column.name = model.info().name;
    column.parameters = model.info().parameters;
    for (const auto& [file, bytes] : model.info().files) column.bytes += bytes;
  }
  for (const auto& method : methods) axes.methods.push_back(method.name);
  for (const auto& model : models) {
    for (const auto& method : methods) {
      const std::size_t cell = compared.cells.size();
      ExplainOptions watched = options;
      watched.pieces = method.pieces;
      // A thousandth of a cell is fine enough to see that something moves.
      watched.progress = [&](std::size_t done, std::size_t total) {
        if (progress) progress(cell * 1000 + done * 1000 / std::max<std::size_t>(total, 1), axes.cells() * 1000);
      };
      try {
        Explanation explanation = model.explain(input, method.method, watched);
        explanation.method.preset = method.preset;
        explanation.method.seed = method.seed;
        compared.cells.push_back(std::move(explanation));
      } catch (const Error& error) {
        auto parts = error.parts();
        parts.thing =
            fmt::format("{}, {}{}{}", model.info().name, method.name, parts.thing.empty() ? "" : ": ", parts.thing);
        throw Error(std::move(parts));
      }
      if (progress) progress((cell + 1) * 1000, axes.cells() * 1000);
    }
  }
  for (std::size_t a = 0; a < compared.cells.size(); a++) {
    for (std::size_t b = a + 1; b < compared.cells.size(); b++) {
      const auto [words, magnitudes, kendall, spearman] = correlate_words(compared.cells[a], compared.cells[b]);
      compared.correlations.push_back({a, b, words, magnitudes, kendall, spearman});
    }
  }
  return to_json(axes, compared);
}

std::string tokens_json(const TokenizedInput& tokenized, const Input& input, const std::string& model,
                        bool is_question) {
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

std::string model_json(const ModelInfo& info) {
  Json files = Json::object();
  for (const auto& [name, bytes] : info.files) files[name] = bytes;
  return json_text({{"name", info.name},
                    {"family", info.family},
                    {"architecture", info.architecture},
                    {"task", name(info.task)},
                    {"labels", info.labels},
                    {"layers", info.layers},
                    {"channels", info.channels},
                    {"heads", info.heads},
                    {"feed_forward", info.feed_forward},
                    {"vocabulary", info.vocabulary},
                    {"positions", info.positions},
                    {"parameters", info.parameters},
                    {"files", files}});
}

}  // namespace limn::server
