#include "render/html.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "fixtures.h"
#include "markup.h"
#include "render/json.h"
#include "render/palette.h"
#include "render/viewer.h"

/// Tests of the page around the viewer; the viewer itself is tested in a browser (tests/web).

namespace limn {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<Explanation> samples() {
  std::vector<Explanation> result = fixtures::entities();
  result.insert(result.end(), {fixtures::macedonia(), fixtures::no_answer(), fixtures::sentiment(),
                               fixtures::multi_label(), fixtures::hostile(), Explanation{}});
  return result;
}

std::string page_of(const Explanation& explanation) { return to_html({&explanation, 1}); }

const std::vector<std::string> empty_elements{"meta"};

// The JSON that the viewer reads.
nlohmann::ordered_json data_of(const std::string& html) {
  return nlohmann::ordered_json::parse(
      markup::between(html, "<script type=\"application/json\" id=\"limn-data\">", "</script>"));
}

// The texts that a reader without JavaScript sees.
std::vector<std::string> shown_texts(const std::string& html) {
  std::vector<std::string> result;
  for (int i = 0;; ++i) {
    const std::string text = markup::between(html, "<p class=\"text\" dir=\"auto\">", "</p>", i);
    if (text.empty()) return result;
    result.push_back(markup::text(text));
  }
}

Attack attack() {
  Attack result;
  result.model = "model";
  result.kind = "hotflip";
  result.input.text = "A <b>good</b> film.";
  result.output.text = "A <b>bad</b> film.";
  result.steps.push_back({.token = 3, .before = "good", .after = "bad", .input = result.output, .prediction = {}});
  return result;
}

AttentionMaps attention() {
  AttentionMaps maps;
  maps.model = "<i>model</i>";
  maps.input.text = "one <script>";
  maps.layers = 1;
  maps.heads = 2;
  maps.tokens = {{"one", 1, 0, 0, 3, 0, false, 0}, {"<script>", 2, 0, 4, 12, 1, false, 0}};
  maps.weights = {1, 0, 0.25, 0.75, 0.5, 0.5, 0.01F, 0.99F};
  return maps;
}

// SHA-256 (FIPS 180-4) in base64.
std::string sha256(std::string text) {
  static constexpr std::array<std::uint32_t, 64> constants{
      0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
      0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
      0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
      0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
      0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
      0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
      0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
      0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};
  std::array<std::uint32_t, 8> state{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                     0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  const std::uint64_t bits = 8 * text.size();
  text += '\x80';
  while (text.size() % 64 != 56) text += '\0';
  for (int shift = 56; shift >= 0; shift -= 8) text += static_cast<char>(bits >> shift & 0xFF);
  for (std::size_t block = 0; block < text.size(); block += 64) {
    std::array<std::uint32_t, 64> w{};
    for (std::size_t i = 0; i < 64; ++i)
      w[i / 4] = i < 64 ? w[i / 4] << 8 | static_cast<unsigned char>(text[block + i]) : 0;
    for (std::size_t i = 16; i < 64; ++i)
      w[i] = w[i - 16] + (std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ w[i - 15] >> 3) + w[i - 7] +
             (std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ w[i - 2] >> 10);
    auto [a, b, c, d, e, f, g, h] = state;
    for (std::size_t i = 0; i < 64; ++i) {
      const std::uint32_t one =
          h + (std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25)) + ((e & f) ^ (~e & g)) + constants[i] + w[i];
      const std::uint32_t two = (std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
      h = g, g = f, f = e, e = d + one, d = c, c = b, b = a, a = one + two;
    }
    const std::array<std::uint32_t, 8> added{a, b, c, d, e, f, g, h};
    for (std::size_t i = 0; i < 8; ++i) state[i] += added[i];
  }
  std::string bytes;
  for (const std::uint32_t word : state)
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(word >> shift & 0xFF);
  static constexpr char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string result;
  for (std::size_t i = 0; i < 33; i += 3) {  // 32 bytes and one of padding
    std::uint32_t group = 0;
    for (std::size_t k = i; k < i + 3; ++k) group = group << 8 | (k < 32 ? static_cast<unsigned char>(bytes[k]) : 0u);
    for (int shift = 18; shift >= 0; shift -= 6) result += letters[group >> shift & 63];
  }
  result.back() = '=';
  return result;
}

TEST(Fragment, HasNoScriptAndNoStyleSheet) {
  for (const Explanation& explanation : samples()) {
    const std::string html = to_html_fragment(explanation);
    for (const char* forbidden : {"<script", "<style", "class=", "onclick", "<a "})
      EXPECT_THAT(html, Not(HasSubstr(forbidden)));
    EXPECT_EQ(markup::fault(html), "");
    EXPECT_TRUE(html.starts_with("<div style=\""));
    EXPECT_TRUE(html.ends_with("</div>\n"));
  }
}

TEST(Fragment, ColorsAreThoseOfTheOtherFormats) {
  const Explanation explanation = fixtures::sentiment();
  const std::string html = to_html_fragment(explanation);
  std::size_t count = 0;
  for (const Word& word : explanation.words) {
    const Color color = heat(intensity(word.score, word_scale(explanation)), Theme::light);
    EXPECT_THAT(html, HasSubstr(fmt::format("background:#{:02x}{:02x}{:02x}", color.red, color.green, color.blue)));
    ++count;
  }
  EXPECT_GT(count, 2u);
}

TEST(Html, IsWellFormedForEveryText) {
  for (const Explanation& explanation : samples()) EXPECT_EQ(markup::fault(page_of(explanation), empty_elements), "");
  EXPECT_EQ(markup::fault(to_html(samples(), "<Title> & \"more\""), empty_elements), "");
  EXPECT_EQ(markup::fault(to_html(std::span<const Explanation>()), empty_elements), "");
  EXPECT_EQ(markup::fault(to_html(attack()), empty_elements), "");
  EXPECT_EQ(markup::fault(to_html(attention()), empty_elements), "");
}

TEST(Html, ContainsTheJsonOfEachExplanation) {
  const auto all = samples();
  const auto data = data_of(to_html(all, "Nine answers"));
  EXPECT_EQ(data["title"], "Nine answers");
  ASSERT_EQ(data["explanations"].size(), all.size());
  for (std::size_t i = 0; i < all.size(); ++i)
    EXPECT_EQ(data["explanations"][i], nlohmann::ordered_json::parse(to_json(all[i])));
}

TEST(Html, EscapesHostileText) {
  const std::string html = page_of(fixtures::hostile());
  EXPECT_EQ(markup::count(html, "<script"), 2u);  // the JSON and the viewer
  EXPECT_EQ(markup::count(html, "</script"), 2u);
  EXPECT_EQ(markup::count(html, "<style"), 1u);
  EXPECT_EQ(html.find("<!--"), std::string::npos);
  EXPECT_EQ(markup::between(html, "id=\"limn-data\">", "</script>").find('<'), std::string::npos);
  for (const char* tag : {"<img", "<i>", "<b>", "<u>", "<em>", "</textarea"}) EXPECT_THAT(html, Not(HasSubstr(tag)));
  EXPECT_THAT(html, HasSubstr("&lt;i&gt;label&lt;/i&gt;␛[1m"));
  EXPECT_THAT(shown_texts(html)[0],
              testing::StartsWith("<script>alert(1)</script> \"quoted\" & 'single' <img src=x onerror"));
  EXPECT_THAT(shown_texts(html)[0], HasSubstr("<U+202E>override<U+202C>"));
  for (const char byte : html) ASSERT_TRUE(static_cast<unsigned char>(byte) >= 0x20 || byte == '\n' || byte == '\t');
  EXPECT_THAT(to_html(attack()), HasSubstr("After: A &lt;b&gt;bad"));
  EXPECT_EQ(markup::count(to_html(attention()), "<script"), 2u);
}

TEST(Html, NeedsNoNetwork) {
  const std::string html = to_html(samples());
  // The only address is the namespace of SVG in the viewer, which is never fetched.
  EXPECT_EQ(markup::count(html, "http:"), 1u);
  EXPECT_EQ(markup::count(html, "http://www.w3.org/2000/svg"), 1u);
  for (const char* part : {"https:", "//cdn", " src=\"", "url(", "@import", "<link", "<iframe", "<object", "fetch(",
                           "XMLHttpRequest", "WebSocket"})
    EXPECT_THAT(html, Not(HasSubstr(part)));
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
}

TEST(Html, PolicyHasTheHashesOfScriptAndStyle) {
  ASSERT_EQ(sha256("abc"), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");  // FIPS 180-4's example
  const std::string html = page_of(fixtures::sentiment());
  EXPECT_EQ(markup::between(html, "<script>", "</script>"), viewer_script);
  EXPECT_EQ(markup::between(html, "<style>", "</style>"), viewer_style);
  EXPECT_THAT(html, HasSubstr("script-src 'sha256-" + sha256(std::string(viewer_script)) + "'"));
  EXPECT_THAT(html, HasSubstr("style-src 'sha256-" + sha256(std::string(viewer_style)) + "'"));
  EXPECT_THAT(html, Not(HasSubstr("unsafe")));
  EXPECT_THAT(html, Not(HasSubstr(" style=\"")));  // the policy would block it
}

TEST(Html, ViewerIsSmallAndInsertsOnlyText) {
  EXPECT_LT(viewer_script.size() + viewer_style.size(), 94'000u);
  for (const char* part :
       {"innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "Function(", "</script"})
    EXPECT_EQ(viewer_script.find(part), std::string_view::npos) << part;
}

TEST(Html, StyleSheetHasTheColoursOfThePalette) {
  for (const Theme theme : {Theme::light, Theme::dark}) {
    const std::pair<const char*, Color> hues[] = {
        {"--for: ", hue(1, theme)}, {"--against: ", hue(-1, theme)}, {"--size: ", hue(1, theme, Scale::magnitude)}};
    for (const auto& [name, color] : hues) {
      const std::string property =
          name + std::to_string(color.red) + " " + std::to_string(color.green) + " " + std::to_string(color.blue);
      EXPECT_NE(viewer_style.find(property), std::string_view::npos) << property;
    }
  }
  for (const char* part : {"prefers-color-scheme:dark", "prefers-reduced-motion", "@media print"})
    EXPECT_NE(viewer_style.find(part), std::string_view::npos) << part;
}

// ---- without JavaScript ---------------------------------------------------------------------------------------

TEST(Html, ShowsTheTextExactlyAsWritten) {
  for (const Explanation& explanation : {fixtures::macedonia(), fixtures::no_answer()})
    EXPECT_THAT(shown_texts(page_of(explanation)), testing::ElementsAre(explanation.text, *explanation.pair));
  Explanation spaced;
  spaced.text = "\n  two  spaces\n\n\tand\u00A0a tab 👩\u200D👧 ";
  spaced.words = {{3, 6, 1, 0}};
  EXPECT_THAT(shown_texts(page_of(spaced)), testing::ElementsAre(spaced.text));
}

TEST(Html, WordsHaveHeatClasses) {
  const std::string html = page_of(fixtures::sentiment());
  EXPECT_THAT(html, HasSubstr("<span class=\"w h16 x y\">gorgeous</span>"));
  // −1.65 of 1.92 is 13.75 sixteenths.
  EXPECT_THAT(html, testing::ContainsRegex("<span class=\"w h14 n[ y]*\">dull</span>"));
}

TEST(Html, MarksTheAnswer) {
  const std::string html = page_of(fixtures::macedonia());
  EXPECT_EQ(markup::text(markup::between(html, "<mark>", "</mark>")), "Achaemenid Persia");
  EXPECT_THAT(html, HasSubstr("<h2 class=\"said\">Achaemenid Persia 83%</h2>"));
}

TEST(Html, WritesAVeryLongWordFewTimes) {
  Explanation explanation;
  explanation.text = std::string(1 << 20, 'x');
  explanation.words = {{0, 1 << 20, 1, 0}};
  // In the text, in the JSON's input and in its word.
  EXPECT_LT(page_of(explanation).size(), 3u * (1 << 20) + 100'000);
}

// ---- other pages ----------------------------------------------------------------------------------------------

TEST(Html, RoundsHeatmapScores) {
  Explanation explanation = fixtures::sentiment();
  explanation.heatmap = {{1, 0.123456789}, {0.5, 1}};
  const auto data = data_of(page_of(explanation));
  EXPECT_EQ(data["explanations"][0]["heatmap"], nlohmann::ordered_json::parse("[[1.0, 0.1235], [0.5, 1.0]]"));
}

TEST(Html, AttentionHasOneBytePerWeight) {
  const auto data = data_of(to_html(attention()));
  EXPECT_EQ(data["layers"], 1);
  EXPECT_EQ(data["heads"], 2);
  // 255 √w of 1, 0, ¼, ¾, ½, ½, 0.01, 0.99: ff 00 80 dd b4 b4 1a fe.
  EXPECT_EQ(data["weights"], "/wCA3bS0Gv4=");
  EXPECT_EQ(data["tokens"][1]["token"], "<script>");
  EXPECT_FALSE(data["tokens"][0].contains("score"));
}

TEST(Html, AttackOffsetsReferToItsTexts) {
  Attack two = attack();
  two.input = {.text = "Wer?", .pair = "Es war Änne, und später ging sie wieder heim."};
  two.tokens = {
      {"wer", 1, 0, 0, 3, 0, false, 1}, {"anne", 2, 1, 7, 12, 2, false, 1}, {"und", 3, 1, 14, 17, 4, false, 1}};
  const auto tokens = data_of(to_html(two))["tokens"];
  EXPECT_EQ(tokens[1]["begin"], 7);  // bytes 7 to 12 are characters 7 to 11: Ä has two bytes
  EXPECT_EQ(tokens[1]["end"], 11);
  EXPECT_EQ(tokens[2]["begin"], 13);
  EXPECT_EQ(tokens[2]["end"], 16);
}

TEST(Html, AttackHasItsSteps) {
  const auto data = data_of(to_html(attack()));
  EXPECT_EQ(data["attack"], "hotflip");
  EXPECT_EQ(data["steps"][0]["after"], "bad");
}

}  // namespace
}  // namespace limn
