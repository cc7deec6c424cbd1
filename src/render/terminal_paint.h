#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "render/palette.h"
#include "render/terminal.h"

namespace limn {

/// The appearance of a cell.
struct Paint {
  double heat = 0;                 ///< an intensity, shown as the background (16 colours: by the text colour)
  Scale scale = Scale::with_sign;  ///< whose hues `heat` has
  bool bold = false, underline = false, dim = false;
  bool solid = false;  ///< the text has the full hue of `heat`, as in bars
  friend bool operator==(const Paint&, const Paint&) = default;
};
inline constexpr Paint bold{.bold = true}, dim{.dim = true};

/// Returns the escape sequence that starts a paint after a reset; empty for plain text and without colours.
std::string start_sequence(const Paint& paint, const TerminalStyle& style);
/// Heat without colour: a block for the strength, with a minus sign if the word counts against the target.
/// @param intensity -1 to 1
std::string block(double intensity);
/// Ends any paint.
inline constexpr const char* reset_sequence = "\x1B[0m";

inline constexpr std::size_t ramp_steps = 6;
using Ramp = std::array<std::uint8_t, ramp_steps>;
/// Returns the heat colours among xterm's 256, from weak to strong.
/// @param against whether scores are negative; without meaning for magnitudes
const Ramp& ramp256(bool against, Theme theme, Scale scale = Scale::with_sign);
/// Returns xterm's RGB value for a colour of its 6 × 6 × 6 cube, 16 to 231.
Color cube_color(std::uint8_t index);

}  // namespace limn
