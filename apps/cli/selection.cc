#include "apps/cli/selection.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "evaluate/judgement.h"
#include "limn/error.h"
#include "render/csv.h"
#include "render/summary.h"

namespace limn::cli {
namespace {

constexpr std::string_view judged = "wrong";  // the field of the conditions "wrong" and "right"

std::optional<double> number_of(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Numbers by value and before texts, texts by their bytes.
bool is_less(const std::optional<std::string>& a, const std::optional<std::string>& b) {
  if (!a || !b) return a.has_value() && !b;  // explanations without the field come last
  const auto x = number_of(*a), y = number_of(*b);
  if (x && y) return *x < *y;
  return x.has_value() != y.has_value() ? x.has_value() : *a < *b;
}

bool compare(const std::string& found, std::string_view comparison, const std::string& value) {
  const auto x = number_of(found), y = number_of(value);
  const bool are_numbers = x && y, is_equal = are_numbers ? *x == *y : found == value;
  if (comparison == "=") return is_equal;
  if (comparison == "!=") return !is_equal;
  if (!are_numbers) return false;
  if (comparison == "<") return *x < *y;
  if (comparison == "<=") return *x <= *y;
  return comparison == ">" ? *x > *y : *x >= *y;
}

}  // namespace

void add_options(CLI::App& command, SelectionOptions& options) {
  command
      .add_option(
          "--where", options.where,
          "only explanations that fulfil the condition: wrong or right (if the rows have a label or answer), or "
          "a field, a comparison (= != < <= > >=) and a value, such as probability<0.6, label=negative or "
          "source=imdb; repeatable")
      ->option_text("CONDITION")
      ->group("Selection")
      ->allow_extra_args(false);
  command
      .add_option("--sort", options.sort,
                  "the order: probability or confidence (highest first), row, or another field; default: that of the "
                  "files")
      ->option_text("FIELD")
      ->group("Selection");
  command.add_flag("--reverse", options.reverse, "the opposite order")->group("Selection");
}

Selection::Selection(const SelectionOptions& options) : sort_(options.sort), reverse_(options.reverse) {
  for (const std::string& text : options.where) {
    if (text == "wrong" || text == "right") {
      conditions_.push_back({std::string(judged), "=", text == "wrong" ? "true" : "false"});
      continue;
    }
    const std::size_t at = text.find_first_of("=!<>");
    std::size_t end = at == text.npos ? at : at + 1;
    if (end < text.size() && text[end] == '=') ++end;
    const std::string comparison = at == text.npos ? "" : text.substr(at, end - at);
    if (at == 0 || at == text.npos || comparison == "!")
      throw Error({.field = "where",
                   .found = "'" + text + "'",
                   .expected = "wrong, right, or a field, a comparison and a value, such as 'probability<0.6'"});
    Condition condition = {text.substr(0, at), comparison == "==" ? "=" : comparison, text.substr(end)};
    if (condition.comparison != "=" && condition.comparison != "!=" && !number_of(condition.value))
      throw Error({.field = "where", .found = "'" + text + "'", .expected = "a number after " + condition.comparison});
    conditions_.push_back(std::move(condition));
  }
}

std::optional<std::string> Selection::value_of(const SelectedExplanation& one, const std::string& field) {
  auto value = [&]() -> std::optional<std::string> {
    const Explanation& why = one.explanation;
    if (field == judged) {
      const auto wrong = is_wrong_prediction(why, one.row.fields);
      return wrong ? std::optional(*wrong ? "true" : "false") : std::nullopt;
    }
    const Cells outcome = outcome_cells(why);
    if (field == "label") return outcome[0];
    if (field == "probability") return outcome[1].empty() ? std::nullopt : std::optional(outcome[1]);
    if (field == "target") return outcome[2];
    if (field == "row") return std::to_string(one.number);
    if (field == "model") return why.model;
    if (field == "method") return why.method.name;
    if (field == "confidence")
      if (const auto confidence = verdict(why).confidence) return fmt::format("{}", *confidence);
    const auto& fields = one.row.fields;
    auto own = fields.find(field);
    if (own == fields.end() && field.starts_with("input_")) own = fields.find(field.substr(6));
    return own == fields.end() ? std::nullopt : std::optional(own->second);
  }();
  if (value) found_.insert(field);
  return value;
}

bool Selection::holds(const SelectedExplanation& one) {
  ++seen_;
  bool result = true;
  for (const Condition& condition : conditions_) {
    const auto value = value_of(one, condition.field);
    result = value && compare(*value, condition.comparison, condition.value) && result;
  }
  if (sort_) value_of(one, *sort_);  // so that a wrong name is noticed even if nothing is left
  return result;
}

void Selection::sort(std::vector<SelectedExplanation>& explanations) {
  if (sort_) {
    const bool highest_first = (*sort_ == "probability" || *sort_ == "confidence") != reverse_;
    std::vector<std::pair<std::optional<std::string>, std::size_t>> order;
    for (std::size_t i = 0; i < explanations.size(); ++i) order.emplace_back(value_of(explanations[i], *sort_), i);
    std::stable_sort(order.begin(), order.end(), [&](const auto& a, const auto& b) {
      if (a.first && b.first && highest_first) return is_less(b.first, a.first);
      return is_less(a.first, b.first);
    });
    std::vector<SelectedExplanation> sorted;
    sorted.reserve(order.size());
    for (const auto& [value, index] : order) sorted.push_back(std::move(explanations[index]));
    explanations = std::move(sorted);
  } else if (reverse_) {
    std::reverse(explanations.begin(), explanations.end());
  }
}

void Selection::check_fields() const {
  if (seen_ == 0) return;
  for (const Condition& condition : conditions_) {
    if (found_.contains(condition.field)) continue;
    if (condition.field == judged)
      throw Error({.field = "where",
                   .found = "no right label (or answer) in any row",
                   .expected = "rows with a field 'label' or 'answer'",
                   .hint = "limn explain copies the fields of its --input into each row"});
    throw Error({.field = "where", .found = "'" + condition.field + "'", .expected = "a field of the explanations"});
  }
  if (sort_ && !found_.contains(*sort_))
    throw Error({.field = "sort", .found = "'" + *sort_ + "'", .expected = "a field of the explanations"});
}

}  // namespace limn::cli
