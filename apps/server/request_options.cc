#include "apps/server/request_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>

namespace limn::server {
namespace {

constexpr std::size_t most_backgrounds = 64;

std::optional<std::vector<std::string>> read_background(Fields& fields) {
  const auto* list = fields.value("background");
  if (!list) return std::nullopt;
  const bool is_list = list->is_array() && !list->empty() && list->size() <= most_backgrounds;
  if (!is_list || !std::ranges::all_of(*list, [](const auto& text) { return text.is_string(); })) {
    throw Error({.field = "background",
                 .found = list->is_array() ? fmt::format("a list of {}", list->size()) : "no list",
                 .expected = fmt::format("a list of 1 to {} texts", most_backgrounds)});
  }
  return list->get<std::vector<std::string>>();
}

void check(const char* option, std::size_t number, std::size_t most) {
  if (number <= most) return;
  throw Error({.field = option,
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

MethodRequest read_method(Fields& fields, const Limits& limits) {
  MethodRequest request;
  request.preset = fields.text("preset");
  for (const Option& row : options()) {
    const bool is_of_methods = !row.methods.empty() || row.name == "unit" || row.name == "word-score";
    if (row.preset_only || !is_of_methods) continue;
    if (!row.former_name.empty() && fields.value(std::string(row.former_name).c_str())) option(row.former_name);
    const std::string field = row.field();
    const char* name = field.c_str();
    const auto add = [&](const auto& value) {
      if (value) request.options.push_back({&row, *value});
    };
    if (row.type == OptionType::count && row.name == "seed") {
      add(fields.seed(name));
    } else if (row.type == OptionType::count) {
      const bool is_steps = row.name == "steps" || row.name == "max-steps";
      const std::size_t most = is_steps ? limits.steps : row.name == "samples" ? limits.samples : any_number;
      add(fields.count(name, static_cast<std::size_t>(std::max(row.range.least, 0.)), most));
    } else if (row.type == OptionType::number) {
      add(row.range.open ? fields.number(name) : fields.number(name, row.range.least));
    } else if (row.type == OptionType::flag) {
      if (fields.flag(name)) add(std::optional(true));
    } else if (row.type == OptionType::texts) {
      add(read_background(fields));
    } else if (row.type == OptionType::layer) {
      add(fields.text_or_number(name));
    } else {
      add(fields.text(name));
    }
  }
  return request;
}

void bound(Method& method, const Limits& limits) {
  std::visit(
      [&](auto& chosen) {
        if constexpr (
            requires { chosen.steps; })
          check("steps", chosen.steps, limits.steps);
        if constexpr (
            requires { chosen.max_steps; })
          chosen.max_steps = std::min(chosen.max_steps, limits.steps);
        if constexpr (
            requires { chosen.samples; })
          check("samples", chosen.samples, limits.samples);
        if constexpr (
            requires { chosen.permutations; })
          check("samples", chosen.permutations, limits.samples);
        if constexpr (
            requires { chosen.evaluations; })
          check("samples", chosen.evaluations, limits.samples);
      },
      method);
}

}  // namespace limn::server
