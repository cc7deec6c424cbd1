#include "explain/method_info.h"

#include <fmt/format.h>

#include <iterator>
#include <string>
#include <type_traits>
#include <variant>

#include "limn/error.h"

namespace limn {
namespace {

std::string name_of(Layer layer) {
  if (layer == Layer::word()) return "word";
  if (layer == Layer::embeddings()) return "embeddings";
  return std::to_string(layer.number);
}

std::string name_of(Reduce reduce) {
  switch (reduce) {
    case Reduce::sum:
      return "sum";
    case Reduce::l1:
      return "l1";
    case Reduce::l2:
      return "l2";
    case Reduce::mean_abs:
      return "mean-abs";
    case Reduce::onehot_l2:
      break;
  }
  return "onehot-l2";
}

std::string name_of(Normalize normalize) {
  switch (normalize) {
    case Normalize::none:
      return "none";
    case Normalize::l1:
      return "l1";
    case Normalize::l2:
      return "l2";
    case Normalize::max:
      return "max";
    case Normalize::minmax:
      break;
  }
  return "minmax";
}

std::string name_of(Unit unit) {
  switch (unit) {
    case Unit::token:
      return "token";
    case Unit::word:
      return "word";
    case Unit::clause:
      return "clause";
    case Unit::sentence:
      break;
  }
  return "sentence";
}

std::string_view name_of(Baseline::Kind kind) {
  switch (kind) {
    case Baseline::Kind::pad:
      return "pad";
    case Baseline::Kind::zero:
      return "zero";
    case Baseline::Kind::mask:
      return "mask";
    case Baseline::Kind::unk:
      return "unk";
    case Baseline::Kind::mean:
      return "mean";
    case Baseline::Kind::text:
      break;
  }
  return "text";
}

std::string_view name_of(Masking masking) {
  switch (masking) {
    case Masking::mask:
      return "mask";
    case Masking::remove:
      return "remove";
    case Masking::pad:
      return "pad";
    case Masking::unk:
      break;
  }
  return "unk";
}

constexpr std::string_view names[] = {"gradient",
                                      "gradient-x-input",
                                      "smoothgrad",
                                      "integrated-gradients",
                                      "expected-gradients",
                                      "gradcam",
                                      "occlusion",
                                      "lime",
                                      "kernel-shap",
                                      "shapley",
                                      "partition-shap",
                                      "rise",
                                      "sobol",
                                      "attention",
                                      "rollout",
                                      "grad-attention"};
static_assert(std::size(names) == std::variant_size_v<Method>);

template <class M>
std::string name_of_method(const M& method) {
  if constexpr (requires { method.statistic; }) {
    if (method.statistic == SmoothGrad::Statistic::square) return "squaregrad";
    if (method.statistic == SmoothGrad::Statistic::variance) return "vargrad";
  }
  if constexpr (requires { method.sequential; }) {
    if (method.sequential) return "sequential-integrated-gradients";
  }
  return std::string(names[Method(method).index()]);
}

}  // namespace

Knobs knobs_of(const Method& method, const EncoderConfig& config) {
  return std::visit(
      [&](const auto& m) {
        Knobs knobs;
        knobs.name = names[method.index()];
        knobs.normalize = m.normalize;
        if constexpr (
            requires { m.explain; })
          knobs.explain = m.explain;
        if constexpr (
            requires { m.seed; })
          knobs.seed = m.seed;
        if constexpr (
            requires { m.reduce; }) {
          knobs.takes_reduce = true;
          knobs.reduce = m.reduce;
          knobs.absolute = m.absolute;
        }
        if constexpr (
            requires { m.layer.number; }) {
          knobs.takes_layer = true;
          knobs.layer = m.layer;
        } else if constexpr (
            requires { m.layer->number; }) {
          knobs.takes_layer = true;
          const bool is_gradcam = std::is_same_v<std::remove_cvref_t<decltype(m)>, GradCam>;
          const Layer last = {static_cast<int>(config.layers)};
          const Layer input = config.normalizes_words_alone() ? Layer::embeddings() : Layer::word();
          knobs.layer = m.layer.value_or(is_gradcam ? last : input);
          knobs.moves_layer = !m.layer && !is_gradcam && input != Layer::word();
        }
        return knobs;
      },
      method);
}

MethodInfo method_info(const Method& method, const EncoderConfig& config, const ExplainOptions& options) {
  const Knobs knobs = knobs_of(method, config);
  MethodInfo info;
  info.layer = knobs.takes_layer ? name_of(knobs.layer) : "";
  info.reduce = knobs.takes_reduce ? name_of(knobs.reduce) : "";
  info.normalize = name_of(knobs.normalize);
  info.unit = name_of(options.unit);
  info.seed = knobs.seed;
  std::visit(
      [&](const auto& m) {
        info.name = name_of_method(m);
        if constexpr (requires { m.baseline; })
          info.baseline =
              m.baseline.kind == Baseline::Kind::text ? m.baseline.text : std::string(name_of(m.baseline.kind));
        if constexpr (requires { m.masking; }) info.baseline = name_of(m.masking);
        // What never falls below zero: norms, squares, attention, and whatever its absolute value was taken of.
        bool is_signed = (!knobs.takes_reduce || knobs.reduce == Reduce::sum) && !knobs.absolute &&
                         knobs.normalize != Normalize::minmax;
        if constexpr (requires { m.statistic; })
          is_signed = is_signed && m.statistic != SmoothGrad::Statistic::square &&
                      m.statistic != SmoothGrad::Statistic::variance;
        using M = std::remove_cvref_t<decltype(m)>;
        if constexpr (std::is_same_v<M, Attention> || std::is_same_v<M, AttentionRollout> ||
                      std::is_same_v<M, GradientAttention> || std::is_same_v<M, GradCam> || std::is_same_v<M, Sobol> ||
                      std::is_same_v<M, Rise>)
          is_signed = false;
        info.is_signed = is_signed;
      },
      method);
  return info;
}

void check_method(const Method& method, const EncoderConfig& config) {
  const Knobs knobs = knobs_of(method, config);
  const std::string layer = name_of(knobs.layer);
  if (knobs.takes_layer && (knobs.layer.number < -1 || knobs.layer.number > static_cast<int>(config.layers)))
    throw Error({.thing = "--layer",
                 .found = layer,
                 .expected = fmt::format("word, embeddings, or the output of a layer from 1 to {}", config.layers)});
  if (knobs.takes_reduce && knobs.reduce == Reduce::onehot_l2) {
    if (!std::holds_alternative<Gradient>(method))
      throw Error({.thing = "--reduce",
                   .found = "onehot-l2",
                   .expected = fmt::format("sum, l1, l2 or mean-abs for {}", knobs.name),
                   .hint = "onehot-l2 is a norm of the gradient itself: use --method gradient"});
    if (knobs.layer != Layer::word())
      throw Error({.thing = "--reduce onehot-l2",
                   .found = "--layer " + layer,
                   .expected = "--layer word, since one-hot vectors enter at the word embedding",
                   .hint = "use --reduce l2 there"});
  }
  const auto refuse = [&](std::string_view option, auto found, std::string_view expected) {
    throw Error({.thing = std::string(option), .found = fmt::format("{}", found), .expected = std::string(expected)});
  };
  std::visit(
      [&](const auto& m) {
        if constexpr (requires { m.samples; })
          if (m.samples == 0) refuse("--samples", m.samples, "at least 1");
        if constexpr (requires { m.permutations; })
          if (m.permutations == 0) refuse("--samples", m.permutations, "at least 1");
        if constexpr (requires { m.evaluations; })
          if (m.evaluations == 0) refuse("--samples", m.evaluations, "at least 1");
        if constexpr (requires { m.window; })
          if (m.window == 0) refuse("--window", m.window, "at least 1");
        if constexpr (requires { m.sequential; })
          if (m.sequential && !m.multiply_input)
            throw Error(
                {.thing = "a sequential path", .found = "gradients without x - x0", .expected = "their products"});
        if constexpr (requires { m.sigma; })
          if (!(m.sigma >= 0)) refuse("--sigma", m.sigma, "a number of 0 or more");
        if constexpr (requires { m.tolerance; })
          if (!(m.tolerance > 0)) refuse("--tolerance", m.tolerance, "a number above 0");
        if constexpr (requires { m.kernel_width; })
          if (m.kernel_width && !(*m.kernel_width > 0)) refuse("--kernel-width", *m.kernel_width, "a number above 0");
        if constexpr (requires { m.probability; })
          if (!(m.probability > 0 && m.probability < 1)) refuse("--present", m.probability, "a number between 0 and 1");
        if constexpr (std::is_same_v<std::remove_cvref_t<decltype(m)>, Attention>) {
          if (m.layer && (*m.layer < 1 || *m.layer > config.layers))
            refuse("--layer", *m.layer, fmt::format("1 to {}", config.layers));
          if (m.head && (*m.head < 1 || *m.head > config.heads))
            refuse("--head", *m.head, fmt::format("1 to {}", config.heads));
        }
      },
      method);
}

}  // namespace limn
