#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "limn/error.h"
#include "limn/options.h"

/// The names of option values, in the order in which messages and help texts list them.

namespace limn {

template <class Value>
struct Named {
  std::string_view name;
  Value value;
};

/// The names of an enumeration's values.
template <class Value>
inline constexpr std::array<Named<Value>, 0> names = {};

template <>
inline constexpr auto names<Scalar> = std::to_array<Named<Scalar>>({{"logit", Scalar::logit},
                                                                    {"probability", Scalar::probability},
                                                                    {"log-probability", Scalar::log_probability},
                                                                    {"loss", Scalar::loss},
                                                                    {"margin", Scalar::margin},
                                                                    {"max-logit", Scalar::max_logit}});
template <>
inline constexpr auto names<Reduce> = std::to_array<Named<Reduce>>({{"sum", Reduce::sum},
                                                                    {"l1", Reduce::l1},
                                                                    {"l2", Reduce::l2},
                                                                    {"mean-abs", Reduce::mean_abs},
                                                                    {"onehot-l2", Reduce::onehot_l2}});
template <>
inline constexpr auto names<Normalize> = std::to_array<Named<Normalize>>({{"none", Normalize::none},
                                                                          {"l1", Normalize::l1},
                                                                          {"l2", Normalize::l2},
                                                                          {"max", Normalize::max},
                                                                          {"minmax", Normalize::minmax}});
template <>
inline constexpr auto names<Unit> = std::to_array<Named<Unit>>(
    {{"token", Unit::token}, {"word", Unit::word}, {"clause", Unit::clause}, {"sentence", Unit::sentence}});
template <>
inline constexpr auto names<WordScore> = std::to_array<Named<WordScore>>({{"sum", WordScore::sum},
                                                                          {"mean", WordScore::mean},
                                                                          {"absmax", WordScore::absmax}});
template <>
inline constexpr auto names<Aggregation> = std::to_array<Named<Aggregation>>({{"simple", Aggregation::simple},
                                                                              {"first", Aggregation::first},
                                                                              {"average", Aggregation::average},
                                                                              {"max", Aggregation::max}});
template <>
inline constexpr auto names<LongText> = std::to_array<Named<LongText>>({{"windows", LongText::windows},
                                                                        {"beginning", LongText::beginning}});
template <>
inline constexpr auto names<Masking> = std::to_array<Named<Masking>>(
    {{"mask", Masking::mask}, {"remove", Masking::remove}, {"pad", Masking::pad}, {"unk", Masking::unk}});
/// Without `text`: any other value is the text of a baseline.
template <>
inline constexpr auto names<Baseline::Kind> = std::to_array<Named<Baseline::Kind>>({{"pad", Baseline::Kind::pad},
                                                                                    {"zero", Baseline::Kind::zero},
                                                                                    {"mask", Baseline::Kind::mask},
                                                                                    {"unk", Baseline::Kind::unk},
                                                                                    {"mean", Baseline::Kind::mean}});
template <>
inline constexpr auto names<Lime::Flavour> = std::to_array<Named<Lime::Flavour>>({{"marcotcr", Lime::Flavour::marcotcr},
                                                                                  {"captum", Lime::Flavour::captum},
                                                                                  {"ferret", Lime::Flavour::ferret}});
template <>
inline constexpr auto names<KernelShap::Sampling> =
    std::to_array<Named<KernelShap::Sampling>>({{"kernel", KernelShap::Sampling::kernel},
                                                {"leverage", KernelShap::Sampling::leverage},
                                                {"adaptive", KernelShap::Sampling::adaptive}});
template <>
inline constexpr auto names<SmoothGrad::Statistic> =
    std::to_array<Named<SmoothGrad::Statistic>>({{"mean-gradient", SmoothGrad::Statistic::mean_gradient},
                                                 {"mean", SmoothGrad::Statistic::mean},
                                                 {"square", SmoothGrad::Statistic::square},
                                                 {"variance", SmoothGrad::Statistic::variance}});
template <>
inline constexpr auto names<IntegratedGradients::Rule> =
    std::to_array<Named<IntegratedGradients::Rule>>({{"gauss-legendre", IntegratedGradients::Rule::gauss_legendre},
                                                     {"left-riemann", IntegratedGradients::Rule::left_riemann},
                                                     {"lit", IntegratedGradients::Rule::lit}});

/// AttackOptions::sequences: the texts that an attack may change.
inline const std::array<Named<std::vector<int>>, 5> changed_text_names = {
    {{"text", {0}}, {"question", {0}}, {"pair", {1}}, {"context", {1}}, {"both", {0, 1}}}};

/// Returns the names in a table: "a, b, c".
template <class Table>
std::string list_of(const Table& table) {
  std::string text;
  for (const auto& known : table) text += (text.empty() ? "" : ", ") + std::string(known.name);
  return text;
}

/// Returns the value named `given` in a table. @param field of the error: "change".
/// @throws Error that lists the names if the name is unknown.
template <class Table>
auto find_named(const Table& table, std::string_view field, std::string_view given) {
  for (const auto& known : table)
    if (known.name == given) return known.value;
  throw Error({.field = std::string(field), .found = "'" + std::string(given) + "'", .expected = list_of(table)});
}

/// Returns the name of a value, such as "onehot-l2"; the value must have one.
template <class Value>
constexpr std::string_view name_of(Value value) {
  for (const auto& [name, known] : names<Value>)
    if (known == value) return name;
  return {};
}

template <class Value>
constexpr std::optional<Value> find_value(std::string_view given) {
  for (const auto& [name, value] : names<Value>)
    if (name == given) return value;
  return std::nullopt;
}

/// Returns "word", "embeddings", or the number of a layer.
std::string name_of(Layer layer);
/// Returns nothing if `given` is neither a name nor a number from 1.
std::optional<Layer> find_layer(std::string_view given);

}  // namespace limn
