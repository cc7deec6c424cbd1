#include "render/explanation_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <istream>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "limn/error.h"
#include "options/json.h"
#include "options/methods.h"
#include "options/names.h"
#include "render/json_parts.h"

namespace limn {
namespace {

using Json = nlohmann::ordered_json;

/// The error for an object that is JSON but not an explanation.
struct Misfit {
  std::string found;
};

/// Converts counts of code points to byte offsets of a text: the inverse of render/json.
class ByteOffsets {
 public:
  explicit ByteOffsets(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i)
      if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) starts_.push_back(i);
    starts_.push_back(text.size());
  }
  std::size_t operator()(std::size_t code_points) const { return starts_[std::min(code_points, starts_.size() - 1)]; }

 private:
  std::vector<std::size_t> starts_;
};

const Json& at(const Json& object, const char* key) {
  if (!object.is_object() || !object.contains(key)) throw Misfit{fmt::format("no '{}'", key)};
  return object[key];
}

template <class Value>
std::optional<Value> optional(const Json& object, const char* key) {
  if (!object.contains(key) || object[key].is_null()) return std::nullopt;
  return object[key].get<Value>();
}

/// Reads a number; JSON cannot hold NaN and infinity, which were written as null.
double number(const Json& object, const char* key) {
  return optional<double>(object, key).value_or(std::numeric_limits<double>::quiet_NaN());
}

std::size_t below(std::size_t index, std::size_t count, const char* key) {
  if (index >= count) throw Misfit{fmt::format("{} {} of {}", key, index, count)};
  return index;
}

class Reader {
 public:
  explicit Reader(const Json& object) : object_(object) {}

  Explanation read() {
    if (optional<int>(object_, "limn") != format_version) throw Misfit{fmt::format("no \"limn\": {}", format_version)};
    Explanation& e = explanation_;
    e.model = at(object_, "model").get<std::string>();
    e.task = task(at(object_, "task").get<std::string>());
    const bool question = e.task == Task::question_answering;
    const Json& input = at(object_, "input");
    e.text = at(input, question ? "question" : "text").get<std::string>();
    e.pair = optional<std::string>(input, question ? "context" : "pair");
    if (question && !e.pair) throw Misfit{"no 'context'"};
    offsets_ = {ByteOffsets(e.text), ByteOffsets(e.pair.value_or(""))};
    read_tokens();
    read_words();
    e.prediction = prediction(at(object_, "prediction"));
    read_target(at(object_, "target"));
    read_method(at(object_, "method"));
    e.value = number(object_, "value");
    e.baseline_value = optional<double>(object_, "baseline_value");
    e.completeness_error = optional<double>(object_, "completeness_error");
    e.passes = optional<std::size_t>(object_, "passes").value_or(0);
    e.seconds = optional<double>(object_, "seconds").value_or(0);
    e.window_begin = optional<std::size_t>(object_, "window_begin").value_or(0);
    e.warnings = optional<std::vector<std::string>>(object_, "warnings").value_or(e.warnings);
    if (object_.contains("heatmap")) read_heatmap(object_["heatmap"]);
    if (object_.contains("logits")) read_logits(object_["logits"]);
    if (object_.contains("faithfulness")) read_faithfulness(object_["faithfulness"]);
    if (object_.contains("document")) read_document(object_["document"]);
    return std::move(e);
  }

 private:
  static Task task(const std::string& wanted) {
    for (const Task task : {Task::question_answering, Task::sequence_classification, Task::token_classification,
                            Task::masked_lm, Task::sentence_embedding})
      if (name(task) == wanted) return task;
    throw Misfit{fmt::format("the task '{}'", wanted)};
  }

  int sequence(const Json& object) const {
    const int index = at(object, "sequence").get<int>();
    if (index != 0 && !(index == 1 && explanation_.pair)) throw Misfit{fmt::format("sequence {}", index)};
    return index;
  }

  /// Sets begin and end in bytes.
  template <class Span>
  void read_span(const Json& object, int sequence, Span& span) const {
    const ByteOffsets& offsets = offsets_[static_cast<std::size_t>(sequence)];
    span.begin = offsets(at(object, "begin").get<std::size_t>());
    span.end = std::max(span.begin, offsets(at(object, "end").get<std::size_t>()));
  }

  std::size_t token_position(const Json& object, const char* key) const {
    return below(at(object, key).get<std::size_t>(), explanation_.tokens.size(), key);
  }

  void read_tokens() {
    const Json& tokens = at(object_, "tokens");
    for (const Json& object : tokens) {
      Token token;
      token.token = at(object, "token").get<std::string>();
      token.id = at(object, "id").get<std::int32_t>();
      if (!at(object, "sequence").is_null()) {
        token.sequence = sequence(object);
        read_span(object, *token.sequence, token);
      }
      token.word = optional<std::size_t>(object, "word");
      if (token.word) below(*token.word, tokens.size(), "word");
      token.special = at(object, "special").get<bool>();
      token.score = number(object, "score");
      explanation_.tokens.push_back(std::move(token));
    }
  }

