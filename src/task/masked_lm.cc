#include "task/masked_lm.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <string>

#include "base/attempt.h"
#include "limn/error.h"
#include "model/head.h"
#include "model/passes.h"
#include "task/probability.h"

namespace limn {
namespace {

// Maximum number of rows of logits (rows, V) in memory.
constexpr std::size_t head_rows = 64;

/// Returns the positions of the mask token in the texts; the post-processor adds none.
std::vector<std::size_t> masks_of(const Encoding& encoding, std::int32_t mask) {
  std::vector<std::size_t> positions;
  for (std::size_t token = 0; token < encoding.size(); ++token)
    if (encoding.ids[token] == mask && encoding.sequences[token] >= 0) positions.push_back(token);
  return positions;
}

std::vector<std::size_t> checked_masks(const Pipeline& pipeline, const Encoding& encoding) {
  const auto mask = pipeline.tokenizer.special().mask;
  if (!mask)
    throw Error(
        {.file = pipeline.info.name, .thing = "the tokenizer", .found = "no mask token", .expected = "a mask token"});
  std::vector<std::size_t> positions = masks_of(encoding, *mask);
  if (!positions.empty()) return positions;
  const std::string name(pipeline.tokenizer.token(*mask));
  throw Error(
      {.file = pipeline.info.name,
       .thing = "the text",
       .found = encoding.cut_tokens > 0 ? fmt::format("no {} in the part that the model reads", name) : "no " + name,
       .expected = fmt::format("{} for each token that this masked language model is to predict", name)});
}

MaskPrediction::Mask fill(const Pipeline& pipeline, const Encoding& encoding, std::size_t token, ConstView logits,
                          std::size_t top) {
  for (const float logit : logits.row_span(0))
    if (!std::isfinite(logit))
      throw Error({.file = pipeline.info.name,
                   .thing = "the logits",
                   .found = "NaN or infinity",
                   .expected = "finite numbers"});
  // The embeddings may be padded to a round number of rows; those rows have no token.
  std::vector<std::int32_t> ids(std::min(logits.columns, pipeline.tokenizer.vocabulary_size()));
  std::iota(ids.begin(), ids.end(), 0);
  const std::size_t count = std::min(std::max<std::size_t>(top, 1), ids.size());
  const auto logit = [&](std::int32_t id) { return logits(0, static_cast<std::size_t>(id)); };
  std::partial_sort(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(count), ids.end(),
                    [&](std::int32_t a, std::int32_t b) { return std::pair(-logit(a), a) < std::pair(-logit(b), b); });
  const double total = log_sum_exp(logits);
  MaskPrediction::Mask mask = {.token = token,
                               .sequence = encoding.sequences[token],
                               .begin = encoding.characters[token].begin,
                               .end = encoding.characters[token].end,
                               .fills = {}};
  for (std::size_t i = 0; i < count; ++i)
    mask.fills.push_back({.token = std::string(pipeline.tokenizer.token(ids[i])),
                          .id = ids[i],
                          .probability = std::exp(logit(ids[i]) - total)});
  return mask;
}

}  // namespace

std::vector<Result<Prediction>> fill_masks(const Pipeline& pipeline, std::span<const Input> inputs,
                                           const PredictOptions& options, const Watch& watch) {
  struct Read {
    Encoding encoding;
    std::vector<std::size_t> masks;
    MaskPrediction prediction;
    std::optional<Error> error;
  };
  struct Wanted {
    Read* read;
    std::size_t token, row;  // row: index into the batch's hidden states
  };
  const Encoder encoder = pipeline.encoder(watch);
  const Layer last = {static_cast<int>(encoder.config.layers)};
  max_length(pipeline, options);  // throws if it is wrong for every input
  std::vector<Result<Read>> reads;
  for (const Input& input : inputs)
    reads.push_back(attempt([&] {
      Read read = {
          .encoding = read_input(pipeline, input, options).front(), .masks = {}, .prediction = {}, .error = {}};
      read.masks = checked_masks(pipeline, read.encoding);
      return read;
    }));
  std::vector<Read*> good;
  for (auto& read : reads)
    if (read) good.push_back(&*read);
  const auto rows_of = [&](std::size_t i) { return good[i]->encoding.size(); };
  in_passes(good.size(), forward_rows, rows_of, [&](std::size_t begin, std::size_t end) {
    Batch batch;
    std::vector<Wanted> wanted;
    for (Read* read : std::span(good).subspan(begin, end - begin)) {
      for (const std::size_t token : read->masks) wanted.push_back({read, token, batch.rows() + token});
      batch.add(read->encoding.ids, read->encoding.type_ids);
    }
    const Mat hidden = forward_words(encoder, batch, last);
    for (std::size_t first = 0; first < wanted.size(); first += head_rows) {
      const std::size_t count = std::min(head_rows, wanted.size() - first);
      Mat rows(count, hidden.columns());
      for (std::size_t i = 0; i < count; ++i)
        std::copy_n(hidden.row(wanted[first + i].row), hidden.columns(), rows.row(i));
      const Mat logits = head_forward(encoder, batch, rows);  // this head processes each row independently
      for (std::size_t i = 0; i < count; ++i) {
        const auto& [read, token, row] = wanted[first + i];
        const auto mask = attempt([&, read = read, token = token] {
          return fill(pipeline, read->encoding, token, logits.view().row_range(i, i + 1), options.top);
        });
        if (mask)
          read->prediction.masks.push_back(*mask);
        else
          read->error = mask.error();
      }
    }
  });
  std::vector<Result<Prediction>> predictions;
  for (auto& read : reads)
    predictions.push_back(attempt([&] {
      if (read.value().error) throw *read->error;
      return Prediction(std::move(read->prediction));
    }));
  return predictions;
}

}  // namespace limn
