#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "limn/explanation.h"
#include "limn/methods.h"

/// Presets, and the options for predicting, explaining and attacking: plain aggregates, made for designated
/// initialisers.

namespace limn {

/// A method with the options that reproduce the scores of another system (docs/presets.md), such as "seed-qa".
struct Preset {
  std::string_view name;                     ///< "seed-qa"
  std::string_view source;                   ///< the system whose scores it reproduces
  Method method;                             ///< the method with that system's options
  std::vector<Task> tasks = {};              ///< tasks that the system supports; none: any
  std::optional<Unit> unit = {};             ///< for perturbation methods
  std::optional<WordScore> word_score = {};  ///< for the other methods
  bool hide_special = false;                 ///< special tokens are not shown
};
/// Every preset. A system that works differently for different tasks has several presets of the same name.
const std::vector<Preset>& presets();
/// Returns the preset of that name, for models of `task` if it is given.
/// @throws Error that lists the presets if the name is unknown, or the supported tasks if `task` is not among them.
const Preset& preset(std::string_view name, std::optional<Task> task = {});

/// The method argument of explain(): one of the methods' structs, or a preset with everything that it sets.
struct ChosenMethod {
  /// The default method.
  ChosenMethod() = default;
  /// A preset.
  ChosenMethod(const Preset& chosen)
      : method(chosen.method), preset(chosen.name), unit(chosen.unit), word_score(chosen.word_score) {}
  /// One of the methods' structs, or a Method.
  template <class M>
  requires std::constructible_from<Method, M> ChosenMethod(M chosen) : method(std::move(chosen)) {}

  Method method = Gradient{};                ///< the method with its options
  std::optional<std::string> preset = {};    ///< reported in the result as long as the settings are the preset's
  std::optional<Unit> unit = {};             ///< used unless ExplainOptions sets one
  std::optional<WordScore> word_score = {};  ///< used unless ExplainOptions sets one
  std::optional<std::uint64_t> seed = {};    ///< reported in the result, even for deterministic methods
  /// Chooses the method for each input by its number of units: exact Shapley values up to 12, else KernelShap with
  /// otherwise the same options. `method` is then ShapleySampling.
  bool automatic = false;
};

/// Returns the choice that the method "auto" stands for.
ChosenMethod automatic_method();

// ---- options ---------------------------------------------------------------------------------------

/// How the labels of a word's tokens become the word's label: the aggregation strategies of transformers' pipeline.
enum class Aggregation {
  simple,   ///< not at all: subwords are labelled separately, so that an entity may be a part of a word
  first,    ///< that of the first token
  average,  ///< the label with the largest mean probability
  max,      ///< that of the token with the largest probability
};

/// What a classifier reads of a single text that is longer than the model reads at once.
enum class LongText {
  windows,    ///< all of it, in windows; the logits are the mean of theirs, weighted by their shares of the tokens
  beginning,  ///< the first tokens, as many as the model reads at once; a warning says how many were not read
};

/// Options for tokenizing and predicting.
struct PredictOptions {
  std::size_t top = 1;                 ///< QA: number of answers; masked language models: fills per mask
  std::size_t max_answer_tokens = 30;  ///< QA: maximum length of an answer
  double null_threshold = 0;           ///< QA: the null answer wins if null_score − best score > this
  bool null_allowed = true;            ///< QA: false: always answer
  std::size_t max_length = 0;          ///< maximum tokens per window, including special tokens; 0: the model's maximum
  std::size_t stride = 128;            ///< tokens of a long text that neighbouring windows share
  bool top_of_each_window = false;     ///< QA: `top` answers of each window, in the order of the windows
  Aggregation aggregation = Aggregation::first;  ///< token classification: the labels of words
  std::optional<std::string> prompt = {};        ///< embeddings: name of the model's prompt to put before the text
  std::optional<std::string> pair_prompt = {};   ///< embeddings: the same for the pair; default: as the text
  LongText long_text = LongText::windows;        ///< sequence classification: what is read of a long single text
};

/// Returns whether an input that is too long for the model is read as a whole, in overlapping windows, rather than cut.
bool reads_windows(Task task, const Input& input, const PredictOptions& options);

/// Options for explaining; by default the model's own prediction is explained.
struct ExplainOptions {
  PredictOptions reading = {};               ///< tokenizing and predicting
  std::optional<std::string> target = {};    ///< LABEL or INDEX; QA: "START:END"; token classification:
                                             ///< "POSITION:LABEL", or an entity's type or text
  std::optional<std::string> answer = {};    ///< QA: text of the span of the context to explain
  std::optional<std::string> contrast = {};  ///< classification: explain why the target rather than this label
  std::optional<Unit> unit = {};             ///< default: the preset's, or words
  std::optional<WordScore> word_score = {};  ///< default: sum if the scores are signed, absmax otherwise
  bool raw = false;                          ///< also return the logits
  bool faithfulness = false;                 ///< also measure how faithful the explanation is
  bool document = false;                     ///< one explanation of all windows, as classification always has
};

/// Options for an attack. It never changes special tokens, nor the tokens that the prediction is about: the tagged
/// token, the answer.
struct AttackOptions {
  PredictOptions reading = {};             ///< tokenizing and predicting
  std::optional<std::string> target = {};  ///< token classification: "POSITION"; default: as ExplainOptions::target
  std::optional<std::string> toward = {};  ///< HotFlip: the label, or the answer's text, to reach; default: any other
  std::vector<int> sequences = {};         ///< texts that may change, 0 or 1; none: the question, or every text
  std::size_t beam = 3;                    ///< input reduction: candidates kept per round
  std::size_t max_steps = 0;               ///< maximum number of steps; 0: the number of tokens that may change
};

}  // namespace limn
