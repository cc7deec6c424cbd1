#include "task/target_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "limn/error.h"
#include "options/names.h"
#include "task/embedding.h"
#include "task/entity_chunks.h"
#include "task/find_text.h"
#include "task/probability.h"
#include "task/question_answering.h"
#include "task/token_classification.h"
#include "text/tokenizer.h"

namespace limn {
namespace {

ResolvedTarget start_target(Scalar explain, const HeadConfig& head) {
  ResolvedTarget resolved;
  if (head.meaning == OutputMeaning::value) explain = Scalar::logit;  // the value itself: there is no probability
  resolved.target.explain = explain;
  resolved.target.sigmoid = head.has_sigmoid();
  resolved.info.explain = name_of(explain);
  return resolved;
}

/// Parses `text` as a whole number; returns nothing if it is anything else.
std::optional<std::size_t> parse_index(std::string_view text) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return index;
}

/// Quotes a text for a message; control characters become spaces.
std::string in_quotes(std::string_view text) {
  std::string result = fmt::format("\"{}\"", text);
  std::ranges::replace_if(
      result, [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
  return result;
}

void refuse(const std::optional<std::string>& option, std::string_view name, std::string_view tasks) {
  if (option)
    throw Error({.field = std::string(name),
                 .found = in_quotes(*option),
                 .expected = fmt::format("this option only for {}", tasks)});
}

/// Finds a label by its name, or else by its index.
std::size_t label_index(std::string_view request, const HeadConfig& head, std::string_view option) {
  const auto& labels = head.labels;
  if (const auto label = std::ranges::find(labels, request); label != labels.end())
    return static_cast<std::size_t>(label - labels.begin());
  if (const auto index = parse_index(request); index && *index < labels.size()) return *index;
  throw Error(
      {.field = std::string(option),
       .found = in_quotes(request),
       .expected = fmt::format("one of {}, or an index from 0 to {}", fmt::join(labels, ", "), labels.size() - 1)});
}

std::size_t token_index(std::string_view request, std::size_t tokens, std::string_view whole, std::string_view form) {
  const auto index = parse_index(request);
  if (index && *index < tokens) return *index;
  throw Error({.field = "target",
               .found = in_quotes(whole),
               .expected = fmt::format("{}, tokens counted from 0 to {}", form, tokens - 1),
               .hint = form == "POSITION:LABEL"
                           ? "`limn tokenize` shows the tokens; an entity's type or text will also do"
                           : "`limn tokenize` shows the tokens"});
}

// ---- question answering ------------------------------------------------------------------------------------------

struct TokenSpan {
  std::size_t window = 0, start = 0, end = 0;
};

/// Returns the tokens of the first window that contains all `characters`: tokens that begin and end exactly at them, or
/// the fewest tokens that cover them.
std::optional<TokenSpan> tokens_of(Span characters, bool exact, const WindowStore& windows, int sequence) {
  const auto [first, last] = windows.around(characters);
  for (std::size_t w = first; w < last; ++w) {
    const Encoding encoding = windows.read(w);
    std::optional<std::size_t> start, end;
    for (std::size_t token = 0; token < encoding.size(); ++token) {
      if (encoding.sequences[token] != sequence) continue;
      const Span offsets = encoding.characters[token];
      if (offsets.end > characters.begin &&
          (exact ? offsets.begin == characters.begin : offsets.begin <= characters.begin)) {
        if (!start) start = token;
      }
      if (offsets.begin < characters.end && (exact ? offsets.end == characters.end : offsets.end >= characters.end))
        end = token;
    }
    if (start && end && *start <= *end) return TokenSpan{w, *start, *end};
  }
  return std::nullopt;
}

TokenSpan find_answer(std::string_view answer, std::string_view context, const WindowStore& windows, int sequence) {
  check_utf8(answer, "answer");
  constexpr std::string_view spaces = " \t\r\n";
  const std::size_t begin = std::min(answer.find_first_not_of(spaces), answer.size());
  answer = answer.substr(begin, answer.find_last_not_of(spaces) + 1 - begin);
  if (answer.empty()) throw Error({.field = "answer", .found = "an empty text", .expected = "a part of the context"});

  bool found = false;
  for (const bool exact_tokens : {true, false}) {
    for (const bool ignore_case : {false, true}) {
      for (const Span& characters : find_all(context, answer, ignore_case)) {
        found = true;
        if (const auto tokens = tokens_of(characters, exact_tokens, windows, sequence)) return *tokens;
      }
    }
  }
  if (found) {
    throw Error({.field = "answer",
                 .found = in_quotes(answer),
                 .expected = "a part of the context that fits into one window",
                 .hint = "choose a shorter part"});
  }
  const std::string_view near = nearest(context, answer);
  throw Error({.field = "answer",
               .found = in_quotes(answer),
               .expected = "a part of the context",
               .hint = near.empty() ? "" : "the nearest is " + in_quotes(near)});
}

std::size_t largest_row(ConstView logits, std::size_t column) {
  std::size_t best = 0;
  for (std::size_t row = 1; row < logits.rows; ++row)
    if (logits(row, column) > logits(best, column)) best = row;
  return best;
}

ResolvedTarget answer_target(const ExplainOptions& options, Scalar explain, const ReadInput& read) {
  refuse(options.contrast, "contrast", "classification");
  if (options.target && options.answer)
    throw Error({.field = "answer", .found = "an answer and a target", .expected = "one of the two"});
  const bool has_pair = read.input.pair.has_value();
  const std::string& context = has_pair ? *read.input.pair : read.input.text;
  const int sequence = has_pair ? 1 : 0;
  const Answer& best = std::get<AnswerPrediction>(read.prediction).best;
  TokenSpan span{best.window, best.start_token, best.end_token};
  if (options.answer) {
    span = find_answer(*options.answer, context, read.windows, sequence);
  } else if (options.target) {
    const std::string_view request = *options.target;
    const std::size_t colon = request.find(':');
    const std::size_t tokens = read.windows.encoding(span.window).size();
    span.start = token_index(request.substr(0, colon), tokens, request, "START:END");
    span.end = token_index(colon == request.npos ? "" : request.substr(colon + 1), tokens, request, "START:END");
  }

  if (explain == Scalar::max_logit) {
    for (const auto& [option, name] : {std::pair(&options.target, "target"), std::pair(&options.answer, "answer")})
      if (*option) throw Error({.field = name, .found = "explain = max-logit", .expected = "an F of a given position"});
    span.start = largest_row(read.windows.logits(span.window), 0);
    span.end = largest_row(read.windows.logits(span.window), 1);
  }

  ResolvedTarget resolved = start_target(explain, read.head);
  resolved.window = span.window;
  resolved.target.picks = {{span.start, 0}, {span.end, 1}};
  resolved.target.over_rows = true;
  resolved.info.start_token = span.start;
  resolved.info.end_token = span.end;
  resolved.info.text =
      answer_text({.encoding = &read.windows.encoding(span.window), .logits = {}, .sequence = sequence}, span.start,
                  span.end, context);
  return resolved;
}

// ---- classification ----------------------------------------------------------------------------------------------

/// Sets row, label and contrast of the target.
void choose_label(ResolvedTarget& resolved, std::size_t row, std::size_t label, const ExplainOptions& options,
                  const HeadConfig& head) {
  resolved.target.picks = {{row, label}};
  resolved.info.label = head.labels[label];
  resolved.info.index = label;
  if (!options.contrast) return;
  const std::size_t contrast = label_index(*options.contrast, head, "contrast");
  if (contrast == label) {
    throw Error({.field = "contrast",
                 .found = in_quotes(*options.contrast),
                 .expected = "another label than the target's",
                 .hint = options.target ? "" : "the model predicts this label; choose another target"});
  }
  resolved.target.contrast = contrast;
  resolved.info.contrast = head.labels[contrast];
}

ResolvedTarget label_target(const ExplainOptions& options, Scalar explain, const ReadInput& read) {
  refuse(options.answer, "answer", "question answering");
  ResolvedTarget resolved = start_target(explain, read.head);
  const std::size_t label = options.target ? label_index(*options.target, read.head, "target")
                                           : std::get<LabelPrediction>(read.prediction).index;
  choose_label(resolved, 0, label, options, read.head);
  return resolved;
}

// ---- embeddings --------------------------------------------------------------------------------------------------

/// The cosine with the embedding of the input's other text, which stays fixed.
ResolvedTarget similarity_target(const ExplainOptions& options, const ReadInput& read) {
  constexpr std::string_view tasks = "classification and question answering";
  refuse(options.answer, "answer", "question answering");
  refuse(options.target, "target", tasks);
  refuse(options.contrast, "contrast", tasks);
  if (read.windows.size() != 2)
    throw Error({.thing = "the second text",
                 .found = "none",
                 .expected = "two texts: the cosine of their embeddings is explained"});
  ResolvedTarget resolved;
  resolved.target.other = unit_vector(read.windows.logits(1).row_span(0));
  resolved.info.explain = "cosine";
  return resolved;
}

// ---- token classification ----------------------------------------------------------------------------------------

std::vector<TokenPlace> places_of(const WindowStore& windows) {
  std::vector<Encoding> encodings;
  for (std::size_t w = 0; w < windows.size(); ++w) encodings.push_back(windows.read(w));
  return token_places(encodings);
}

ResolvedTarget token_target(TokenPlace place, std::optional<std::size_t> label, std::string_view text,
                            const ExplainOptions& options, Scalar explain, const ReadInput& read) {
  ResolvedTarget resolved = start_target(explain, read.head);
  resolved.window = place.window;
  const ConstView logits = read.windows.logits(place.window).row_range(place.token, place.token + 1);
  choose_label(resolved, place.token, label ? *label : argmax(logits), options, read.head);
  resolved.info.start_token = resolved.info.end_token = place.token;
  resolved.info.text = text;
  return resolved;
}

/// The target is the entity's first token, at `place`, with the most likely label among those of the entity's type: an
/// aggregation may give a word another type than that of its first token.
ResolvedTarget entity_target(const Entity& entity, TokenPlace place, const ExplainOptions& options, Scalar explain,
                             const ReadInput& read) {
  const auto logits = read.windows.logits(place.window).row_span(place.token);
  const std::vector<std::string> tags = standard_tags(read.head.labels);
  std::optional<std::size_t> label;
  for (std::size_t i = 0; i < logits.size(); ++i)
    if (entity_type(tags[i]) == entity.label && (!label || logits[i] > logits[*label])) label = i;
  return token_target(place, label, entity.text, options, explain, read);
}

std::string_view text_of(TokenPlace place, const ReadInput& read) {
  const Encoding& encoding = read.windows.encoding(place.window);
  const Span span = encoding.characters[place.token];
  if (encoding.sequences[place.token] < 0) return {};
  return std::string_view(read.input.text).substr(span.begin, span.end - span.begin);
}

/// Returns the token with the largest logit among those that are not special.
TokenPlace strongest_token(const ReadInput& read) {
  const auto largest = [&](TokenPlace place) {
    return std::ranges::max(read.windows.logits(place.window).row_span(place.token));
  };
  std::optional<TokenPlace> best;
  for (const TokenPlace place : places_of(read.windows))
    if (!read.windows.encoding(place.window).special[place.token] && (!best || largest(place) > largest(*best)))
      best = place;
  if (!best) throw Error({.thing = "the text", .found = "no word", .expected = "at least one"});
  return *best;
}

/// The most probable entity of a type, or with a text, that the request names; nullptr if there is none.
const Entity* requested_entity(std::string_view request, const ReadInput& read) {
  const Entity* best = nullptr;
  for (const Entity& entity : std::get<EntityPrediction>(read.prediction).entities)
    if ((entity.label == request || entity.text == request) && (!best || entity.probability > best->probability))
      best = &entity;
  return best;
}

ResolvedTarget requested_token(const ExplainOptions& options, Scalar explain, const ReadInput& read) {
  const std::string_view request = *options.target;
  const std::size_t colon = request.find(':');
  if (const Entity* entity = requested_entity(request, read); entity && !parse_index(request.substr(0, colon)))
    return entity_target(*entity, places_of(read.windows)[entity->first_token], options, explain, read);
  const std::vector<TokenPlace> places = places_of(read.windows);
  const TokenPlace place = places[token_index(request.substr(0, colon), places.size(), request, "POSITION:LABEL")];
  std::optional<std::size_t> label;
  if (colon != request.npos) label = label_index(request.substr(colon + 1), read.head, "target");
  return token_target(place, label, text_of(place, read), options, explain, read);
}

}  // namespace

std::vector<ResolvedTarget> resolve_targets(const ExplainOptions& options, Scalar explain, const ReadInput& read) {
  if (explain == Scalar::max_logit && read.head.task == Task::question_answering) {
    ResolvedTarget start = answer_target(options, explain, read), end = start;
    start.target.picks.pop_back();
    start.info.end_token.reset();
    end.target.picks.erase(end.target.picks.begin());
    end.info.start_token.reset();
    return {std::move(start), std::move(end)};
  }
  const auto* const prediction = std::get_if<EntityPrediction>(&read.prediction);
  if (!prediction || prediction->entities.empty() || options.target || options.answer)
    return {resolve_target(options, explain, read)};
  std::vector<ResolvedTarget> targets;
  const std::vector<TokenPlace> places = places_of(read.windows);
  for (const Entity& entity : prediction->entities)
    targets.push_back(entity_target(entity, places[entity.first_token], options, explain, read));
  return targets;
}

ResolvedTarget resolve_target(const ExplainOptions& options, Scalar explain, const ReadInput& read) {
  assert(read.windows.size() > 0);
  if (explain == Scalar::max_logit && read.head.task != Task::question_answering)
    throw Error({.field = "explain",
                 .found = fmt::format("max-logit for a model of {}", name(read.head.task)),
                 .expected = "logit, probability, log-probability, loss or margin"});
  switch (read.head.task) {
    case Task::question_answering:
      return answer_target(options, explain, read);
    case Task::sequence_classification:
      return label_target(options, explain, read);
    case Task::token_classification:
      break;
    case Task::sentence_embedding:
      return similarity_target(options, read);
    case Task::masked_lm:
      throw Error({.thing = "the model's task",
                   .found = "masked-lm",
                   .expected = "question-answering, sequence-classification or token-classification"});
  }
  refuse(options.answer, "answer", "question answering");
  if (options.target) return requested_token(options, explain, read);
  const auto& entities = std::get<EntityPrediction>(read.prediction).entities;
  if (entities.empty()) {
    const TokenPlace place = strongest_token(read);
    return token_target(place, std::nullopt, text_of(place, read), options, explain, read);
  }
  const auto strongest = std::ranges::max_element(entities, {}, &Entity::probability);
  return entity_target(*strongest, places_of(read.windows)[strongest->first_token], options, explain, read);
}

}  // namespace limn
