#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// The methods and their options: plain aggregates, made for designated initialisers.

namespace limn {

// ---- options shared by methods ----------------------------------------------------------------------

/// The target function F. For QA, F is the sum of its values for start and end (two logits, two probabilities, …).
/// max_logit is for QA only: the largest start logit and the largest end logit, at whatever position; explain_all
/// explains one after the other.
enum class Scalar { logit, probability, log_probability, loss, margin, max_logit };
/// Reduces a token's gradient (C) to one score; onehot_l2 is ‖E g‖₂ over the vocabulary, mean_abs is l1 ÷ C.
enum class Reduce { sum, l1, l2, onehot_l2, mean_abs };
/// Normalises the scores: l1, l2 and max divide them by Σ|s|, √Σs² and max|s|; minmax maps them to 0…1.
enum class Normalize { none, l1, l2, max, minmax };
/// The parts of the text that are scored. A clause ends at , ; : and at the end of a sentence.
enum class Unit { token, word, clause, sentence };
/// Subword aggregation: combines the scores of a word's tokens; absmax is the score with the largest absolute value.
enum class WordScore { sum, mean, absmax };

/// Where the gradient is taken: at the word embeddings, after the embedding block, or after layer N (from 1).
struct Layer {
  int number = -1;  ///< −1: word embeddings, 0: embedding block, N: layer N
  /// The word embeddings.
  static constexpr Layer word() { return {-1}; }
  /// The output of the embedding block.
  static constexpr Layer embeddings() { return {0}; }
  /// Whether both are equal.
  friend bool operator==(Layer, Layer) = default;
};

// ---- methods ---------------------------------------------------------------------------------------

/// By default ‖∂F/∂one-hot‖₂, the exact gradient with respect to the one-hot input (the 2020 gradient explanation
/// of BERT question answering; NeuralQA).
struct Gradient {
  Scalar explain = Scalar::logit;        ///< the target function F
  Layer layer = Layer::word();           ///< where the gradient is taken
  Reduce reduce = Reduce::onehot_l2;     ///< reduction of a token's gradient
  Normalize normalize = Normalize::max;  ///< normalisation of the scores
  bool absolute = false;                 ///< |score|, for reduce = sum
  /// Whether both are equal.
  friend bool operator==(const Gradient&, const Gradient&) = default;
};

/// Σ_c g_c · x_c: the signed first-order contribution of each token to F (Shrikumar et al. 2016).
struct GradientXInput {
  Scalar explain = Scalar::logit;  ///< the target function F
  std::optional<Layer> layer =
      {};  ///< default: word, or embeddings if the family normalises each word embedding separately
  Reduce reduce = Reduce::sum;            ///< reduction of the products g_c · x_c
  bool absolute = false;                  ///< |score|
  Normalize normalize = Normalize::none;  ///< normalisation of the scores
  /// Whether both are equal.
  friend bool operator==(const GradientXInput&, const GradientXInput&) = default;
};

/// Gradients at noisy copies of the input, x + ε with ε ~ N(0, σ²) (Smilkov et al. 2017; VarGrad: Adebayo et al. 2018;
/// SquareGrad: Hooker et al. 2019). All statistics use the same draws.
struct SmoothGrad {
  /// mean_gradient reduces the mean of the draws' gradients; mean, square and variance are statistics of the draws'
  /// reduced scores.
  enum class Statistic { mean_gradient, mean, square, variance };
  Scalar explain = Scalar::logit;                  ///< the target function F
  std::optional<Layer> layer = {};                 ///< as in GradientXInput
  std::size_t samples = 20;                        ///< number of random draws
  double sigma = 0.15;                             ///< standard deviation σ of the noise
  bool relative = true;                            ///< σ is multiplied by (max x − min x) of the input
  Statistic statistic = Statistic::mean_gradient;  ///< statistic of the draws
  bool multiply_input =
      false;  ///< g_c · x_c instead of g_c; x is the draw's noisy input, or for mean_gradient the input
  Reduce reduce = Reduce::l2;             ///< reduction of a token's gradient
  bool absolute = false;                  ///< |score|
  Normalize normalize = Normalize::none;  ///< normalisation of the scores
  std::uint64_t seed = 0;                 ///< random seed
  /// Whether both are equal.
  friend bool operator==(const SmoothGrad&, const SmoothGrad&) = default;
};

/// The uninformative input at which a path starts. pad, mask and unk keep special tokens; zero and mean replace every
/// token; text is tokenised, then truncated or padded with [PAD] to the input's length.
struct Baseline {
  /// The kind of baseline.
  enum class Kind { pad, zero, mask, unk, mean, text };
  Kind kind = Kind::pad;      ///< the kind of baseline
  std::string text = {};      ///< the text of Kind::text
  bool keep_special = false;  ///< zero and mean keep special tokens, too
  /// Whether both are equal.
  friend bool operator==(const Baseline&, const Baseline&) = default;
};

/// ∫ (x − x₀) · ∂F(x₀ + α (x − x₀)) dα (Sundararajan et al. 2017): Σ scores = F(x) − F(x₀).
struct IntegratedGradients {
  /// The quadrature rule of the points on the path if `steps` is set.
  enum class Rule {
    gauss_legendre,  ///< exact for polynomials up to degree 2 · steps − 1
    left_riemann,    ///< α = 0, 1/n, … (n−1)/n, equal weights (AllenNLP Interpret)
    lit              ///< LIT's trapezoidal rule over the same points
  };
  Scalar explain = Scalar::logit;         ///< the target function F
  std::optional<Layer> layer = {};        ///< as in GradientXInput
  Baseline baseline = {};                 ///< where the path starts
  std::size_t steps = 0;                  ///< exact number of points; 0: refined until the tolerance is met
  double tolerance = 0.01;                ///< target for |Σ scores − (F(x) − F(x₀))| ÷ |F(x) − F(x₀)|
  std::size_t max_steps = 1000;           ///< maximum number of points of the refinement
  Rule rule = Rule::gauss_legendre;       ///< quadrature rule of the path
  bool sequential = false;                ///< each token has its own path while the others stay fixed (Enguehard 2023)
  bool multiply_input = true;             ///< false: the mean gradient on the path, not multiplied by x − x₀
  Reduce reduce = Reduce::sum;            ///< reduction of the products
  bool absolute = false;                  ///< |score|
  Normalize normalize = Normalize::none;  ///< normalisation of the scores
  /// Whether both are equal.
  friend bool operator==(const IntegratedGradients&, const IntegratedGradients&) = default;
};

/// The mean of Integrated Gradients' integrand over random backgrounds and α (Erion et al. 2021; GradientShap).
struct ExpectedGradients {
  Scalar explain = Scalar::logit;            ///< the target function F
  std::optional<Layer> layer = {};           ///< as in GradientXInput
  std::vector<std::string> background = {};  ///< background texts; none: [PAD] as in Baseline
  std::size_t samples = 50;                  ///< number of random draws
  Normalize normalize = Normalize::none;     ///< normalisation of the scores
  std::uint64_t seed = 0;                    ///< random seed
  /// Stops drawing when no standard error is larger than this fraction of the largest score; unset: all samples.
  std::optional<double> tolerance = {};
  /// Whether both are equal.
  friend bool operator==(const ExpectedGradients&, const ExpectedGradients&) = default;
};

/// ReLU(Σ_c mean_t(∂F/∂h_tc) · h_tc) at the output of one layer (Selvaraju et al. 2017).
struct GradCam {
  Scalar explain = Scalar::logit;        ///< the target function F
  std::optional<Layer> layer = {};       ///< default: the last layer
  Normalize normalize = Normalize::max;  ///< normalisation of the scores
  /// Whether both are equal.
  friend bool operator==(const GradCam&, const GradCam&) = default;
};

// Perturbation methods use forward passes only; they remove whole units (ExplainOptions::unit).

/// The masking strategy: replaces a removed unit by the mask token, nothing, the padding token or the unknown token.
enum class Masking { mask, remove, pad, unk };

/// F(x) − F(x without the unit).
struct Occlusion {
  Scalar explain = Scalar::logit;   ///< the target function F
  Masking masking = Masking::mask;  ///< masking strategy
  std::size_t window = 1;  ///< n-gram size in units; a unit's score is the mean over the windows that contain it
  Normalize normalize = Normalize::none;  ///< normalisation of the scores
  /// Whether both are equal.
  friend bool operator==(const Occlusion&, const Occlusion&) = default;
};

/// A weighted linear model of F around the input (Ribeiro et al. 2016).
struct Lime {
  /// The package whose algorithm is used; they differ in sampling, weights and regression.
  enum class Flavour {
    marcotcr,  ///< the lime package: 1…n units removed (uniform), ridge, exponential kernel on 100 · cosine distance
    captum,    ///< Captum: each unit present with probability ½, lasso
    ferret     ///< as marcotcr, but special tokens are units, too (with score 0), and samples ≤ units²
  };
  Scalar explain = Scalar::probability;     ///< the target function F
  Masking masking = Masking::mask;          ///< masking strategy
  Flavour flavour = Flavour::marcotcr;      ///< the package whose algorithm is used
  std::size_t samples = 1000;               ///< number of random draws
  std::size_t features = 0;                 ///< maximum number of units with a score; 0: all
  std::optional<double> kernel_width = {};  ///< in units of 100 · cosine distance; default: 25, or 100 for captum
  Normalize normalize = Normalize::none;    ///< normalisation of the scores
  std::uint64_t seed = 0;                   ///< random seed
  /// Stops drawing when the strongest units would, with this probability, be the same with other draws; unset: all
  /// samples. The explanation states the probability as `stability` in either case.
  std::optional<double> stability = {};
  /// Whether both are equal.
  friend bool operator==(const Lime&, const Lime&) = default;
};

/// Shapley values by weighted regression (Lundberg and Lee 2017), with standard errors. Exact for up to 12 units,
/// sampled coalitions for more; the regression is constrained to Σ scores = F(x) − F(all units masked).
struct KernelShap {
  /// How coalitions are chosen.
  enum class Sampling {
    kernel,    ///< at random by the Shapley kernel, each with its complement (Covert and Lee 2021)
    leverage,  ///< the same, all sizes equally likely (Musco and Witter 2025)
    adaptive   ///< those that a Gaussian process, fitted to the known ones, expects to tell most; needs the fewest
  };
  Scalar explain = Scalar::logit;         ///< the target function F
  Masking masking = Masking::mask;        ///< masking strategy
  std::size_t samples = 1000;             ///< number of random draws
  Normalize normalize = Normalize::none;  ///< normalisation of the scores
  std::uint64_t seed = 0;                 ///< random seed
  Sampling sampling = Sampling::kernel;   ///< how coalitions are chosen
  /// Sampling ends when each standard error is at most this fraction of the largest |score|; unset: never early.
  std::optional<double> tolerance = {};
  /// Whether both are equal.
  friend bool operator==(const KernelShap&, const KernelShap&) = default;
};

/// Shapley values as means over random orders of the units (Castro et al. 2009); optionally exact for up to 12 units.
struct ShapleySampling {
  Scalar explain = Scalar::logit;         ///< the target function F
  Masking masking = Masking::mask;        ///< masking strategy
  std::size_t permutations = 25;          ///< number of random orders of the units
  bool exact = false;                     ///< evaluates all 2ⁿ coalitions
  Normalize normalize = Normalize::none;  ///< normalisation of the scores
  std::uint64_t seed = 0;                 ///< random seed
  /// Sampling ends when each standard error is at most this fraction of the largest |score|; unset: never early.
  std::optional<double> tolerance = {};
  /// Whether both are equal.
  friend bool operator==(const ShapleySampling&, const ShapleySampling&) = default;
};

/// Owen values on the tree of the text that the shap package builds (shap.Explainer on text).
struct PartitionShap {
  Scalar explain = Scalar::logit;         ///< the target function F
  Masking masking = Masking::mask;        ///< masking strategy
  std::size_t evaluations = 500;          ///< maximum number of evaluations of F
  Normalize normalize = Normalize::none;  ///< normalisation of the scores
  /// Whether both are equal.
  friend bool operator==(const PartitionShap&, const PartitionShap&) = default;
};

/// The mean of F over the random masks in which the unit is present (Petsiuk et al. 2018).
struct Rise {
  Scalar explain = Scalar::probability;   ///< the target function F
  Masking masking = Masking::mask;        ///< masking strategy
  std::size_t samples = 1000;             ///< number of random draws
  double probability = 0.5;               ///< probability that a unit is present
  Normalize normalize = Normalize::none;  ///< normalisation of the scores
  std::uint64_t seed = 0;                 ///< random seed
  /// Whether both are equal.
  friend bool operator==(const Rise&, const Rise&) = default;
};

/// Sobol indices of F over random masks (Fel et al. 2021; Jansen's estimators).
struct Sobol {
  Scalar explain = Scalar::logit;         ///< the target function F
  Masking masking = Masking::mask;        ///< masking strategy
  std::size_t samples = 32;               ///< evaluates samples · (units + 2) masks
  bool total = true;                      ///< true: total order; false: first order
  Normalize normalize = Normalize::none;  ///< normalisation of the scores
  std::uint64_t seed = 0;                 ///< random seed
  /// Whether both are equal.
  friend bool operator==(const Sobol&, const Sobol&) = default;
};

/// The best order in which to remove the units: of all orders, the one whose mean fall of F over every number of
/// removed units is the largest (its comprehensiveness), found by dynamic programming over all 2ⁿ coalitions, for up to
/// 12 units. The k-th of n units to remove has the score (n + 1 − k) ÷ n.
struct OptimalOrder {
  Scalar explain = Scalar::probability;   ///< the target function F
  Masking masking = Masking::mask;        ///< masking strategy
  Normalize normalize = Normalize::none;  ///< normalisation of the scores
  /// Whether both are equal.
  friend bool operator==(const OptimalOrder&, const OptimalOrder&) = default;
};

// Attention methods show what the model attended to, which does not prove what mattered.

/// One row of attention probabilities: that of the target's position, or of [CLS] for a label.
struct Attention {
  std::optional<std::size_t> layer = {};  ///< from 1; default: the last layer
  std::optional<std::size_t> head = {};   ///< from 1; default: the mean over heads
  Normalize normalize = Normalize::none;  ///< normalisation of the scores
  /// Whether both are equal.
  friend bool operator==(const Attention&, const Attention&) = default;
};

/// The same row of the product over layers of row-normalised (mean attention + I) (Abnar and Zuidema 2020).
struct AttentionRollout {
  Normalize normalize = Normalize::none;  ///< normalisation of the scores
  /// Whether both are equal.
  friend bool operator==(const AttentionRollout&, const AttentionRollout&) = default;
};

/// R = I; R += mean_h(max(0, ∂F/∂A ∘ A)) R over the layers; the same row of R − I (Chefer et al. 2021, without LRP).
struct GradientAttention {
  Scalar explain = Scalar::logit;         ///< the target function F
  Normalize normalize = Normalize::none;  ///< normalisation of the scores
  /// Whether both are equal.
  friend bool operator==(const GradientAttention&, const GradientAttention&) = default;
};

/// A method with its options.
using Method = std::variant<Gradient, GradientXInput, SmoothGrad, IntegratedGradients, ExpectedGradients, GradCam,
                            Occlusion, Lime, KernelShap, ShapleySampling, PartitionShap, Rise, Sobol, Attention,
                            AttentionRollout, GradientAttention, OptimalOrder>;

}  // namespace limn
