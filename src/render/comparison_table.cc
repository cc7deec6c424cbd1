#include "limn/write.h"
#include "render/comparison_csv.h"
#include "render/comparison_json.h"
#include "render/comparison_terminal.h"
#include "render/html.h"

namespace limn {
namespace {

/// Calls add(input) for each input; one of several without a row has its place in the table as its row.
template <class Add>
void for_each_input(const ComparisonTable& comparison, const Add& add) {
  for (std::size_t i = 0; i < comparison.inputs.size(); ++i) {
    ComparedInput input = comparison.inputs[i];
    if (comparison.inputs.size() > 1 && !input.row) input.row = i;
    add(input);
  }
}

}  // namespace

std::string to_json(const ComparisonTable& comparison) {
  std::string text;
  for_each_input(comparison, [&](const ComparedInput& input) { text += to_json(comparison.axes, input) + "\n"; });
  return text;
}

std::string to_html(const ComparisonTable& comparison) { return to_html(comparison.axes, comparison.inputs); }

std::string to_csv(const ComparisonTable& comparison, const TableStyle& style) {
  std::string text;
  for_each_input(comparison,
                 [&](const ComparedInput& input) { text += to_csv(comparison.axes, input, text.empty(), style); });
  return text;
}

std::string to_terminal(const ComparisonTable& comparison, const TerminalStyle& style) {
  const bool brief = comparison.inputs.size() > 1 || comparison.axes.cells() > most_whole_texts;
  ComparisonMeans means(comparison.axes);
  std::string text;
  for_each_input(comparison, [&](const ComparedInput& input) {
    text += to_terminal(comparison.axes, input, style, brief);
    means.add(input);
  });
  return text + to_terminal(comparison.axes, means, style);
}

}  // namespace limn
