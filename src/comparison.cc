#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/attempt.h"
#include "evaluate/correlation.h"
#include "limn/evaluate.h"

namespace limn {
namespace {

void check_tasks(const std::vector<NamedModel>& models) {
  std::string tasks;
  bool differ = false;
  for (const auto& [name, model] : models) {
    differ = differ || model.info().task != models.front().model.info().task;
    tasks += fmt::format("{}{}: {}", tasks.empty() ? "" : ", ", name, limn::name(model.info().task));
  }
  if (models.empty()) throw Error({.field = "model", .found = "no model", .expected = "at least one"});
  if (differ) throw Error({.field = "model", .found = tasks, .expected = "models of one task"});
}

void correlate(ComparedInput& input) {
  for (std::size_t a = 0; a < input.cells.size(); ++a) {
    for (std::size_t b = a + 1; b < input.cells.size(); ++b) {
      const auto [words, magnitudes, kendall, spearman] = correlate_words(input.cells[a], input.cells[b]);
      input.correlations.push_back({a, b, words, magnitudes, kendall, spearman});
    }
  }
}

}  // namespace

Comparison::Comparison(std::vector<NamedModel> models, std::vector<ListedMethod> methods, ExplainOptions options,
                       std::uint64_t seed)
    : models_(std::move(models)), methods_(std::move(methods)), options_(std::move(options)), seed_(seed) {
  check_tasks(models_);
  for (const auto& [name, model] : models_) {
    ComparedModel& column = axes_.models.emplace_back();
    column.name = name;
    column.parameters = model.info().parameters;
    for (const auto& [file, bytes] : model.info().files) column.bytes += bytes;
  }
  for (const auto& listed : methods_) axes_.methods.push_back(listed.name);
}

std::vector<Result<ComparedInput>> Comparison::operator()(const std::vector<Input>& inputs, const Watch& watch) const {
  std::vector<Result<ComparedInput>> compared(inputs.size(), ComparedInput());
  const auto cells = static_cast<double>(axes_.cells());
  std::size_t cell = 0;
  const auto report = [&](double cells_done) {
    // Thousandths of the work are fine enough to show that the call progresses.
    if (watch.progress) watch.progress(static_cast<std::size_t>(1000 * cells_done / cells), 1000);
  };
  const Watch cell_watch = {
      .progress =
          [&](std::size_t done, std::size_t total) {
            report(static_cast<double>(cell) +
                   static_cast<double>(done) / static_cast<double>(std::max<std::size_t>(total, 1)));
          },
      .cancelled = watch.cancelled};
  for (const auto& [name, model] : models_) {
    for (const auto& [method_name, chosen] : methods_) {
      const auto about_cell = [&, name = name, method_name = method_name](const Error& error) {
        auto parts = error.parts();
        parts.thing = fmt::format("{}, {}{}{}", name, method_name, parts.thing.empty() ? "" : ": ", parts.thing);
        return Error(std::move(parts));
      };
      ExplainOptions options = options_;
      options.word_score = chosen.word_score;
      // An input with an error in one cell is not explained in the remaining cells.
      std::vector<Input> good;
      std::vector<std::size_t> positions;
      for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (!compared[i]) continue;
        good.push_back(inputs[i]);
        positions.push_back(i);
      }
      if (good.empty()) return compared;
      auto explanations = attempt(
          [&, &model = model, &chosen = chosen] { return model.explain(good, chosen.method, options, cell_watch); });
      if (!explanations) throw about_cell(explanations.error());
      for (std::size_t i = 0; i < good.size(); ++i) {
        if (auto& explanation = (*explanations)[i]) {
          explanation->method.preset = chosen.preset;
          explanation->method.seed = seed_;
          compared[positions[i]]->cells.push_back(std::move(*explanation));
        } else {
          compared[positions[i]] = about_cell(explanation.error());
        }
      }
      report(static_cast<double>(++cell));
    }
  }
  for (auto& input : compared)
    if (input) correlate(*input);
  return compared;
}

ComparisonTable Comparison::table(const std::vector<Input>& inputs, const Watch& watch) const {
  ComparisonTable table{axes_, {}};
  for (auto& result : (*this)(inputs, watch))
    if (result)
      table.inputs.push_back(*std::move(result));
    else
      table.inputs.emplace_back().error = result.error().what();
  return table;
}

}  // namespace limn
