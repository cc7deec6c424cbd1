#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <type_traits>

#include "apps/cli/input.h"
#include "apps/cli/options.h"
#include "limn/error.h"

namespace limn::cli {
namespace {

/// Sets one knob of a method from an option that was given.
/// @throws Error if the method has no such knob.
class Knobs {
 public:
  /// @param method for messages: "--method lime"
  /// @param without if not null: gets the options that this method does not have, which are an Error otherwise
  Knobs(std::string method, std::vector<std::string>* without) : method_(std::move(method)), without_(without) {}

  /// @param knob (auto& method) -> reference to the knob; compiles only for methods that have it
  /// @param read (const Given&) -> its value
  template <class M, class Given, class Knob, class Read>
  void set(M& method, const char* option, const std::optional<Given>& given, const Knob& knob, const Read& read) {
    if (!given) return;
    if constexpr (requires { knob(method); }) {
      const auto value = read(*given);
      if constexpr (requires { knob(method) == value; })
        changed_ = changed_ || !(knob(method) == value);
      else
        changed_ = true;
      knob(method) = value;
    } else if (without_) {
      without_->push_back(option);
    } else {
      throw Error({.thing = option, .found = method_, .expected = "a method that has this option"});
    }
  }
  bool changed() const { return changed_; }

 private:
  std::string method_;
  std::vector<std::string>* without_;
  bool changed_ = false;
};

Baseline find_baseline(const std::string& given) {
  for (const auto& [name, kind] : baselines.entries)
    if (name == given) return {.kind = kind, .text = {}};
  return {.kind = Baseline::Kind::text, .text = given};
}

std::size_t at_least_one(const char* option, std::size_t number) {
  if (number == 0) throw Error({.thing = option, .found = "0", .expected = "at least 1"});
  return number;
}

/// Layers of attention count from 1.
std::size_t find_attention_layer(const std::string& name) {
  const int number = find_layer(name).number;
  if (number < 1)
    throw Error(
        {.thing = "--layer", .found = "'" + name + "'", .expected = "the number of a layer, from 1, for attention"});
  return static_cast<std::size_t>(number);
}

std::vector<std::string> read_background(const std::string& file) {
  ItemReader reader(file, Task::sequence_classification);
  std::vector<std::string> texts;
  for (auto items = reader.next_batch(64); !items.empty(); items = reader.next_batch(64)) {
    for (Item& item : items) {
      if (item.error) throw Error(*item.error);
      texts.push_back(std::move(item.input.text));
    }
  }
  if (texts.empty())
    throw Error({.file = file, .thing = "--background", .found = "no text", .expected = "at least one"});
  return texts;
}

}  // namespace

const std::vector<NamedMethod>& methods() {
  static const std::vector<NamedMethod> known = {
      {"gradient", Gradient{}},
      {"gradient-x-input", GradientXInput{}},
      {"smoothgrad", SmoothGrad{}},
      {"squaregrad", SmoothGrad{.statistic = SmoothGrad::Statistic::square}},
      {"vargrad", SmoothGrad{.statistic = SmoothGrad::Statistic::variance}},
      {"integrated-gradients", IntegratedGradients{}},
      {"sequential-integrated-gradients",
       IntegratedGradients{.baseline = {.kind = Baseline::Kind::mask, .text = {}}, .sequential = true}},
      {"expected-gradients", ExpectedGradients{}},
      {"gradcam", GradCam{}},
      {"occlusion", Occlusion{}},
      {"lime", Lime{}},
      {"kernel-shap", KernelShap{}},
      {"shapley", ShapleySampling{}},
      {"partition-shap", PartitionShap{}},
      {"rise", Rise{}},
      {"sobol", Sobol{}},
      {"attention", Attention{}},
      {"rollout", AttentionRollout{}},
      {"grad-attention", GradientAttention{}},
  };
  return known;
}

std::string method_names() {
  std::string list;
  for (const auto& [name, method] : methods()) list += (list.empty() ? "" : ", ") + std::string(name);
  return list;
}

Method find_method(const std::string& name, const std::string& others) {
  for (const auto& known : methods())
    if (known.name == name) return known.method;
  throw Error({.thing = "--method", .found = "'" + name + "'", .expected = others + method_names()});
}

bool is_one_pass(const Method& method) {
  return std::holds_alternative<Gradient>(method) || std::holds_alternative<GradientXInput>(method);
}

ChosenMethod choose_method(const MethodOptions& options, std::optional<Task> task, std::vector<std::string>* without) {
  ChosenMethod chosen;
  bool as_preset = false;
  if (options.preset) {
    const Preset& known = preset(*options.preset, task);
    chosen = {known.method, std::string(known.name), known.unit, known.word_score, known.hide_special};
    as_preset = true;
  }
  if (options.method) {
    const Method method = find_method(*options.method);
    if (method.index() != chosen.method.index() || !options.preset) chosen.method = method, as_preset = false;
  }
  Knobs knobs(options.preset && !options.method ? "--preset " + *options.preset
                                                : "--method " + options.method.value_or("gradient"),
              without);
  std::visit(
      [&](auto& method) {
        using M = std::remove_cvref_t<decltype(method)>;
        const MethodOptions& o = options;
        const auto number = [](auto value) { return value; };
        const auto given = [](bool flag) { return flag ? std::optional(true) : std::nullopt; };
        knobs.set(
            method, "--explain", o.explain, [](auto& m) -> decltype((m.explain)) { return m.explain; },
            [](const auto& given) { return scalars.find("--explain", given); });
        if constexpr (std::is_same_v<M, Attention>) {
          knobs.set(
              method, "--layer", o.layer, [](auto& m) -> decltype((m.layer)) { return m.layer; }, find_attention_layer);
        } else {
          knobs.set(
              method, "--layer", o.layer, [](auto& m) -> decltype((m.layer)) { return m.layer; }, find_layer);
        }
        knobs.set(
            method, "--reduce", o.reduce, [](auto& m) -> decltype((m.reduce)) { return m.reduce; },
            [](const auto& given) { return reductions.find("--reduce", given); });
        knobs.set(
            method, "--normalize", o.normalize, [](auto& m) -> decltype((m.normalize)) { return m.normalize; },
            [](const auto& given) { return normalizers.find("--normalize", given); });
        knobs.set(
            method, "--baseline", o.baseline, [](auto& m) -> decltype((m.baseline)) { return m.baseline; },
            [&](const auto& given) {
              Baseline baseline = find_baseline(given);
              if constexpr (requires { method.baseline; }) baseline.keep_special = method.baseline.keep_special;
              return baseline;
            });
        knobs.set(
            method, "--masking", o.masking, [](auto& m) -> decltype((m.masking)) { return m.masking; },
            [](const auto& given) { return maskings.find("--masking", given); });
        knobs.set(
            method, "--background", o.background, [](auto& m) -> decltype((m.background)) { return m.background; },
            read_background);
        knobs.set(
            method, "--steps", o.steps, [](auto& m) -> decltype((m.steps)) { return m.steps; },
            [](std::size_t given) { return at_least_one("--steps", given); });
        knobs.set(
            method, "--tolerance", o.tolerance, [](auto& m) -> decltype((m.tolerance)) { return m.tolerance; }, number);
        knobs.set(
            method, "--max-steps", o.max_steps, [](auto& m) -> decltype((m.max_steps)) { return m.max_steps; },
            [](std::size_t given) { return at_least_one("--max-steps", given); });
        knobs.set(
            method, "--sigma", o.sigma, [](auto& m) -> decltype((m.sigma)) { return m.sigma; }, number);
        knobs.set(
            method, "--window", o.window, [](auto& m) -> decltype((m.window)) { return m.window; }, number);
        knobs.set(
            method, "--flavour", o.flavour, [](auto& m) -> decltype((m.flavour)) { return m.flavour; },
            [](const auto& given) { return flavours.find("--flavour", given); });
        knobs.set(
            method, "--features", o.features, [](auto& m) -> decltype((m.features)) { return m.features; }, number);
        knobs.set(
            method, "--kernel-width", o.kernel_width,
            [](auto& m) -> decltype((m.kernel_width)) { return m.kernel_width; }, number);
        knobs.set(
            method, "--present", o.present, [](auto& m) -> decltype((m.probability)) { return m.probability; }, number);
        knobs.set(
            method, "--order", o.order, [](auto& m) -> decltype((m.total)) { return m.total; },
            [](const auto& given) { return sobol_orders.find("--order", given); });
        knobs.set(
            method, "--exact", given(o.exact), [](auto& m) -> decltype((m.exact)) { return m.exact; }, number);
        knobs.set(
            method, "--absolute", given(o.absolute), [](auto& m) -> decltype((m.absolute)) { return m.absolute; },
            number);
        knobs.set(
            method, "--head", o.head, [](auto& m) -> decltype((m.head)) { return m.head; },
            [](std::size_t given) { return at_least_one("--head", given); });
        knobs.set(
            method, "--samples", o.samples, [](auto& m) -> std::size_t& requires requires {
              m.permutations;
            } || requires { m.evaluations; } || requires { m.samples; } {
              if constexpr (requires { m.permutations; })
                return m.permutations;
              else if constexpr (requires { m.evaluations; })
                return m.evaluations;
              else
                return m.samples;
            },
            number);
        if constexpr (requires { method.seed; }) method.seed = o.seed;
      },
      chosen.method);
  if (knobs.changed() || !as_preset) chosen.preset.reset();
  if (options.word_score) chosen.word_score = word_scores.find("--word-score", *options.word_score);
  return chosen;
}

Unit choose_unit(const std::optional<std::string>& given, ChosenMethod& chosen) {
  const Unit usual = chosen.unit.value_or(Unit::word);
  if (!given) return usual;
  const Unit unit = units.find("--unit", *given);
  if (chosen.unit && unit != usual) chosen.preset.reset();
  return unit;
}

}  // namespace limn::cli
