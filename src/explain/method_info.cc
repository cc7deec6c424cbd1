#include "explain/method_info.h"

#include <fmt/format.h>

#include <string>

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
    case Reduce::sum: return "sum";
    case Reduce::l1: return "l1";
    case Reduce::l2: return "l2";
    case Reduce::onehot_l2: break;
  }
  return "onehot-l2";
}

std::string name_of(Normalize normalize) {
  switch (normalize) {
    case Normalize::none: return "none";
    case Normalize::l1: return "l1";
    case Normalize::l2: return "l2";
    case Normalize::max: return "max";
    case Normalize::minmax: break;
  }
  return "minmax";
}

std::string name_of(Unit unit) { return unit == Unit::token ? "token" : unit == Unit::word ? "word" : "sentence"; }

std::string name_of(const Method& method) { return std::holds_alternative<Gradient>(method) ? "gradient" : "gradient-x-input"; }

}  // namespace

Scalar scalar_of(const Method& method) {
  return std::visit([](const auto& m) { return m.explain; }, method);
}
Layer layer_of(const Method& method) {
  return std::visit([](const auto& m) { return m.layer; }, method);
}
Reduce reduce_of(const Method& method) {
  return std::visit([](const auto& m) { return m.reduce; }, method);
}
Normalize normalize_of(const Method& method) {
  return std::visit([](const auto& m) { return m.normalize; }, method);
}

MethodInfo method_info(const Method& method, const ExplainOptions& options) {
  MethodInfo info;
  info.name = name_of(method);
  info.layer = name_of(layer_of(method));
  info.reduce = name_of(reduce_of(method));
  info.normalize = name_of(normalize_of(method));
  info.unit = name_of(options.unit);
  info.is_signed = reduce_of(method) == Reduce::sum && normalize_of(method) != Normalize::minmax;
  return info;
}

void check_method(const Method& method, const EncoderConfig& config) {
  const Layer layer = layer_of(method);
  if (layer.number < -1 || layer.number > static_cast<int>(config.layers))
    throw Error({.thing = "--layer",
                 .found = std::to_string(layer.number),
                 .expected = fmt::format("word, embeddings, or the output of a layer from 1 to {}", config.layers)});
  if (reduce_of(method) != Reduce::onehot_l2) return;
  if (layer != Layer::word())
    throw Error({.thing = "--reduce onehot-l2",
                 .found = "--layer " + name_of(layer),
                 .expected = "--layer word, since one-hot vectors enter at the word embedding",
                 .hint = "use --reduce l2 there"});
  if (std::holds_alternative<GradientXInput>(method))
    throw Error({.thing = "--reduce",
                 .found = "onehot-l2",
                 .expected = "sum, l1 or l2 for gradient-x-input",
                 .hint = "onehot-l2 is a norm of the gradient itself: use --method gradient"});
}

}  // namespace limn
