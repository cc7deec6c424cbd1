#include "limn/collection.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iterator>
#include <utility>

#include "limn/error.h"
#include "options/names.h"
#include "retrieve/collection.h"
#include "retrieve/expansion.h"
#include "retrieve/indexer.h"
#include "retrieve/remote_collection.h"

namespace limn {
namespace {

using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// The name of a model's prompt for questions, or for passages, if it has one.
std::optional<std::string> prompt_for(const Model& model, bool query) {
  const auto& prompts = model.info().prompts;
  const auto find = [&](const char* name) { return std::ranges::find(prompts, name) != prompts.end(); };
  if (query) return find("query") ? std::optional<std::string>("query") : std::nullopt;
  for (const char* name : {"document", "passage", "corpus"})
    if (find(name)) return name;
  return {};
}

void to_unit_length(std::span<float> row) {
  double squares = 0;
  for (const float value : row) squares += double{value} * value;
  const double length = std::sqrt(squares);
  if (length == 0) return;
  for (float& value : row) value = static_cast<float>(value / length);
}

Embedder embedder_of(const Model& model) {
  if (model.info().task != Task::sentence_embedding)
    throw Error({.file = model.info().name,
                 .thing = "the model's task",
                 .found = std::string(name(model.info().task)),
                 .expected = "sentence-embedding"});
  // One token more than fits: what the model reads of a long text is its limit.
  const TokenizedInput long_text = model.tokenize({.text = std::string(20'000, '.') + " .", .pair = {}});
  const auto special = static_cast<std::size_t>(std::ranges::count_if(long_text.tokens, &Token::special));
  Embedder embedder;
  embedder.model = model.info().name;
  embedder.dimensions = model.info().dimensions;
  embedder.by_dot = model.info().compares_by_dot;
  embedder.most_tokens = long_text.tokens.size() - special;
  embedder.embed = [model](const std::vector<std::string>& texts, bool query, const Watch& watch) {
    std::vector<Input> inputs;
    for (const std::string& text : texts) inputs.push_back({.text = text, .pair = {}});
    std::vector<float> rows;
    for (const auto& result : model.predict(inputs, {.prompt = prompt_for(model, query)}, watch)) {
      const auto& values = std::get<Embedding>(result.value()).values;
      rows.insert(rows.end(), values.begin(), values.end());
      if (!model.info().compares_by_dot) to_unit_length(std::span(rows).last(values.size()));
    }
    return rows;
  };
  embedder.count_tokens = [model](std::string_view text) {
    const TokenizedInput read = model.tokenize({.text = std::string(text), .pair = {}});
    return read.tokens.size() + read.cut_tokens -
           static_cast<std::size_t>(std::ranges::count_if(read.tokens, &Token::special));
  };
  return embedder;
}

std::size_t code_points_before(std::string_view text, std::size_t byte) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text.substr(0, byte), [](char b) { return (static_cast<unsigned char>(b) & 0xC0) != 0x80; }));
}

}  // namespace

Retriever retriever_named(std::string_view name) {
  constexpr auto retrievers = std::to_array<Named<Retriever>>(
      {{"bm25", Retriever::bm25}, {"dense", Retriever::dense}, {"hybrid", Retriever::hybrid}});
  return find_named(retrievers, "retriever", name);
}

struct Collection::Implementation {
  explicit Implementation(std::optional<Model> given) : model(std::move(given)) {
    if (model) embedder = limn::embedder_of(*model);
  }

  std::unique_ptr<PassageStore> store;
  std::optional<Model> model;
  std::optional<Embedder> embedder;

