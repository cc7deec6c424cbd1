#pragma once

#include <concepts>
#include <cstddef>
#include <filesystem>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "limn/calibration.h"
#include "limn/comparison.h"
#include "limn/drift.h"
#include "limn/explanation.h"
#include "limn/faithfulness.h"
#include "limn/plausibility.h"
#include "limn/report.h"
#include "limn/sanity.h"
#include "limn/scores.h"
#include "limn/similarity.h"

/// Writes results to a string, a stream or a file, in each format that the result supports. Explanations and
/// comparisons also have tsv, as csv, and pdf; explanations latex, too.
///
/// |                                  | json | html | svg | csv | terminal |
/// | -------------------------------- | ---- | ---- | --- | --- | -------- |
/// | Explanation, or several          | yes  | yes  | yes | yes | yes      |
/// | Attack                           | yes  | yes  |     |     | yes      |
/// | AttentionMaps                    | yes  | yes  |     |     |          |
/// | Similarity                       | yes  | yes  |     |     | yes      |
/// | NamedPrediction                  | yes  |      |     |     | yes      |
/// | ComparisonTable                  | yes  | yes  | yes | yes | yes      |
/// | scores of the evaluations        | yes  |      |     |     | yes      |
/// | SanityScores                     | yes  | yes  | yes |     | yes      |
/// | Report                           | yes  | yes  |     | yes | yes      |

