#include "render/json.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>
#include <variant>

#include "options/json.h"
#include "options/methods.h"
#include "options/names.h"
#include "render/json_parts.h"
#include "render/summary.h"

namespace limn {
namespace {

using Json = nlohmann::ordered_json;

Json answer_value(const Answer& answer, const Offsets& offsets) {
  return {{"answer", answer.text},
          {"begin", offsets(1, answer.begin)},
          {"end", offsets(1, answer.end)},
          {"probability", answer.probability},
          {"start_token", answer.start_token},
          {"end_token", answer.end_token}};
}

Json prediction_value(const AnswerPrediction& prediction, const Offsets& offsets) {
  Json value = answer_value(prediction.best, offsets);
  value["null_probability"] = prediction.null_probability;
  value["confidence"] = or_null(prediction.confidence);
  if (prediction.answers.size() > 1) {
    Json& answers = value["answers"] = Json::array();
    for (const Answer& answer : prediction.answers) answers.push_back(answer_value(answer, offsets));
  }
  return value;
}

Json prediction_value(const LabelPrediction& prediction, const Offsets&) {
  if (prediction.meaning == OutputMeaning::value) {
    Json value = Json::object();
    if (prediction.values.size() == 1) value["value"] = prediction.values[0].second;
    Json& values = value["values"] = Json::object();
    for (const auto& [label, number] : prediction.values) values[label] = number;
    return value;
  }
  Json value{{"label", prediction.label.empty() ? Json(nullptr) : Json(prediction.label)},
             {"index", prediction.index},
             {"probability", prediction.probability}};
  Json& probabilities = value["probabilities"] = Json::object();
  for (const auto& [label, probability] : prediction.probabilities) probabilities[label] = probability;
  if (prediction.meaning == OutputMeaning::multi_label) value["labels"] = prediction.labels;
  if (prediction.confidence) value["confidence"] = *prediction.confidence;
  return value;
}

Json prediction_value(const EntityPrediction& prediction, const Offsets& offsets) {
  Json entities = Json::array(), tokens = Json::array();
  for (const Entity& entity : prediction.entities) {
    entities.push_back({{"label", entity.label},
                        {"begin", offsets(0, entity.begin)},
                        {"end", offsets(0, entity.end)},
                        {"text", entity.text},
                        {"probability", entity.probability},
                        {"start_token", entity.first_token},
                        {"end_token", entity.last_token}});
    if (entity.confidence) entities.back()["confidence"] = *entity.confidence;
  }
  for (const TokenLabel& token : prediction.tokens)
    tokens.push_back({{"token", token.token}, {"label", token.label}, {"probability", token.probability}});
  return {{"entities", entities}, {"tokens", tokens}};
}

Json prediction_value(const MaskPrediction& prediction, const Offsets& offsets) {
  Json masks = Json::array();
  for (const MaskPrediction::Mask& mask : prediction.masks) {
    Json fills = Json::array();
    for (const MaskPrediction::Fill& fill : mask.fills)
      fills.push_back({{"token", fill.token}, {"id", fill.id}, {"probability", fill.probability}});
    masks.push_back({{"token", mask.token},
                     {"sequence", mask.sequence},
                     {"begin", offsets(mask.sequence, mask.begin)},
                     {"end", offsets(mask.sequence, mask.end)},
                     {"fills", fills}});
  }
  return {{"masks", masks}};
}

Json prediction_value(const Embedding& prediction, const Offsets&) {
  if (prediction.cosine) return {{"cosine", *prediction.cosine}, {"dot", or_null(prediction.dot)}};
  return {{"embedding", prediction.values}, {"tokens", prediction.tokens}};
}

Json prediction_value(const std::monostate&, const Offsets&) { return nullptr; }

Json prediction_value(const Prediction& prediction, const Offsets& offsets) {
  return std::visit([&](const auto& alternative) { return prediction_value(alternative, offsets); }, prediction);
}

// Writes whole numbers, such as steps, without a fraction.
Json plain_number(double number) {
  constexpr double largest_exact = 9007199254740992;  // 2^53
  if (std::abs(number) < largest_exact && number == std::trunc(number)) return static_cast<std::int64_t>(number);
  return number;
}

Json method_value(const MethodInfo& method) {
  Json value{{"name", method.name},
             {"preset", or_null(method.preset)},
             {"baseline", or_null(method.baseline)},
             {"reduce", method.reduce.empty() ? Json(nullptr) : Json(method.reduce)},
             {"normalize", method.normalize.empty() ? Json(nullptr) : Json(method.normalize)},
             {"seed", method.seed}};
  if (!method.layer.empty() && method.layer != "word") value["layer"] = method.layer;
  if (method.unit != "word") value["unit"] = method.unit;
  for (const auto& [name, number] : method.numbers) value[name] = plain_number(number);
  if (method.is_signed) value["signed"] = true;
  if (method.automatic) value["auto"] = true;
  if (method.method) {
    Json& options = value["options"] = Json::object();
    for (const auto& [option, changed] : changed_options(*method.method))
      options[option->field()] = json_of<Json>(changed);
    if (method.word_score) options["word_score"] = name_of(*method.word_score);
  }
  return value;
}

Json tokens_value(const Explanation& explanation, const Offsets& offsets) {
  Json tokens = Json::array();
  for (const Token& token : explanation.tokens) {
    tokens.push_back(token_value(token, offsets));
    tokens.back()["score"] = token.score;
  }
  return tokens;
}

Json words_value(std::span<const Word> all, const Offsets& offsets) {
  Json words = Json::array();
  for (const Word& word : all) {
    words.push_back({{"text", offsets.text(word.sequence, word.begin, word.end)},
                     {"sequence", word.sequence},
                     {"begin", offsets(word.sequence, word.begin)},
                     {"end", offsets(word.sequence, word.end)},
                     {"score", word.score}});
    if (word.standard_error) words.back()["standard_error"] = *word.standard_error;
  }
  return words;
}

// Question answering: {"start": [T], "end": [T]}; classification: [labels]; token classification: [T][labels].
Json logits_value(const Explanation& explanation) {
  const auto& logits = explanation.logits;
  if (const auto only = logits.find("logits"); only != logits.end() && logits.size() == 1) {
    const std::vector<double>& values = only->second;
    const std::size_t rows = explanation.task == Task::token_classification ? explanation.tokens.size() : 0;
    if (rows == 0 || values.size() % rows != 0) return values;
    const auto length = static_cast<std::ptrdiff_t>(values.size() / rows);
    Json table = Json::array();
    for (auto row = values.begin(); row != values.end() && length > 0; row += length)
      table.push_back(std::vector<double>(row, row + length));
    return table;
  }
  Json value = Json::object();
  if (const auto start = logits.find("start"); start != logits.end()) value["start"] = start->second;
  for (const auto& [name, values] : logits) value[name] = values;
  return value;
}

Json faithfulness_value(const Faithfulness& faithfulness) {
  Json value{{"comprehensiveness", faithfulness.comprehensiveness},
             {"sufficiency", faithfulness.sufficiency},
             {"normalised_comprehensiveness", or_null(faithfulness.normalised_comprehensiveness)},
             {"normalised_sufficiency", or_null(faithfulness.normalised_sufficiency)},
             {"upper", or_null(faithfulness.upper)},
             {"lower", or_null(faithfulness.lower)},
             {"exact", faithfulness.exact}};
  if (faithfulness.beam > 0) value["beam"] = faithfulness.beam;
  value["summary"] = faithfulness_text(faithfulness);
  return value;
}

Json document_value(const DocumentHeat& document, const Offsets& offsets, int sequence) {
  Json explained = Json::array();
  for (const ExplainedWindow& window : document.explained)
    explained.push_back({{"window", window.window},
                         {"begin", offsets(sequence, window.begin)},
                         {"end", offsets(sequence, window.end)},
                         {"weight", window.weight},
                         {"value", window.value},
                         {"text", window.text}});
  return {{"windows", document.windows}, {"weight", document.weight}, {"explained", explained}};
}

Task task_of(const Prediction& prediction) {
  if (std::holds_alternative<AnswerPrediction>(prediction)) return Task::question_answering;
  if (std::holds_alternative<LabelPrediction>(prediction)) return Task::sequence_classification;
  if (std::holds_alternative<EntityPrediction>(prediction)) return Task::token_classification;
  if (std::holds_alternative<Embedding>(prediction)) return Task::sentence_embedding;
  return Task::masked_lm;
}

}  // namespace

Json json_value(const Explanation& explanation) {
  const Offsets offsets(explanation.text, explanation.pair);
  const bool is_question = explanation.task == Task::question_answering;
  Json value{{"limn", format_version},
             {"model", explanation.model},
             {"task", name(explanation.task)},
             {"input", input_value(explanation.text, explanation.pair, is_question)},
             {"prediction", prediction_value(explanation.prediction, offsets)},
             {"target", target_value(explanation.target, explanation.task)},
             {"method", method_value(explanation.method)},
             {"value", explanation.value},
             {"baseline_value", or_null(explanation.baseline_value)},
             {"completeness_error", or_null(explanation.completeness_error)},
             {"passes", explanation.passes},
             {"seconds", explanation.seconds}};
  if (explanation.window_begin > 0) value["window_begin"] = explanation.window_begin;
  value["tokens"] = tokens_value(explanation, offsets);
  value["words"] = words_value(explanation.words, offsets);
  if (!explanation.heatmap.empty()) value["heatmap"] = explanation.heatmap;
  if (!explanation.logits.empty()) value["logits"] = logits_value(explanation);
  if (explanation.faithfulness) value["faithfulness"] = faithfulness_value(*explanation.faithfulness);
  if (explanation.document) value["document"] = document_value(*explanation.document, offsets, is_question ? 1 : 0);
  if (!explanation.warnings.empty()) value["warnings"] = explanation.warnings;
  return value;
}

Json words_json(std::span<const Word> words, const Input& input) {
  return words_value(words, Offsets(input.text, input.pair));
}

Json json_value(const Prediction& prediction, const Input& input, std::string_view model) {
  const Offsets offsets(input.text, input.pair);
  const Task task = task_of(prediction);
  return {{"limn", format_version},
          {"model", model},
          {"task", name(task)},
          {"input", input_value(input.text, input.pair, task == Task::question_answering)},
          {"prediction", prediction_value(prediction, offsets)}};
}

std::string to_json(const TokenizedInput& tokenized, const Input& input, std::string_view model, bool is_question) {
  Json texts = input_value(input.text, input.pair, is_question);
  if (is_question && !input.pair) texts.erase("context");
  Json value{{"limn", format_version}, {"model", model}};
  value["input"] = std::move(texts);
  value["tokens"] = tokens_value(tokenized.tokens, Offsets(input.text, input.pair));
  value["type_ids"] = tokenized.type_ids;
  value["cut_tokens"] = tokenized.cut_tokens;
  return json_text(value);
}

std::string embedding_json(const Embedding& embedding, std::string_view text, std::string_view model) {
  return json_text({{"limn", format_version},
                    {"model", model},
                    {"text", text},
                    {"embedding", embedding.values},
                    {"tokens", embedding.tokens}});
}

Json json_value(const ModelInfo& info) {
  Json files = Json::object();
  for (const auto& [name, bytes] : info.files) files[name] = bytes;
  return {{"name", info.name},
          {"family", info.family},
          {"architecture", info.architecture},
          {"task", name(info.task)},
          {"labels", info.labels},
          {"outputs", name(info.outputs)},
          {"layers", info.layers},
          {"hidden_size", info.hidden_size},
          {"heads", info.heads},
          {"intermediate_size", info.intermediate_size},
          {"vocabulary", info.vocabulary},
          {"max_positions", info.max_positions},
          {"parameters", info.parameters},
          {"files", files},
          {"dimensions", info.dimensions},
          {"prompts", info.prompts},
          {"warnings", info.warnings}};
}

std::string json_text(const Json& value, int indent) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

std::string to_json(const Explanation& explanation, int indent) { return json_text(json_value(explanation), indent); }

std::string to_json(const Prediction& prediction, const Input& input, std::string_view model, int indent,
                    std::span<const std::string> warnings) {
  Json value = json_value(prediction, input, model);
  if (!warnings.empty()) value["warnings"] = std::vector<std::string>(warnings.begin(), warnings.end());
  return json_text(value, indent);
}

std::string to_json(std::span<const Explanation> explanations, int indent) {
  Json list = Json::array();
  for (const Explanation& explanation : explanations) list.push_back(json_value(explanation));
  return json_text(list, indent);
}

}  // namespace limn