  void read_words() {
    for (const Json& object : at(object_, "words")) {
      Word word;
      word.sequence = sequence(object);
      read_span(object, word.sequence, word);
      word.score = number(object, "score");
      word.standard_error = optional<double>(object, "standard_error");
      explanation_.words.push_back(word);
    }
  }

  Prediction prediction(const Json& object) const {
    if (object.is_null()) return std::monostate{};
    if (explanation_.task == Task::question_answering) return answers(object);
    if (explanation_.task == Task::sequence_classification) return labels(object);
    if (explanation_.task == Task::token_classification) return entities(object);
    if (explanation_.task == Task::sentence_embedding)
      return Embedding{
          .values = {}, .cosine = optional<double>(object, "cosine"), .dot = optional<double>(object, "dot")};
    return std::monostate{};
  }

  Answer answer(const Json& object) const {
    Answer answer;
    answer.text = at(object, "answer").get<std::string>();
    read_span(object, 1, answer);
    answer.probability = number(object, "probability");
    answer.start_token = at(object, "start_token").get<std::size_t>();
    answer.end_token = at(object, "end_token").get<std::size_t>();
    return answer;
  }

  AnswerPrediction answers(const Json& object) const {
    AnswerPrediction prediction;
    prediction.best = answer(object);
    if (object.contains("answers"))
      for (const Json& each : object["answers"]) prediction.answers.push_back(answer(each));
    else if (!prediction.best.text.empty())
      prediction.answers.push_back(prediction.best);
    prediction.null_probability = number(object, "null_probability");
    prediction.confidence = optional<double>(object, "confidence");
    return prediction;
  }

  static LabelPrediction labels(const Json& object) {
    LabelPrediction prediction;
    if (object.contains("values")) {
      prediction.meaning = OutputMeaning::value;
      for (const auto& [label, value] : object["values"].items())
        prediction.values.emplace_back(label, value.is_null() ? 0 : value.get<double>());
      return prediction;
    }
    prediction.label = optional<std::string>(object, "label").value_or("");
    prediction.index = at(object, "index").get<std::size_t>();
    prediction.probability = number(object, "probability");
    prediction.confidence = optional<double>(object, "confidence");
    const Json& probabilities = at(object, "probabilities");
    for (const auto& [label, probability] : probabilities.items())
      prediction.probabilities.emplace_back(label, probability.is_null() ? 0 : probability.get<double>());
    if (object.contains("labels")) {
      prediction.meaning = OutputMeaning::multi_label;
      prediction.labels = object["labels"].get<std::vector<std::string>>();
    } else if (prediction.probabilities.size() == 1) {
      prediction.meaning = OutputMeaning::single;
    }
    return prediction;
  }

  EntityPrediction entities(const Json& object) const {
    EntityPrediction prediction;
    for (const Json& each : at(object, "entities")) {
      Entity entity;
      entity.label = at(each, "label").get<std::string>();
      read_span(each, 0, entity);
      entity.text = at(each, "text").get<std::string>();
      entity.probability = number(each, "probability");
      entity.confidence = optional<double>(each, "confidence");
      entity.first_token = at(each, "start_token").get<std::size_t>();
      entity.last_token = at(each, "end_token").get<std::size_t>();
      prediction.entities.push_back(std::move(entity));
    }
    for (const Json& each : at(object, "tokens"))
      prediction.tokens.push_back(
          {at(each, "token").get<std::size_t>(), at(each, "label").get<std::string>(), number(each, "probability")});
    return prediction;
  }

  void read_target(const Json& object) {
    TargetInfo& target = explanation_.target;
    target.explain = at(object, "explain").get<std::string>();
    target.label = optional<std::string>(object, "label");
    target.index = optional<std::size_t>(object, "index");
    target.contrast = optional<std::string>(object, "contrast");
    if (object.contains("start_token")) target.start_token = token_position(object, "start_token");
    if (object.contains("end_token")) target.end_token = token_position(object, "end_token");
    if (object.contains("text")) {
      target.text = object["text"].get<std::string>();
    } else if (target.start_token && target.end_token) {
      const Token& first = explanation_.tokens[*target.start_token];
      const Token& last = explanation_.tokens[*target.end_token];
      if (first.sequence == 1 && last.sequence == 1 && first.begin < last.end)
        target.text = explanation_.pair->substr(first.begin, last.end - first.begin);
    }
  }

  void read_method(const Json& object) {
    MethodInfo& method = explanation_.method;
    method.name = at(object, "name").get<std::string>();
    const NamedMethod* known = find_method(method.name);
    if (known && !option("layer").of(known->method)) method.layer.clear();
    for (const auto& [key, value] : object.items()) {
      if (key == "name" || value.is_null()) continue;
      if (key == "preset")
        method.preset = value.get<std::string>();
      else if (key == "baseline")
        method.baseline = value.get<std::string>();
      else if (key == "reduce")
        method.reduce = value.get<std::string>();
      else if (key == "normalize")
        method.normalize = value.get<std::string>();
      else if (key == "layer" && value.is_string())
        method.layer = value.get<std::string>();
      else if (key == "unit")
        method.unit = value.get<std::string>();
      else if (key == "seed")
        method.seed = value.get<std::uint64_t>();
      else if (key == "auto")
        method.automatic = value.get<bool>();
      else if (key == "signed")
        method.is_signed = value.get<bool>();
      else if (key == "options")
        read_options(value, method);
      else if (value.is_number())
        method.numbers[key] = value.get<double>();
    }
  }

