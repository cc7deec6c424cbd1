#include "apps/server/request_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <variant>

namespace limn::server {
namespace {

constexpr std::size_t most_backgrounds = 64;

std::optional<std::vector<std::string>> read_background(Fields& fields) {
  const auto* list = fields.value("background");
  if (!list) return std::nullopt;
  const bool is_list = list->is_array() && !list->empty() && list->size() <= most_backgrounds;
  if (!is_list || !std::ranges::all_of(*list, [](const auto& text) { return text.is_string(); })) {
    throw Error({.thing = "--background",
                 .found = list->is_array() ? fmt::format("a list of {}", list->size()) : "no list",
                 .expected = fmt::format("a list of 1 to {} texts", most_backgrounds)});
  }
  return list->get<std::vector<std::string>>();
}

void check(const char* option, std::size_t number, std::size_t most) {
  if (number <= most) return;
  throw Error({.thing = option,
               .found = fmt::format("{}, what the method has by itself", number),
               .expected = fmt::format("at most {}", most),
               .hint = "this server's limit; ask for fewer"});
}

}  // namespace

void read_reading(Fields& fields, const Limits& limits, PredictOptions& options) {
  if (const auto length = fields.count("max_length", 0, any_number)) options.max_length = *length;
  if (const auto stride = fields.count("stride", 0, any_number)) options.stride = *stride;
  if (const auto threshold = fields.number("null_threshold")) options.null_threshold = *threshold;
  options.null_allowed = !fields.flag("always_answer");
  if (const auto top = fields.count("top", 1, limits.top)) options.top = *top;
}

ExplainOptions read_explaining(Fields& fields, const Limits& limits) {
  ExplainOptions options;
  read_reading(fields, limits, options.reading);
  options.target = fields.text_or_number("target");
  options.answer = fields.text("answer");
  options.contrast = fields.text("contrast");
  options.raw = fields.flag("raw");
  return options;
}

RequestedMethod read_method(Fields& fields, const Limits& limits) {
  RequestedMethod requested;
  cli::MethodOptions& options = requested.options;
  options.preset = fields.text("preset");
  options.explain = fields.text("explain");
  options.reduce = fields.text("reduce");
  options.layer = fields.text_or_number("layer");
  options.normalize = fields.text("normalize");
  options.word_score = fields.text("word_score");
  options.baseline = fields.text("baseline");
  options.masking = fields.text("masking");
  options.flavour = fields.text("flavour");
  options.order = fields.text("order");
  options.steps = fields.count("steps", 1, limits.steps);
  options.max_steps = fields.count("max_steps", 1, limits.steps);
  options.samples = fields.count("samples", 1, limits.samples);
  options.head = fields.count("head", 1, any_number);
  options.window = fields.count("window", 1, any_number);
  options.features = fields.count("features", 0, any_number);
  options.sigma = fields.number("sigma", 0);
  options.tolerance = fields.number("tolerance");
  options.kernel_width = fields.number("kernel_width");
  options.present = fields.number("present");
  options.absolute = fields.flag("absolute");
  options.exact = fields.flag("exact");
  options.seed = fields.seed("seed").value_or(0);
  requested.background = read_background(fields);
  requested.unit = fields.text("unit");
  return requested;
}

bool set_background(const RequestedMethod& requested, Method& method) {
  if (!requested.background) return true;
  return std::visit(
      [&](auto& chosen) {
        if constexpr (requires { chosen.background; }) {
          chosen.background = *requested.background;
          return true;
        }
        return false;
      },
      method);
}

void bound(Method& method, const Limits& limits) {
  std::visit(
      [&](auto& chosen) {
        if constexpr (
            requires { chosen.steps; })
          check("--steps", chosen.steps, limits.steps);
        if constexpr (
            requires { chosen.max_steps; })
          chosen.max_steps = std::min(chosen.max_steps, limits.steps);
        if constexpr (
            requires { chosen.samples; })
          check("--samples", chosen.samples, limits.samples);
        if constexpr (
            requires { chosen.permutations; })
          check("--samples", chosen.permutations, limits.samples);
        if constexpr (
            requires { chosen.evaluations; })
          check("--samples", chosen.evaluations, limits.samples);
      },
      method);
}

}  // namespace limn::server
