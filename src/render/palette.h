#pragma once

#include <cstdint>
#include <string>

#include "limn/explanation.h"

/// The heat colours, one scale for terminal, HTML and SVG: blue for a word that counts for the target, orange for a
/// word that counts against it, violet for a magnitude without a sign. Blue and orange also differ in lightness, so
/// that readers with deuteranopia can distinguish them, and heat is monotone in lightness, so that it survives
/// greyscale printing.

namespace limn {

enum class Theme { light, dark };

/// Whether scores have signs, or are magnitudes, which have a hue of their own.
enum class Scale { with_sign, magnitude };

struct Color {
  std::uint8_t red = 0, green = 0, blue = 0;
  friend bool operator==(const Color&, const Color&) = default;
};

/// The opacity of the hue at the strongest heat.
inline constexpr double max_alpha = 0.85;

/// The largest |score| of the words; 0 if there are none.
double word_scale(const Explanation& explanation);
/// The largest |score| of the tokens, including special ones; 0 if there are none.
double token_scale(const Explanation& explanation);
/// Whether scores are signed: the method is signed, or a score is negative.
bool has_sign(const Explanation& explanation);
/// The scale for has_sign(explanation).
Scale scale_of(const Explanation& explanation);

/// score / scale, clamped to [-1, 1]; 0 if it is not finite.
double intensity(double score, double scale);
/// The opacity of the hue over the page, from 0 to max_alpha.
double alpha(double intensity);

Color page(Theme theme);
/// The text colour on the page and on weak heat: black or white.
Color ink(Theme theme);
/// The opposite of ink(theme), for text on strong heat on which ink(theme) would be hard to read.
Color inverse_ink(Theme theme);
/// The pure hue for the sign of an intensity.
Color hue(double intensity, Theme theme, Scale scale = Scale::with_sign);
/// The background colour of a word: the hue over the page.
Color heat(double intensity, Theme theme, Scale scale = Scale::with_sign);
/// Whether text on heat(intensity) needs inverse_ink(theme) for a contrast of 4.5 : 1.
bool needs_inverse_ink(double intensity, Theme theme, Scale scale = Scale::with_sign);

/// The colour as "#rrggbb".
std::string color_text(Color color);

/// Relative luminance, from 0 to 1 (WCAG 2.2, "relative luminance").
double luminance(Color color);
/// Contrast ratio, from 1 to 21 (WCAG 2.2, "contrast ratio").
double contrast(Color a, Color b);

}  // namespace limn
