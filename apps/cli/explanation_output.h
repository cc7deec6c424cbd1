#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/cli/names.h"
#include "apps/cli/row_table.h"
#include "apps/terminal/output.h"
#include "limn/explanation.h"

namespace limn::cli {

/// The most bytes of JSON on one page; more would make it too large for browsers. The viewer shows fifty explanations
/// at a time.
inline constexpr std::size_t most_bytes_on_a_page = 100'000'000;

/// The most bytes of text in a PDF, about a thousand pages.
inline constexpr std::size_t most_bytes_in_a_pdf = 2'000'000;
/// The bytes of the texts of an explanation.
std::size_t text_bytes(const Explanation& explanation);
/// Draws a document for limn-pdf; warns on standard error if letters are missing in all fonts.
std::string pdf_bytes(const std::string& document);
/// Warns if a page or a PDF does not contain all. @param things in the plural
void complain_of_rest(Format format, std::size_t kept, std::size_t all, std::string_view things);

/// The warnings of results whose format has no place for them, such as what of a text was not read.
class LeftOutWarnings {
 public:
  /// Adds the warnings of one result.
  void add(std::size_t row, const std::vector<std::string>& warnings);
  /// Says on standard error how many results have warnings, and the first: all, if there is only one result.
  /// @param things in the plural
  void say(std::string_view things) const;

 private:
  std::size_t results_ = 0, with_warnings_ = 0, row_ = 0;
  std::vector<std::string> first_;
};

/// How explanations are written.
struct ExplanationStyle {
  bool show_special = false;             ///< terminal: special tokens, and the tokens of each word
  Picture picture = Picture::bars;       ///< svg
  bool whole = false;                    ///< terminal: all of long texts, which may be more than a screen
  std::optional<TableStyle> table = {};  ///< csv and tsv
};

/// Writes explanations in any format: terminal, JSON lines and tables immediately, HTML, SVG and PDF at the end.
class ExplanationOutput {
 public:
  ExplanationOutput(const std::optional<std::string>& file, Format format, const ExplanationStyle& style);

  /// Adds the explanations of one row. @param copied the other fields of the row, as members of a JSON object without
  /// braces: tables contain them. @param numbered JSON contains the row and these fields, too. @throws Error for a
  /// second explanation as SVG.
  void add(std::size_t row, const std::string& copied, std::vector<Explanation> explanations, bool numbered = false);
  /// Adds a row that has no explanation: tables contain its error.
  void fail(std::size_t row, const std::string& copied, std::string_view message);
  /// Finishes the output; says on standard error if explanations did not fit on the page, and what a format without
  /// warnings left out.
  void finish();

 private:
  Format format_;
  Picture picture_;
  std::optional<TableStyle> table_style_;
  std::optional<RowTable> table_;
  TerminalStyle style_;
  Output output_;
  std::vector<Explanation> kept_;
  LeftOutWarnings left_out_;
  std::size_t count_ = 0, page_bytes_ = 0;
};

}  // namespace limn::cli
