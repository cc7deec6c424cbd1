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

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n\f\v") == std::string_view::npos; }

void check_input(const Pipeline& pipeline, const Input& input) {
  const Task task = pipeline.head().task;
  const auto require_text = [](std::string_view text, const char* thing) {
    if (is_blank(text))
      throw Error({.thing = thing, .found = text.empty() ? "empty" : "only white space", .expected = "a text"});
  };
  if (task == Task::question_answering) {
    require_text(input.text, "the question");
    if (!input.pair)
      throw Error(
          {.thing = "the context", .found = "none", .expected = "a question and the context that contains the answer"});
    require_text(*input.pair, "the context");
    return;
  }
  require_text(input.text, "the text");
  if (task == Task::sentence_embedding && input.pair) require_text(*input.pair, "the second text");
  if (task == Task::token_classification && input.pair)
    throw Error(
        {.thing = "the second text", .found = "one", .expected = "a single text, because this model tags tokens"});
}

/// Checks ids and types, because later look-ups do not.
void check_encoding(const Pipeline& pipeline, const Encoding& encoding) {
  const EncoderConfig& config = pipeline.checkpoint.config().encoder;
  check_ids(pipeline, encoding);
  if (std::all_of(encoding.special.begin(), encoding.special.end(), [](std::uint8_t special) { return special != 0; }))
    throw Error(
        {.thing = "the text", .found = "no tokens", .expected = "a text with characters that the tokenizer keeps"});
  if (config.token_types == 0) return;
  const std::int32_t largest = *std::max_element(encoding.type_ids.begin(), encoding.type_ids.end());
  if (static_cast<std::size_t>(largest) >= config.token_types)
    throw Error(
        {.thing = "the tokenizer's post-processor",
         .found = fmt::format("token type {}", largest),
         .expected = fmt::format("types below {}, which config.json's type_vocab_size allows", config.token_types)});
}

/// Runs the encodings of all inputs in shared passes. @param read (i) -> the encodings of input i. @param result
/// (i, encodings, logits of each) -> its result. @return one Result per input
template <class Read, class ResultOf>
auto run_all(const Encoder& encoder, std::size_t inputs, const Read& read, const ResultOf& result) {
  std::vector<Encoding> encodings;
  std::vector<std::size_t> begins;
  std::vector<Result<std::size_t>> counts;  // number of encodings of each input
  for (std::size_t i = 0; i < inputs; ++i) {
    begins.push_back(encodings.size());
    counts.push_back(attempt([&] {
      for (Encoding& encoding : read(i)) encodings.push_back(std::move(encoding));
      return encodings.size() - begins[i];
    }));
  }
  const std::vector<Mat> logits = run(encoder, encodings);
  const std::vector<ConstView> views(logits.begin(), logits.end());
  const auto result_of = [&](std::size_t i) {
    const std::size_t count = counts[i].value();
    return result(i, std::span(encodings).subspan(begins[i], count), std::span(views).subspan(begins[i], count));
  };
  std::vector<decltype(attempt([&] { return result_of(0); }))> results;
  for (std::size_t i = 0; i < inputs; ++i) results.push_back(attempt([&] { return result_of(i); }));
  return results;
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
  check_input(pipeline, input);
  const std::size_t length = max_length(pipeline, options);
  const std::size_t stride = std::min(options.stride, length / 2);
  std::vector<Encoding> encodings;
  if (pipeline.head().task == Task::question_answering) {
    encodings = pipeline.tokenizer.windows(input.text, *input.pair, length, stride);
  } else if (pipeline.head().task == Task::token_classification) {
    encodings = pipeline.tokenizer.windows(input.text, length, stride);
  } else if (pipeline.sentence) {
    encodings.push_back(encode_sentence(pipeline, input.text, options.prompt, length));
    if (input.pair) {
      const auto& prompt = options.pair_prompt ? options.pair_prompt : options.prompt;
      encodings.push_back(encode_sentence(pipeline, *input.pair, prompt, length));
    }
  } else {
    encodings.push_back(pipeline.tokenizer.encode(input.text, input.pair, length));
  }
  for (const Encoding& encoding : encodings) check_encoding(pipeline, encoding);
  return encodings;
}

