#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "render/terminal_paint.h"

namespace limn {

/// Wraps painted text at spaces (and before wide characters) to the width of a terminal. A word wider than a line is
/// broken. Buffers only one line.
class TextFlow {
 public:
  /// Appends to `out`, which must outlive the flow. @param indent columns before every line.
  TextFlow(std::string& out, const TerminalStyle& style, std::size_t indent);

  /// Adds text returned by visible(): line feeds end lines, tabs become four spaces.
  void add(std::string_view text, const Paint& paint = {});
  /// Ends the line, even an empty one.
  void end_line();
  /// Ends the line unless it is empty.
  void finish();

 private:
  struct Cell {
    std::string text;
    std::size_t columns;
    Paint paint;
    bool space;
  };

  void add_cell(Cell cell);
  void write(std::size_t count);  // writes the first cells as a line

  std::string& out_;
  const TerminalStyle& style_;
  std::size_t indent_, width_;
  std::vector<Cell> line_;
  std::size_t used_ = 0;   // columns of line_
  std::size_t break_ = 0;  // the line may be broken before this cell; 0: no break
};

/// Appends one wrapped text; nothing if it is empty. @param indent columns before every line.
void add_line(std::string& out, const TerminalStyle& style, std::string_view text, const Paint& paint = {},
              std::size_t indent = 0);

}  // namespace limn
