#include "render/comparison_terminal.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>
#include <vector>

#include "render/display_text.h"
#include "render/palette.h"
#include "render/summary.h"
#include "render/text_flow.h"

namespace limn {
namespace {

constexpr std::size_t row_indent = 4;

/// A table whose columns are as wide as their content; the widest columns are truncated if the terminal is too narrow.
class Table {
 public:
  struct Column {
    std::string name;
    bool number = false;  ///< right-aligned
  };
  Table(std::vector<Column> columns, const TerminalStyle& style) : columns_(std::move(columns)), style_(style) {}

  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  void write_head(std::string& out) const {
    std::vector<std::string> names;
    for (const Column& column : columns_) names.push_back(column.name);
    write(out, names, dim, dim);
  }
  /// @param strong index of the highlighted column.
  void write_row(std::string& out, std::size_t row, std::size_t strong) const {
    write(out, rows_[row], {}, bold, strong);
  }
  std::size_t rows() const { return rows_.size(); }

 private:
  void write(std::string& out, const std::vector<std::string>& cells, const Paint& paint, const Paint& strong_paint,
             std::size_t strong = 0) const {
    const std::vector<std::size_t> widths = fitting_widths();
    TextFlow flow(out, style_, 2);
    bool is_first = true;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (widths[i] == 0) continue;
      if (!std::exchange(is_first, false)) flow.add("  ");
      const std::string shown = shorten(cells[i], widths[i]);
      const std::string space(widths[i] - std::min(widths[i], limn::columns(shown)), ' ');
      if (columns_[i].number) flow.add(space);
      flow.add(shown, i == strong ? strong_paint : paint);
      if (!columns_[i].number) flow.add(space);
    }
    flow.finish();
  }

  std::vector<std::size_t> fitting_widths() const {
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      std::size_t width = 0;
      for (const auto& row : rows_) width = std::max(width, limn::columns(row[i]));
      if (width > 0) width = std::max(width, limn::columns(columns_[i].name));  // an empty column is left out
      widths.push_back(width);
    }
    constexpr std::size_t least = 8;
    std::size_t used = 0;  // the indent, and two columns between columns
    for (const std::size_t width : widths) used += width == 0 ? 0 : width + 2;
    while (used > std::max<std::size_t>(style_.width, 20)) {
      const auto widest = std::ranges::max_element(widths);
      if (*widest <= least) break;
      --*widest, --used;
    }
    return widths;
  }

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
  const TerminalStyle& style_;
};

void add_runs(TextFlow& flow, const Explanation& explanation, const TextRuns& shown, std::size_t first,
              std::size_t last, double scale, const TerminalStyle& style, bool brief) {
  const bool brackets = style.colors == ColorDepth::none || style.colors == ColorDepth::ansi16;
  const auto& runs = shown.runs;
  const Scale heat_scale = scale_of(explanation);
  for (std::size_t i = first; i < last; ++i) {
    const Run& run = runs[i];
    const Mark* mark = run.mark ? &shown.marks[*run.mark] : nullptr;
    if (mark && brackets && (i == first || runs[i - 1].mark != run.mark)) flow.add(mark->explained ? "[" : "(");
    Paint paint{.scale = heat_scale, .dim = !run.read};
    if (run.word) paint.heat = intensity(explanation.words[*run.word].score, scale);
    if (mark && !brackets) paint.underline = true, paint.bold = mark->explained;
    const std::string_view text = shown.text.substr(run.begin, run.end - run.begin);
    flow.add(brief ? one_line(text) : visible(text, {.keep_layout = true}), paint);
    const bool last_of_word = i + 1 == runs.size() || runs[i + 1].word != run.word;
    if (run.word && last_of_word && style.colors == ColorDepth::none) flow.add(block(paint.heat));
    if (mark && brackets && (i + 1 == runs.size() || runs[i + 1].mark != run.mark))
      flow.add(mark->explained ? "]" : ")");
  }
}

void add_text(std::string& out, const Explanation& explanation, double scale, const TerminalStyle& style, bool brief) {
  const std::vector<TextRuns> texts = text_runs(explanation);
  if (!brief) {
    for (const TextRuns& shown : texts) {
      TextFlow flow(out, style, row_indent);
      add_runs(flow, explanation, shown, 0, shown.runs.size(), scale, style, false);
      flow.finish();
    }
    return;
  }
  if (texts.empty()) return;
  const auto [sequence, first, last] = excerpt(explanation, texts);
  std::string all;
  TextFlow flow(all, style, row_indent);
  if (first > 0) flow.add("… ", dim);
  add_runs(flow, explanation, texts[sequence], first, last, scale, style, true);
  flow.finish();
  constexpr int most_lines = 2;
  std::size_t end = 0;
  for (int line = 0; line < most_lines && end < all.size(); ++line) end = all.find('\n', end) + 1;
  out += all.substr(0, end);
}

