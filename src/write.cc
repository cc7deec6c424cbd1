#include "limn/write.h"

#include <fmt/format.h>

#include <array>
#include <ostream>

#include "base/output_file.h"
#include "limn/error.h"

namespace limn {
namespace {

struct NamedFormat {
  Format format;
  std::string_view name, ending;
};
constexpr std::array<NamedFormat, 8> formats = {{{Format::json, "json", ".json"},
                                                 {Format::html, "html", ".html"},
                                                 {Format::svg, "svg", ".svg"},
                                                 {Format::pdf, "pdf", ".pdf"},
                                                 {Format::csv, "csv", ".csv"},
                                                 {Format::tsv, "tsv", ".tsv"},
                                                 {Format::latex, "latex", ".tex"},
                                                 {Format::terminal, "terminal", ".txt"}}};

[[noreturn]] void refuse(Format format, std::string_view expected) {
  for (const auto& known : formats)
    if (known.format == format)
      throw Error({.thing = "the format", .found = std::string(known.name), .expected = std::string(expected)});
  throw Error({.thing = "the format", .found = "none", .expected = std::string(expected)});
}

std::string table_of(const Explanation& explanation, const TableStyle& style) { return to_csv(explanation, style); }

std::string table_of(std::span<const Explanation> explanations, const TableStyle& style) {
  return to_csv(explanations, 0, true, style);
}

template <class T>
std::string text_of_explanation(const T& result, Format format, const TerminalStyle& style) {
  switch (format) {
    case Format::json:
      return to_json(result) + "\n";
    case Format::html:
      return to_html(result);
    case Format::svg:
      return to_svg(result);
    case Format::pdf:
      return to_pdf(result);
    case Format::csv:
      return table_of(result, {});
    case Format::tsv:
      return table_of(result, {.separator = '\t'});
    case Format::latex:
      return to_latex(result);
    case Format::terminal:
      return to_terminal(result, style);
  }
  refuse(format, "json, html, svg, pdf, csv, tsv, latex or terminal");
}

template <class Scores>
std::string text_of_evaluation(const Scores& scores, Format format) {
  if (format == Format::json) return to_json(scores) + "\n";
  if (format == Format::html) return to_html(scores);
  if (format == Format::terminal) return to_terminal(scores);
  if constexpr (requires { to_svg(scores); })
    if (format == Format::svg) return to_svg(scores);
  refuse(format, "json, html, terminal or, for answers and labels, svg");
}

template <class Scores>
std::string text_of_scores(const Scores& scores, Format format) {
  if (format == Format::json) return to_json(scores) + "\n";
  if (format == Format::terminal) return to_terminal(scores);
  refuse(format, "json or terminal for scores");
}

}  // namespace

std::string to_text(const Explanation& explanation, Format format, const TerminalStyle& style) {
  return text_of_explanation(explanation, format, style);
}

std::string to_text(std::span<const Explanation> explanations, Format format, const TerminalStyle& style) {
  return text_of_explanation(explanations, format, style);
}

std::string to_text(const Attack& attack, Format format, const TerminalStyle& style) {
  if (format == Format::json) return to_json(attack) + "\n";
  if (format == Format::html) return to_html(attack);
  if (format == Format::terminal) return to_terminal(attack, style);
  refuse(format, "json, html or terminal for an attack");
}

std::string to_text(const Similarity& similarity, Format format, const TerminalStyle& style) {
  if (format == Format::json) return to_json(similarity) + "\n";
  if (format == Format::html) return to_html(similarity);
  if (format == Format::terminal) return to_terminal(similarity, style);
  refuse(format, "json, html or terminal for a similarity");
}

std::string to_text(const AttentionMaps& maps, Format format, const TerminalStyle&) {
  if (format == Format::json) return to_json(maps) + "\n";
  if (format == Format::html) return to_html(maps);
  refuse(format, "json or html for attention maps");
}

std::string to_text(const NamedPrediction& prediction, Format format, const TerminalStyle&) {
  if (format == Format::json) return to_json(prediction.prediction, prediction.input, prediction.model) + "\n";
  if (format == Format::terminal) return to_terminal(prediction.prediction);
  refuse(format, "json or terminal for a prediction");
}

std::string to_text(const ComparisonTable& comparison, Format format, const TerminalStyle& style) {
  if (format == Format::json) return to_json(comparison);
  if (format == Format::html) return to_html(comparison);
  if (format == Format::svg) return to_svg(comparison);
  if (format == Format::pdf) return to_pdf(comparison);
  if (format == Format::csv) return to_csv(comparison);
  if (format == Format::tsv) return to_csv(comparison, {.separator = '\t', .wide = true});
  if (format == Format::terminal) return to_terminal(comparison, style);
  refuse(format, "json, html, svg, pdf, csv, tsv or terminal for a comparison");
}

std::string to_text(const SquadScores& scores, Format format, const TerminalStyle&) {
  return text_of_evaluation(scores, format);
}

std::string to_text(const ClassificationScores& scores, Format format, const TerminalStyle&) {
  return text_of_evaluation(scores, format);
}

std::string to_text(const EntityScores& scores, Format format, const TerminalStyle&) {
  return text_of_evaluation(scores, format);
}

std::string to_text(const FaithfulnessScores& scores, Format format, const TerminalStyle&) {
  return text_of_scores(scores, format);
}

std::string to_text(const PlausibilityScores& scores, Format format, const TerminalStyle&) {
  return text_of_scores(scores, format);
}

std::string to_text(const SanityScores& scores, Format format, const TerminalStyle&) {
  if (format == Format::json) return to_json(scores) + "\n";
  if (format == Format::html) return to_html(scores);
  if (format == Format::svg) return to_svg(scores);
  if (format == Format::terminal) return to_terminal(scores);
  refuse(format, "json, html, svg or terminal for sanity");
}

std::string to_text(const DriftScores& scores, Format format, const TerminalStyle&) {
  return text_of_scores(scores, format);
}

std::string to_text(const CalibrationResult& result, Format format, const TerminalStyle&) {
  if (format == Format::json) return to_json(result) + "\n";
  if (format == Format::html) return to_html(result);
  if (format == Format::svg) return to_svg(result);
  if (format == Format::terminal) return to_terminal(result);
  refuse(format, "json, html, svg or terminal for a calibration");
}

std::string to_text(const Report& report, Format format, const TerminalStyle&) {
  if (format == Format::json) return to_json(report) + "\n";
  if (format == Format::html) return to_html(report);
  if (format == Format::csv) return to_csv(report);
  if (format == Format::terminal) return to_terminal(report);
  refuse(format, "json, html, csv or terminal for a report");
}

Format format_of(const std::filesystem::path& file) {
  const std::string ending = file.extension().string();
  for (const auto& known : formats)
    if (known.ending == ending) return known.format;
  throw Error({.file = file.string(),
               .thing = "the file extension",
               .found = ending.empty() ? "none" : "'" + ending + "'",
               .expected = ".json, .html, .svg, .pdf, .csv, .tsv, .tex or .txt"});
}

void write_text(std::string_view text, std::ostream& stream) {
  if (!stream.write(text.data(), static_cast<std::streamsize>(text.size())).flush())
    throw Error({.thing = "the stream", .found = "a write error", .expected = "a writable stream"});
}

void write_text(std::string_view text, const std::filesystem::path& file) { write_file(file, text); }

}  // namespace limn
