#pragma once

#include <cstdint>

#include "limn/explanation.h"

/// The colours of heat, one scale for terminal, HTML and SVG: blue for a magnitude or a word that speaks for the
/// target, orange for a word that speaks against it. The two differ in lightness too, so that they can be told apart
/// with deuteranopia, and heat is monotone in lightness, so that it survives a greyscale printer.

namespace limn {

enum class Theme { light, dark };

struct Color {
  std::uint8_t red = 0, green = 0, blue = 0;
  friend bool operator==(const Color&, const Color&) = default;
};

/// The share of pure hue in the hottest colour.
inline constexpr double max_alpha = 0.85;

/// The largest |score| of the words; 0 if there are none.
double word_scale(const Explanation& explanation);
/// The largest |score| of the tokens, special ones counted; 0 if there are none.
double token_scale(const Explanation& explanation);
/// Whether scores are for and against: the method says so, or one is negative.
bool has_sign(const Explanation& explanation);

/// score / scale, kept in [-1, 1]; 0 where that is not a number.
double intensity(double score, double scale);
/// How much of the hue covers the page, from 0 to max_alpha.
double alpha(double intensity);

Color page(Theme theme);
/// Text on the page and on weak heat: black or white.
Color ink(Theme theme);
/// The other of black and white, for text on heat where ink(theme) would be hard to read.
Color inverse_ink(Theme theme);
/// The pure hue for the sign of an intensity.
Color hue(double intensity, Theme theme);
/// What is behind a word: the hue over the page.
Color heat(double intensity, Theme theme);
/// Whether text on heat(intensity) needs inverse_ink(theme) for a contrast of 4.5 : 1.
bool needs_inverse_ink(double intensity, Theme theme);

/// Relative luminance, from 0 to 1 (WCAG 2.2, "relative luminance").
double luminance(Color color);
/// Contrast ratio, from 1 to 21 (WCAG 2.2, "contrast ratio").
double contrast(Color a, Color b);

}  // namespace limn
