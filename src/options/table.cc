#include "options/binding.h"
#include "options/option.h"

// The table of every option of a method, of explaining and of reading. docs/architecture.md explains how to add one.

namespace limn {
namespace {

using enum OptionType;

// The default layer of methods that multiply by the input.
constexpr std::string_view input_layer =
    "word, or embeddings in families that normalise each word embedding "
    "(DeBERTa, ModernBERT)";

std::vector<Option> method_options() {
  return {
      {.name = "explain",
       .type = choice,
       .help = "the target function F",
       .values = values_of<Scalar>(),
       .methods = of(&Gradient::explain, &GradientXInput::explain, &SmoothGrad::explain, &IntegratedGradients::explain,
                     &ExpectedGradients::explain, &GradCam::explain, &Occlusion::explain, &Lime::explain,
                     &KernelShap::explain, &ShapleySampling::explain, &PartitionShap::explain, &Rise::explain,
                     &Sobol::explain, &GradientAttention::explain)},
      {.name = "layer",
       .type = layer,
       .help = "where the gradient is taken: at the word embedding (word), after the embedding block (embeddings), or "
               "after the layer of that number; attention: the layer whose weights are used",
       .values = {"word", "embeddings"},
       .methods = of(&Gradient::layer) +
                  unset(input_layer, &GradientXInput::layer, &SmoothGrad::layer, &IntegratedGradients::layer,
                        &ExpectedGradients::layer) +
                  unset("the last", &GradCam::layer, &Attention::layer)},
      {.name = "reduce",
       .type = choice,
       .help = "how a token's gradient, or its product with the input, is reduced to one score; onehot-l2 is only for "
               "gradient at the word embedding",
       .values = values_of<Reduce>(),
       .methods = of(&Gradient::reduce, &GradientXInput::reduce, &SmoothGrad::reduce, &IntegratedGradients::reduce)},
      {.name = "absolute",
       .type = flag,
       .help = "absolute values of the scores, for the reduction sum",
       .methods =
           of(&Gradient::absolute, &GradientXInput::absolute, &SmoothGrad::absolute, &IntegratedGradients::absolute)},
      {.name = "normalize",
       .type = choice,
       .help = "the norm by which all scores are divided; minmax maps them to the range 0 to 1",
       .values = values_of<Normalize>(),
       .methods =
           of(&Gradient::normalize, &GradientXInput::normalize, &SmoothGrad::normalize, &IntegratedGradients::normalize,
              &ExpectedGradients::normalize, &GradCam::normalize, &Occlusion::normalize, &Lime::normalize,
              &KernelShap::normalize, &ShapleySampling::normalize, &PartitionShap::normalize, &Rise::normalize,
              &Sobol::normalize, &Attention::normalize, &AttentionRollout::normalize, &GradientAttention::normalize)},
      {.name = "baseline",
       .type = baseline,
       .help =
           "where the path starts: pad, mask and unk keep special tokens, zero and mean replace every token; or any "
           "text",
       .values = values_of<Baseline::Kind>(),
       .methods = of(&IntegratedGradients::baseline)},
      {.name = "background",
       .type = texts,
       .help = "texts at which paths start",
       .methods = unset("padding", &ExpectedGradients::background)},
      {.name = "steps",
       .type = count,
       .help = "the exact number of points on the path",
       .range = {.least = 1},
       .zero_is_unset = true,
       .methods = unset("as many as the tolerance requires", &IntegratedGradients::steps)},
      {.name = "tolerance",
       .type = number,
       .help = "the largest completeness error allowed, as a fraction of F(x) - F(baseline)",
       .range = {.least = 0, .open = true},
       .methods = of(&IntegratedGradients::tolerance)},
      {.name = "max-steps",
       .type = count,
       .help = "the largest number of points on the path, even if the tolerance is not met",
       .range = {.least = 1},
       .methods = of(&IntegratedGradients::max_steps)},
      {.name = "masking",
       .type = choice,
       .help = "the masking strategy: what replaces a removed unit",
       .values = values_of<Masking>(),
       .former_name = "absent",
       .methods = of(&Occlusion::masking, &Lime::masking, &KernelShap::masking, &ShapleySampling::masking,
                     &PartitionShap::masking, &Rise::masking, &Sobol::masking)},
      {.name = "samples",
       .type = count,
       .help =
           "the number of random draws, masks, permutations or evaluations of F; sobol: multiplied by the number of "
           "units + 2",
       .range = {.least = 1},
       .methods = of(&SmoothGrad::samples, &ExpectedGradients::samples, &Lime::samples, &KernelShap::samples,
                     &ShapleySampling::permutations, &PartitionShap::evaluations, &Rise::samples, &Sobol::samples)},
      {.name = "sigma",
       .type = number,
       .help = "standard deviation of the noise, as a fraction of the input's range",
       .range = {.least = 0},
       .methods = of(&SmoothGrad::sigma)},
      {.name = "window",
       .type = count,
       .help = "the number of neighbouring units that are removed together",
       .range = {.least = 1},
       .methods = of(&Occlusion::window)},
      {.name = "flavour",
       .type = choice,
       .help = "the package whose LIME algorithm is used; marcotcr is the lime package",
       .values = values_of<Lime::Flavour>(),
       .methods = of(&Lime::flavour)},
      {.name = "features",
       .type = count,
       .help = "the largest number of units that get a score",
       .zero_is_unset = true,
       .methods = unset("all", &Lime::features)},
      {.name = "kernel-width",
       .type = number,
       .help = "the width of the kernel that weights the samples, in units of 100 x cosine distance",
       .range = {.least = 0, .open = true},
       .methods = unset("25, or 100 for the flavour captum", &Lime::kernel_width)},
      {.name = "present",
       .type = number,
       .help = "the probability that a unit is present in a mask",
       .range = {.least = 0, .most = 1, .open = true},
       .methods = of(&Rise::probability)},
      {.name = "order",
       .type = choice,
       .help = "the order of the Sobol indices: total includes interactions, first does not",
       .values = {"total", "first"},
       .methods = of(&Sobol::total)},
      {.name = "exact",
       .type = flag,
       .help = "evaluate all coalitions, for up to 12 units",
       .methods = of(&ShapleySampling::exact)},
      {.name = "head",
       .type = count,
       .help = "the number of an attention head, from 1",
       .range = {.least = 1},
       .methods = unset("the mean over all heads", &Attention::head)},
      {.name = "seed",
       .type = count,
       .help = "the seed of all random draws; the same seed gives the same scores",
       .for_every_method = true,
       .methods = of(&SmoothGrad::seed, &ExpectedGradients::seed, &Lime::seed, &KernelShap::seed,
                     &ShapleySampling::seed, &Rise::seed, &Sobol::seed)},
      // ---- options of presets ----
      {.name = "statistic",
       .type = choice,
       .help = "the statistic of the draws' gradients",
       .values = values_of<SmoothGrad::Statistic>(),
       .preset_only = true,
       .names_method = true,
       .methods = of(&SmoothGrad::statistic)},
      {.name = "relative",
       .type = flag,
       .help = "sigma is a fraction of the input's range",
       .preset_only = true,
       .methods = of(&SmoothGrad::relative)},
      {.name = "multiply-input",
       .type = flag,
       .help = "gradients are multiplied by the input",
       .preset_only = true,
       .methods = of(&SmoothGrad::multiply_input, &IntegratedGradients::multiply_input)},
      {.name = "rule",
       .type = choice,
       .help = "how the points on the path are chosen and weighted",
       .values = values_of<IntegratedGradients::Rule>(),
       .preset_only = true,
       .methods = of(&IntegratedGradients::rule)},
      {.name = "sequential",
       .type = flag,
       .help = "each token has its own path",
       .preset_only = true,
       .names_method = true,
       .methods = of(&IntegratedGradients::sequential)},
      {.name = "keep-special",
       .type = flag,
       .help = "the baselines zero and mean keep special tokens, too",
       .preset_only = true,
       .methods = {in_method<IntegratedGradients>(
           [](auto& method) -> auto& { return method.baseline.keep_special; })}},
  };
}

std::vector<Option> shared_options() {
  return {
      {.name = "unit",
       .type = choice,
       .help = "the part of the text that gets a score, and that perturbation methods remove",
       .values = values_of<Unit>(),
       .explaining = in(&ExplainOptions::unit),
       .unset = "word, or the preset's"},
      {.name = "word-score",
       .type = choice,
       .help =
           "subword aggregation: how the scores of a word's tokens are combined; absmax is the one with the largest "
           "absolute value",
       .values = values_of<WordScore>(),
       .former_name = "pieces",
       .explaining = in(&ExplainOptions::word_score),
       .unset = "sum if the scores are signed, otherwise absmax"},
      {.name = "target",
       .type = text,
       .help = "a label or its number; question answering: START:END, token positions; token classification: "
               "POSITION:LABEL",
       .value_name = "TARGET",
       .explaining = in(&ExplainOptions::target),
       .unset = "the model's prediction; token classification: each entity"},
      {.name = "answer",
       .type = text,
       .help = "question answering: the text of a span of the context",
       .explaining = in(&ExplainOptions::answer),
       .unset = "the model's prediction"},
      {.name = "contrast",
       .type = text,
       .help = "classification: explain why the target rather than this label",
       .value_name = "LABEL",
       .explaining = in(&ExplainOptions::contrast),
       .unset = "none"},
      {.name = "raw",
       .type = flag,
       .help = "include the model's logits (in JSON)",
       .explaining = in(&ExplainOptions::raw)},
      {.name = "max-length",
       .type = count,
       .help = "the largest number of tokens read at once, including special tokens",
       .zero_is_unset = true,
       .reading = in(&PredictOptions::max_length),
       .unset = "the model's maximum"},
      {.name = "stride",
       .type = count,
       .help = "question answering, token classification: the number of tokens that neighbouring windows of a long "
               "text share",
       .reading = in(&PredictOptions::stride)},
      {.name = "null-threshold",
       .type = number,
       .help = "question answering: predict no answer if its score exceeds the best answer's by more than this",
       .reading = in(&PredictOptions::null_threshold)},
      {.name = "always-answer",
       .type = flag,
       .help = "question answering: give the best answer even if no answer scores higher",
       .negated = true,
       .reading = in(&PredictOptions::null_allowed)},
      {.name = "aggregation",
       .type = choice,
       .help = "token classification: how the labels of a word's tokens become its label, as in transformers; simple "
               "labels subwords separately",
       .values = values_of<Aggregation>(),
       .reading = in(&PredictOptions::aggregation)},
      {.name = "top",
       .type = count,
       .help = "question answering: the number of answers; masked language models: the number of tokens for each mask",
       .value_name = "K",
       .range = {.least = 1},
       .reading = in(&PredictOptions::top)},
  };
}

}  // namespace

const std::vector<Option>& options() {
  static const std::vector<Option> table = [] {
    std::vector<Option> rows = method_options();
    for (Option& row : shared_options()) rows.push_back(std::move(row));
    return rows;
  }();
  return table;
}

}  // namespace limn
