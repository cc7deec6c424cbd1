#include "render/palette.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace limn {
namespace {

constexpr Color black{0, 0, 0}, white{255, 255, 255};
constexpr double readable_contrast = 4.5;  // WCAG 2.2, success criterion 1.4.3

template <typename Items>
double largest_score(const Items& items) {
  double largest = 0;
  for (const auto& item : items)
    if (std::isfinite(item.score)) largest = std::max(largest, std::abs(item.score));
  return largest;
}

std::uint8_t mix(std::uint8_t over, std::uint8_t under, double share) {
  return static_cast<std::uint8_t>(std::lround(share * over + (1 - share) * under));
}

double linear(std::uint8_t channel) {
  const double value = channel / 255.0;
  return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

}  // namespace

double word_scale(const Explanation& explanation) { return largest_score(explanation.words); }

double token_scale(const Explanation& explanation) { return largest_score(explanation.tokens); }

bool has_sign(const Explanation& explanation) {
  const auto negative = [](const auto& item) { return item.score < 0; };
  return explanation.method.is_signed || std::any_of(explanation.words.begin(), explanation.words.end(), negative) ||
         std::any_of(explanation.tokens.begin(), explanation.tokens.end(), negative);
}

Scale scale_of(const Explanation& explanation) { return has_sign(explanation) ? Scale::with_sign : Scale::magnitude; }

double intensity(double score, double scale) {
  const double share = score / scale;
  return std::isfinite(share) ? std::clamp(share, -1.0, 1.0) : 0;
}

double alpha(double intensity) { return max_alpha * std::abs(intensity); }

Color page(Theme theme) { return theme == Theme::light ? white : Color{17, 17, 17}; }

Color ink(Theme theme) { return theme == Theme::light ? black : white; }

Color inverse_ink(Theme theme) { return theme == Theme::light ? white : black; }

Color hue(double intensity, Theme theme, Scale scale) {
  if (scale == Scale::magnitude) return theme == Theme::light ? Color{122, 30, 160} : Color{196, 120, 255};
  if (theme == Theme::light) return intensity < 0 ? Color{228, 112, 0} : Color{0, 80, 200};
  return intensity < 0 ? Color{255, 148, 32} : Color{64, 140, 255};
}

Color heat(double intensity, Theme theme, Scale scale) {
  const Color over = hue(intensity, theme, scale), under = page(theme);
  const double share = alpha(intensity);
  return {mix(over.red, under.red, share), mix(over.green, under.green, share), mix(over.blue, under.blue, share)};
}

bool needs_inverse_ink(double intensity, Theme theme, Scale scale) {
  return contrast(heat(intensity, theme, scale), ink(theme)) < readable_contrast;
}

double luminance(Color color) {
  return 0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue);
}

double contrast(Color a, Color b) {
  const double one = luminance(a) + 0.05, other = luminance(b) + 0.05;
  return std::max(one, other) / std::min(one, other);
}

std::string color_text(Color color) { return fmt::format("#{:02x}{:02x}{:02x}", color.red, color.green, color.blue); }

}  // namespace limn
