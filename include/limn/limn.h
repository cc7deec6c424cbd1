#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "limn/error.h"
#include "limn/explanation.h"
#include "limn/faithfulness.h"
#include "limn/memory.h"
#include "limn/model_info.h"
#include "limn/options.h"
#include "limn/result.h"
#include "limn/similarity.h"
#include "limn/tokenized_input.h"
#include "limn/watch.h"
#include "limn/write.h"

/// limn: the prediction of a transformer encoder for a text, and which words led to it.
///
///     const auto model = limn::Model::load("models/minilm-l6-sentiment");
///     const auto why = model.explain("A gorgeous, witty film.");
///     for (const auto& [begin, end, score] : why.words) …

namespace limn {

// ---- the model -------------------------------------------------------------------------------------

/// A loaded checkpoint: immutable, cheap to copy, and safe to use from several threads at once.
class Model {
 public:
  /// Loads a Hugging Face checkpoint folder (config.json; weights from safetensors, pytorch_model.bin or tf_model.h5; a
  /// tokenizer).
  /// @throws Error if a file is missing, damaged, or inconsistent with the others.
  static Model load(const std::filesystem::path& folder);
  /// Loads a LoRA adapter of the peft package (adapter_config.json, adapter_model.safetensors), merged into its base
  /// model. load(folder) does so, too, if the adapter names its base model by a path.
  /// @throws Error as load(folder), and for adapters of other kinds, which it names.
  static Model load(const std::filesystem::path& adapter, const std::filesystem::path& base);
  /// Loads a checkpoint from memory. @throws Error as load(folder).
  static Model load(MemoryCheckpoint checkpoint);

  /// The same with random weights in place of the first `parts` of: the head, the layers from the last to the first,
  /// the embeddings. Matrices are drawn from N(0, 0.02²), biases are 0 and the weights of norms 1, as transformers
  /// initialises a model; a tensor gets the same values whatever else is replaced.
  static Model load_randomized(const std::filesystem::path& folder, std::size_t parts, std::uint64_t seed = 0);

  /// The checkpoint's name, task and sizes.
  const ModelInfo& info() const;
  /// Returns the tokens that the model reads. @throws Error if the options ask for more tokens than the model has
  /// positions.
  TokenizedInput tokenize(const Input& input, const PredictOptions& options = {}) const;

  /// Returns in words what a reader of predict()'s result should know of how the input was read: a context, or a single
  /// text to classify or tag, that is too long for the model is read in overlapping windows; other texts are cut. Empty
  /// if one pass reads everything.
  /// @throws Error if the input cannot be read.
  std::vector<std::string> warnings(const Input& input, const PredictOptions& options = {}) const;

  // Each call below takes a Watch, which reports progress and can cancel the call. @throws Cancelled if it does.

  /// Returns the model's prediction. @throws Error if the input does not fit the task, has no text, or leaves no room
  /// for its context.
  Prediction predict(const Input& input, const PredictOptions& options = {}, const Watch& watch = {}) const;
  /// The same for many inputs, packed into shared passes. Result i belongs to input i; an input that cannot be read
  /// does not affect the others. @throws Error if the options are wrong for every input.
  std::vector<Result<Prediction>> predict(const std::vector<Input>& inputs, const PredictOptions& options = {},
                                          const Watch& watch = {}) const;
  /// Token classification of texts that are already split into words. Returns for each sentence one label per word,
  /// of its tokens' labels by options.aggregation (Aggregation::simple: the first token's); `token` is the word's
  /// index. Sentences that are too long for one pass are read in windows.
  std::vector<Result<std::vector<TokenLabel>>> predict_words(const std::vector<std::vector<std::string>>& sentences,
                                                             const PredictOptions& options = {},
                                                             const Watch& watch = {}) const;

