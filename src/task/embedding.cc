#include "task/embedding.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "limn/error.h"
#include "task/pipeline.h"

namespace limn {
namespace {

double length(std::span<const float> x) {
  double squares = 0;
  for (const float value : x) squares += double{value} * value;
  return std::sqrt(squares);
}

const std::string& prompt_text(const Pipeline& pipeline, const std::optional<std::string>& name) {
  const SentenceModules& modules = *pipeline.sentence;
  if (!name) return modules.default_prompt;
  const auto found = modules.prompts.find(*name);
  if (found != modules.prompts.end()) return found->second;
  std::string known;
  for (const auto& [prompt, text] : modules.prompts) known += (known.empty() ? "" : ", ") + prompt;
  throw Error({.field = "prompt",
               .found = fmt::format("\"{}\"", *name),
               .expected = known.empty() ? "none: this model has no prompts" : "one of " + known});
}

/// Makes the tokens of a prompt special, and the offsets of the others relative to the text after it.
void set_apart(std::size_t prompt_bytes, Encoding& encoding) {
  for (std::size_t i = 0; i < encoding.size(); ++i) {
    if (encoding.special[i]) continue;
    if (encoding.characters[i].end <= prompt_bytes) {
      encoding.special[i] = 1;
      encoding.sequences[i] = encoding.words[i] = -1;
      encoding.offsets[i] = encoding.characters[i] = {};
      continue;
    }
    for (Span* span : {&encoding.offsets[i], &encoding.characters[i]})
      *span = {std::max(span->begin, prompt_bytes) - prompt_bytes, std::max(span->end, prompt_bytes) - prompt_bytes};
  }
}

}  // namespace

Encoding encode_sentence(const Pipeline& pipeline, std::string_view text, const std::optional<std::string>& prompt,
                         std::size_t max_length) {
  const std::string& before = prompt_text(pipeline, prompt);
  if (before.empty()) return pipeline.tokenizer.encode(text, {}, max_length);
  Encoding encoding = pipeline.tokenizer.encode(before + std::string(text), {}, max_length);
  set_apart(before.size(), encoding);
  if (!pipeline.sentence->pools_prompt) {
    // As sentence-transformers counts it: the prompt encoded alone, without the special token at its end.
    const Encoding alone = pipeline.tokenizer.encode(before, {}, max_length);
    encoding.unpooled = alone.size() - (alone.special.back() != 0 ? 1 : 0);
  }
  return encoding;
}

Embedding embedding_of(std::span<const Encoding> encodings, std::span<const ConstView> logits) {
  const std::span<const float> a = logits[0].row_span(0);
  Embedding result{.values = {a.begin(), a.end()}, .tokens = encodings[0].size()};
  if (logits.size() > 1) {
    const std::span<const float> b = logits[1].row_span(0);
    result.cosine = cosine(a, *unit_vector(b));
    result.dot = std::inner_product(a.begin(), a.end(), b.begin(), 0.);
  }
  return result;
}

std::shared_ptr<const std::vector<double>> unit_vector(std::span<const float> x) {
  const double norm = length(x);
  auto unit = std::make_shared<std::vector<double>>(x.begin(), x.end());
  for (double& value : *unit) value = norm > 0 ? value / norm : 0;
  return unit;
}

double cosine(std::span<const float> x, std::span<const double> unit) {
  const double norm = length(x);
  return norm > 0 ? std::inner_product(x.begin(), x.end(), unit.begin(), 0.) / norm : 0;
}

void cosine_vjp(std::span<const float> x, std::span<const double> unit, std::span<float> dx) {
  const double norm = length(x), value = cosine(x, unit);
  for (std::size_t i = 0; i < x.size(); ++i)
    dx[i] = norm > 0 ? static_cast<float>((unit[i] - value * x[i] / norm) / norm) : 0;
}

}  // namespace limn
