#include "task/masked_lm.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "limn/error.h"
#include "model/head.h"
#include "task/probability.h"

namespace limn {
namespace {

// Rows of a forward pass, and rows of logits (rows, V) at once.
constexpr std::size_t pass_rows = 1024, head_rows = 64;

/// Positions of the mask token in the texts; the template adds none.
std::vector<std::size_t> masks_of(const Encoding& encoding, std::int32_t mask) {
  std::vector<std::size_t> positions;
  for (std::size_t token = 0; token < encoding.size(); ++token)
    if (encoding.ids[token] == mask && encoding.sequences[token] >= 0) positions.push_back(token);
  return positions;
}

std::vector<std::size_t> checked_masks(const Pipeline& pipeline, const Encoding& encoding) {
  const auto mask = pipeline.tokenizer.special().mask;
  if (!mask)
    throw Error({.file = pipeline.info.name,
                 .thing = "the tokenizer",
                 .found = "no mask token",
                 .expected = "one, to fill it"});
  std::vector<std::size_t> positions = masks_of(encoding, *mask);
  if (!positions.empty()) return positions;
  const std::string name(pipeline.tokenizer.token(*mask));
  throw Error(
      {.file = pipeline.info.name,
       .thing = "the text",
       .found = encoding.cut_tokens > 0 ? fmt::format("no {} in the part that the model reads", name) : "no " + name,
       .expected = fmt::format("{} where this masked language model is to say what fits", name)});
}

MaskPrediction::Mask fill(const Pipeline& pipeline, const Encoding& encoding, std::size_t token, ConstView logits,
                          std::size_t top) {
  for (const float logit : logits.row_span(0))
    if (!std::isfinite(logit))
      throw Error({.file = pipeline.info.name,
                   .thing = "the logits",
                   .found = "NaN or infinity",
                   .expected = "finite numbers"});
  // Rows that pad the embeddings to a round number have no token.
  std::vector<std::int32_t> ids(std::min(logits.columns, pipeline.tokenizer.vocabulary_size()));
  std::iota(ids.begin(), ids.end(), 0);
  const std::size_t count = std::min(std::max<std::size_t>(top, 1), ids.size());
  const auto logit = [&](std::int32_t id) { return logits(0, static_cast<std::size_t>(id)); };
  std::partial_sort(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(count), ids.end(),
                    [&](std::int32_t a, std::int32_t b) { return std::pair(-logit(a), a) < std::pair(-logit(b), b); });
  const double total = log_sum_exp(logits);
  MaskPrediction::Mask mask = {.token = token,
                               .sequence = encoding.sequences[token],
                               .begin = encoding.offsets[token].begin,
                               .end = encoding.offsets[token].end,
                               .fills = {}};
  for (std::size_t i = 0; i < count; ++i)
    mask.fills.push_back({.token = std::string(pipeline.tokenizer.token(ids[i])),
                          .id = ids[i],
                          .probability = std::exp(logit(ids[i]) - total)});
  return mask;
}

}  // namespace

std::vector<Prediction> fill_masks(const Pipeline& pipeline, std::span<const Input> inputs,
                                   const PredictOptions& options) {
  struct Wanted {
    std::size_t input, token, row;  // row: of the batch's hidden states
  };
  const Encoder encoder = pipeline.encoder();
  const Layer last = {static_cast<int>(encoder.config.layers)};
  std::vector<MaskPrediction> predictions(inputs.size());
  std::vector<Encoding> encodings;
  for (const Input& input : inputs) {
    encodings.push_back(read_input(pipeline, input, options).front());
    checked_masks(pipeline, encodings.back());
  }
  for (std::size_t begin = 0; begin < inputs.size();) {
    Batch batch;
    std::vector<Wanted> wanted;
    for (; begin < inputs.size() && (batch.rows() == 0 || batch.rows() + encodings[begin].size() <= pass_rows);
         ++begin) {
      for (const std::size_t token : checked_masks(pipeline, encodings[begin]))
        wanted.push_back({begin, token, batch.rows() + token});
      batch.add(encodings[begin].ids, encodings[begin].type_ids);
    }
    if (options.before_pass) options.before_pass();
    const Mat hidden = forward(encoder, batch, Layer::word(), word_embeddings(encoder, batch), last);
    for (std::size_t first = 0; first < wanted.size(); first += head_rows) {
      const std::size_t end = std::min(first + head_rows, wanted.size());
      Mat rows(end - first, hidden.columns());
      for (std::size_t i = first; i < end; ++i)
        std::copy_n(hidden.row(wanted[i].row), hidden.columns(), rows.row(i - first));
      const Mat logits = head_forward(encoder, batch, rows);  // this head takes each row on its own
      for (std::size_t i = first; i < end; ++i)
        predictions[wanted[i].input].masks.push_back(fill(pipeline, encodings[wanted[i].input], wanted[i].token,
                                                          logits.view().row_range(i - first, i - first + 1),
                                                          options.top));
    }
  }
  return {predictions.begin(), predictions.end()};
}

}  // namespace limn
