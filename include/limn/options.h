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

/// Presets, and the options of reading, explaining and attacking: plain aggregates, made for designated initialisers.

namespace limn {

/// The method and options under which limn's scores are those of another system (docs/presets.md), say "seed-qa".
struct Preset {
  std::string_view name;                     ///< "seed-qa"
  std::string_view source;                   ///< the system whose scores it gives
  Method method;                             ///< with the options of that system
  std::vector<Task> tasks = {};              ///< that the system serves; none: any
  std::optional<Unit> unit = {};             ///< of methods that take units away
  std::optional<WordScore> word_score = {};  ///< of methods without units of their own
  bool hide_special = false;                 ///< special tokens are not shown
};
/// Every preset; a system that does otherwise for another task has one of the same name for each.
const std::vector<Preset>& presets();
/// The preset of that name, for a model of that task if one is given.
/// @throws Error that lists the presets if there is none of that name, or the tasks that it serves if this is none of
/// them.
const Preset& preset(std::string_view name, std::optional<Task> task = {});

/// A method as explain() takes it: one of the methods' structs, or a preset with all that it sets.
struct ChosenMethod {
  /// The default method.
  ChosenMethod() = default;
  /// A preset.
  ChosenMethod(const Preset& chosen)
      : method(chosen.method), preset(chosen.name), unit(chosen.unit), word_score(chosen.word_score) {}
  /// One of the methods' structs, or a Method.
  template <class M>
  requires std::constructible_from<Method, M> ChosenMethod(M&& chosen) : method(std::forward<M>(chosen)) {}

  Method method = Gradient{};                ///< with its options
  std::optional<std::string> preset = {};    ///< whose settings these are; the result names it as long as they are
  std::optional<Unit> unit = {};             ///< unless ExplainOptions has one
  std::optional<WordScore> word_score = {};  ///< unless ExplainOptions has one
  std::optional<std::uint64_t> seed = {};    ///< the result names it for methods that draw nothing, too
};

// ---- options ---------------------------------------------------------------------------------------

/// What is read and predicted.
struct PredictOptions {
  std::size_t top = 1;                 ///< QA: how many answers; masked language models: how many fills of each mask
  std::size_t max_answer_tokens = 30;  ///< QA: of an answer
  double null_threshold = 0;           ///< QA: the null answer wins if null_score − best score > this
  bool null_allowed = true;            ///< QA: false: always answer
  std::size_t max_length = 0;          ///< tokens a window, special ones counted; 0: as many as the model has positions
  std::size_t stride = 128;            ///< QA: tokens that two windows share
};

/// What is explained; all empty: the model's own prediction.
struct ExplainOptions {
  PredictOptions reading = {};             ///< what is read and predicted
  std::optional<std::string> target = {};  ///< LABEL or INDEX; QA: "START:END"; token classification: "POSITION:LABEL"
  std::optional<std::string> answer = {};  ///< QA: a span of the context, by its text
  std::optional<std::string> contrast = {};  ///< classification: why the target rather than this label
  std::optional<Unit> unit = {};             ///< default: the preset's, or words
  std::optional<WordScore> word_score = {};  ///< default: sum if the scores are signed, absmax otherwise
  bool raw = false;                          ///< also return the logits
};

/// What an attack may change, and what for. Special tokens stay, and so do those that the prediction is about: a tagged
/// token, an answer.
struct AttackOptions {
  PredictOptions reading = {};             ///< what is read and predicted
  std::optional<std::string> target = {};  ///< token classification: "POSITION"; default: as ExplainOptions::target
  std::optional<std::string> toward = {};  ///< HotFlip: the label, or the answer's text, to reach; default: any other
  std::vector<int> sequences = {};         ///< which texts may change, 0 or 1; none: the question, or every text
  std::size_t beam = 3;                    ///< input reduction: candidates of a round
  std::size_t max_steps = 0;               ///< 0: as many as there are tokens that may change
};

}  // namespace limn
