#include "explain/method_info.h"

#include <fmt/format.h>

#include <string>
#include <type_traits>
#include <variant>

#include "limn/error.h"
#include "options/methods.h"
#include "options/names.h"
#include "options/option.h"

namespace limn {

CommonOptions common_options(const Method& method, const EncoderConfig& config) {
  return std::visit(
      [&](const auto& m) {
        CommonOptions common;
        common.name = named_method(method).name;
        common.normalize = m.normalize;
        if constexpr (
            requires { m.explain; })
          common.explain = m.explain;
        if constexpr (
            requires { m.seed; })
          common.seed = m.seed;
        if constexpr (
            requires { m.reduce; }) {
          common.takes_reduce = true;
          common.reduce = m.reduce;
          common.absolute = m.absolute;
        }
        if constexpr (
            requires { m.layer.number; }) {
          common.takes_layer = true;
          common.layer = m.layer;
        } else if constexpr (
            requires { m.layer->number; }) {
          common.takes_layer = true;
          const bool is_gradcam = std::is_same_v<std::remove_cvref_t<decltype(m)>, GradCam>;
          const Layer last = {static_cast<int>(config.layers)};
          const Layer input = config.normalizes_words_alone() ? Layer::embeddings() : Layer::word();
          common.layer = m.layer.value_or(is_gradcam ? last : input);
          common.moves_layer = !m.layer && !is_gradcam && input != Layer::word();
        }
        return common;
      },
      method);
}

MethodInfo method_info(const Method& method, const EncoderConfig& config, const ExplainOptions& options) {
  const CommonOptions common = common_options(method, config);
  MethodInfo info;
  info.name = common.name;
  info.layer = common.takes_layer ? name_of(common.layer) : "";
  info.reduce = common.takes_reduce ? name_of(common.reduce) : "";
  info.normalize = name_of(common.normalize);
  info.unit = name_of(options.unit.value_or(Unit::word));
  info.seed = common.seed;
  info.method = method;
  info.word_score = options.word_score;
  for (const char* name : {"baseline", "masking"})
    if (const Option& row = option(name); row.of(method)) info.baseline = text_of(get(row, method));
  std::visit(
      [&](const auto& m) {
        // These scores are never negative: norms, squares, attention, and absolute values.
        bool is_signed = (!common.takes_reduce || common.reduce == Reduce::sum) && !common.absolute &&
                         common.normalize != Normalize::minmax;
        if constexpr (requires { m.statistic; })
          is_signed = is_signed && m.statistic != SmoothGrad::Statistic::square &&
                      m.statistic != SmoothGrad::Statistic::variance;
        using M = std::remove_cvref_t<decltype(m)>;
        if constexpr (std::is_same_v<M, Attention> || std::is_same_v<M, AttentionRollout> ||
                      std::is_same_v<M, GradientAttention> || std::is_same_v<M, GradCam> || std::is_same_v<M, Sobol> ||
                      std::is_same_v<M, Rise> || std::is_same_v<M, OptimalOrder>)
          is_signed = false;
        info.is_signed = is_signed;
      },
      method);
  return info;
}

WordScore word_score_of(const MethodInfo& info, const ExplainOptions& options) {
  return options.word_score.value_or(info.is_signed ? WordScore::sum : WordScore::absmax);
}

WordScore word_score_of(const Method& method, const EncoderConfig& config, const ExplainOptions& options) {
  return word_score_of(method_info(method, config, options), options);
}

void check_method(const Method& method, const EncoderConfig& config) {
  const CommonOptions common = common_options(method, config);
  const std::string layer = name_of(common.layer);
  if (common.takes_layer && (common.layer.number < -1 || common.layer.number > static_cast<int>(config.layers)))
    throw Error({.field = "layer",
                 .found = layer,
                 .expected = fmt::format("word, embeddings, or the output of a layer from 1 to {}", config.layers)});
  if (common.takes_reduce && common.reduce == Reduce::onehot_l2) {
    if (!std::holds_alternative<Gradient>(method))
      throw Error({.field = "reduce",
                   .found = "onehot-l2",
                   .expected = fmt::format("sum, l1, l2 or mean-abs for {}", common.name),
                   .hint = "onehot-l2 is a norm of the gradient itself: use the method gradient"});
    if (common.layer != Layer::word())
      throw Error({.field = "reduce",
                   .found = "onehot-l2 at layer " + layer,
                   .expected = "the layer word, whose input is one-hot",
                   .hint = "l2 works at every layer"});
  }
  if (const auto* path = std::get_if<IntegratedGradients>(&method); path && path->sequential && !path->multiply_input)
    throw Error({.thing = "a sequential path", .found = "gradients without x - x0", .expected = "their products"});
  if (const auto* attention = std::get_if<Attention>(&method)) {
    const auto check = [](std::string_view name, std::optional<std::size_t> given, std::size_t most) {
      if (given && (*given < 1 || *given > most))
        throw option_error(name, std::to_string(*given), fmt::format("1 to {}", most));
    };
    check("layer", attention->layer, config.layers);
    check("head", attention->head, config.heads);
  }
  check_ranges(method);
}

}  // namespace limn
