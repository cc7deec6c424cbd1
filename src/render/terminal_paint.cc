#include "render/terminal_paint.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace limn {
namespace {

// Weaker heat is not shown: its colours would hardly differ from the page.
constexpr double least_heat = 0.03;

Theme theme_of(const TerminalStyle& style) { return style.dark_background ? Theme::dark : Theme::light; }

void add_heat_24_bit(std::vector<std::string>& codes, double intensity, Theme theme, Scale scale) {
  const Color behind = heat(intensity, theme, scale);
  const Color text = needs_inverse_ink(intensity, theme, scale) ? inverse_ink(theme) : ink(theme);
  codes.push_back(fmt::format("48;2;{};{};{}", behind.red, behind.green, behind.blue));
  codes.push_back(fmt::format("38;2;{};{};{}", text.red, text.green, text.blue));
}

// A position in the ramp, from 1; 0 is too weak for any of its colours.
std::size_t step256(double intensity) {
  return static_cast<std::size_t>(std::lround(std::abs(intensity) * static_cast<double>(ramp_steps)));
}

std::uint8_t color256(double intensity, Theme theme, Scale scale) {
  return ramp256(intensity < 0, theme, scale)[std::clamp<std::size_t>(step256(intensity), 1, ramp_steps) - 1];
}

void add_heat_256(std::vector<std::string>& codes, double intensity, Theme theme, Scale scale) {
  constexpr int black = 16, white = 231;
  if (step256(intensity) == 0) return;
  const std::uint8_t behind = color256(intensity, theme, scale);
  const bool dark_text =
      contrast(cube_color(behind), cube_color(black)) > contrast(cube_color(behind), cube_color(white));
  codes.push_back(fmt::format("48;5;{}", behind));
  codes.push_back(fmt::format("38;5;{}", dark_text ? black : white));
}

// Bright blue and yellow on dark backgrounds; blue and red on light ones, on which yellow is hard to read. Magnitudes
// are magenta.
int foreground16(double intensity, Theme theme, Scale scale) {
  if (scale == Scale::magnitude) return theme == Theme::dark ? 95 : 35;
  if (theme == Theme::dark) return intensity < 0 ? 93 : 94;
  return intensity < 0 ? 31 : 34;
}

void add_heat_16(std::vector<std::string>& codes, double intensity, Theme theme, Scale scale) {
  const double strength = std::abs(intensity);
  if (strength < 1.0 / 6) return;
  codes.push_back(std::to_string(foreground16(intensity, theme, scale)));
  if (strength >= 1.0 / 3) codes.push_back("1");
  if (strength >= 2.0 / 3) codes.push_back("4");
}

void add_solid(std::vector<std::string>& codes, const Paint& paint, ColorDepth depth, Theme theme) {
  const double full = paint.heat < 0 ? -1 : 1;
  const Color color = hue(full, theme, paint.scale);
  if (depth == ColorDepth::true_color)
    codes.push_back(fmt::format("38;2;{};{};{}", color.red, color.green, color.blue));
  else if (depth == ColorDepth::ansi256)
    codes.push_back(fmt::format("38;5;{}", color256(full, theme, paint.scale)));
  else
    codes.push_back(std::to_string(foreground16(full, theme, paint.scale)));
}

}  // namespace

const Ramp& ramp256(bool against, Theme theme, Scale scale) {
  static constexpr Ramp blue_on_dark{17, 18, 25, 26, 33, 69}, orange_on_dark{58, 94, 130, 166, 172, 208};
  static constexpr Ramp blue_on_light{189, 153, 111, 69, 32, 26}, orange_on_light{223, 222, 215, 214, 208, 172};
  static constexpr Ramp violet_on_dark{53, 90, 91, 97, 134, 141}, violet_on_light{225, 183, 177, 134, 97, 91};
  if (scale == Scale::magnitude) return theme == Theme::dark ? violet_on_dark : violet_on_light;
  if (theme == Theme::dark) return against ? orange_on_dark : blue_on_dark;
  return against ? orange_on_light : blue_on_light;
}

Color cube_color(std::uint8_t index) {
  constexpr std::uint8_t levels[] = {0, 95, 135, 175, 215, 255};
  const int cell = index - 16;
  return {levels[cell / 36 % 6], levels[cell / 6 % 6], levels[cell % 6]};
}

std::string start_sequence(const Paint& paint, const TerminalStyle& style) {
  if (style.colors == ColorDepth::none) return {};
  const Theme theme = theme_of(style);
  std::vector<std::string> codes;
  if (paint.bold) codes.push_back("1");
  if (paint.dim) codes.push_back("2");
  if (paint.underline) codes.push_back("4");
  if (paint.solid) {
    add_solid(codes, paint, style.colors, theme);
  } else if (std::abs(paint.heat) >= least_heat) {
    if (style.colors == ColorDepth::true_color) add_heat_24_bit(codes, paint.heat, theme, paint.scale);
    if (style.colors == ColorDepth::ansi256) add_heat_256(codes, paint.heat, theme, paint.scale);
    if (style.colors == ColorDepth::ansi16) add_heat_16(codes, paint.heat, theme, paint.scale);
  }
  return codes.empty() ? std::string() : fmt::format("\x1B[{}m", fmt::join(codes, ";"));
}

std::string block(double intensity) {
  static constexpr std::array<std::string_view, 8> blocks{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const auto level = std::min<std::size_t>(7, static_cast<std::size_t>(std::abs(intensity) * 8));
  return (intensity < 0 ? "−" : "") + std::string(blocks[level]);
}

}  // namespace limn
