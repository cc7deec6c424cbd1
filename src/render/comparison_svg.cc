#include "render/comparison_svg.h"

#include <fmt/format.h>

#include <iterator>
#include <string>

#include "limn/error.h"
#include "limn/write.h"
#include "render/comparison.h"
#include "render/display_text.h"
#include "render/palette.h"
#include "render/summary.h"
#include "render/svg_page.h"

namespace limn {
namespace {

constexpr double name_height = 26, between_cells = 18, row_height = 18;  // pixels
constexpr std::size_t most_lines = 12;                                   // of each cell

std::string line_of_text(double y, const std::string& text, const char* style) {
  return fmt::format("<text x=\"{:g}\" y=\"{:g}\" font-size=\"11\" {}>{}</text>\n", svg_margin, y, style, escape(text));
}

}  // namespace

std::string to_svg(const ComparisonAxes& axes, const ComparedInput& input) {
  if (input.cells.empty())
    throw Error(
        {.thing = "the comparison", .found = visible(input.error), .expected = "an input that could be compared"});
  std::string content;
  double y = svg_header;
  for (std::size_t i = 0; i < input.cells.size(); ++i) {
    const Explanation& cell = input.cells[i];
    content += line_of_text(y + 12, cell_facts(axes, input, i), "font-weight=\"bold\"");
    SvgPage page(y + name_height, most_lines);
    page.draw(cell, shared_scale(axes, input, i % axes.methods.size()));
    content += page.content();
    y = page.height();
    if (page.is_cut()) {
      content += line_of_text(y + 12, fmt::format("… the first {} lines", most_lines), "fill=\"#555555\"");
      y += row_height;
    }
    content += svg_legend(scale_of(cell), y + 4);
    y += row_height + between_cells;
  }
  if (!input.correlations.empty()) {
    content += line_of_text(y + 12, correlations_title, "font-weight=\"bold\"");
    y += row_height;
  }
  for (const CellCorrelation& pair : input.correlations) {
    content += line_of_text(y + 12, correlation_line(axes, pair), "");
    y += row_height;
  }
  const std::string title = shorten(input_text(input.cells.front(), 60), 60);
  std::string description;
  for (const Explanation& cell : input.cells) description += (description.empty() ? "" : " ") + sentence(cell);
  return svg_picture(y + svg_margin, title, description,
                     fmt::format("{} model{}, {} method{}", axes.models.size(), axes.models.size() == 1 ? "" : "s",
                                 axes.methods.size(), axes.methods.size() == 1 ? "" : "s"),
                     content);
}

std::string to_svg(const ComparisonTable& comparison) {
  if (comparison.inputs.size() != 1)
    throw Error({.field = "format",
                 .found = fmt::format("svg of {} inputs", comparison.inputs.size()),
                 .expected = "one input",
                 .hint = "html can contain several"});
  return to_svg(comparison.axes, comparison.inputs.front());
}

}  // namespace limn
