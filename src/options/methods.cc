#include "options/methods.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.h"
#include "options/names.h"

namespace limn {

const std::vector<NamedMethod>& methods() {
  using Statistic = SmoothGrad::Statistic;
  static const std::vector<NamedMethod> known = {
      {"gradient", Gradient{}, "gradients", "How strongly the result depends on each word. One pass."},
      {"gradient-x-input", GradientXInput{}, "gradients", "Contributions for and against, to first order. One pass."},
      {"smoothgrad", SmoothGrad{}, "gradients", "The gradient, averaged over noisy copies of the text.", false},
      {"squaregrad", SmoothGrad{.statistic = Statistic::square}, "gradients",
       "The squared gradient, averaged over noisy copies of the text.", false},
      {"vargrad", SmoothGrad{.statistic = Statistic::variance}, "gradients",
       "How much the gradient varies over noisy copies of the text.", false},
      {"integrated-gradients", IntegratedGradients{}, "gradients",
       "Contributions for and against; the scores add up to the change from an empty text.", false},
      {"sequential-integrated-gradients",
       IntegratedGradients{.baseline = {.kind = Baseline::Kind::mask, .text = {}}, .sequential = true}, "gradients",
       "Integrated gradients with a separate path for each word. Slow.", false},
      {"expected-gradients", ExpectedGradients{}, "gradients",
       "Integrated gradients, averaged over random points and backgrounds.", false},
      {"gradcam", GradCam{}, "gradients", "Where the activations of one layer drive the result. One pass."},
      {"occlusion", Occlusion{}, "perturbation",
       "How much the result changes when a word is hidden. One pass per word.", false},
      {"lime", Lime{}, "perturbation", "A linear model of how the result changes when words are hidden.", false},
      {"kernel-shap", KernelShap{}, "perturbation",
       "Each word's fair share of the result (its Shapley value), by regression.", false},
      {"shapley", ShapleySampling{}, "perturbation",
       "Each word's fair share of the result (its Shapley value), by random orders of the words.", false},
      {"partition-shap", PartitionShap{}, "perturbation",
       "The fair shares of phrases, then of their words, as in the shap package.", false},
      {"rise", Rise{}, "perturbation", "The mean result over random masks that keep the word.", false},
      {"sobol", Sobol{}, "perturbation", "How much of the result's variance a word causes.", false},
      {"attention", Attention{}, "attention", "What the model attended to, which does not prove what mattered."},
      {"rollout", AttentionRollout{}, "attention", "Attention followed through all layers."},
      {"grad-attention", GradientAttention{}, "attention", "Attention times its gradient, through all layers."},
  };
  return known;
}

std::string method_names() { return list_of(methods()); }

namespace {

/// What other tools and papers call the methods.
constexpr auto other_names =
    std::to_array<std::pair<std::string_view, std::string_view>>({{"ig", "integrated-gradients"},
                                                                  {"saliency", "gradient"},
                                                                  {"vanilla-gradient", "gradient"},
                                                                  {"input-x-gradient", "gradient-x-input"},
                                                                  {"sig", "sequential-integrated-gradients"},
                                                                  {"eg", "expected-gradients"},
                                                                  {"grad-cam", "gradcam"},
                                                                  {"shap", "kernel-shap"},
                                                                  {"kernelshap", "kernel-shap"},
                                                                  {"shapley-values", "shapley"},
                                                                  {"attention-rollout", "rollout"}});

}  // namespace

const NamedMethod& optimal_order() {
  static const NamedMethod known = {"optimal-order", OptimalOrder{}, "perturbation",
                                    "The order in which removing words lowers the result fastest, for up to 12 words.",
                                    false};
  return known;
}

ChosenMethod automatic_method() {
  ChosenMethod chosen = ShapleySampling{.exact = true};
  chosen.automatic = true;
  return chosen;
}

const NamedMethod* find_method(std::string_view name) {
  std::string usual = ascii_lower(name);
  std::ranges::replace_if(
      usual, [](char c) { return c == '_' || c == ' '; }, '-');
  const auto other = std::ranges::find(other_names, usual, &std::pair<std::string_view, std::string_view>::first);
  if (other != other_names.end()) usual = other->second;
  const auto found = std::ranges::find(methods(), usual, &NamedMethod::name);
  if (found != methods().end()) return &*found;
  return usual == optimal_order().name ? &optimal_order() : nullptr;
}

const NamedMethod& named_method(std::string_view name, std::string_view others) {
  if (const NamedMethod* found = find_method(name)) return *found;
  throw option_error("method", "'" + std::string(name) + "'", std::string(others) + method_names());
}

const NamedMethod& named_method(const Method& method) {
  if (std::holds_alternative<OptimalOrder>(method)) return optimal_order();
  const NamedMethod* first = nullptr;
  for (const NamedMethod& known : methods()) {
    if (known.method.index() != method.index()) continue;
    if (!first) first = &known;
    const bool same = std::ranges::all_of(options(), [&](const Option& row) {
      return !row.names_method || !row.of(method) || get(row, method) == get(row, known.method);
    });
    if (same) return known;
  }
  return *first;
}

bool shares_passes(const Method& method) {
  return std::holds_alternative<Gradient>(method) || std::holds_alternative<GradientXInput>(method);
}

std::vector<std::pair<const Option*, OptionValue>> changed_options(const Method& method) {
  const Method& usual = named_method(method).method;
  std::vector<std::pair<const Option*, OptionValue>> changed;
  for (const Option& row : options()) {
    if (!row.of(method)) continue;
    OptionValue value = get(row, method);
    if (value != get(row, usual)) changed.emplace_back(&row, std::move(value));
  }
  return changed;
}

}  // namespace limn
