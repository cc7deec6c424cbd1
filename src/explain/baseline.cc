#include "explain/baseline.h"

#include <algorithm>
#include <string>
#include <vector>

#include "explain/passes.h"
#include "limn/error.h"

namespace limn {
namespace {

std::int32_t required(std::optional<std::int32_t> id, const char* name) {
  if (id) return *id;
  throw Error({.field = "baseline",
               .found = std::string("a tokenizer without a ") + name + " token",
               .expected = "pad, zero, mask, unk, mean or a text; the tokenizer must have the token"});
}

/// Returns the subject's tokens with those of the text replaced by `id`.
std::vector<std::int32_t> replaced(const Encoding& encoding, std::int32_t id) {
  std::vector<std::int32_t> ids = encoding.ids;
  for (std::size_t i = 0; i < ids.size(); ++i)
    if (!encoding.special[i]) ids[i] = id;
  return ids;
}

/// Replaces the subject's tokens by those of another text, and by [PAD] where that text is shorter.
std::vector<std::int32_t> of_text(const Subject& subject, const std::string& text) {
  const Tokenizer& tokenizer = subject.explainer.pipeline().tokenizer;
  const Encoding other = tokenizer.encode(text);
  check_ids(subject.explainer.pipeline(), other);
  std::vector<std::int32_t> ids = replaced(subject.encoding, required(tokenizer.special().pad, "pad"));
  std::size_t position = 0;
  for (std::size_t i = 0; i < other.size(); ++i) {
    if (other.special[i]) continue;
    while (position < ids.size() && subject.encoding.special[position]) ++position;
    if (position == ids.size()) break;
    ids[position++] = other.ids[i];
  }
  if (position == 0)
    throw Error(
        {.field = "baseline", .found = "a text without tokens", .expected = "pad, zero, mask, unk, mean or a text"});
  return ids;
}

/// Returns the mean row of the embedding matrix for every token (T, E).
Mat mean_rows(const Subject& subject) {
  const StoredView word = subject.encoder().weights.embeddings.word;
  std::vector<double> sum(word.columns, 0.);
  std::vector<float> row(word.columns);
  for (std::size_t i = 0; i < word.rows; ++i) {
    word.read_row(i, row);
    for (std::size_t j = 0; j < word.columns; ++j) sum[j] += row[j];
  }
  Mat x(subject.encoding.size(), word.columns);
  for (std::size_t i = 0; i < x.rows(); ++i)
    for (std::size_t j = 0; j < x.columns(); ++j) x(i, j) = static_cast<float>(sum[j] / static_cast<double>(word.rows));
  return x;
}

/// Returns the hidden state at `layer` (T, C) with every token replaced, including special ones.
Mat replaced_everywhere(const Subject& subject, Layer layer, Baseline::Kind kind) {
  const Encoder encoder = subject.encoder();
  if (kind == Baseline::Kind::zero) return Mat::zeros(subject.encoding.size(), size_at(encoder.config, layer));
  Batch batch;
  batch.add(subject.encoding.ids, subject.encoding.type_ids);
  return forward(encoder, batch, Layer::word(), mean_rows(subject), layer);
}

}  // namespace

Mat baseline_at(const Subject& subject, Layer layer, const Baseline& baseline) {
  const Encoder encoder = subject.encoder();
  const Tokenizer::Special& special = subject.explainer.pipeline().tokenizer.special();
  if (baseline.kind == Baseline::Kind::zero || baseline.kind == Baseline::Kind::mean) {
    Mat start = replaced_everywhere(subject, layer, baseline.kind);
    if (!baseline.keep_special) return start;
    const Mat input = input_at(subject, layer);
    for (std::size_t i = 0; i < start.rows(); ++i)
      if (subject.encoding.special[i]) std::copy_n(input.row(i), start.columns(), start.row(i));
    return start;
  }
  Batch batch;
  batch.add(subject.encoding.ids, subject.encoding.type_ids);
  switch (baseline.kind) {
    case Baseline::Kind::mask:
      batch.ids = replaced(subject.encoding, required(special.mask, "mask"));
      break;
    case Baseline::Kind::unk:
      batch.ids = replaced(subject.encoding, required(special.unknown, "unknown"));
      break;
    case Baseline::Kind::text:
      batch.ids = of_text(subject, baseline.text);
      break;
    default:
      batch.ids = replaced(subject.encoding, required(special.pad, "pad"));
  }
  return forward_words(encoder, batch, layer);
}

}  // namespace limn