std::vector<Mat> run(const Encoder& encoder, std::span<const Encoding> encodings) {
  std::vector<Mat> all;
  const auto rows_of = [&](std::size_t i) { return encodings[i].size(); };
  in_passes(encodings.size(), forward_rows, rows_of, [&](std::size_t begin, std::size_t end) {
    Batch batch;
    for (std::size_t i = begin; i < end; ++i) batch.add(encodings[i].ids, encodings[i].type_ids, encodings[i].unpooled);
    const Layer last = {static_cast<int>(encoder.config.layers)};
    const Mat hidden = forward(encoder, batch, Layer::word(), word_embeddings(encoder, batch), last, nullptr,
                               rows_read(encoder, batch));
    const Mat logits = head_forward(encoder, batch, hidden);
    for (std::size_t i = begin; i < end; ++i) all.push_back(copy(logits_of(encoder, batch, logits.view(), i - begin)));
  });
  return all;
}

Prediction predict(const Pipeline& pipeline, const Input& input, std::span<const Encoding> encodings,
                   std::span<const ConstView> logits, const PredictOptions& options) {
  for (const ConstView view : logits)
    for (std::size_t i = 0; i < view.rows; ++i)
      for (const float value : view.row_span(i))
        if (!std::isfinite(value))
          throw Error({.file = pipeline.info.name,
                       .thing = "the logits",
                       .found = "NaN or infinity",
                       .expected = "finite numbers",
                       .hint = "the weights may be damaged, or too large for single precision"});
  switch (pipeline.head().task) {
    case Task::question_answering: {
      std::vector<AnswerWindow> windows;
      for (std::size_t i = 0; i < encodings.size(); ++i)
        windows.push_back({.encoding = &encodings[i], .logits = logits[i]});
      return best_answers(windows, *input.pair, options);
    }
    case Task::sequence_classification:
      return predict_label(logits[0], pipeline.head());
    case Task::token_classification: {
      const JoinedWindows text = join_windows(encodings, logits);
      return find_entities(text.logits, text.encoding, input.text, pipeline.head(), options.aggregation);
    }
    case Task::sentence_embedding:
      return embedding_of(encodings, logits);
    case Task::masked_lm:
      break;
  }
  throw Error({.file = pipeline.info.name,
               .thing = "the model's task",
               .found = "masked-lm",
               .expected = "question-answering, sequence-classification or token-classification",
               .hint = "a masked language model has the textual heatmap, which explains every token by every other"});
}

std::vector<Result<Prediction>> predict(const Pipeline& pipeline, std::span<const Input> inputs,
                                        const PredictOptions& options, const Watch& watch) {
  if (pipeline.head().task == Task::masked_lm) return fill_masks(pipeline, inputs, options, watch);
  max_length(pipeline, options);  // throws if it is wrong for every input
  return run_all(
      pipeline.encoder(watch), inputs.size(), [&](std::size_t i) { return read_input(pipeline, inputs[i], options); },
      [&](std::size_t i, std::span<const Encoding> encodings, std::span<const ConstView> logits) {
        return predict(pipeline, inputs[i], encodings, logits, options);
      });
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
  const auto read = [&](std::size_t i) {
    std::vector<Encoding> windows =
        pipeline.tokenizer.windows(sentences[i], length, std::min(options.stride, length / 2));
    for (const Encoding& window : windows) check_ids(pipeline, window);
    return windows;
  };
  const auto label = [&](std::size_t, std::span<const Encoding> windows, std::span<const ConstView> logits) {
    const JoinedWindows text = join_windows(windows, logits);
    std::vector<TokenLabel> labels;
    for (const WordLabel& word :
         word_labels(text.logits, text.encoding, text.encoding.words, pipeline.head(), options.aggregation))
      labels.push_back(
          {.token = word.word, .label = pipeline.head().labels[word.index], .probability = word.probability});
    return labels;
  };
  return run_all(pipeline.encoder(watch), sentences.size(), read, label);
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

std::optional<std::string> windows_notice(Task task, std::size_t windows) {
  if (windows < 2 || (task != Task::question_answering && task != Task::token_classification)) return std::nullopt;
  return fmt::format("the {} is longer than the model reads at once: {} windows were read",
                     task == Task::question_answering ? "context" : "text", windows);
}

}  // namespace limn
