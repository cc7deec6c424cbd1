#include "task/input_windows.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "model/head.h"
#include "model/passes.h"
#include "task/embedding.h"
#include "task/pipeline.h"

namespace limn {
namespace {

bool is_blank_text(std::string_view text) { return text.find_first_not_of(" \t\r\n\f\v") == std::string_view::npos; }

void check_input(const Pipeline& pipeline, const Input& input) {
  const Task task = pipeline.head().task;
  const auto require_text = [](std::string_view text, const char* thing) {
    if (is_blank_text(text))
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

std::variant<std::vector<Encoding>, WindowReader> windows_of(const Pipeline& pipeline, const Input& input,
                                                             const PredictOptions& options) {
  check_input(pipeline, input);
  const std::size_t length = max_length(pipeline, options);
  const std::size_t stride = std::min(options.stride, length / 2);
  const Tokenizer& tokenizer = pipeline.tokenizer;
  if (reads_windows(pipeline.head().task, input, options)) {
    if (input.pair) return tokenizer.window_reader(input.text, *input.pair, length, stride);
    return tokenizer.window_reader(input.text, length, stride);
  }
  std::vector<Encoding> encodings;
  if (!pipeline.sentence) {
    encodings.push_back(tokenizer.encode(input.text, input.pair, length));
    return encodings;
  }
  encodings.push_back(encode_sentence(pipeline, input.text, options.prompt, length));
  if (input.pair) {
    const auto& prompt = options.pair_prompt ? options.pair_prompt : options.prompt;
    encodings.push_back(encode_sentence(pipeline, *input.pair, prompt, length));
  }
  return encodings;
}

}  // namespace

bool reads_windows(Task task, const Input& input, const PredictOptions& options) {
  switch (task) {
    case Task::question_answering:
      return true;
    case Task::token_classification:
      return !input.pair;
    case Task::sequence_classification:
      return !input.pair && options.long_text == LongText::windows;
    case Task::masked_lm:
    case Task::sentence_embedding:
      break;
  }
  return false;
}

InputWindows::InputWindows(const Pipeline& pipeline, const Input& input, const PredictOptions& options)
    : pipeline_(&pipeline), windows_(windows_of(pipeline, input, options)) {}

InputWindows::InputWindows(const Pipeline& pipeline, std::vector<Encoding> encodings)
    : pipeline_(&pipeline), windows_(std::move(encodings)) {}

std::size_t InputWindows::size() const {
  return std::visit([](const auto& windows) { return windows.size(); }, windows_);
}

Encoding InputWindows::operator[](std::size_t window) const {
  Encoding encoding = std::visit([&](const auto& windows) -> Encoding { return windows[window]; }, windows_);
  check_encoding(*pipeline_, encoding);
  return encoding;
}

std::pair<std::size_t, std::size_t> InputWindows::around(Span characters) const {
  if (const auto* reader = std::get_if<WindowReader>(&windows_)) return reader->around(characters);
  return {0, size()};
}

std::vector<Mat> run(const Encoder& encoder, std::span<const Encoding> encodings) {
  struct Pass {
    Batch batch;
    Mat logits = {};
  };
  std::vector<Mat> all;
  const auto rows_of = [&](std::size_t i) { return encodings[i].size(); };
  const auto make = [&](std::size_t begin, std::size_t end) {
    Pass pass;
    for (const Encoding& encoding : encodings.subspan(begin, end - begin))
      pass.batch.add(encoding.ids, encoding.type_ids, encoding.unpooled);
    return pass;
  };
  const auto run_pass = [&](Pass& pass, const Watch* watch) {
    pass.logits = logits_of_texts({encoder.config, encoder.weights, watch}, pass.batch);
  };
  in_passes_at_once(encodings.size(), forward_rows, rows_of, encoder.watch, make, run_pass,
                    [&](std::size_t begin, std::size_t end, const Pass& pass) {
                      for (std::size_t i = 0; i < end - begin; ++i)
                        all.push_back(copy(logits_of(encoder, pass.batch, pass.logits.view(), i)));
                    });
  return all;
}

std::vector<std::optional<Error>> run_windows(const Encoder& encoder, std::size_t inputs,
                                              const std::function<InputWindows(std::size_t)>& read,
                                              const TakeWindow& take) {
  std::vector<std::optional<Error>> errors(inputs);
  const auto attempt = [&](std::size_t input, const auto& work) {
    if (errors[input]) return;
    try {
      work();
    } catch (const Error& error) {
      errors[input] = error;
    }
  };
  std::vector<std::pair<std::size_t, std::size_t>> places;
  std::vector<Encoding> waiting;
  std::size_t passes = 0, rows = 0;  // full passes that wait, rows of the one after them
  const auto run_waiting = [&] {
    const std::vector<Mat> logits = run(encoder, waiting);
    for (std::size_t i = 0; i < waiting.size(); ++i)
      attempt(places[i].first, [&] { take(places[i].first, places[i].second, waiting[i], logits[i]); });
    places.clear();
    waiting.clear();
    passes = rows = 0;
  };
  for (std::size_t input = 0; input < inputs; ++input) {
    attempt(
        input,
        [&] {
          const InputWindows windows = read(input);
          for (std::size_t window = 0; window < windows.size(); ++window) {
            Encoding encoding = windows[window];
            if (rows > 0 && rows + encoding.size() > forward_rows) {
              rows = 0;
              if (++passes == passes_at_once()) run_waiting();
            }
            if (errors[input]) return;
            rows += encoding.size();
            places.emplace_back(input, window);
            waiting.push_back(std::move(encoding));
          }
        });
  }
  if (!waiting.empty()) run_waiting();
  return errors;
}

const Encoding& WindowStore::encoding(std::size_t window) const {
  auto kept = kept_.find(window);
  if (kept == kept_.end()) kept = kept_.emplace(window, Kept{(*windows_)[window], {}}).first;
  return kept->second.encoding;
}

bool WindowStore::has_logits(std::size_t window) const {
  const auto kept = kept_.find(window);
  return kept != kept_.end() && kept->second.logits.rows() > 0;
}

ConstView WindowStore::logits(std::size_t window) const {
  const Encoding& encoding = this->encoding(window);
  Mat& logits = kept_.find(window)->second.logits;
  if (logits.rows() == 0) logits = std::move(run(*encoder_, {&encoding, 1}).front());
  return logits;
}

Encoding WindowStore::read(std::size_t window) const {
  const auto kept = kept_.find(window);
  return kept == kept_.end() ? (*windows_)[window] : kept->second.encoding;
}

std::pair<std::size_t, std::size_t> WindowStore::around(Span characters) const {
  return windows_ ? windows_->around(characters) : std::pair<std::size_t, std::size_t>(0, size());
}

void WindowStore::keep(std::size_t window, Mat logits) {
  encoding(window);
  kept_.find(window)->second.logits = std::move(logits);
}

void WindowStore::keep(std::size_t window, Encoding encoding, Mat logits) {
  kept_.insert_or_assign(window, Kept{std::move(encoding), std::move(logits)});
}

}  // namespace limn