  /// Reads the options that differ from the defaults of the named method.
  static void read_options(const Json& object, MethodInfo& info) {
    try {
      Method method = named_method(info.name).method;
      for (const auto& [name, json] : object.items()) {
        const Option& row = option(name);
        const OptionValue value = value_of_json(json);
        if (row.name == "word-score")
          info.word_score = find_value<WordScore>(std::get<std::string>(checked(row, value)));
        else if (!set(row, method, value))
          throw Misfit{fmt::format("the option '{}' of {}", name, info.name)};
      }
      info.method = method;
    } catch (const Error& error) {
      throw Misfit{fmt::format("method.options: {}", error.what())};
    }
  }

  void read_document(const Json& object) {
    DocumentHeat& document = explanation_.document.emplace();
    document.windows = at(object, "windows").get<std::size_t>();
    document.weight = number(object, "weight");
    const int sequence = explanation_.task == Task::question_answering ? 1 : 0;
    const Json& explained = at(object, "explained");
    for (const Json& each : explained) {
      ExplainedWindow& window = document.explained.emplace_back();
      window.window = at(each, "window").get<std::size_t>();
      read_span(each, sequence, window);
      window.weight = number(each, "weight");
      window.value = number(each, "value");
      window.text = at(each, "text").get<std::string>();
    }
  }

  void read_faithfulness(const Json& object) {
    Faithfulness& faithfulness = explanation_.faithfulness.emplace();
    faithfulness.comprehensiveness = number(object, "comprehensiveness");
    faithfulness.sufficiency = number(object, "sufficiency");
    faithfulness.normalised_comprehensiveness = optional<double>(object, "normalised_comprehensiveness");
    faithfulness.normalised_sufficiency = optional<double>(object, "normalised_sufficiency");
    faithfulness.upper = optional<double>(object, "upper");
    faithfulness.lower = optional<double>(object, "lower");
    faithfulness.exact = optional<bool>(object, "exact").value_or(true);
    faithfulness.beam = optional<std::size_t>(object, "beam").value_or(0);
  }

  void read_heatmap(const Json& rows) {
    const std::size_t tokens = explanation_.tokens.size();
    for (const Json& row : rows) {
      explanation_.heatmap.push_back(row.get<std::vector<double>>());
      if (explanation_.heatmap.back().size() != tokens)
        throw Misfit{"a row of the heatmap without one score per token"};
    }
    if (rows.size() != tokens) throw Misfit{"a heatmap without one row per token"};
  }

  void read_logits(const Json& object) {
    auto& logits = explanation_.logits;
    if (object.is_object()) {
      for (const auto& [key, values] : object.items()) logits[key] = values.get<std::vector<double>>();
      return;
    }
    for (const Json& each : object) {
      auto& values = logits["logits"];
      if (each.is_array())
        for (const Json& value : each) values.push_back(value.get<double>());
      else
        values.push_back(each.get<double>());
    }
  }

  const Json& object_;
  Explanation explanation_;
  std::vector<ByteOffsets> offsets_;
};

/// The number of the row, and the copied fields, which stand before the explanation's own.
SavedRow saved_row(const Json& object) {
  SavedRow row{.number = optional<std::size_t>(object, "row"), .fields = {}, .copied = {}};
  for (const auto& [key, value] : object.items()) {
    if (key == "limn") break;
    if (key == "row") continue;
    row.copied += (row.copied.empty() ? "" : ",") + Json(key).dump() + ":" + value.dump();
    if (!value.is_null()) row.fields[key] = value.is_string() ? value.get<std::string>() : value.dump();
  }
  return row;
}

}  // namespace

std::size_t read_explanations(std::istream& stream, const std::string& name, const TakeExplanation& take) {
  std::size_t errors = 0, count = 0;
  const auto fail = [&](std::string found) -> Error {
    return Error({.file = name,
                  .thing = fmt::format("object {}", count + 1),
                  .found = std::move(found),
                  .expected = "an explanation in limn's JSON format"});
  };
  for (; stream >> std::ws && stream.peek() != std::istream::traits_type::eof(); ++count) {
    Json object;
    try {
      stream >> object;
      if (object.is_object() && object.contains("error") && !object.contains("limn")) {
        ++errors;
        continue;
      }
      if (!object.is_object()) throw Misfit{fmt::format("a JSON {}", object.type_name())};
      take(Reader(object).read(), saved_row(object));
    } catch (const Misfit& misfit) {
      throw fail(misfit.found);
    } catch (const Json::parse_error&) {
      throw fail("invalid JSON");
    } catch (const Json::exception& mismatch) {
      const std::string_view what = mismatch.what();  // "[json.exception.type_error.302] type must be …"
      throw fail(std::string(what.substr(what.find("] ") + 2)));
    }
  }
  if (count == 0) throw fail("nothing");
  return errors;
}

}  // namespace limn
