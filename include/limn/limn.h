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
#include "limn/model_info.h"
#include "limn/options.h"
#include "limn/result.h"
#include "limn/tokenized_input.h"
#include "limn/watch.h"
#include "limn/write.h"

/// limn: what a transformer encoder says about a text, and which words made it say so.
///
///     const auto model = limn::Model::load("models/minilm-l6-sentiment");
///     const auto why = model.explain("A gorgeous, witty film.");
///     for (const auto& [begin, end, score] : why.words) …

namespace limn {

// ---- the model -------------------------------------------------------------------------------------

/// A loaded checkpoint: immutable, cheap to copy, safe to use from any number of threads at once.
class Model {
 public:
  /// Loads a Hugging Face checkpoint folder (config.json; weights from safetensors, pytorch_model.bin or tf_model.h5; a
  /// tokenizer).
  /// @throws Error if a file is missing, broken, or does not fit the others.
  static Model load(const std::filesystem::path& folder);

  /// The checkpoint in figures.
  const ModelInfo& info() const;
  /// What the model reads of an input. @throws Error if the options ask for more tokens than the model has positions.
  TokenizedInput tokenize(const Input& input, const PredictOptions& options = {}) const;

  // Each call may be watched: told how far it is, and ended. @throws Cancelled if the Watch ends it.

  /// What the model says. @throws Error if the input does not fit the task, has no text, or leaves no room.
  Prediction predict(const Input& input, const PredictOptions& options = {}, const Watch& watch = {}) const;
  /// The same for many inputs, packed into shared passes; result i belongs to input i, and an input that cannot be read
  /// holds up no other. @throws Error if the options are wrong whatever the input.
  std::vector<Result<Prediction>> predict(const std::vector<Input>& inputs, const PredictOptions& options = {},
                                          const Watch& watch = {}) const;
  /// Token classification of texts that are already split into words: for each sentence one label a word, that of the
  /// word's first token; `token` is the word's index. Words that did not fit have none.
  std::vector<Result<std::vector<TokenLabel>>> predict_words(const std::vector<std::vector<std::string>>& sentences,
                                                             const PredictOptions& options = {},
                                                             const Watch& watch = {}) const;

  /// Why the model says what it says. QA: text = question, pair = context. The method is one of limn/methods.h, or
  /// preset("lit-ig"), which brings its unit and word score with it.
  Explanation explain(const Input& input, const ChosenMethod& method = Gradient{}, const ExplainOptions& options = {},
                      const Watch& watch = {}) const;
  /// The same for one text.
  Explanation explain(std::string_view text, const ChosenMethod& method = Gradient{},
                      const ExplainOptions& options = {}, const Watch& watch = {}) const;
  /// The same for a question and its context, or a text and its pair.
  Explanation explain(std::string_view question, std::string_view context, const ChosenMethod& method = Gradient{},
                      const ExplainOptions& options = {}, const Watch& watch = {}) const;
  /// The same for many inputs, packed into shared passes; result i belongs to input i, and an input that cannot be
  /// explained holds up no other. @throws Error if the method or the options are wrong whatever the input.
  std::vector<Result<Explanation>> explain(const std::vector<Input>& inputs, const ChosenMethod& method = Gradient{},
                                           const ExplainOptions& options = {}, const Watch& watch = {}) const;
  /// Token classification: one explanation per entity, from one forward pass; other tasks: a single one.
  std::vector<Explanation> explain_all(const Input& input, const ChosenMethod& method = Gradient{},
                                       const ExplainOptions& options = {}, const Watch& watch = {}) const;
  /// The same for many inputs: backward passes of several inputs' entities are packed into one.
  std::vector<Result<std::vector<Explanation>>> explain_all(const std::vector<Input>& inputs,
                                                            const ChosenMethod& method = Gradient{},
                                                            const ExplainOptions& options = {},
                                                            const Watch& watch = {}) const;

  /// Flips tokens one by one until the model says something else (Ebrahimi et al. 2018, as AllenNLP Interpret has it):
  /// each time the one with the largest ‖g‖₂, to the whole word that maximises (e_new − e)·g, g = ∂loss/∂e; each once.
  Attack hotflip(const Input& input, const AttackOptions& options = {}, const Watch& watch = {}) const;
  /// Removes tokens one by one while the model says the same (Feng et al. 2018, as AllenNLP Interpret has it): each
  /// time the one with the least ‖g‖₂, with a beam.
  Attack reduce_input(const Input& input, const AttackOptions& options = {}, const Watch& watch = {}) const;

  /// Masked language models: every token explained by every other. Row i of Explanation::heatmap (T, T) is
  /// ‖∂F/∂one-hot‖₂ of each token, F the logit of token i's own token at its place, divided by the row's largest;
  /// scores are the mean row.
  Explanation heatmap(const Input& input, const ExplainOptions& options = {}, const Watch& watch = {}) const;
  /// What every head of every layer looked at. @throws Error if there would be more than 40 million weights.
  AttentionMaps attention(const Input& input, const PredictOptions& options = {}, const Watch& watch = {}) const;

  struct Implementation;

 private:
  explicit Model(std::shared_ptr<const Implementation> implementation);
  std::shared_ptr<const Implementation> implementation_;
};

/// Threads that limn uses in all; 0: as many as the machine has. Results do not depend on it.
void set_threads(std::size_t threads);

}  // namespace limn
