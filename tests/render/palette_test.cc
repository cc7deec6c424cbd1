#include "render/palette.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

namespace limn {
namespace {

constexpr Theme themes[] = {Theme::light, Theme::dark};
constexpr int steps = 1000;

double linear(double channel) {
  channel /= 255;
  return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

using Linear = std::array<double, 3>;

Linear linear(Color color) { return {linear(color.red), linear(color.green), linear(color.blue)}; }

// Simulates deuteranopia: Machado, Oliveira and Fernandes 2009, severity 1.
Linear deuteranope(Color color) {
  static constexpr double matrix[3][3] = {
      {0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}};
  const Linear from = linear(color);
  Linear to{};
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t k = 0; k < 3; ++k) to[i] += matrix[i][k] * from[k];
  for (double& value : to) value = std::fmin(1, std::fmax(0, value));
  return to;
}

// CIE 1976 L*a*b* of linear sRGB, white D65.
Linear lab(const Linear& rgb) {
  const double x = (0.4124 * rgb[0] + 0.3576 * rgb[1] + 0.1805 * rgb[2]) / 0.9505;
  const double y = 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
  const double z = (0.0193 * rgb[0] + 0.1192 * rgb[1] + 0.9505 * rgb[2]) / 1.089;
  const auto f = [](double t) { return t > 0.008856 ? std::cbrt(t) : 7.787 * t + 16.0 / 116; };
  return {116 * f(y) - 16, 500 * (f(x) - f(y)), 200 * (f(y) - f(z))};
}

double difference(const Linear& a, const Linear& b) {
  const Linear one = lab(a), other = lab(b);
  return std::hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2]);
}

TEST(Palette, LuminanceAndContrastFollowWcag) {
  EXPECT_NEAR(contrast({0, 0, 0}, {255, 255, 255}), 21, 1e-12);
  EXPECT_NEAR(contrast({255, 255, 255}, {118, 118, 118}), 4.54, 0.005);  // #767676, the well-known lightest grey
  EXPECT_NEAR(contrast({255, 0, 0}, {255, 255, 255}), 3.998, 0.001);
  EXPECT_DOUBLE_EQ(luminance({0, 255, 0}), 0.7152);
}

TEST(Palette, TextIsReadableOnEveryHeat) {
  for (const Theme theme : themes)
    for (int i = -steps; i <= steps; ++i) {
      const double intensity = static_cast<double>(i) / steps;
      const Color text = needs_inverse_ink(intensity, theme) ? inverse_ink(theme) : ink(theme);
      ASSERT_GE(contrast(heat(intensity, theme), text), 4.5) << intensity;
    }
}

TEST(Palette, MagnitudesHaveAHueOfTheirOwnAndTextOnThemIsReadable) {
  for (const Theme theme : themes) {
    EXPECT_NE(hue(1, theme, Scale::magnitude), hue(1, theme));
    EXPECT_NE(hue(1, theme, Scale::magnitude), hue(-1, theme));
    double previous = luminance(page(theme));
    for (int i = 0; i <= steps; ++i) {
      const double intensity = static_cast<double>(i) / steps;
      const Color behind = heat(intensity, theme, Scale::magnitude);
      const Color text = needs_inverse_ink(intensity, theme, Scale::magnitude) ? inverse_ink(theme) : ink(theme);
      ASSERT_GE(contrast(behind, text), 4.5) << intensity;
      ASSERT_TRUE(theme == Theme::light ? luminance(behind) <= previous : luminance(behind) >= previous) << intensity;
      previous = luminance(behind);
    }
  }
}

TEST(Palette, ZeroHasTheColourOfThePage) {
  for (const Theme theme : themes) EXPECT_EQ(heat(0, theme), page(theme));
}

TEST(Palette, HeatIsProportionalUpTo85Percent) {
  EXPECT_DOUBLE_EQ(alpha(0), 0);
  EXPECT_DOUBLE_EQ(alpha(0.5), 0.425);
  EXPECT_DOUBLE_EQ(alpha(1), 0.85);
  EXPECT_DOUBLE_EQ(alpha(-1), 0.85);
}

TEST(Palette, HeatIsMonotoneInGreyscale) {
  for (const Theme theme : themes)
    for (const int sign : {1, -1})
      for (int i = 0; i < 20; ++i) {
        const double weak = luminance(heat(sign * i / 20.0, theme)),
                     strong = luminance(heat(sign * (i + 1) / 20.0, theme));
        ASSERT_TRUE(theme == Theme::light ? weak > strong : weak < strong) << sign * i;
      }
}

TEST(Palette, ForAndAgainstDifferInGreyscale) {
  for (const Theme theme : themes) {
    const double with = luminance(heat(1, theme)), against = luminance(heat(-1, theme));
    EXPECT_GT(against / with, 1.2);
    for (int i = 1; i <= 20; ++i) ASSERT_GE(luminance(heat(-i / 20.0, theme)), luminance(heat(i / 20.0, theme))) << i;
  }
}

TEST(Palette, ForAndAgainstDifferWithDeuteranopia) {
  for (const Theme theme : themes)
    for (int i = 5; i <= 20; ++i) {
      const double share = i / 20.0;
      // 2.3 is a just noticeable difference; a quarter of the scale must be far above it.
      ASSERT_GT(difference(deuteranope(heat(share, theme)), deuteranope(heat(-share, theme))), 15) << share;
    }
}

TEST(Palette, BothSidesHaveTheSameScale) {
  Explanation explanation;
  explanation.words = {{0, 1, 2.0, 0}, {1, 2, -4.0, 0}};
  explanation.tokens.resize(1);
  explanation.tokens[0].score = -8;
  EXPECT_DOUBLE_EQ(word_scale(explanation), 4);
  EXPECT_DOUBLE_EQ(token_scale(explanation), 8);
  EXPECT_DOUBLE_EQ(intensity(2, 4), 0.5);
  EXPECT_DOUBLE_EQ(intensity(-4, 4), -1);
  EXPECT_TRUE(has_sign(explanation));
}

TEST(Palette, NonFiniteScoresHaveNoHeat) {
  constexpr double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(intensity(nan, 1), 0);
  EXPECT_EQ(intensity(0, 0), 0);
  EXPECT_EQ(intensity(1, 0), 0);
  Explanation explanation;
  explanation.words = {{0, 1, nan, 0}, {1, 2, infinity, 0}, {2, 3, 0.5, 0}};
  EXPECT_DOUBLE_EQ(word_scale(explanation), 0.5);
  EXPECT_FALSE(has_sign(explanation));
  EXPECT_DOUBLE_EQ(intensity(3, 2), 1);
}

}  // namespace
}  // namespace limn
