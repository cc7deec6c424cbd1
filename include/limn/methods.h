#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// The methods and their options: plain aggregates, made for designated initialisers.

namespace limn {

// ---- the options that methods share -----------------------------------------------------------------

/// The explained scalar F of the target. QA adds start and end: two logits, probabilities, … max_logit is QA's alone:
/// the largest start logit and the largest end logit, wherever they are; explain_all explains one after the other.
enum class Scalar { logit, probability, log_probability, loss, margin, max_logit };
/// How the channels of a token's gradient become one score; onehot_l2 is ‖E g‖₂ over the vocabulary, mean_abs is l1 ÷
/// C.
enum class Reduce { sum, l1, l2, onehot_l2, mean_abs };
/// Divides all scores: by Σ|s|, √Σs², max|s|; minmax maps them to 0…1.
enum class Normalize { none, l1, l2, max, minmax };
/// Parts of the text. A clause ends at , ; : and where a sentence ends.
enum class Unit { token, word, clause, sentence };
/// How the scores of a word's tokens become the word's: absmax keeps the sign of the largest.
enum class WordScore { sum, mean, absmax };

/// Where the gradient is taken: at the word embedding, after the embedding block, or after layer N (from 1).
struct Layer {
  int number = -1;  ///< −1: word embeddings, 0: embedding block, N: layer N
  /// The word embeddings.
  static constexpr Layer word() { return {-1}; }
  /// The output of the embedding block.
  static constexpr Layer embeddings() { return {0}; }
  /// Whether both are the same.
  friend bool operator==(Layer, Layer) = default;
};

// ---- methods ---------------------------------------------------------------------------------------

/// ‖∂F/∂one-hot‖₂ by default: the exact gradient with respect to the one-hot input (the 2020 gradient explanation
/// of BERT question answering; NeuralQA).
struct Gradient {
  Scalar explain = Scalar::logit;        ///< what F is
  Layer layer = Layer::word();           ///< where the gradient is taken
  Reduce reduce = Reduce::onehot_l2;     ///< from a token's gradient to its score
  Normalize normalize = Normalize::max;  ///< of the scores
  bool absolute = false;                 ///< |score|, for reduce = sum
  /// Whether both are the same.
  friend bool operator==(const Gradient&, const Gradient&) = default;
};

/// Σ_c g_c · x_c: signed, first-order share of each token in F (Shrikumar et al. 2016).
struct GradientXInput {
  Scalar explain = Scalar::logit;  ///< what F is
  std::optional<Layer> layer =
      {};                       ///< default: word, or embeddings where the family normalises each word embedding alone
  Reduce reduce = Reduce::sum;  ///< of the products g_c · x_c
  bool absolute = false;        ///< |score|
  Normalize normalize = Normalize::none;  ///< of the scores
  /// Whether both are the same.
  friend bool operator==(const GradientXInput&, const GradientXInput&) = default;
};

/// Gradients at noisy copies of the input, x + ε with ε ~ N(0, σ²) (Smilkov et al. 2017; VarGrad: Adebayo et al. 2018;
/// SquareGrad: Hooker et al. 2019). All statistics come from the same draws.
struct SmoothGrad {
  /// mean_gradient: reduce the mean of the gradients; mean, square, variance: of the draws' reduced scores.
  enum class Statistic { mean_gradient, mean, square, variance };
  Scalar explain = Scalar::logit;                  ///< what F is
  std::optional<Layer> layer = {};                 ///< as in GradientXInput
  std::size_t samples = 20;                        ///< random draws
  double sigma = 0.15;                             ///< standard deviation of the noise
  bool relative = true;                            ///< σ is times (max x − min x) of the input
  Statistic statistic = Statistic::mean_gradient;  ///< of the draws' gradients
  bool multiply_input =
      false;  ///< products g_c · x_c in place of g_c; x is each draw's own, for mean_gradient the input
  Reduce reduce = Reduce::l2;             ///< from a token's gradient to its score
  bool absolute = false;                  ///< |score|
  Normalize normalize = Normalize::none;  ///< of the scores
  std::uint64_t seed = 0;                 ///< of the random draws
  /// Whether both are the same.
  friend bool operator==(const SmoothGrad&, const SmoothGrad&) = default;
};

/// What "nothing" is: where a path starts. pad, mask, unk keep special tokens; zero and mean replace every token; text
/// is tokenised, and cut or filled with [PAD] to the input's length.
struct Baseline {
  /// Which baseline.
  enum class Kind { pad, zero, mask, unk, mean, text };
  Kind kind = Kind::pad;      ///< which of them
  std::string text = {};      ///< for Kind::text
  bool keep_special = false;  ///< zero and mean leave special tokens alone, too
  /// Whether both are the same.
  friend bool operator==(const Baseline&, const Baseline&) = default;
};

/// ∫ (x − x₀) · ∂F(x₀ + α (x − x₀)) dα (Sundararajan et al. 2017): Σ scores = F(x) − F(x₀).
struct IntegratedGradients {
  /// How points on the path are chosen and weighted when `steps` is given.
  enum class Rule {
    gauss_legendre,  ///< exact for polynomials up to degree 2 · steps − 1
    left_riemann,    ///< α = 0, 1/n, … (n−1)/n, equal weights (AllenNLP Interpret)
    lit              ///< LIT's trapezoids over the same points
  };
  Scalar explain = Scalar::logit;    ///< what F is
  std::optional<Layer> layer = {};   ///< as in GradientXInput
  Baseline baseline = {};            ///< where the path starts
  std::size_t steps = 0;             ///< exactly so many; 0: refined until the tolerance holds
  double tolerance = 0.01;           ///< |Σ scores − (F(x) − F(x₀))| ÷ |F(x) − F(x₀)| that is asked for
  std::size_t max_steps = 1000;      ///< of the refinement
  Rule rule = Rule::gauss_legendre;  ///< of the points on the path
  bool sequential = false;           ///< each token moves along its own path, the others in place (Enguehard 2023)
  bool multiply_input = true;        ///< false: the mean gradient on the path alone, without x − x₀
  Reduce reduce = Reduce::sum;       ///< of the products
  bool absolute = false;             ///< |score|
  Normalize normalize = Normalize::none;  ///< of the scores
  /// Whether both are the same.
  friend bool operator==(const IntegratedGradients&, const IntegratedGradients&) = default;
};

/// The mean of Integrated Gradients' integrand over random backgrounds and α (Erion et al. 2021; GradientShap).
struct ExpectedGradients {
  Scalar explain = Scalar::logit;            ///< what F is
  std::optional<Layer> layer = {};           ///< as in GradientXInput
  std::vector<std::string> background = {};  ///< texts; none: [PAD] as in Baseline
  std::size_t samples = 50;                  ///< random draws
  Normalize normalize = Normalize::none;     ///< of the scores
  std::uint64_t seed = 0;                    ///< of the random draws
  /// Whether both are the same.
  friend bool operator==(const ExpectedGradients&, const ExpectedGradients&) = default;
};

/// ReLU(Σ_c mean_t(∂F/∂h_tc) · h_tc) at the output of one layer (Selvaraju et al. 2017).
struct GradCam {
  Scalar explain = Scalar::logit;        ///< what F is
  std::optional<Layer> layer = {};       ///< default: the last
  Normalize normalize = Normalize::max;  ///< of the scores
  /// Whether both are the same.
  friend bool operator==(const GradCam&, const GradCam&) = default;
};

// Perturbation: forward passes only. Whole units (ExplainOptions::unit) are taken away.

/// What replaces a unit that is taken away: the mask token, nothing, the padding token or the unknown token.
enum class Masking { mask, remove, pad, unk };

/// F(x) − F(x without the unit).
struct Occlusion {
  Scalar explain = Scalar::logit;   ///< what F is
  Masking masking = Masking::mask;  ///< what replaces a unit
  std::size_t window = 1;  ///< units at once: n-grams; a unit's score is the mean over the windows that hold it
  Normalize normalize = Normalize::none;  ///< of the scores
  /// Whether both are the same.
  friend bool operator==(const Occlusion&, const Occlusion&) = default;
};

/// A weighted linear model of F around the input (Ribeiro et al. 2016).
struct Lime {
  /// Whose algorithm: they differ in sampling, weights and regression.
  enum class Flavour {
    marcotcr,  ///< the lime package: number removed uniform on 1…n, ridge, exponential kernel on 100 · cosine distance
    captum,    ///< Captum: each unit present with probability ½, lasso
    ferret     ///< as marcotcr, but special tokens are units, too, whose scores are 0, and no more samples than units²
  };
  Scalar explain = Scalar::probability;     ///< what F is
  Masking masking = Masking::mask;          ///< what replaces a unit
  Flavour flavour = Flavour::marcotcr;      ///< whose algorithm
  std::size_t samples = 1000;               ///< random draws
  std::size_t features = 0;                 ///< how many units may have a score; 0: all
  std::optional<double> kernel_width = {};  ///< of 100 · cosine distance; default: 25, or Captum's own, 100
  Normalize normalize = Normalize::none;    ///< of the scores
  std::uint64_t seed = 0;                   ///< of the random draws
  /// Whether both are the same.
  friend bool operator==(const Lime&, const Lime&) = default;
};

/// Shapley values by weighted regression (Lundberg and Lee 2017): exact up to 12 units, paired samples beyond, Σ scores
/// = F(x) − F(all absent) by constraint, with standard errors.
struct KernelShap {
  Scalar explain = Scalar::logit;         ///< what F is
  Masking masking = Masking::mask;        ///< what replaces a unit
  std::size_t samples = 1000;             ///< random draws
  Normalize normalize = Normalize::none;  ///< of the scores
  std::uint64_t seed = 0;                 ///< of the random draws
  /// Whether both are the same.
  friend bool operator==(const KernelShap&, const KernelShap&) = default;
};

/// Shapley values as means over random orders of the units (Castro et al. 2009), exact up to 12 units if asked.
struct ShapleySampling {
  Scalar explain = Scalar::logit;         ///< what F is
  Masking masking = Masking::mask;        ///< what replaces a unit
  std::size_t permutations = 25;          ///< random orders of the units
  bool exact = false;                     ///< all 2ⁿ coalitions
  Normalize normalize = Normalize::none;  ///< of the scores
  std::uint64_t seed = 0;                 ///< of the random draws
  /// Whether both are the same.
  friend bool operator==(const ShapleySampling&, const ShapleySampling&) = default;
};

/// Owen values on the tree of the text that the shap package builds (shap.Explainer on text).
struct PartitionShap {
  Scalar explain = Scalar::logit;         ///< what F is
  Masking masking = Masking::mask;        ///< what replaces a unit
  std::size_t evaluations = 500;          ///< of F, at most
  Normalize normalize = Normalize::none;  ///< of the scores
  /// Whether both are the same.
  friend bool operator==(const PartitionShap&, const PartitionShap&) = default;
};

/// Mean F over random masks in which the unit is present (Petsiuk et al. 2018).
struct Rise {
  Scalar explain = Scalar::probability;   ///< what F is
  Masking masking = Masking::mask;        ///< what replaces a unit
  std::size_t samples = 1000;             ///< random draws
  double probability = 0.5;               ///< that a unit is present
  Normalize normalize = Normalize::none;  ///< of the scores
  std::uint64_t seed = 0;                 ///< of the random draws
  /// Whether both are the same.
  friend bool operator==(const Rise&, const Rise&) = default;
};

/// Sobol indices of F over random masks (Fel et al. 2021; Jansen's estimators).
struct Sobol {
  Scalar explain = Scalar::logit;         ///< what F is
  Masking masking = Masking::mask;        ///< what replaces a unit
  std::size_t samples = 32;               ///< samples · (units + 2) masks
  bool total = true;                      ///< total order; false: first order
  Normalize normalize = Normalize::none;  ///< of the scores
  std::uint64_t seed = 0;                 ///< of the random draws
  /// Whether both are the same.
  friend bool operator==(const Sobol&, const Sobol&) = default;
};

// Attention: what the model looked at, which is no proof of what mattered.

/// One row of attention probabilities: of the target's position, or of [CLS] for a label.
struct Attention {
  std::optional<std::size_t> layer = {};  ///< from 1; default: the last
  std::optional<std::size_t> head = {};   ///< from 1; default: the mean over heads
  Normalize normalize = Normalize::none;  ///< of the scores
  /// Whether both are the same.
  friend bool operator==(const Attention&, const Attention&) = default;
};

/// The same row of the product over layers of row-normalised (mean attention + I) (Abnar and Zuidema 2020).
struct AttentionRollout {
  Normalize normalize = Normalize::none;  ///< of the scores
  /// Whether both are the same.
  friend bool operator==(const AttentionRollout&, const AttentionRollout&) = default;
};

/// R = I; R += mean_h(max(0, ∂F/∂A ∘ A)) R over the layers; the same row of R − I (Chefer et al. 2021, without LRP).
struct GradientAttention {
  Scalar explain = Scalar::logit;         ///< what F is
  Normalize normalize = Normalize::none;  ///< of the scores
  /// Whether both are the same.
  friend bool operator==(const GradientAttention&, const GradientAttention&) = default;
};

/// A method with its options.
using Method = std::variant<Gradient, GradientXInput, SmoothGrad, IntegratedGradients, ExpectedGradients, GradCam,
                            Occlusion, Lime, KernelShap, ShapleySampling, PartitionShap, Rise, Sobol, Attention,
                            AttentionRollout, GradientAttention>;

}  // namespace limn
