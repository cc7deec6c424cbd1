#include "task/pipeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/attempt.h"
#include "base/json.h"
#include "limn/error.h"
#include "model/adapter.h"
#include "model/head.h"
#include "model/passes.h"
#include "model/tensor_files.h"
#include "task/classification.h"
#include "task/embedding.h"
#include "task/masked_lm.h"
#include "task/question_answering.h"
#include "task/token_classification.h"

namespace limn {
namespace {

std::string name_of(const std::filesystem::path& folder) {
  std::filesystem::path name = std::filesystem::absolute(folder).lexically_normal();
  if (!name.has_filename()) name = name.parent_path();
  return name.filename().string();
}

ModelInfo describe(std::string name, const Checkpoint& checkpoint) {
  const Config& config = checkpoint.config();
  return {.name = std::move(name),
          .family = config.model_type,
          .architecture = config.architecture,
          .task = config.head.task,
          .labels = config.head.labels,
          .outputs = config.head.meaning,
          .layers = config.encoder.layers,
          .hidden_size = config.encoder.hidden_size,
          .heads = config.encoder.heads,
          .intermediate_size = config.encoder.intermediate_size,
          .vocabulary = config.encoder.vocabulary,
          .max_positions = config.encoder.max_positions,
          .parameters = checkpoint.parameters(),
          .files = checkpoint.files(),
          .warnings = config.warnings};
}

Pipeline joined(std::string name, Tokenizer tokenizer, Checkpoint checkpoint,
                std::optional<SentenceModules> modules = {}) {
  const std::size_t rows = checkpoint.config().encoder.vocabulary;
  ModelInfo info = describe(std::move(name), checkpoint);
  if (modules) {
    const Head& head = checkpoint.weights().head;
    info.dimensions = head.poolings.size() * checkpoint.config().encoder.hidden_size;
    for (const HeadStep& step : head.steps)
      if (!step.linear.w.empty()) info.dimensions = step.linear.w.outputs();
    for (const auto& [prompt, text] : modules->prompts) info.prompts.push_back(prompt);
    info.compares_by_dot = modules->compares_by_dot;
  }
  if (const auto mask = tokenizer.special().mask) info.mask_token = tokenizer.token(*mask);
  std::ranges::copy(tokenizer.warnings(), std::back_inserter(info.warnings));
  if (tokenizer.vocabulary_size() > rows)
    info.warnings.push_back(
        fmt::format("the tokenizer has {} ids, the word embeddings {} rows: a text with a token beyond them is refused",
                    tokenizer.vocabulary_size(), rows));
  return {.checkpoint = std::move(checkpoint),
          .tokenizer = std::move(tokenizer),
          .info = std::move(info),
          .sentence = std::move(modules)};
}

/// One result for each input: its error, or else its value.
template <class T>
std::vector<Result<T>> results_of(std::vector<std::optional<Error>> errors, std::vector<T>& values) {
  std::vector<Result<T>> results;
  for (std::size_t i = 0; i < errors.size(); ++i)
    if (errors[i])
      results.emplace_back(std::move(*errors[i]));
    else
      results.emplace_back(std::move(values[i]));
  return results;
}

void check_logits(const Pipeline& pipeline, ConstView logits) {
  for (std::size_t i = 0; i < logits.rows; ++i)
    for (const float value : logits.row_span(i))
      if (!std::isfinite(value))
        throw Error({.file = pipeline.info.name,
                     .thing = "the logits",
                     .found = "NaN or infinity",
                     .expected = "finite numbers",
                     .hint = "the weights may be damaged, or too large for single precision"});
}

}  // namespace

Pipeline load_pipeline(const std::filesystem::path& folder, const Randomization& randomization) {
  if (const auto base = adapter_base_folder(folder)) return load_pipeline_with_adapter(folder, *base, randomization);
  // First: its message for a folder without a model is the clearest.
  auto modules = read_sentence_modules(folder);
  const std::filesystem::path encoder = modules ? folder / modules->encoder : folder;
  const nlohmann::json config = read_config_file(encoder);
  Tokenizer tokenizer = Tokenizer::load(encoder, config);
  if (modules && modules->lowercase) tokenizer = tokenizer.lowercased();
  Checkpoint checkpoint = Checkpoint::load(folder, config, modules ? &*modules : nullptr, randomization);
  return joined(name_of(folder), std::move(tokenizer), std::move(checkpoint), std::move(modules));
}

Pipeline load_pipeline_with_adapter(const std::filesystem::path& adapter, const std::filesystem::path& base,
                                    const Randomization& randomization) {
  const nlohmann::json config = adapted_config(read_config_file(base), adapter);
  std::error_code ignored;
  const bool own_tokenizer = std::filesystem::exists(adapter / "tokenizer.json", ignored);
  Tokenizer tokenizer = Tokenizer::load(own_tokenizer ? adapter : base, config);
  WeightFiles weights = open_weights(base);
  merge_adapter(weights, adapter);
  return joined(name_of(adapter), std::move(tokenizer),
                Checkpoint::load(std::move(weights), config, (base / "config.json").string(), randomization));
}

Pipeline load_pipeline(MemoryCheckpoint checkpoint) {
  const std::string file = checkpoint.name + ": config";
  const nlohmann::json config = parse_json(checkpoint.config, file);
  Tokenizer tokenizer = Tokenizer::parse(checkpoint.tokenizer, checkpoint.tokenizer_config, config, checkpoint.name);
  std::string name = checkpoint.name;
  return joined(std::move(name), std::move(tokenizer),
                Checkpoint::load(weights_in_memory(std::move(checkpoint)), config, file));
}

void check_ids(const Pipeline& pipeline, const Encoding& encoding) {
  const std::size_t rows = pipeline.checkpoint.config().encoder.vocabulary;
  for (const std::int32_t id : encoding.ids)
    if (static_cast<std::size_t>(id) >= rows)
      throw Error({.file = pipeline.info.name,
                   .thing = fmt::format("the token {}", shown_name(pipeline.tokenizer.token(id))),
                   .found = fmt::format("id {}", id),
                   .expected = fmt::format("one of the {} rows of the word embeddings", rows),
                   .hint = "tokenizer and weights may come from different checkpoints, or the embeddings were not "
                           "resized when tokens were added"});
}

std::size_t max_length(const Pipeline& pipeline, const PredictOptions& options) {
  const std::size_t positions = pipeline.checkpoint.config().encoder.max_positions;
  if (options.max_length > positions)
    throw Error({.field = "max_length",
                 .found = std::to_string(options.max_length),
                 .expected = fmt::format("at most {}, this model's maximum", positions)});
  const auto own = pipeline.sentence ? pipeline.sentence->max_length : std::nullopt;
  const std::size_t named = std::min(positions, own.value_or(pipeline.tokenizer.max_length().value_or(positions)));
  return options.max_length > 0 ? options.max_length : named;
}

std::vector<Encoding> read_input(const Pipeline& pipeline, const Input& input, const PredictOptions& options) {
  const InputWindows windows(pipeline, input, options);
  std::vector<Encoding> encodings;
  for (std::size_t i = 0; i < windows.size(); ++i) encodings.push_back(windows[i]);
  return encodings;
}

PredictOptions of_beginning(PredictOptions options) {
  options.long_text = LongText::beginning;
  return options;
}

PredictionReader::PredictionReader(const Pipeline& pipeline, const Input& input, const PredictOptions& options)
    : pipeline_(pipeline), input_(input), options_(options) {
  if (pipeline.head().task == Task::question_answering) answers_.emplace(*input.pair, options);
}

void PredictionReader::take(Encoding& encoding, ConstView logits) {
  check_logits(pipeline_, logits);
  switch (pipeline_.head().task) {
    case Task::question_answering:
      return answers_->take({.encoding = &encoding, .logits = logits});
    case Task::token_classification:
      return words_.take(encoding, logits);
    case Task::sequence_classification:
      return mean_.take(logits, encoding.share);
    default:
      encodings_.push_back(encoding);
      logits_.push_back(copy(logits));
  }
}

Prediction PredictionReader::prediction() {
  switch (pipeline_.head().task) {
    case Task::question_answering:
      return answers_->prediction();
    case Task::sequence_classification: {
      const Mat logits = mean_.mean();
      return predict_label(logits, pipeline_.head());
    }
    case Task::token_classification: {
      const JoinedWindows text = words_.joined();
      return find_entities(text.logits, text.encoding, input_.text, pipeline_.head(), options_.aggregation);
    }
    case Task::sentence_embedding: {
      const std::vector<ConstView> views(logits_.begin(), logits_.end());
      return embedding_of(encodings_, views);
    }
    case Task::masked_lm:
      break;
  }
  throw Error({.file = pipeline_.info.name,
               .thing = "the model's task",
               .found = "masked-lm",
               .expected = "question-answering, sequence-classification or token-classification",
               .hint = "a masked language model has the textual heatmap, which explains every token by every other"});
}

Prediction predict(const Pipeline& pipeline, const Input& input, const Encoding& encoding, ConstView logits,
                   const PredictOptions& options) {
  PredictionReader reader(pipeline, input, options);
  Encoding window = encoding;
  reader.take(window, logits);
  return reader.prediction();
}

std::vector<Result<Prediction>> predict(const Pipeline& pipeline, std::span<const Input> inputs,
                                        const PredictOptions& options, const Watch& watch) {
  if (pipeline.head().task == Task::masked_lm) return fill_masks(pipeline, inputs, options, watch);
  max_length(pipeline, options);  // throws if it is wrong for every input
  std::vector<std::optional<PredictionReader>> readers(inputs.size());
  std::vector<Prediction> predictions(inputs.size());
  std::vector<std::size_t> windows(inputs.size());
  const auto read = [&](std::size_t i) {
    InputWindows reading(pipeline, inputs[i], options);
    windows[i] = reading.size();
    readers[i].emplace(pipeline, inputs[i], options);
    return reading;
  };
  const auto take = [&](std::size_t i, std::size_t window, Encoding& encoding, ConstView logits) {
    readers[i]->take(encoding, logits);
    // Of many inputs, the caller knows which are done; how many windows they have together, nobody knows.
    if (inputs.size() == 1 && windows[i] > 1 && watch.progress) watch.progress(window + 1, windows[i]);
    if (window + 1 < windows[i]) return;
    predictions[i] = readers[i]->prediction();
    readers[i].reset();
  };
  return results_of(run_windows(pipeline.encoder(watch), inputs.size(), read, take), predictions);
}

std::vector<Result<std::vector<TokenLabel>>> predict_words(const Pipeline& pipeline,
                                                           std::span<const std::vector<std::string>> sentences,
                                                           const PredictOptions& options, const Watch& watch) {
  if (pipeline.head().task != Task::token_classification)
    throw Error({.file = pipeline.info.name,
                 .thing = "the task",
                 .found = std::string(name(pipeline.head().task)),
                 .expected = "token-classification"});
  const std::size_t length = max_length(pipeline, options);
  std::vector<WindowJoiner> texts(sentences.size());
  std::vector<std::vector<TokenLabel>> labels(sentences.size());
  std::vector<std::size_t> windows(sentences.size());
  const auto read = [&](std::size_t i) {
    std::vector<Encoding> encodings =
        pipeline.tokenizer.windows(sentences[i], length, std::min(options.stride, length / 2));
    for (const Encoding& encoding : encodings) check_ids(pipeline, encoding);
    windows[i] = encodings.size();
    return InputWindows(pipeline, std::move(encodings));
  };
  const auto take = [&](std::size_t i, std::size_t window, Encoding& encoding, ConstView logits) {
    texts[i].take(encoding, logits);
    if (window + 1 < windows[i]) return;
    const JoinedWindows text = std::exchange(texts[i], {}).joined();
    for (const WordLabel& word :
         word_labels(text.logits, text.encoding, text.encoding.words, pipeline.head(), options.aggregation))
      labels[i].push_back(
          {.token = word.word, .label = pipeline.head().labels[word.index], .probability = word.probability});
  };
  return results_of(run_windows(pipeline.encoder(watch), sentences.size(), read, take), labels);
}

std::vector<Token> tokens_of(const Tokenizer& tokenizer, const Encoding& encoding) {
  std::vector<Token> tokens;
  for (std::size_t i = 0; i < encoding.size(); ++i) {
    Token token;
    token.token = tokenizer.token(encoding.ids[i]);
    token.id = encoding.ids[i];
    if (encoding.sequences[i] >= 0) token.sequence = encoding.sequences[i];
    if (encoding.words[i] >= 0) token.word = static_cast<std::size_t>(encoding.words[i]);
    token.begin = encoding.offsets[i].begin;
    token.end = encoding.offsets[i].end;
    token.special = encoding.special[i] != 0;
    tokens.push_back(std::move(token));
  }
  return tokens;
}

std::vector<Token> shown_tokens(const Tokenizer& tokenizer, const Encoding& encoding) {
  std::vector<Token> tokens = tokens_of(tokenizer, encoding);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    tokens[i].begin = encoding.characters[i].begin;
    tokens[i].end = encoding.characters[i].end;
  }
  return tokens;
}

std::vector<std::string> reading_warnings(std::span<const Encoding> encodings) {
  std::vector<std::string> warnings;
  for (const Encoding& encoding : encodings)
    if (encoding.cut_tokens > 0)
      warnings.push_back(
          fmt::format("the text is too long for the model: its last {} tokens of {} were not read", encoding.cut_tokens,
                      encoding.cut_tokens +
                          static_cast<std::size_t>(std::count(encoding.special.begin(), encoding.special.end(), 0))));
  return warnings;
}

std::vector<std::string> reading_warnings(const WindowStore& windows) {
  std::vector<Encoding> cut;
  for (std::size_t i = 0; i < windows.size() && i < 2; ++i) cut.push_back(windows.read(i));  // of two texts, or windows
  return reading_warnings(cut);
}

std::optional<std::string> windows_notice(Task task, std::size_t windows) {
  if (windows < 2 || task == Task::sentence_embedding) return std::nullopt;
  return fmt::format("the {} is longer than the model reads at once: {} windows were read",
                     task == Task::question_answering ? "context" : "text", windows);
}

}  // namespace limn
