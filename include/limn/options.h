#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Methods and options: plain aggregates, made for designated initialisers.

namespace limn {

// ---- the knobs that every method shares ------------------------------------------------------------

/// The explained scalar F of the target. QA adds start and end: two logits, probabilities, …
enum class Scalar { logit, probability, log_probability, loss, margin };
/// How the channels of a token's gradient become one score; onehot_l2 is ‖E g‖₂ over the vocabulary.
enum class Reduce { sum, l1, l2, onehot_l2 };
/// Divides all scores: by Σ|s|, √Σs², max|s|; minmax maps them to 0…1.
enum class Normalize { none, l1, l2, max, minmax };
enum class Unit { token, word, sentence };
/// How the scores of a word's tokens become the word's: absmax keeps the sign of the largest.
enum class Pieces { sum, mean, absmax };

/// Where the gradient is taken: at the word embedding, after the embedding block, or after layer N (from 1).
struct Layer {
  int number = -1;
  static constexpr Layer word() { return {-1}; }
  static constexpr Layer embeddings() { return {0}; }
  friend bool operator==(Layer, Layer) = default;
};

// ---- methods ---------------------------------------------------------------------------------------

/// ‖∂F/∂one-hot‖₂ by default: the exact gradient with respect to the one-hot input (the 2020 gradient explanation
/// of BERT question answering; NeuralQA).
struct Gradient {
  Scalar explain = Scalar::logit;
  Layer layer = Layer::word();
  Reduce reduce = Reduce::onehot_l2;
  Normalize normalize = Normalize::max;
};

/// Σ_c g_c · x_c: signed, first-order share of each token in F (Shrikumar et al. 2016).
struct GradientXInput {
  Scalar explain = Scalar::logit;
  Layer layer = Layer::word();
  Reduce reduce = Reduce::sum;  ///< of the products g_c · x_c: sum, l1 or l2
  Normalize normalize = Normalize::none;
};

using Method = std::variant<Gradient, GradientXInput>;

/// The method and options of a named preset (docs/presets.md), say "seed-qa".
/// @throws Error that lists the presets if there is none of that name.
struct Preset {
  std::string_view name;
  std::string_view source;  ///< the system whose scores it gives
  Method method;
  std::optional<Pieces> pieces;
  bool hide_special = false;
};
const Preset& preset(std::string_view name);
const std::vector<Preset>& presets();

// ---- options ---------------------------------------------------------------------------------------

/// What is read and predicted.
struct PredictOptions {
  std::size_t top = 1;              ///< QA: how many answers
  std::size_t max_answer_tokens = 30;
  double null_threshold = 0;        ///< QA: the null answer wins if null_score − best score > this
  bool null_allowed = true;         ///< QA: false: always answer
  std::size_t max_length = 0;       ///< tokens a window, special ones counted; 0: as many as the model has positions
  std::size_t stride = 128;         ///< QA: tokens that two windows share
};

/// What is explained; all empty: the model's own prediction.
struct ExplainOptions : PredictOptions {
  std::optional<std::string> target;    ///< LABEL or INDEX; QA: "START:END"; token classification: "POSITION:LABEL"
  std::optional<std::string> answer;    ///< QA: a span of the context, by its text
  std::optional<std::string> contrast;  ///< classification: why the target rather than this label
  Unit unit = Unit::word;
  std::optional<Pieces> pieces;         ///< default: sum if the scores are signed, absmax otherwise
  bool raw = false;                     ///< also return the logits
};

}  // namespace limn
