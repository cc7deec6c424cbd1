#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "limn/explanation.h"

namespace limn {

enum class ColorDepth { none, ansi16, ansi256, true_color };

struct TerminalStyle {
  ColorDepth colors = ColorDepth::none;
  std::size_t width = 80;     ///< columns; less than 20 counts as 20
  bool show_special = false;  ///< special tokens, and the tokens of each word
  bool dark_background = true;
};

/// What the environment says; a variable that is not set is empty.
struct TerminalEnvironment {
  bool is_terminal = false;
  std::string_view no_color = {};     ///< NO_COLOR: any value but the empty one turns colours off (no-color.org)
  std::string_view color_term = {};   ///< COLORTERM: "truecolor" and "24bit" have 24-bit colour
  std::string_view term = {};         ///< TERM: "xterm-256color", "dumb"
  std::string_view color_fg_bg = {};  ///< COLORFGBG: "foreground;background", set by some terminals
};

/// How to write for a terminal.
TerminalStyle terminal_style(const TerminalEnvironment& environment, std::size_t width = 80);

/// An explanation for a terminal, ending in a line feed: verdict, heated text, legend, strongest words, a sentence.
/// Control characters of the input are shown, never sent.
std::string to_terminal(const Explanation& explanation, const TerminalStyle& style = {});

}  // namespace limn
