#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "limn/write.h"

namespace limn {

/// The environment of a terminal; an unset variable is empty.
struct TerminalEnvironment {
  bool is_terminal = false;
  std::string_view no_color = {};     ///< NO_COLOR: any value that is not empty disables colours (no-color.org)
  std::string_view color_term = {};   ///< COLORTERM: "truecolor" and "24bit" mean 24-bit colour
  std::string_view term = {};         ///< TERM: "xterm-256color", "dumb"
  std::string_view color_fg_bg = {};  ///< COLORFGBG: "foreground;background", set by some terminals
};

/// Chooses the style for a terminal.
TerminalStyle terminal_style(const TerminalEnvironment& environment, std::size_t width = 80);

}  // namespace limn