  const Embedder* embedding() const { return embedder ? &*embedder : nullptr; }
};

Collection::Collection(std::shared_ptr<Implementation> implementation) : implementation_(std::move(implementation)) {}

Collection Collection::open(const std::filesystem::path& file, std::optional<Model> embedder) {
  return opened(std::make_unique<CollectionFile>(CollectionFile::open(file)), std::move(embedder));
}

Collection Collection::opened(std::unique_ptr<PassageStore> store, std::optional<Model> embedder) {
  auto made = std::make_shared<Implementation>(std::move(embedder));
  made->store = std::move(store);
  if (made->embedder) made->store->check(*made->embedder);
  return Collection(std::move(made));
}

Collection Collection::create(const std::filesystem::path& file, std::optional<Model> embedder) {
  auto made = std::make_shared<Implementation>(std::move(embedder));
  made->store = std::make_unique<CollectionFile>(CollectionFile::open_or_create(file, made->embedding()));
  return Collection(std::move(made));
}

Collection Collection::connect(const std::string& address, const HttpSend& send, std::optional<Model> embedder) {
  return opened(std::make_unique<RemoteCollection>(RemoteCollection::open(address, send)), std::move(embedder));
}

Collection Collection::connect_or_create(const std::string& address, const HttpSend& send,
                                         std::optional<Model> embedder) {
  auto made = std::make_shared<Implementation>(std::move(embedder));
  made->store = std::make_unique<RemoteCollection>(RemoteCollection::open_or_create(address, send, made->embedding()));
  return Collection(std::move(made));
}

std::string Collection::embedder_of(const std::string& address, const HttpSend& send) {
  return RemoteCollection::open(address, send).info().embedder;
}

std::string Collection::embedder_of(const std::filesystem::path& file) {
  return CollectionFile::open(file).info().embedder;
}

const CollectionInfo& Collection::info() const { return implementation_->store->info(); }

IndexReport Collection::add(const std::vector<std::filesystem::path>& paths, const Watch& watch) {
  return index_documents(*implementation_->store, implementation_->embedding(), paths, watch);
}

IndexReport Collection::add_contents(const std::vector<NamedContents>& files, std::size_t most_passages,
                                     const Watch& watch) {
  return index_contents(*implementation_->store, implementation_->embedding(), files, most_passages, watch);
}

namespace {

/// The words that the options add to a question.
std::vector<AddedTerm> added_terms(const PassageStore& store, const Embedder* embedder, std::string_view question,
                                   const SearchOptions& options, const Watch& watch) {
  constexpr std::size_t most_fills = 20;
  std::vector<AddedTerm> added;
  if (const auto& expander = options.expansion.expander) {
    const ModelInfo& info = expander->info();
    if (info.task != Task::masked_lm)
      throw Error({.file = info.name,
                   .thing = "the expander's task",
                   .found = std::string(name(info.task)),
                   .expected = "masked-lm"});
    added = proposed_terms(
        question,
        [&](std::string_view text, std::size_t begin, std::size_t end) {
          const std::string masked =
              std::string(text.substr(0, begin)) + info.mask_token + std::string(text.substr(end));
          const Prediction filled = expander->predict({.text = masked, .pair = {}}, {.top = most_fills}, watch);
          std::vector<std::pair<std::string, double>> words;
          for (const auto& fill : std::get<MaskPrediction>(filled).masks.front().fills)
            words.emplace_back(fill.token, fill.probability);
          return words;
        },
        options.expansion);
  }
  if (options.expansion.feedback > 0) {
    SearchOptions first = options;
    first.top = options.expansion.feedback;
    const auto passages = store.find(embedder, question, first, watch, {});
    std::ranges::move(feedback_terms(store, question, passages, options.expansion), std::back_inserter(added));
  }
  return added;
}

}  // namespace

SearchResult Collection::search(std::string_view question, const SearchOptions& options,
                                const std::optional<Model>& reranker, const Watch& watch) const {
  SearchResult result{.question = std::string(question), .passages = {}};
  auto start = Clock::now();
  const PassageStore& store = *implementation_->store;
  if (options.expansion.expander || options.expansion.feedback > 0) {
    result.added = added_terms(store, implementation_->embedding(), question, options, watch);
    result.expand_ms = milliseconds_since(start);
    start = Clock::now();
  }
  SearchOptions asked = options;
  if (reranker) asked.top = std::max(options.top, options.candidates);
  result.passages = store.find(implementation_->embedding(), question, asked, watch, result.added);
  result.retrieve_ms = milliseconds_since(start);
  if (!reranker) return result;
  start = Clock::now();
  std::vector<std::string> texts;
  for (const FoundPassage& passage : result.passages) texts.push_back(passage.text);
  std::vector<FoundPassage> ordered;
  for (const auto& [index, score] : reranker->rank(question, texts, {}, watch)) {
    if (ordered.size() == options.top) break;
    ordered.push_back(std::move(result.passages[index]));
    ordered.back().score = score;
    ordered.back().rank = ordered.size();
  }
  result.passages = std::move(ordered);
  result.rerank_ms = milliseconds_since(start);
  return result;
}

namespace {

/// An answer of one passage, as the reader gave it.
struct ReadAnswer {
  std::size_t passage = 0;
  Answer answer;
  double score = 0;  // of the comparison over all passages
};

/// The answers of all passages. Each is measured against "no answer" in its own passage: start + end logit minus those
/// of [CLS] is a log-odds, which is comparable between passages, while the logits themselves are not.
std::vector<ReadAnswer> read_answers(const Model& reader, std::string_view question,
                                     const std::vector<FoundPassage>& passages, const AskOptions& options,
                                     const Watch& watch) {
  std::vector<Input> inputs;
  for (const FoundPassage& passage : passages) inputs.push_back({.text = std::string(question), .pair = passage.text});
  PredictOptions reading = options.reading;
  reading.top = std::max(reading.top, options.top);
  std::vector<ReadAnswer> answers;
  const auto predictions = reader.predict(inputs, reading, watch);
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    const auto& prediction = std::get<AnswerPrediction>(predictions[i].value());
    for (const Answer& answer : prediction.answers)
      answers.push_back({i, answer,
                         answer.score - prediction.null_score +
                             options.retrieval_weight * (passages[i].score - passages.front().score)});
  }
  std::ranges::stable_sort(answers, std::ranges::greater{}, &ReadAnswer::score);
  return answers;
}

}  // namespace

