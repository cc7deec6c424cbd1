#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "limn/explanation.h"
#include "limn/model_info.h"
#include "limn/options.h"
#include "limn/result.h"
#include "limn/watch.h"
#include "model/checkpoint.h"
#include "model/encoder.h"
#include "text/tokenizer.h"

namespace limn {

/// A checkpoint with its tokenizer: from text to logits to a prediction.
struct Pipeline {
  Checkpoint checkpoint;
  Tokenizer tokenizer;
  ModelInfo info;

  /// For one call, whose passes ask `watch`.
  Encoder encoder(const Watch& watch) const { return {checkpoint.config().encoder, checkpoint.weights(), &watch}; }
  Encoder encoder(const Watch&&) const = delete;
  const HeadConfig& head() const { return checkpoint.config().head; }
};

/// @throws Error for whatever is wrong with a file, or if the vocabulary has more ids than the embeddings.
Pipeline load_pipeline(const std::filesystem::path& folder);

/// The input as the model reads it: question answering gives one or more windows of the context, other tasks one
/// encoding.
/// @throws Error if the input does not fit the task, has no text, is not UTF-8, or leaves no room.
std::vector<Encoding> read_input(const Pipeline& pipeline, const Input& input, const PredictOptions& options);

/// The longest encoding that the model and the options allow. @throws Error if the options ask for more.
std::size_t max_length(const Pipeline& pipeline, const PredictOptions& options);

/// Logits of each encoding, packed into as few passes as memory should hold: (T, 2), (T, labels) or (1, labels).
std::vector<Mat> run(const Encoder& encoder, std::span<const Encoding> encodings);

/// What the logits of an input's encodings say.
Prediction predict(const Pipeline& pipeline, const Input& input, std::span<const Encoding> encodings,
                   std::span<const ConstView> logits, const PredictOptions& options);

/// From inputs to predictions. @throws Error if the options are wrong whatever the input.
std::vector<Result<Prediction>> predict(const Pipeline& pipeline, std::span<const Input> inputs,
                                        const PredictOptions& options, const Watch& watch);

/// Labels of texts that are already split into words (see Model::predict_words).
std::vector<Result<std::vector<TokenLabel>>> predict_words(const Pipeline& pipeline,
                                                           std::span<const std::vector<std::string>> sentences,
                                                           const PredictOptions& options, const Watch& watch);

/// The encoding in the words of the result; scores are 0.
std::vector<Token> tokens_of(const Tokenizer& tokenizer, const Encoding& encoding);

/// What the user should know about how the input was read: text that was cut.
std::vector<std::string> reading_warnings(std::span<const Encoding> encodings);

}  // namespace limn
