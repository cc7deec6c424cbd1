#include "apps/cli/explanation_output.h"

#include <fmt/format.h>

#include "apps/cli/row_file.h"
#include "limn/error.h"
#include "limn/write.h"
#include "render/html.h"
#include "render/json.h"
#include "render/pdf.h"
#include "render/pdf_document.h"

namespace limn::cli {

std::size_t text_bytes(const Explanation& explanation) {
  return explanation.text.size() + (explanation.pair ? explanation.pair->size() : 0);
}

std::string pdf_bytes(const std::string& document) {
  PdfFile file = draw_pdf(document);
  if (!file.warning.empty()) complain(file.warning);
  return std::move(file.bytes);
}

void complain_of_rest(Format format, std::size_t kept, std::size_t all, std::string_view things) {
  if (all > kept)
    complain(fmt::format("the {} contains the first {} of {} {}; json and csv contain all",
                         format == Format::pdf ? "PDF" : "page", kept, all, things));
}

void LeftOutWarnings::add(std::size_t row, const std::vector<std::string>& warnings) {
  ++results_;
  if (warnings.empty()) return;
  if (with_warnings_++ > 0) return;
  row_ = row;
  first_ = warnings;
}

void LeftOutWarnings::say(std::string_view things) const {
  if (with_warnings_ == 0) return;
  if (results_ == 1)
    for (const std::string& warning : first_) complain("warning: " + warning);
  else
    complain(fmt::format("warning: {} of {} {} have warnings, which only json contains; the first, of row {}: {}",
                         with_warnings_, results_, things, row_, first_.front()));
}

ExplanationOutput::ExplanationOutput(const std::optional<std::string>& file, Format format,
                                     const ExplanationStyle& style)
    : format_(format),
      picture_(style.picture),
      table_style_(style.table),
      style_(output_style(file.has_value(), style.show_special)),
      output_(file) {
  if (style.whole) style_.lines = 0;
  if (table_style_) table_.emplace(table_style_->separator, explanation_columns(table_style_->wide));
}

void ExplanationOutput::fail(std::size_t row, const std::string& copied, std::string_view message) {
  if (table_) output_.write(table_->failed(row, copied, message));
}

void ExplanationOutput::add(std::size_t row, const std::string& copied, std::vector<Explanation> explanations,
                            bool numbered) {
  if (format_ == Format::csv || format_ == Format::tsv || format_ == Format::latex || format_ == Format::svg)
    for (const auto& explanation : explanations) left_out_.add(row, explanation.warnings);
  switch (format_) {
    case Format::terminal:
      for (const auto& explanation : explanations)
        output_.write((count_++ > 0 ? "\n" : "") + to_terminal(explanation, style_));
      break;
    case Format::json:
      for (const auto& explanation : explanations) {
        const std::string json = to_json(explanation);
        const std::string members = json.substr(1, json.size() - 2);
        output_.write(numbered ? row_line(row, copied.empty() ? members : copied + "," + members) : json + "\n");
      }
      count_ += explanations.size();
      break;
    case Format::csv:
    case Format::tsv: {
      std::vector<Cells> lines;
      for (std::size_t i = 0; i < explanations.size(); ++i)
        for (Cells& cells : explanation_cells(explanations[i], i, table_style_->wide))
          lines.push_back(std::move(cells));
      output_.write(table_->row(row, copied, lines));
      count_ += explanations.size();
      break;
    }
    case Format::latex:
      for (const auto& explanation : explanations) output_.write((count_++ > 0 ? "\n" : "") + to_latex(explanation));
      break;
    case Format::html:
      for (auto& explanation : explanations)
        if (++count_; page_bytes_ <= most_bytes_on_a_page) {
          page_bytes_ += to_json(explanation).size();
          kept_.push_back(std::move(explanation));
        }
      break;
    case Format::pdf:
      for (auto& explanation : explanations)
        if (++count_; page_bytes_ <= most_bytes_in_a_pdf) {
          page_bytes_ += text_bytes(explanation);
          kept_.push_back(std::move(explanation));
        }
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
  if (table_) output_.write(table_->finish());
  if (format_ == Format::html) {
    output_.write(to_html(kept_));
    complain_of_rest(format_, kept_.size(), count_, "explanations");
  } else if (format_ == Format::pdf) {
    output_.write(pdf_bytes(pdf_document(kept_)));
    complain_of_rest(format_, kept_.size(), count_, "explanations");
  } else if (format_ == Format::svg && !kept_.empty()) {
    output_.write(picture_ == Picture::text ? to_svg_text(kept_.front()) : to_svg(kept_.front()));
  }
  output_.finish();
  left_out_.say("explanations");
}

}  // namespace limn::cli
