#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "apps/cli/names.h"
#include "apps/terminal/output.h"
#include "limn/explanation.h"

namespace limn::cli {

/// The most explanations on one page; more would make it too large for browsers.
inline constexpr std::size_t most_explanations_on_a_page = 200;

/// Writes explanations in any format: terminal, JSON lines and CSV immediately, HTML and SVG at the end.
class ExplanationOutput {
 public:
  ExplanationOutput(const std::optional<std::string>& file, Format format, bool show_special,
                    Picture picture = Picture::bars);

  /// Adds the explanations of one row. @throws Error for a second explanation as SVG.
  void add(std::size_t row, std::vector<Explanation> explanations);
  /// Adds a row that has no explanation: CSV contains its error.
  void fail(std::size_t row, std::string_view message);
  /// Finishes the output; warns on standard error if explanations did not fit on the page.
  void finish();

 private:
  Format format_;
  Picture picture_;
  TerminalStyle style_;
  Output output_;
  std::vector<Explanation> kept_;
  std::size_t count_ = 0;
  bool has_header_ = false;

  void write_header();
};

}  // namespace limn::cli