AskResult Collection::ask(const Model& reader, std::string_view question, const AskOptions& options,
                          const std::optional<Model>& reranker, const Watch& watch) const {
  if (reader.info().task != Task::question_answering)
    throw Error({.file = reader.info().name,
                 .thing = "the reader's task",
                 .found = std::string(name(reader.info().task)),
                 .expected = "question-answering"});
  AskResult result{.question = std::string(question), .answers = {}};
  SearchOptions searching = options.search;
  searching.top = std::max<std::size_t>(1, options.read);
  SearchResult found = search(question, searching, reranker, watch);
  result.added = std::move(found.added);
  result.expand_ms = found.expand_ms;
  result.retrieve_ms = found.retrieve_ms;
  result.rerank_ms = found.rerank_ms;
  result.passages_read = found.passages.size();
  auto start = Clock::now();
  const std::vector<ReadAnswer> answers = read_answers(reader, question, found.passages, options, watch);
  // A softmax over all answers and "no answer", whose score is 0.
  const double largest = answers.empty() ? 0 : std::max(0., answers.front().score);
  double total = std::exp(-largest);
  for (const ReadAnswer& answer : answers) total += std::exp(answer.score - largest);
  result.no_answer_probability = std::exp(-largest) / total;
  result.answered =
      !answers.empty() && (!options.reading.null_allowed || -answers.front().score <= options.reading.null_threshold);
  for (const ReadAnswer& read : answers) {
    if (result.answers.size() == options.top) break;
    FoundAnswer& made = result.answers.emplace_back();
    made.answer = read.answer.text;
    made.probability = std::exp(read.score - largest) / total;
    made.score = read.score;
    made.passage = found.passages[read.passage];
    made.begin = made.passage.begin + code_points_before(made.passage.text, read.answer.begin);
    made.end = made.passage.begin + code_points_before(made.passage.text, read.answer.end);
  }
  result.read_ms = milliseconds_since(start);
  start = Clock::now();
  for (std::size_t i = 0; i < result.answers.size(); ++i) {
    FoundAnswer& made = result.answers[i];
    const Input texts = {.text = std::string(question), .pair = made.passage.text};
    if (options.method) {
      ExplainOptions explaining{.reading = options.reading};
      explaining.answer = made.answer;
      made.explanation = reader.explain(texts, *options.method, explaining, watch);
    }
    if (options.explain_retrieval && implementation_->model && made.passage.dense) {
      const Model& model = *implementation_->model;
      made.retrieval = model.similar(
          texts, GradientXInput{},
          {.reading = {.prompt = prompt_for(model, true), .pair_prompt = prompt_for(model, false)}}, watch);
    }
  }
  result.explain_ms = milliseconds_since(start);
  return result;
}

}  // namespace limn
