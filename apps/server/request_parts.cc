#include "apps/server/request_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace limn::server {
namespace {

/// Whether the request, or the first of its inputs, has a question.
bool has_question(Fields& fields) {
  if (fields.value("question") || fields.value("context")) return true;
  const auto* list = fields.value("inputs");
  if (!list || !list->is_array() || list->empty() || !list->front().is_object()) return false;
  return Fields(list->front()).value("question") != nullptr;
}

/// The input of a request, or one of its "inputs".
Input read_one(Fields& fields, Task task, const std::string& model) {
  const auto text = fields.text("text", 0), pair = fields.text("pair", 0);
  const auto question = fields.text("question", 0), context = fields.text("context", 0);
  if (task == Task::question_answering) {
    if (!question || !context || text || pair) {
      throw Error({.field = question && !text && !pair ? "context" : "question",
                   .found = text       ? "text"
                            : pair     ? "pair"
                            : question ? "question without context"
                                       : "none",
                   .expected = "question and context",
                   .hint = fmt::format("the model {} answers questions", model)});
    }
    return {.text = *question, .pair = context};
  }
  if (!text || question || context) {
    throw Error({.field = "text",
                 .found = question || context ? "question or context" : "none",
                 .expected = "text, and pair for models that read two texts",
                 .hint = fmt::format("the model {} does not answer questions", model)});
  }
  return {.text = *text, .pair = pair};
}

}  // namespace

const ServedModel& fitting_model(Fields& fields, const ModelSet& models) {
  const bool asks = has_question(fields);
  const auto found = std::ranges::find_if(models.models, [&](const ServedModel& served) {
    return (served.model.info().task == Task::question_answering) == asks;
  });
  return found == models.models.end() ? models.models.front() : *found;
}

const ServedModel& served_model(Fields& fields, const ModelSet& models) {
  const auto given = fields.text("model");
  return given ? models.find(*given) : fitting_model(fields, models);
}

const ServedModel& model_for(Task task, const std::optional<std::string>& given, const ModelSet& models) {
  const auto fits = [&](const ServedModel& served) { return served.model.info().task == task; };
  const auto found = given ? std::ranges::find(models.models, models.find(*given).name, &ServedModel::name)
                           : std::ranges::find_if(models.models, fits);
  if (found != models.models.end() && fits(*found)) return *found;
  throw Error({.field = "model",
               .found = given ? fmt::format("'{}', a model for {}", *given, name(found->model.info().task)) : "none",
               .expected = fmt::format("a model for {}", name(task)),
               .hint = given ? "" : "this server has none"});
}

ReadInputs read_inputs(Fields& fields, const ServedModel& served, const Limits& limits) {
  const Task task = served.model.info().task;
  const std::string& model = served.name;
  const auto* list = fields.value("inputs");
  if (!list) return {{read_one(fields, task, model)}, model, false};
  for (const char* single : {"text", "pair", "question", "context"})
    if (fields.value(single))
      throw Error({.field = "inputs", .found = fmt::format("inputs and {}", single), .expected = "one of them"});
  if (!list->is_array() || list->empty() || list->size() > limits.inputs) {
    throw Error({.field = "inputs",
                 .found = list->is_array() ? fmt::format("{} inputs", list->size()) : "not a list",
                 .expected = fmt::format("a list of 1 to {}", limits.inputs)});
  }
  ReadInputs read{{}, model, true};
  for (const auto& item : *list) {
    if (item.is_string() && task != Task::question_answering) {
      const nlohmann::json text = {{"text", item}};
      Fields text_fields(text);
      read.inputs.push_back(read_one(text_fields, task, model));
      continue;
    }
    Fields item_fields(item);
    read.inputs.push_back(read_one(item_fields, task, model));
    item_fields.finish();
  }
  return read;
}

Request make_request(ReadInputs read, const char* kind, const nlohmann::json& body, std::size_t generation, Lane lane,
                     decltype(WorkKind::run) run) {
  nlohmann::json settings = body;  // its keys are sorted
  for (const char* name : {"inputs", "text", "pair", "question", "context"}) settings.erase(name);
  const auto shared = std::make_shared<const WorkKind>(
      WorkKind{.lane = lane,
               .group = fmt::format("{} {} {} {}", kind, generation, read.model, settings.dump()),
               .run = std::move(run),
               .is_lasting = read.is_lasting});
  constexpr std::array streamed = {"explain", "compare", "attack", "evaluate", "similar", "ask"};
  Request request{.work = {},
                  .many = read.many,
                  .streams = std::ranges::find(streamed, std::string_view(kind)) != streamed.end(),
                  .join = {}};
  for (auto& input : read.inputs) {
    const nlohmann::json texts = {input.text, input.pair ? nlohmann::json(*input.pair) : nlohmann::json()};
    request.work.push_back({.kind = shared, .key = shared->group + " " + texts.dump(), .input = std::move(input)});
  }
  return request;
}

namespace {

std::size_t special_tokens(const TokenizedInput& tokenized) {
  return static_cast<std::size_t>(std::ranges::count_if(tokenized.tokens, &Token::special));
}

/// Limits the windows in which a long context or text is read: a long question or a large stride makes many.
/// @param tokens of all texts and the special tokens. @throws Error if the windows have more than `most` rows
/// together.
void check_windows(const Model& model, const Input& input, const TokenizedInput& read, std::size_t tokens,
                   const PredictOptions& options, std::size_t most) {
  const bool is_question = input.pair.has_value();
  const TokenizedInput alone =
      is_question ? model.tokenize(Input{.text = input.text, .pair = std::nullopt}, options) : TokenizedInput();
  const std::size_t question = alone.tokens.size() + alone.cut_tokens - special_tokens(alone);
  const std::size_t length = read.tokens.size(), special = special_tokens(read);
  const std::size_t shared = std::min(options.stride, length / 2);
  if (question + special + shared >= length) return;  // the model reports that there is no room
  const std::size_t width = length - special - question, step = width - shared;
  const std::size_t windows = 1 + (tokens - special - question - width + step - 1) / step;
  if (windows * length <= most) return;
  throw Error({.field = is_question ? "context" : "text",
               .found = fmt::format("{} windows of {} tokens", windows, length),
               .expected = fmt::format("at most {} tokens in all windows", most),
               .hint = is_question ? "a shorter question or a smaller stride makes fewer windows"
                                   : "a smaller stride makes fewer windows"});
}

}  // namespace

std::size_t check_tokens(const Model& model, const Input& input, const PredictOptions& options, const Limits& limits) {
  const TokenizedInput tokenized = model.tokenize(input, options);
  const std::size_t tokens = tokenized.tokens.size() + tokenized.cut_tokens;
  const bool is_question = model.info().task == Task::question_answering;
  if (tokens > limits.tokens) {
    throw Error({.field = is_question ? "context" : "text",
                 .found = fmt::format("{} tokens", tokens),
                 .expected = fmt::format("at most {}", limits.tokens),
                 .hint = "this server's limit; send the text in parts"});
  }
  if (reads_windows(model.info().task, input, options) && tokenized.cut_tokens > 0)
    check_windows(model, input, tokenized, tokens, options, limits.rows);
  return tokens;
}

}  // namespace limn::server
