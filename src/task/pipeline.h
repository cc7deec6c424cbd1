#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "limn/explanation.h"
#include "limn/memory.h"
#include "limn/model_info.h"
#include "limn/options.h"
#include "limn/result.h"
#include "limn/watch.h"
#include "model/checkpoint.h"
#include "model/encoder.h"
#include "model/sentence_modules.h"
#include "task/classification.h"
#include "task/input_windows.h"
#include "task/question_answering.h"
#include "task/token_classification.h"
#include "text/tokenizer.h"

namespace limn {

/// A checkpoint with its tokenizer: turns text into logits and logits into a prediction.
struct Pipeline {
  Checkpoint checkpoint;
  Tokenizer tokenizer;
  ModelInfo info;
  std::optional<SentenceModules> sentence = {};  ///< set if the model embeds texts

  /// Returns the encoder for one call; `watch` is checked before each pass.
  Encoder encoder(const Watch& watch) const { return {checkpoint.config().encoder, checkpoint.weights(), &watch}; }
  Encoder encoder(const Watch&&) const = delete;
  const HeadConfig& head() const { return checkpoint.config().head; }
};

/// @param randomization of the weights. @throws Error if a file is wrong.
Pipeline load_pipeline(const std::filesystem::path& folder, const Randomization& randomization = {});
/// The same for an adapter merged into its base model (model/adapter.h).
Pipeline load_pipeline_with_adapter(const std::filesystem::path& adapter, const std::filesystem::path& base,
                                    const Randomization& randomization = {});
/// The same from memory. @throws Error if the checkpoint is wrong.
Pipeline load_pipeline(MemoryCheckpoint checkpoint);

/// @throws Error if a token's id is beyond the rows of the word embeddings; later look-ups do not check it.
void check_ids(const Pipeline& pipeline, const Encoding& encoding);

/// Encodes the input: for question answering, one or more windows of the context; for token classification, of the
/// text; for sequence classification the same, unless there are two texts or only the beginning is to be read; for
/// embeddings, each text by itself; for masked language models, one encoding.
/// @throws Error if the input does not fit the task, has no text, is not UTF-8, or leaves no room for its context.
std::vector<Encoding> read_input(const Pipeline& pipeline, const Input& input, const PredictOptions& options);

/// Returns the maximum length of an encoding under the model's and the options' limits. @throws Error if the options
/// exceed the model's maximum.
std::size_t max_length(const Pipeline& pipeline, const PredictOptions& options);

/// Returns options by which a text to classify is read in one encoding: what needs the only one, reads the beginning.
PredictOptions of_beginning(PredictOptions options);

/// Makes the prediction for an input from its windows, one after the other. Those of a context, or of a text to
/// classify, are not kept. Pipeline, input and options must outlive it.
class PredictionReader {
 public:
  PredictionReader(const Pipeline& pipeline, const Input& input, const PredictOptions& options);

  /// @throws Error if a logit is not finite.
  void take(Encoding& encoding, ConstView logits);
  /// The prediction, once all windows have been taken.
  Prediction prediction();

 private:
  const Pipeline& pipeline_;
  const Input& input_;
  const PredictOptions& options_;
  std::optional<AnswerCollector> answers_;
  MeanLogits mean_;
  WindowJoiner words_;
  std::vector<Encoding> encodings_;
  std::vector<Mat> logits_;
};

/// Returns the prediction for an input of one encoding.
Prediction predict(const Pipeline& pipeline, const Input& input, const Encoding& encoding, ConstView logits,
                   const PredictOptions& options);

/// Returns the predictions for inputs. @throws Error if the options are wrong for every input.
std::vector<Result<Prediction>> predict(const Pipeline& pipeline, std::span<const Input> inputs,
                                        const PredictOptions& options, const Watch& watch);

/// Labels texts that are already split into words (see Model::predict_words).
std::vector<Result<std::vector<TokenLabel>>> predict_words(const Pipeline& pipeline,
                                                           std::span<const std::vector<std::string>> sentences,
                                                           const PredictOptions& options, const Watch& watch);

/// Converts an encoding to tokens with the offsets of the `tokenizers` package; their scores are 0.
std::vector<Token> tokens_of(const Tokenizer& tokenizer, const Encoding& encoding);
/// The same with the offsets of what a reader sees of each token, for everything that is shown.
std::vector<Token> shown_tokens(const Tokenizer& tokenizer, const Encoding& encoding);

/// Returns warnings about text that was not read.
std::vector<std::string> reading_warnings(std::span<const Encoding> encodings);
/// The same; windows leave nothing out.
std::vector<std::string> reading_warnings(const WindowStore& windows);
/// Says that a context or a text was read in windows: whatever stands near the edge of one has less context there than
/// in a single pass. Nothing if one window holds it all.
std::optional<std::string> windows_notice(Task task, std::size_t windows);

}  // namespace limn
