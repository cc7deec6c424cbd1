#include "render/comparison_csv.h"

#include <fmt/format.h>

#include <iterator>

#include "render/csv.h"
#include "render/summary.h"

namespace limn {

std::string to_csv(const ComparisonAxes& axes, const ComparedInput& input, bool header) {
  std::string text = header ? "row,model,method,says,probability,right,value,passes,seconds,error\r\n" : "";
  const std::size_t row = input.row.value_or(0);
  if (input.cells.empty()) return text + fmt::format("{},,,,,,,,,{}\r\n", row, csv_field(input.error));
  for (std::size_t i = 0; i < input.cells.size(); ++i) {
    const Explanation& cell = input.cells[i];
    const std::size_t model = i / axes.methods.size();
    const Verdict said = verdict(cell);
    const bool known = model < input.right.size() && input.right[model];
    fmt::format_to(std::back_inserter(text), "{},{},{},{},{},{},{},{},{},\r\n", row, csv_field(axes.models[model].name),
                   csv_field(axes.methods[i % axes.methods.size()]), csv_field(said.text),
                   said.probability ? fmt::format("{}", *said.probability) : "",
                   known ? (*input.right[model] ? "true" : "false") : "", cell.value, cell.passes, cell.seconds);
  }
  return text;
}

}  // namespace limn
