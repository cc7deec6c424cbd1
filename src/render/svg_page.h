#pragma once

#include <cstddef>
#include <string>

#include "limn/explanation.h"
#include "render/palette.h"

/// Texts with their heat as SVG, shared by the pictures of an explanation and of a comparison.

namespace limn {

// Pixels.
inline constexpr double svg_line_width = 640, svg_margin = 16, svg_font_size = 14;

/// Draws runs line by line, and wraps between words.
class SvgPage {
 public:
  /// @param top of the first line, in pixels @param most_lines that are drawn
  SvgPage(double top, std::size_t most_lines) : top_(top), most_lines_(most_lines) {}

  /// Draws the texts of an explanation. @param scale the score of full colour
  void draw(const Explanation& explanation, double scale);
  /// Ends the line.
  void next_line();

  bool is_cut() const { return lines_ > most_lines_; }
  /// Below the last line, in pixels.
  double height() const;
  const std::string& content() const { return out_; }

 private:
  void add(const std::string& text, double heat, Scale scale, bool is_marked);
  void draw_text(const Explanation& explanation, const struct TextRuns& shown, double scale);

  std::string out_;
  double x_ = 0, top_;
  std::size_t lines_ = 1, most_lines_;
};

/// What the colours mean. @param y of its upper edge, in pixels
std::string svg_legend(Scale scale, double y);

/// A whole picture. @param title, description, subtitle plain text @param content below the first two lines
std::string svg_picture(double height, const std::string& title, const std::string& description,
                        const std::string& subtitle, const std::string& content);

/// The place of the first line of texts, below title and subtitle, and of the legend.
inline constexpr double svg_header = 52, svg_legend_height = 40;

}  // namespace limn
