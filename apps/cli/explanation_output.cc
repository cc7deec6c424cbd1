#include "apps/cli/explanation_output.h"

#include <fmt/format.h>

#include "limn/error.h"
#include "limn/write.h"
#include "render/csv.h"
#include "render/html.h"
#include "render/json.h"

namespace limn::cli {

ExplanationOutput::ExplanationOutput(const std::optional<std::string>& file, Format format, bool show_special)
    : format_(format), style_(output_style(file.has_value(), show_special)), output_(file) {}

void ExplanationOutput::add(std::vector<Explanation> explanations) {
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
      output_.write(to_csv(explanations, count_, count_ == 0));
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
  if (format_ == Format::html) {
    output_.write(to_html(kept_));
    if (count_ > kept_.size()) {
      complain(fmt::format("the page contains the first {} of {} explanations; json and csv contain all", kept_.size(),
                           count_));
    }
  } else if (format_ == Format::svg && !kept_.empty()) {
    output_.write(to_svg(kept_.front()));
  }
  output_.finish();
}

}  // namespace limn::cli
