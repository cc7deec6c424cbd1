#include "options/presets.h"

#include <algorithm>

#include "limn/error.h"
#include "options/option.h"

namespace limn {
namespace {

constexpr Scalar loss = Scalar::loss, logit = Scalar::logit, probability = Scalar::probability;

// ---- methods shared by several systems, except for a number ------------------------------------------

/// |Σ g · e| ÷ the sum: AllenNLP Interpret's simple gradient.
GradientXInput loss_gradient() { return {.explain = loss, .absolute = true, .normalize = Normalize::l1}; }

/// |Σ of the mean gradient| ÷ the sum; not multiplied by the input. Not at the word embeddings: the layer norm after
/// them ignores a constant added to all C elements, so Σ g is zero there and the scores would be rounding errors.
SmoothGrad loss_smoothgrad(std::size_t samples) {
  return {.explain = loss,
          .layer = Layer::embeddings(),
          .samples = samples,
          .sigma = 0.01,
          .reduce = Reduce::sum,
          .absolute = true,
          .normalize = Normalize::l1};
}

/// Left Riemann sum from zero, special tokens included.
IntegratedGradients loss_integral(std::size_t steps) {
  return {.explain = loss,
          .baseline = {.kind = Baseline::Kind::zero},
          .steps = steps,
          .rule = IntegratedGradients::Rule::left_riemann,
          .absolute = true,
          .normalize = Normalize::l1};
}

/// Captum's LayerIntegratedGradients from [PAD].
IntegratedGradients captum_integral(Scalar explain, Normalize normalize) {
  return {.explain = explain, .steps = 50, .normalize = normalize};
}

SmoothGrad interpreto(SmoothGrad::Statistic statistic) {
  return {.samples = 10,
          .sigma = 0.1,
          .relative = false,
          .statistic = statistic,
          .multiply_input = true,
          .reduce = Reduce::mean_abs};
}

constexpr Task answers = Task::question_answering, labels = Task::sequence_classification,
               tags = Task::token_classification;

std::vector<Preset> gradient_presets() {
  using Statistic = SmoothGrad::Statistic;
  const Gradient lit_l2 = {.explain = probability, .reduce = Reduce::l2, .normalize = Normalize::l1};
  return {
      {"seed-qa", "the 2020 gradient explanation of BERT question answering", Gradient{}, {answers}},
      {"seed-classification", "the 2020 gradient explanation of text classification", Gradient{}, {labels}},
      {"neuralqa", "NeuralQA, reader/bertreader.py", Gradient{}, {answers}, {}, WordScore::mean, true},

      {"captum-saliency", "Captum's Saliency", Gradient{.reduce = Reduce::l1, .normalize = Normalize::none}},
      {"captum-lig", "Captum's LayerIntegratedGradients", captum_integral(logit, Normalize::none)},

      {"allennlp-simple", "AllenNLP Interpret's SimpleGradient", loss_gradient()},
      {"allennlp-smooth", "AllenNLP Interpret's SmoothGradient", loss_smoothgrad(10)},
      {"allennlp-ig", "AllenNLP Interpret's IntegratedGradient", loss_integral(10)},
      {"koren-v-simple", "koren-v/Interpret, simple gradient", loss_gradient(), {labels}},
      {"koren-v-smooth", "koren-v/Interpret, smooth_gradient.py", loss_smoothgrad(20), {labels}},
      {"koren-v-ig", "koren-v/Interpret, integrated_gradient.py", loss_integral(20), {labels}},

      {"lit-grad-l2", "LIT's GradientNorm", lit_l2, {labels}},
      {"lit-grad-dot-input",
       "LIT's GradientDotInput",
       GradientXInput{.explain = probability, .normalize = Normalize::l1},
       {labels}},
      {"lit-ig",
       "LIT's IntegratedGradients",
       IntegratedGradients{.explain = probability,
                           .baseline = {.kind = Baseline::Kind::zero, .keep_special = true},
                           .steps = 30,
                           .rule = IntegratedGradients::Rule::lit,
                           .normalize = Normalize::l1},
       {labels}},

      {"transformers-interpret",
       "transformers-interpret, classification",
       captum_integral(probability, Normalize::l2),
       {labels, tags}},
      {"transformers-interpret",
       "transformers-interpret, question answering",
       captum_integral(Scalar::max_logit, Normalize::l2),
       {answers}},

      {"ferret-gradient",
       "ferret's GradientExplainer",
       Gradient{.reduce = Reduce::l1, .normalize = Normalize::l1},
       {labels, tags}},
      {"ferret-gxi",
       "ferret's GradientExplainer, times input",
       GradientXInput{.normalize = Normalize::l1},
       {labels, tags}},
      {"ferret-ig",
       "ferret's IntegratedGradientExplainer, times input",
       captum_integral(logit, Normalize::l1),
       {labels, tags}},

      {"inseq", "Inseq's saliency", lit_l2},
      {"ecco", "Ecco's gradient, of embeddings", Gradient{.reduce = Reduce::l2, .normalize = Normalize::l1}},
      {"ecco-onehot", "Ecco's gradient, of one-hot vectors", Gradient{.normalize = Normalize::l1}},
      {"ecco-gxi", "Ecco's grad_x_input", GradientXInput{.reduce = Reduce::l2, .normalize = Normalize::l1}},
      {"gradcam", "Grad-CAM", GradCam{}},

      {"interpreto-saliency", "Interpreto's Saliency", GradientXInput{.reduce = Reduce::mean_abs}, {labels}},
      {"interpreto-smoothgrad", "Interpreto's SmoothGrad", interpreto(Statistic::mean), {labels}},
      {"interpreto-squaregrad", "Interpreto's SquareGrad", interpreto(Statistic::square), {labels}},
      {"interpreto-vargrad", "Interpreto's VarGrad", interpreto(Statistic::variance), {labels}},
  };
}

std::vector<Preset> perturbation_presets() {
  const Lime lime = {.masking = Masking::remove, .samples = 5000, .features = 10};
  const Lime captum_lime = {.explain = logit, .masking = Masking::pad, .flavour = Lime::Flavour::captum, .samples = 25};
  const Lime ferret_lime = {.flavour = Lime::Flavour::ferret, .samples = 5000, .normalize = Normalize::l1};
  return {
      {"lime", "the lime package's LimeTextExplainer", lime, {}, Unit::word},
      {"captum-lime", "Captum's Lime", captum_lime, {}, Unit::token},
      {"captum-kernel-shap",
       "Captum's KernelShap",
       KernelShap{.masking = Masking::pad, .samples = 25},
       {},
       Unit::token},
      {"captum-shapley", "Captum's ShapleyValueSampling", ShapleySampling{.masking = Masking::pad}, {}, Unit::token},
      {"shap-partition", "the shap package on text", PartitionShap{.explain = probability}, {}, Unit::token},
      {"ferret-lime", "ferret's LIMEExplainer", ferret_lime, {labels, tags}, Unit::token},
  };
}

bool serves(const Preset& preset, Task task) {
  return preset.tasks.empty() || std::find(preset.tasks.begin(), preset.tasks.end(), task) != preset.tasks.end();
}

/// Appends a name to "a, b, c" unless it is already listed.
void list(std::string& names, std::string_view name) {
  if ((", " + names + ",").find(", " + std::string(name) + ",") != std::string::npos) return;
  names += (names.empty() ? "" : ", ") + std::string(name);
}

}  // namespace

const std::vector<Preset>& presets() {
  static const std::vector<Preset> all = [] {
    std::vector<Preset> list = gradient_presets();
    for (Preset& each : perturbation_presets()) list.push_back(std::move(each));
    return list;
  }();
  return all;
}

const Preset& preset(std::string_view given, std::optional<Task> task) {
  std::string names, tasks;
  for (const Preset& candidate : presets()) {
    if (candidate.name == given && (!task || serves(candidate, *task))) return candidate;
    if (candidate.name == given)
      for (const Task served : candidate.tasks) list(tasks, name(served));
    if (!task || serves(candidate, *task)) list(names, candidate.name);
  }
  if (!tasks.empty())
    throw Error({.thing = "preset",
                 .found = "'" + std::string(given) + "' for a model of " + std::string(name(*task)),
                 .expected = "a model of " + tasks,
                 .hint = "presets for this model: " + names});
  throw Error(
      {.thing = "preset",
       .found = "'" + std::string(given) + "'",
       .expected = "one of " + names,
       .hint = given == "textualheatmap" ? "a separate command makes the heatmap of a masked language model" : ""});
}

std::string preset_names() {
  std::string names;
  for (const Preset& known : presets()) list(names, known.name);
  return names;
}

bool is_preset(std::string_view name, const Method& method, std::optional<Unit> unit) {
  const Option& seed = option("seed");
  return std::ranges::any_of(presets(), [&](const Preset& known) {
    if (known.name != name || known.method.index() != method.index() || (known.unit && known.unit != unit))
      return false;
    Method same = known.method;
    if (seed.of(method)) set(seed, same, get(seed, method));
    return same == method;
  });
}

}  // namespace limn