namespace limn {

/// The format of a written result.
enum class Format {
  json,      ///< every field, with enough digits to read the same numbers back
  html,      ///< a self-contained interactive page
  svg,       ///< a bar chart for papers
  csv,       ///< a table, one row per word (RFC 4180)
  tsv,       ///< the same, separated by tabs
  latex,     ///< the text with its heat, for papers
  terminal,  ///< text, optionally with colours
  pdf        ///< the text with its heat, on as many pages as it takes; the program limn-pdf draws it
};

/// The colours that a terminal supports.
enum class ColorDepth { none, ansi16, ansi256, true_color };

/// The style of text for a terminal.
struct TerminalStyle {
  ColorDepth colors = ColorDepth::none;  ///< none: marks instead of colours
  std::size_t width = 80;                ///< columns; less than 20 counts as 20
  bool show_special = false;             ///< shows special tokens, and the tokens of each word
  std::size_t lines = 0;                 ///< of an explanation, at most: of long texts, what matters is shown; 0: all
  bool dark_background = true;           ///< selects colours that are readable on the background
};

/// The layout of a table.
struct TableStyle {
  char separator = ',';  ///< between cells; cells that contain it, quotes or line ends are quoted
  bool wide = false;     ///< one line per explanation, whose words are one column of JSON, and not one line per word
};

/// A prediction with what it is about. Both texts must outlive it.
struct NamedPrediction {
  const Prediction& prediction;  ///< what the model says
  const Input& input;            ///< about this
  std::string_view model;        ///< the model's name
};

/// Returns one explanation as JSON (docs/interface.md). @param indent spaces per level; -1: one line.
std::string to_json(const Explanation& explanation, int indent = -1);
/// Returns a list of explanations as JSON.
std::string to_json(std::span<const Explanation> explanations, int indent = -1);
/// Returns one prediction with its input as JSON. @param model the model's name. @param warnings what was lost, see
/// Model::warnings; left out if there are none.
std::string to_json(const Prediction& prediction, const Input& input, std::string_view model, int indent = -1,
                    std::span<const std::string> warnings = {});
/// Returns an attack as JSON: the predictions, and each step with the texts after it.
std::string to_json(const Attack& attack, int indent = -1);
/// Returns why two texts are similar as JSON (docs/interface.md).
std::string to_json(const Similarity& similarity, int indent = -1);
/// Returns every attention weight as JSON, on one line: "attention": [layer][head][from][to].
std::string to_json(const AttentionMaps& maps);

/// Returns a comparison as JSON: one object per input and line.
std::string to_json(const ComparisonTable& comparison);
/// Returns the scores of an evaluation as JSON, in percent, on one line.
std::string to_json(const SquadScores& scores);
/// Returns the scores of an evaluation as JSON, in percent, on one line.
std::string to_json(const ClassificationScores& scores);
/// Returns the scores of an evaluation as JSON, in percent, on one line.
std::string to_json(const EntityScores& scores);

/// Returns the faithfulness of every method on one text as JSON, on one line.
std::string to_json(const InputFaithfulness& input);
/// Returns means over texts as JSON, on one line.
std::string to_json(const FaithfulnessScores& scores);
/// Returns the sanity of methods as JSON, on one line.
std::string to_json(const SanityScores& scores);
/// Returns how one input's prediction and explanation differ as JSON, on one line.
std::string to_json(const DriftedInput& input);
/// Returns means over inputs as JSON, on one line; of the words, the twenty most frequent.
std::string to_json(const DriftScores& scores);
/// Returns the agreement with human rationales as JSON, on one line.
std::string to_json(const PlausibilityScores& scores);

/// Returns a fit and its quality as JSON, on one line.
std::string to_json(const CalibrationResult& result);
/// Returns a report as JSON, on one line.
std::string to_json(const Report& report);

/// Returns a page that shows one explanation, or its textual heatmap if it has one.
std::string to_html(const Explanation& explanation);
/// Returns a page that shows several explanations. @param title of the page; empty: the prediction, or the number of
/// explanations.
std::string to_html(std::span<const Explanation> explanations, std::string_view title = {});
/// Returns the coloured text as an element with inline styles, without script, for notebooks and other pages.
std::string to_html_fragment(const Explanation& explanation);
/// The same for several explanations, one below the other.
std::string to_html_fragment(std::span<const Explanation> explanations);
/// Returns a page that shows an attack step by step.
std::string to_html(const Attack& attack);
/// Returns a page with both texts, whose words light up with their partners in the other text, and the matrix of pairs.
std::string to_html(const Similarity& similarity);
/// Returns a page with a head view and a model view.
std::string to_html(const AttentionMaps& maps);
/// Returns a page with the chart, the tables and the verdicts.
std::string to_html(const SanityScores& scores);
/// Returns a page with the reliability diagram, the risk–coverage curve and the figures, with and without the fit.
std::string to_html(const CalibrationResult& result);
/// Returns a page of tables that can be sorted; each example opens its explanation, if it is given.
std::string to_html(const Report& report, std::span<const ReportExample> examples = {});
/// Returns a page with the scores and the evaluated rows, wrong ones first; a row opens its explanation, if it is
/// given.
std::string to_html(const SquadScores& scores, const EvaluationExamples& examples = {});
/// The same for labels, with the counts by right and predicted label.
std::string to_html(const ClassificationScores& scores, const EvaluationExamples& examples = {});
/// The same for entities, with the kinds of errors.
std::string to_html(const EntityScores& scores, const EvaluationExamples& examples = {});
/// Returns a page with each input in every cell, and how alike the cells order its words.
std::string to_html(const ComparisonTable& comparison);

/// Returns a bar chart of the words in order, or of the thirty strongest words if there are more.
std::string to_svg(const Explanation& explanation);
/// Returns the text with its heat, the first sixty lines of 640 pixels.
std::string to_svg_text(const Explanation& explanation);
/// Returns the text with its heat as LaTeX with coloured boxes of xcolor: a paragraph that is complete in itself, but
/// for the two packages that its first line names. All text is escaped.
std::string to_latex(const Explanation& explanation);
/// Returns several paragraphs.
std::string to_latex(std::span<const Explanation> explanations);
/// Returns the bytes of a PDF: the prediction, the text with its heat, the legend, the sentence, and how it was
/// computed. Its text can be selected. The program limn-pdf draws it, which is looked for beside the running program
/// and in PATH.
/// @throws Error if there is no limn-pdf
std::string to_pdf(const Explanation& explanation);
/// Several explanations one after the other.
std::string to_pdf(std::span<const Explanation> explanations);
/// Each input with its text in every cell, and how alike the cells order the words.
std::string to_pdf(const ComparisonTable& comparison);
/// Returns the text of the input with its heat for each model and method, one below the other, and how alike they order
/// the words. @throws Error if the comparison has not exactly one input
std::string to_svg(const ComparisonTable& comparison);
/// Returns a chart of the correlations when weights are randomised, a line for each method.
std::string to_svg(const SanityScores& scores);
/// Returns the reliability diagram and the risk–coverage curve of the model's probability and, if a calibration has
/// been fitted, of its confidence.
std::string to_svg(const SquadScores& scores);
/// The same for labels.
std::string to_svg(const ClassificationScores& scores);
/// Returns the reliability diagram and the risk–coverage curve of the probability and of the confidence.
std::string to_svg(const CalibrationResult& result);
/// Returns the charts one below the other.
std::string to_svg(std::span<const Explanation> explanations);

/// Returns one line per word: row (of the input), label, probability, target (what is explained), explanation (among
/// those of the row), sequence, word, begin, end, score, error (of rows that failed). `begin` and `end` count Unicode
/// code points. In a wide table, a line per explanation, with its words as a list of JSON objects.
std::string to_csv(const Explanation& explanation, const TableStyle& style = {});
/// The same for the explanations of several inputs. Callers that write a long file in parts set `first` and `header`.
/// @param first row of the first explanation. @param header whether to begin with the header line.
std::string to_csv(std::span<const Explanation> explanations, std::size_t first = 0, bool header = true,
                   const TableStyle& style = {});

/// Returns one row per class and word: class, for or against, word, rows, mean score, lift.
std::string to_csv(const Report& report);
/// Returns one line per input and cell (wide), or per word of each.
std::string to_csv(const ComparisonTable& comparison, const TableStyle& style = {.wide = true});

/// Returns an explanation for a terminal, ending in a line feed: prediction, coloured text, legend, strongest words, a
/// sentence. Control characters of the input are made visible.
std::string to_terminal(const Explanation& explanation, const TerminalStyle& style = {});
/// Returns several explanations, separated by blank lines.
std::string to_terminal(std::span<const Explanation> explanations, const TerminalStyle& style = {});
/// Returns a prediction as lines of text: probabilities, most likely first.
std::string to_terminal(const Prediction& prediction);
/// Returns an attack for a terminal: the predictions before and after, both texts, every step.
std::string to_terminal(const Attack& attack, const TerminalStyle& style = {});

/// Returns why two texts are similar for a terminal: both texts, and the strongest pairs of words.
std::string to_terminal(const Similarity& similarity, const TerminalStyle& style = {});

/// Returns a comparison for a terminal: each input's cells, then means and correlations over all inputs.
std::string to_terminal(const ComparisonTable& comparison, const TerminalStyle& style = {});
/// Returns the scores of an evaluation as a table.
std::string to_terminal(const SquadScores& scores);
/// Returns the scores of an evaluation as a table.
std::string to_terminal(const ClassificationScores& scores);
/// Returns the scores of an evaluation as a table.
std::string to_terminal(const EntityScores& scores);

/// Returns the numbers of the rows in the order in which they are shown: wrong ones first, the surest at the top.
std::vector<std::size_t> wrong_first(std::span<const EvaluatedRow> rows);
/// Returns the answers as the official scripts read them, {"id": "answer"}; empty for "no answer".
std::string predictions_json(const SquadScores& scores);
/// Returns score of "no answer" − score of the best answer as evaluate-v2.0.py reads it, {"id": number}.
std::string na_probabilities_json(const SquadScores& scores);

/// Returns means over texts as a table of methods.
std::string to_terminal(const FaithfulnessScores& scores);
/// Returns the sanity of methods as tables, with a verdict for each.
std::string to_terminal(const SanityScores& scores);
/// Returns means over inputs as lines of text.
std::string to_terminal(const DriftScores& scores);
/// Returns the agreement with human rationales as a table of methods.
std::string to_terminal(const PlausibilityScores& scores);
/// Returns the quality of a fit as a table.
std::string to_terminal(const CalibrationResult& result);
/// Returns the tables of a report, the first ten rows of each.
std::string to_terminal(const Report& report);

/// Returns the result in a format chosen at run time. @throws Error that lists the formats if the result does not
/// support it.
std::string to_text(const Explanation& explanation, Format format, const TerminalStyle& style = {});
/// As for one explanation.
std::string to_text(std::span<const Explanation> explanations, Format format, const TerminalStyle& style = {});
/// As for one explanation.
std::string to_text(const Attack& attack, Format format, const TerminalStyle& style = {});
/// As for one explanation.
std::string to_text(const Similarity& similarity, Format format, const TerminalStyle& style = {});
/// As for one explanation.
std::string to_text(const AttentionMaps& maps, Format format, const TerminalStyle& style = {});
/// As for one explanation.
std::string to_text(const NamedPrediction& prediction, Format format, const TerminalStyle& style = {});
/// As for one explanation.
std::string to_text(const ComparisonTable& comparison, Format format, const TerminalStyle& style = {});
/// As for one explanation.
std::string to_text(const SquadScores& scores, Format format, const TerminalStyle& style = {});
/// As for one explanation.
std::string to_text(const ClassificationScores& scores, Format format, const TerminalStyle& style = {});
/// As for one explanation.
std::string to_text(const EntityScores& scores, Format format, const TerminalStyle& style = {});
/// As for one explanation.
std::string to_text(const FaithfulnessScores& scores, Format format, const TerminalStyle& style = {});
/// As for one explanation.
std::string to_text(const PlausibilityScores& scores, Format format, const TerminalStyle& style = {});
/// As for one explanation.
std::string to_text(const SanityScores& scores, Format format, const TerminalStyle& style = {});
/// As for one explanation.
std::string to_text(const DriftScores& scores, Format format, const TerminalStyle& style = {});
/// As for one explanation.
std::string to_text(const CalibrationResult& result, Format format, const TerminalStyle& style = {});
/// As for one explanation.
std::string to_text(const Report& report, Format format, const TerminalStyle& style = {});

/// Returns the format for a file's extension: .json, .html, .svg, .pdf, .csv, .tsv, .tex, or .txt for terminal.
/// @throws Error that lists the extensions for any other.
Format format_of(const std::filesystem::path& file);

/// A type that to_text accepts.
template <class T>
concept Writable = requires(const T& result) {
  { to_text(result, Format::json) } -> std::same_as<std::string>;
};

/// Writes text to a stream. @throws Error if the stream fails.
void write_text(std::string_view text, std::ostream& stream);
/// Writes text to a file under a temporary name, then renames it, so that readers never see a partial file.
/// @throws Error if the file cannot be written; an existing file is then unchanged.
void write_text(std::string_view text, const std::filesystem::path& file);

/// Writes a result to a stream. @throws Error if the result does not support the format, or the stream fails.
template <Writable T>
void write(const T& result, Format format, std::ostream& stream) {
  write_text(to_text(result, format), stream);
}
/// Writes a result to a file. @throws Error if the result does not support the format, or the file cannot be written.
template <Writable T>
void write(const T& result, Format format, const std::filesystem::path& file) {
  write_text(to_text(result, format), file);
}
/// Writes a result to a file in the format given by its extension.
template <Writable T>
void write(const T& result, const std::filesystem::path& file) {
  write(result, format_of(file), file);
}

}  // namespace limn