  /// Explains the model's prediction. QA: text = question, pair = context. The method is one of limn/methods.h or a
  /// preset, such as preset("lit-ig"), which also sets its unit and word score.
  Explanation explain(const Input& input, const ChosenMethod& method = Gradient{}, const ExplainOptions& options = {},
                      const Watch& watch = {}) const;
  /// The same for one text.
  Explanation explain(std::string_view text, const ChosenMethod& method = Gradient{},
                      const ExplainOptions& options = {}, const Watch& watch = {}) const;
  /// The same for a question and its context, or a text and its pair.
  Explanation explain(std::string_view question, std::string_view context, const ChosenMethod& method = Gradient{},
                      const ExplainOptions& options = {}, const Watch& watch = {}) const;
  /// The same for many inputs, packed into shared passes. Result i belongs to input i; an input that cannot be
  /// explained does not affect the others. @throws Error if the method or the options are wrong for every input.
  std::vector<Result<Explanation>> explain(const std::vector<Input>& inputs, const ChosenMethod& method = Gradient{},
                                           const ExplainOptions& options = {}, const Watch& watch = {}) const;
  /// Token classification: returns one explanation per entity, from one forward pass; other tasks: a single
  /// explanation.
  std::vector<Explanation> explain_all(const Input& input, const ChosenMethod& method = Gradient{},
                                       const ExplainOptions& options = {}, const Watch& watch = {}) const;
  /// The same for many inputs; the backward passes for the entities of several inputs are packed together.
  std::vector<Result<std::vector<Explanation>>> explain_all(const std::vector<Input>& inputs,
                                                            const ChosenMethod& method = Gradient{},
                                                            const ExplainOptions& options = {},
                                                            const Watch& watch = {}) const;

  /// Explains each input by every method and measures how faithful the explanations are: what happens to the
  /// probability of the explained label, answer or tag when units are removed in the order of their scores. Each
  /// coalition of units passes through the model once for all methods and metrics. Of a long text to classify, the
  /// beginning is explained and measured. @throws Error if there is no method.
  std::vector<Result<InputFaithfulness>> faithfulness(const std::vector<Input>& inputs,
                                                      const std::vector<ListedMethod>& methods,
                                                      const FaithfulnessOptions& options = {},
                                                      const Watch& watch = {}) const;

  /// Models that embed texts: explains the cosine of the embeddings of input.text and input.pair, for both texts and
  /// for each pair of tokens. (predict() returns an Embedding; explain() explains the first text only.)
  /// @throws Error if the model has another task, or there is no pair.
  Similarity similar(const Input& input, const ChosenMethod& method = Gradient{}, const ExplainOptions& options = {},
                     const Watch& watch = {}) const;

  /// Orders passages by their relevance to a question, the most relevant first: by the output of a cross-encoder (a
  /// model for sequence classification with one output), or by the cosine of a model that embeds texts, which uses its
  /// prompts "query" and "document" if it has them. @throws Error if the model is neither, or a text cannot be read.
  std::vector<Relevance> rank(std::string_view question, const std::vector<std::string>& passages,
                              const PredictOptions& options = {}, const Watch& watch = {}) const;

  /// Flips tokens one by one until the prediction changes (Ebrahimi et al. 2018, as implemented in AllenNLP Interpret).
  /// Each step replaces the token with the largest ‖g‖₂ by the whole word that maximises (e_new − e)·g, where
  /// g = ∂loss/∂e; each token is flipped at most once. Of a long text to classify, the beginning is attacked.
  Attack hotflip(const Input& input, const AttackOptions& options = {}, const Watch& watch = {}) const;
  /// Removes tokens one by one while the prediction stays the same (Feng et al. 2018, as implemented in AllenNLP
  /// Interpret): a beam search that removes the token with the smallest ‖g‖₂ at each step.
  Attack reduce_input(const Input& input, const AttackOptions& options = {}, const Watch& watch = {}) const;

  /// Masked language models: explains every token by every other token. Row i of Explanation::heatmap (T, T) is
  /// ‖∂F/∂one-hot‖₂ of each token divided by the row's maximum, where F is the logit of token i itself at position i.
  /// Scores are the mean over the rows.
  Explanation heatmap(const Input& input, const ExplainOptions& options = {}, const Watch& watch = {}) const;
  /// Returns the attention of every head of every layer: of a long context or text to tag, in the window of the answer,
  /// or in the first; of a long text to classify, at the beginning. @throws Error if there would be more than 40
  /// million weights.
  AttentionMaps attention(const Input& input, const PredictOptions& options = {}, const Watch& watch = {}) const;

  struct Implementation;

 private:
  explicit Model(std::shared_ptr<const Implementation> implementation);
  std::shared_ptr<const Implementation> implementation_;
};

/// Sets the total number of threads that limn uses; 0: one per hardware thread. Results do not depend on it.
void set_threads(std::size_t threads);

}  // namespace limn