void add_correlations(std::string& out, const ComparisonAxes& axes, const std::vector<CellCorrelation>& correlations,
                      std::string_view title, const TerminalStyle& style) {
  if (correlations.empty()) return;
  add_line(out, style, title, dim);
  Table table({{"", false}, {"words", true}, {"Kendall τ-b", true}, {"Spearman ρ", true}}, style);
  for (const CellCorrelation& pair : correlations)
    table.add({axes.cell_name(pair.a) + " and " + axes.cell_name(pair.b), std::to_string(pair.words),
               correlation_text(pair.kendall), correlation_text(pair.spearman)});
  table.write_head(out);
  for (std::size_t i = 0; i < table.rows(); ++i) table.write_row(out, i, 3);
  if (std::ranges::any_of(correlations, &CellCorrelation::magnitudes))
    add_line(out, style, "  Magnitudes are compared where only one of the two is signed.", dim);
  out += '\n';
}

std::string verdict_text(const Verdict& said) { return said.kind.empty() ? said.text : said.kind + " " + said.text; }

}  // namespace

std::string to_terminal(const ComparisonAxes& axes, const ComparedInput& input, const TerminalStyle& style,
                        bool brief) {
  std::string out;
  const std::string number = input.row ? fmt::format("{}  ", *input.row) : "";
  if (input.cells.empty()) {
    add_line(out, style, fmt::format("{}Error: {}", number, visible(input.error)), bold);
    return out + '\n';
  }
  const Explanation& any = input.cells.front();
  const bool is_question = any.task == Task::question_answering;
  if (is_question || brief) {
    constexpr std::size_t most_columns = 200;
    TextFlow flow(out, style, 0);
    flow.add(number, dim);
    flow.add(input_text(any, most_columns), bold);
    flow.finish();
  }
  if (input.expected)
    add_line(out, style, "Expected: " + (input.expected->empty() ? "no answer" : shorten(*input.expected, 200)), dim);
  out += '\n';

  Table table(
      {{"model"}, {"method"}, {is_question ? "answer" : "label"}, {"", true}, {"time", true}, {"passes", true}, {""}},
      style);
  for (std::size_t i = 0; i < input.cells.size(); ++i) {
    const Explanation& cell = input.cells[i];
    const Verdict said = verdict(cell);
    const std::size_t model = i / axes.methods.size();
    table.add({shorten(axes.models[model].name, 60), shorten(axes.methods[i % axes.methods.size()], 60),
               verdict_text(said), said.probability ? percent_text(*said.probability) : "", duration_text(cell.seconds),
               std::to_string(cell.passes), std::string(judgement(input, model))});
  }
  table.write_head(out);
  for (std::size_t i = 0; i < input.cells.size(); ++i) {
    table.write_row(out, i, 2);
    for (const std::string& warning : input.cells[i].warnings) add_line(out, style, "    Warning: " + visible(warning));
    add_text(out, input.cells[i], shared_scale(axes, input, i % axes.methods.size()), style, brief);
    if (!brief) out += '\n';
  }
  if (brief) out += '\n';
  add_correlations(out, axes, input.correlations, "How similarly the cells rank the words", style);
  return out;
}

std::string to_terminal(const ComparisonAxes& axes, const ComparisonMeans& means, const TerminalStyle& style) {
  std::string out;
  add_line(out, style,
           axes.models.size() == 1
               ? "Heat: full colour is the strongest word of an input, for each method separately"
               : "Heat: one scale for all models; full colour is the strongest word of an input, for each "
                 "method separately",
           dim);
  if (means.inputs() < 2) return out;
  out += '\n';
  add_line(out, style, fmt::format("Means over {} inputs", means.inputs()), bold);
  Table table({{"model"}, {"method"}, {""}, {"time", true}, {"passes", true}, {"parameters", true}, {"on disk", true}},
              style);
  for (std::size_t i = 0; i < axes.cells(); ++i) {
    const std::size_t model = i / axes.methods.size();
    table.add({shorten(axes.models[model].name, 60),
               axes.methods.size() == 1 ? "" : shorten(axes.methods[i % axes.methods.size()], 60),
               success_text(means, model), duration_text(means.seconds(i)),
               fmt::format("{}", std::round(10 * means.passes(i)) / 10), short_number(axes.models[model].parameters),
               bytes_text(axes.models[model].bytes)});
  }
  table.write_head(out);
  for (std::size_t i = 0; i < table.rows(); ++i) table.write_row(out, i, 2);
  out += '\n';
  add_correlations(out, axes, means.correlations(),
                   fmt::format("How similarly the cells rank the words, mean over {} inputs", means.inputs()), style);
  return out;
}

}  // namespace limn
