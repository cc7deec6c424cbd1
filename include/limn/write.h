#pragma once

#include <concepts>
#include <cstddef>
#include <filesystem>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "limn/comparison.h"
#include "limn/explanation.h"
#include "limn/scores.h"

/// Results as text: to a string, a stream or a file, in every format that a result has.
///
/// |                                  | json | html | svg | csv | terminal |
/// | -------------------------------- | ---- | ---- | --- | --- | -------- |
/// | Explanation, several of them     | yes  | yes  | yes | yes | yes      |
/// | Attack                           | yes  | yes  |     |     | yes      |
/// | AttentionMaps                    | yes  | yes  |     |     |          |
/// | NamedPrediction                  | yes  |      |     |     | yes      |
/// | ComparisonTable                  | yes  | yes  |     | yes | yes      |
/// | scores of the evaluations        | yes  |      |     |     | yes      |

namespace limn {

/// How a result is written.
enum class Format {
  json,     ///< every field, with enough digits to read the same numbers back
  html,     ///< one page that needs nothing else, interactive
  svg,      ///< a bar chart for papers
  csv,      ///< a table, one row a word (RFC 4180)
  terminal  ///< text, with colours if they are asked for
};

/// How many colours a terminal shows.
enum class ColorDepth { none, ansi16, ansi256, true_color };

/// How text for a terminal looks.
struct TerminalStyle {
  ColorDepth colors = ColorDepth::none;  ///< none: marks instead of colours
  std::size_t width = 80;                ///< columns; less than 20 counts as 20
  bool show_special = false;             ///< special tokens, and the tokens of each word
  bool dark_background = true;           ///< which colours can be read
};

/// A prediction with what it is about. Both texts must outlive it.
struct NamedPrediction {
  const Prediction& prediction;  ///< what the model says
  const Input& input;            ///< about this
  std::string_view model;        ///< the model's name
};

/// One explanation as JSON (docs/interface.md). @param indent spaces a level; -1: one line.
std::string to_json(const Explanation& explanation, int indent = -1);
/// A list of explanations as JSON.
std::string to_json(std::span<const Explanation> explanations, int indent = -1);
/// One prediction with its input as JSON. @param model the model's name.
std::string to_json(const Prediction& prediction, const Input& input, std::string_view model, int indent = -1);
/// An attack as JSON: predictions as everywhere, and each step with the texts after it.
std::string to_json(const Attack& attack, int indent = -1);
/// Every attention weight as JSON, on one line: "attention": [layer][head][from][to].
std::string to_json(const AttentionMaps& maps);

/// A comparison as JSON: one object per input and line.
std::string to_json(const ComparisonTable& comparison);
/// The results of an evaluation as JSON, in percent, on one line.
std::string to_json(const SquadScores& scores);
/// The results of an evaluation as JSON, in percent, on one line.
std::string to_json(const ClassificationScores& scores);
/// The results of an evaluation as JSON, in percent, on one line.
std::string to_json(const EntityScores& scores);

/// A page with one explanation; the textual heatmap if it has one.
std::string to_html(const Explanation& explanation);
/// A page with several explanations. @param title of the page; empty: what the model says, or their number.
std::string to_html(std::span<const Explanation> explanations, std::string_view title = {});
/// A page that shows an attack step by step.
std::string to_html(const Attack& attack);
/// A page with a head view and a model view.
std::string to_html(const AttentionMaps& maps);
/// A page with each input in every cell, and how alike the cells order its words.
std::string to_html(const ComparisonTable& comparison);

/// A bar chart of the words, in order, or of the thirty strongest if there are more.
std::string to_svg(const Explanation& explanation);
/// The charts one below the other.
std::string to_svg(std::span<const Explanation> explanations);

/// One row a word: explanation, sequence, begin, end, text, score. `begin` and `end` count Unicode code points.
std::string to_csv(const Explanation& explanation);
/// The same for several. @param first the number of the first one, and @param header whether the line of names comes
/// first: for callers that write a long file in parts.
std::string to_csv(std::span<const Explanation> explanations, std::size_t first = 0, bool header = true);

/// One row per input and cell.
std::string to_csv(const ComparisonTable& comparison);

/// An explanation for a terminal, ending in a line feed: prediction, heated text, legend, strongest words, a sentence.
/// Control characters of the input are shown, never sent.
std::string to_terminal(const Explanation& explanation, const TerminalStyle& style = {});
/// Several, with a blank line between them.
std::string to_terminal(std::span<const Explanation> explanations, const TerminalStyle& style = {});
/// A prediction as lines of text: probabilities, likeliest first.
std::string to_terminal(const Prediction& prediction);
/// An attack for a terminal: what the model said before and after, both texts, every step.
std::string to_terminal(const Attack& attack, const TerminalStyle& style = {});

/// A comparison for a terminal: each input's cells, then means and correlations over all inputs.
std::string to_terminal(const ComparisonTable& comparison, const TerminalStyle& style = {});
/// The results of an evaluation as a table.
std::string to_terminal(const SquadScores& scores);
/// The results of an evaluation as a table.
std::string to_terminal(const ClassificationScores& scores);
/// The results of an evaluation as a table.
std::string to_terminal(const EntityScores& scores);

/// The result in a format chosen at run time. @throws Error that names the formats if the result has no such one.
std::string to_text(const Explanation& explanation, Format format, const TerminalStyle& style = {});
/// As for one explanation.
std::string to_text(std::span<const Explanation> explanations, Format format, const TerminalStyle& style = {});
/// As for one explanation.
std::string to_text(const Attack& attack, Format format, const TerminalStyle& style = {});
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

/// The format that a file's ending names: .json, .html, .svg, .csv, or .txt for terminal.
/// @throws Error that lists them for any other.
Format format_of(const std::filesystem::path& file);

/// What has text: see to_text.
template <class T>
concept Writable = requires(const T& result) {
  { to_text(result, Format::json) } -> std::same_as<std::string>;
};

/// Writes text to a stream. @throws Error if the stream fails.
void write_text(std::string_view text, std::ostream& stream);
/// Writes text under a temporary name that is then changed, so that no reader ever sees half a file.
/// @throws Error if the file cannot be written; then it is as it was.
void write_text(std::string_view text, const std::filesystem::path& file);

/// Writes a result to a stream. @throws Error if the result has no such format, or the stream fails.
template <Writable T>
void write(const T& result, Format format, std::ostream& stream) {
  write_text(to_text(result, format), stream);
}
/// Writes a result to a file. @throws Error if the result has no such format, or the file cannot be written.
template <Writable T>
void write(const T& result, Format format, const std::filesystem::path& file) {
  write_text(to_text(result, format), file);
}
/// Writes a result to a file in the format that its ending names.
template <Writable T>
void write(const T& result, const std::filesystem::path& file) {
  write(result, format_of(file), file);
}

}  // namespace limn
