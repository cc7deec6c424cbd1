#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "limn/write.h"

namespace limn {

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

}  // namespace limn
