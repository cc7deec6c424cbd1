#include <fmt/format.h>

#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "apps/server/request_options.h"
#include "apps/server/request_parts.h"
#include "apps/server/table_json.h"
#include "base/base64.h"
#include "limn/collection.h"
#include "render/json.h"
#include "render/similarity.h"

namespace limn::server {
namespace {

using Json = nlohmann::ordered_json;

/// Returns one result per text of the model's embedding. @param json (embedding, text) -> the answer
template <class ToJson>
Results embeddings_of(const Model& model, const Inputs& texts, const PredictOptions& options, const Limits& limits,
                      const Watch& watch, const ToJson& json) {
  const auto count = [&](const Input& input) { return check_tokens(model, input, options, limits); };
  return results_of(texts, count, [&](const Inputs& good) {
    auto embeddings = model.predict(good, options, watch);
    std::vector<Result<std::string>> answers;
    for (std::size_t i = 0; i < good.size(); ++i)
      answers.push_back(std::move(embeddings[i]).transform([&](const Prediction& embedding) {
        return json(std::get<Embedding>(embedding), good[i].text);
      }));
    return answers;
  });
}

/// The result of work(), or the Error that it throws, but Unavailable: that is no fault of the request.
template <class Work>
Result<WorkResult> attempt_unless_unavailable(const Work& work) {
  try {
    return work();
  } catch (const Unavailable&) {
    throw;
  } catch (const Error& error) {
    return error;
  }
}

/// Runs `answer` for each question: a single question is one input, whatever else the request has.
/// @param is_lasting whether the answer may be cached: not if documents may be added
template <class Answer>
Request make_question(const std::string& question, const std::string& model, const char* kind,
                      const nlohmann::json& body, std::size_t generation, Lane lane, bool is_lasting,
                      const Answer& answer) {
  ReadInputs read{.inputs = {{.text = question, .pair = std::nullopt}}, .model = model, .is_lasting = is_lasting};
  return make_request(std::move(read), kind, body, generation, lane, [answer](const Inputs& texts, const Watch& watch) {
    Results results;
    for (const Input& input : texts)
      results.push_back(attempt_unless_unavailable([&] { return WorkResult{answer(input.text, watch)}; }));
    return results;
  });
}

std::string required_text(Fields& fields, const char* name) {
  auto text = fields.text(name, 0);
  if (!text) throw Error({.field = name, .found = "none", .expected = "a text"});
  return *std::move(text);
}

std::vector<Filter> read_filters(Fields& fields) {
  const auto* given = fields.value("filter");
  if (!given) return {};
  std::vector<Filter> filters;
  const bool is_object = given->is_object() && given->size() <= 16;
  if (is_object)
    for (const auto& [field, value] : given->items())
      if (value.is_string()) filters.emplace_back(field, value.get<std::string>());
  if (!is_object || filters.size() != given->size())
    throw Error({.field = "filter",
                 .found = is_object ? "a value that is not a text" : "not an object",
                 .expected = "up to 16 fields of the documents with the text that each must have"});
  return filters;
}

/// What /v1/search and /v1/ask share: where and how passages are found.
struct SearchRequest {
  std::shared_ptr<const ServedCollection> collection;
  SearchOptions options;
  std::optional<Model> reranker;
};

SearchRequest read_searching(Fields& fields, const ModelSet& models, const Limits& limits) {
  SearchRequest request{.collection = models.collection(fields.text("collection")), .options = {}, .reranker = {}};
  if (const auto name = fields.text("retriever")) request.options.retriever = retriever_named(*name);
  request.options.filters = read_filters(fields);
  if (const auto name = fields.text("rerank")) request.reranker = models.find(*name).model;
  if (const auto count = fields.count("candidates", 1, limits.passages)) request.options.candidates = *count;
  if (const auto name = fields.text("expander")) request.options.expansion.expander = models.find(*name).model;
  if (const auto count = fields.count("feedback", 0, 100)) request.options.expansion.feedback = *count;
  return request;
}

/// Bytes of 32-bit floats in little-endian order, as OpenAI's clients expect them.
std::string base64_of(const std::vector<float>& values) {
  static_assert(std::endian::native == std::endian::little);
  std::vector<std::uint8_t> bytes(values.size() * sizeof(float));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return base64(bytes);
}

ReadInputs read_openai_inputs(Fields& fields, const std::string& model, const Limits& limits) {
  ReadInputs read{.inputs = {}, .model = model, .many = true};
  const auto* given = fields.value("input");
  if (given && given->is_string()) read.inputs.push_back({.text = given->get<std::string>(), .pair = std::nullopt});
  if (given && given->is_array() && given->size() <= limits.inputs)
    for (const auto& text : *given)
      if (text.is_string()) read.inputs.push_back({.text = text.get<std::string>(), .pair = std::nullopt});
  if (read.inputs.empty() || (given->is_array() && read.inputs.size() != given->size()))
    throw Error({.field = "input",
                 .found = !given              ? "none"
                          : given->is_array() ? fmt::format("a list of {}", given->size())
                                              : "neither a text nor a list",
                 .expected = fmt::format("a text, or a list of 1 to {} texts", limits.inputs)});
  return read;
}

}  // namespace

Request read_embed(const nlohmann::json& body, const std::shared_ptr<const ModelSet>& models, const Limits& limits) {
  Fields fields(body);
  const ServedModel& served = model_for(Task::sentence_embedding, fields.text("model"), *models);
  ReadInputs inputs = read_inputs(fields, served, limits);
  if (std::ranges::any_of(inputs.inputs, [](const Input& input) { return input.pair.has_value(); }))
    throw Error({.field = "pair", .found = "a second text", .expected = "one text", .hint = "/v1/similar reads two"});
  PredictOptions options;
  read_length(fields, options);
  options.prompt = fields.text("prompt");
  fields.finish();
  const auto run = [models, model = served.model, name = served.name, options, limits](const Inputs& texts,
                                                                                       const Watch& watch) {
    return embeddings_of(model, texts, options, limits, watch, [&](const Embedding& embedding, std::string_view text) {
      return embedding_json(embedding, text, name);
    });
  };
  return make_request(std::move(inputs), "embed", body, models->generation, Lane::short_work, run);
}

Request read_embeddings(const nlohmann::json& body, const std::shared_ptr<const ModelSet>& models,
                        const Limits& limits) {
  Fields fields(body);
  const ServedModel& served = model_for(Task::sentence_embedding, fields.text("model"), *models);
  ReadInputs inputs = read_openai_inputs(fields, served.name, limits);
  const std::string encoding = fields.text("encoding_format").value_or("float");
  if (encoding != "float" && encoding != "base64")
    throw Error({.field = "encoding_format", .found = "'" + encoding + "'", .expected = "float, base64"});
  const std::size_t dimensions = served.model.info().dimensions;
  if (const auto asked = fields.count("dimensions", 1, largest_count); asked && *asked != dimensions)
    throw Error({.field = "dimensions",
                 .found = std::to_string(*asked),
                 .expected = fmt::format("{}, as the model has", dimensions)});
  fields.text("user");  // identifies an end user to the provider: not needed here
  fields.finish();
  const auto run = [models, model = served.model, limits, encoding](const Inputs& texts, const Watch& watch) {
    return embeddings_of(model, texts, {}, limits, watch, [&](const Embedding& embedding, std::string_view) {
      return json_text({{"embedding", encoding == "float" ? Json(embedding.values) : Json(base64_of(embedding.values))},
                        {"tokens", embedding.tokens}});
    });
  };
  nlohmann::json settings = body;
  settings.erase("input");
  Request request = make_request(std::move(inputs), "embeddings", settings, models->generation, Lane::short_work, run);
  request.join = [name = served.name](const std::vector<Body>& answers) {
    Json data = Json::array();
    std::size_t tokens = 0;
    for (const Body& answer : answers) {
      Json one = Json::parse(*answer);
      tokens += one["tokens"].get<std::size_t>();
      data.push_back({{"object", "embedding"}, {"index", data.size()}, {"embedding", std::move(one["embedding"])}});
    }
    return json_text({{"object", "list"},
                      {"data", std::move(data)},
                      {"model", name},
                      {"usage", {{"prompt_tokens", tokens}, {"total_tokens", tokens}}}});
  };
  return request;
}

Request read_similar(const nlohmann::json& body, const std::shared_ptr<const ModelSet>& models, const Limits& limits) {
  Fields fields(body);
  const ServedModel& served = model_for(Task::sentence_embedding, fields.text("model"), *models);
  ReadInputs inputs = read_inputs(fields, served, limits);
  MethodRequest requested = read_method(fields, limits);
  requested.method = fields.text("method");
  ExplainOptions options = read_explaining(fields, limits);
  fields.finish();
  ChosenMethod chosen = choose_method(requested, Task::sentence_embedding);
  bound(chosen.method, limits);
  const auto run = [models, model = served.model, chosen, options, limits](const Inputs& texts, const Watch& watch) {
    const auto count = [&](const Input& input) {
      if (!input.pair) throw Error({.field = "pair", .found = "none", .expected = "the text to compare with"});
      return check_tokens(model, {.text = input.text, .pair = std::nullopt}, options.reading, limits) +
             check_tokens(model, {.text = *input.pair, .pair = std::nullopt}, options.reading, limits);
    };
    return results_of(texts, count, [&](const Inputs& good) {
      std::vector<Result<std::string>> answers;
      for (const Input& input : good)
        answers.push_back(attempt([&] { return to_json(model.similar(input, chosen, options, watch)); }));
      return answers;
    });
  };
  return make_request(std::move(inputs), "similar", body, models->generation, Lane::long_work, run);
}

Request read_rerank(const nlohmann::json& body, const std::shared_ptr<const ModelSet>& models, const Limits& limits) {
  Fields fields(body);
  const auto given = fields.text("model");
  const auto ranks = [](const ServedModel& served) {
    const ModelInfo& info = served.model.info();
    return info.task == Task::sentence_embedding ||
           (info.task == Task::sequence_classification && info.labels.size() == 1);
  };
  const auto first = std::ranges::find_if(models->models, ranks);
  if (!given && first == models->models.end())
    throw Error({.field = "model",
                 .found = "none",
                 .expected = "a cross-encoder or a model that embeds texts, of which this server has none"});
  const ServedModel& served = given ? models->find(*given) : *first;
  const std::string question = required_text(fields, "question");
  const auto given_passages = fields.texts("passages", limits.passages);
  if (!given_passages)
    throw Error(
        {.field = "passages", .found = "none", .expected = fmt::format("a list of 1 to {} texts", limits.passages)});
  const std::vector<std::string>& passages = *given_passages;
  const std::size_t top = fields.count("top", 1, limits.passages).value_or(passages.size());
  PredictOptions options;
  read_length(fields, options);
  fields.finish();
  const auto answer = [models, model = served.model, name = served.name, passages, top, options, limits](
                          const std::string& asked, const Watch& watch) {
    for (const std::string& passage : passages) {
      const bool reads_pairs = model.info().task != Task::sentence_embedding;
      const Input pair = {.text = reads_pairs ? asked : passage,
                          .pair = reads_pairs ? std::optional(passage) : std::nullopt};
      check_tokens(model, pair, options, limits);
    }
    std::vector<Relevance> ranked = model.rank(asked, passages, options, watch);
    ranked.resize(std::min(ranked.size(), top));
    return json_text(ranking_value(name, asked, passages, ranked));
  };
  return make_question(question, served.name, "rerank", body, models->generation, Lane::long_work, true, answer);
}

Request read_search(const nlohmann::json& body, const std::shared_ptr<const ModelSet>& models, const Limits& limits) {
  Fields fields(body);
  SearchRequest request = read_searching(fields, *models, limits);
  const std::string question = required_text(fields, "question");
  if (const auto top = fields.count("top", 1, limits.passages)) request.options.top = *top;
  fields.finish();
  const auto answer = [models, request](const std::string& asked, const Watch& watch) {
    return request.collection->with([&](const Collection& collection) {
      return to_json(collection.search(asked, request.options, request.reranker, watch));
    });
  };
  return make_question(question, "", "search", body, models->generation,
                       request.reranker || request.collection->is_remote() ? Lane::long_work : Lane::short_work, false,
                       answer);
}

Request read_ask(const nlohmann::json& body, const std::shared_ptr<const ModelSet>& models, const Limits& limits) {
  Fields fields(body);
  const SearchRequest request = read_searching(fields, *models, limits);
  const ServedModel& reader = model_for(Task::question_answering, fields.text("model"), *models);
  const std::string question = required_text(fields, "question");
  AskOptions options;
  options.search = request.options;
  if (const auto read = fields.count("read", 1, limits.passages)) options.read = *read;
  if (const auto top = fields.count("top", 1, limits.top)) options.top = *top;
  options.explain_retrieval = fields.flag("why_passage");
  const bool explains = !fields.flag("no_explanation");
  MethodRequest requested = read_method(fields, limits);
  requested.method = fields.text("method");
  read_length(fields, options.reading);
  fields.finish();
  if (explains) {
    options.method = choose_method(requested, Task::question_answering);
    bound(options.method->method, limits);
  }
  const auto answer = [models, request, model = reader.model, options](const std::string& asked, const Watch& watch) {
    return request.collection->with([&](const Collection& collection) {
      return to_json(collection.ask(model, asked, options, request.reranker, watch));
    });
  };
  return make_question(question, reader.name, "ask", body, models->generation, Lane::long_work, false, answer);
}

}  // namespace limn::server
