#include "apps/cli/explanation_output.h"

#include <fmt/format.h>

#include "limn/error.h"
#include "limn/write.h"
#include "render/csv.h"
#include "render/html.h"
#include "render/json.h"

namespace limn::cli {

ExplanationOutput::ExplanationOutput(const std::optional<std::string>& file, Format format, bool show_special,
                                     Picture picture)
    : format_(format), picture_(picture), style_(output_style(file.has_value(), show_special)), output_(file) {}

void ExplanationOutput::write_header() {
  if (format_ == Format::csv && !has_header_) output_.write(csv_header());
  has_header_ = true;
}

void ExplanationOutput::fail(std::size_t row, std::string_view message) {
  write_header();
  if (format_ == Format::csv) output_.write(failed_row_csv(row, message));
}

void ExplanationOutput::add(std::size_t row, std::vector<Explanation> explanations) {
  write_header();
  switch (format_) {
    case Format::terminal:
      for (const auto& explanation : explanations)
        output_.write((count_++ > 0 ? "\n" : "") + to_terminal(explanation, style_));
      break;
    case Format::json:
      for (const auto& explanation : explanations) output_.write(to_json(explanation) + "\n");
      count_ += explanations.size();
      break;
    case Format::csv:
      for (std::size_t i = 0; i < explanations.size(); ++i) output_.write(row_csv(row, i, explanations[i]));
      count_ += explanations.size();
      break;
    case Format::html:
      for (auto& explanation : explanations)
        if (count_++ < most_explanations_on_a_page) kept_.push_back(std::move(explanation));
      break;
    case Format::svg:
      for (auto& explanation : explanations) kept_.push_back(std::move(explanation));
      if (kept_.size() > 1) {
        throw Error({.thing = "--format svg",
                     .found = "more than one explanation",
                     .expected = "one",
                     .hint = "html can contain several; --target chooses one entity"});
      }
      break;
  }
}

void ExplanationOutput::finish() {
  write_header();
  if (format_ == Format::html) {
    output_.write(to_html(kept_));
    if (count_ > kept_.size()) {
      complain(fmt::format("the page contains the first {} of {} explanations; json and csv contain all", kept_.size(),
                           count_));
    }
  } else if (format_ == Format::svg && !kept_.empty()) {
    output_.write(picture_ == Picture::text ? to_svg_text(kept_.front()) : to_svg(kept_.front()));
  }
  output_.finish();
}

}  // namespace limn::cli
