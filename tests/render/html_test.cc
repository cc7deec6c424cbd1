#include "render/html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

#include "fixtures.h"
#include "markup.h"
#include "render/html_script.h"

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

const std::vector<std::string> empty_elements{"meta", "input"};

// The text that a reader sees, one string a sequence.
std::vector<std::string> shown_texts(const std::string& html) {
  const std::string words = markup::between(html, "<div class=\"words\">\n", "<div class=\"pieces\">");
  std::vector<std::string> result;
  for (int i = 0;; ++i) {
    const std::string text = markup::between(words, "<div class=\"text", "</div>", i);
    if (text.empty()) return result;
    result.push_back(markup::text(text.substr(text.find('>') + 1)));
  }
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

TEST(Html, IsWellFormedWhateverTheText) {
  for (const Explanation& explanation : samples()) EXPECT_EQ(markup::fault(page_of(explanation), empty_elements), "");
  EXPECT_EQ(markup::fault(to_html(samples(), "<Title> & \"more\""), empty_elements), "");
  EXPECT_EQ(markup::fault(to_html({}), empty_elements), "");
}

TEST(Html, ShowsTheTextExactlyAsWritten) {
  for (const Explanation& explanation : {fixtures::macedonia(), fixtures::no_answer()})
    EXPECT_THAT(shown_texts(page_of(explanation)), testing::ElementsAre(explanation.text, *explanation.pair));
  for (const Explanation& explanation : {fixtures::entities()[0], fixtures::sentiment(), fixtures::multi_label()})
    EXPECT_THAT(shown_texts(page_of(explanation)), testing::ElementsAre(explanation.text));
  Explanation spaced;
  spaced.text = "\n  two  spaces\n\n\tand\u00A0a tab 👩\u200D👧 \u202Eleft\u202C ";
  spaced.words = {{3, 6, 1, 0}};
  EXPECT_THAT(shown_texts(page_of(spaced)), testing::ElementsAre(spaced.text));
}

TEST(Html, HostileTextIsOnlyText) {
  const std::string html = page_of(fixtures::hostile());
  EXPECT_EQ(markup::count(html, "<script"), 1u);
  EXPECT_EQ(markup::count(html, "<style"), 1u);
  EXPECT_THAT(html, Not(HasSubstr("<img")));
  EXPECT_THAT(html, Not(HasSubstr("<i>")));
  EXPECT_THAT(html, Not(HasSubstr("<b>")));
  EXPECT_THAT(html, Not(HasSubstr("<u>")));
  EXPECT_THAT(html, Not(HasSubstr("<em>")));
  EXPECT_THAT(html, HasSubstr("&lt;i&gt;label&lt;/i&gt;␛[1m"));
  EXPECT_THAT(shown_texts(html)[0],
              testing::StartsWith("<script>alert(1)</script> \"quoted\" & 'single' <img src=x onerror"));
  for (const char byte : html) ASSERT_TRUE(static_cast<unsigned char>(byte) >= 0x20 || byte == '\n' || byte == '\t');
}

TEST(Html, NeedsNoNetwork) {
  const std::string html = to_html(samples());
  for (const char* part : {"http:", "https:", "//cdn", " src=\"", "url(", "@import", "<link", "<iframe", "<object"})
    EXPECT_THAT(html, Not(HasSubstr(part)));
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
}

TEST(Html, ThePolicyKnowsTheScriptByItsHash) {
  ASSERT_EQ(sha256("abc"), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");  // FIPS 180-4's example
  EXPECT_EQ(html_script_hash, sha256(std::string(html_script))) << "write the right-hand side into html_script.h";
  const std::string html = page_of(fixtures::sentiment());
  EXPECT_EQ(markup::between(html, "<script>", "</script>"), html_script);
  EXPECT_THAT(html, HasSubstr("script-src 'sha256-" + std::string(html_script_hash) + "'"));
}

TEST(Html, TheScriptIsSmallAndInsertsOnlyText) {
  EXPECT_LT(html_script.size(), 6000u);
  for (const char* part : {"innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval", "Function("})
    EXPECT_EQ(html_script.find(part), std::string_view::npos) << part;
}

TEST(Html, HeatIsBehindEachWord) {
  const std::string html = page_of(fixtures::sentiment());
  EXPECT_THAT(html,
              testing::ContainsRegex("<span class=\"w x y\" style=\"--a:0.850\" data-i=\"w1\" data-tip=\"gorgeous"));
  // −1.65 of 1.92, times .85
  EXPECT_THAT(html, testing::ContainsRegex("<span class=\"w n[ y]*\" style=\"--a:0.730\"[^>]*>dull</span>"));
}

TEST(Html, TheTooltipHasTheNumbers) {
  const std::string html = page_of(fixtures::macedonia());
  EXPECT_THAT(html, testing::ContainsRegex(
                        "data-tip=\"Achaemenid\nscore 0.86\nshare [0-9.]+%\nrank 3 of 90\npieces Acha ##emenid\""));
  const std::string entities = page_of(fixtures::entities()[0]);
  EXPECT_THAT(entities, testing::ContainsRegex("data-tip=\"George\n[^\"]*\ntoken George\nB-PER 98%\""));
}

TEST(Html, TheTooltipHasStartAndEndIfTheLogitsAreThere) {
  Explanation explanation = fixtures::of_texts("a", "b", {}, 1);  // [CLS] a [SEP] b [SEP]
  explanation.task = Task::question_answering;
  explanation.logits = {{"start", {0, 0, 0, std::log(4.0), 0}}, {"end", {0, 0, 0, 0, 0}}};
  EXPECT_THAT(page_of(explanation), HasSubstr("start 50%, end 20%"));
}

TEST(Html, TheAnswerIsOutlinedAndLabelled) {
  const std::string html = page_of(fixtures::macedonia());
  const std::string words = markup::between(html, "<div class=\"words\">", "<div class=\"pieces\">");
  EXPECT_EQ(markup::count(words, "<mark "), 1u);
  const std::string mark = markup::between(words, "<mark class=\"span\" data-label=\"answer\">", "</mark>");
  EXPECT_EQ(markup::text(mark), "Achaemenid Persia");
}

TEST(Html, EntitiesAreOutlinedTheExplainedOneMost) {
  const std::string html = page_of(fixtures::entities()[1]);
  const std::string words = markup::between(html, "<div class=\"words\">", "<div class=\"pieces\">");
  EXPECT_EQ(markup::count(words, "<mark class=\"span other\""), 2u);
  EXPECT_EQ(markup::text(markup::between(words, "<mark class=\"span\" data-label=\"PER\">", "</mark>")), "Lafayette");
}

TEST(Html, SeveralExplanationsHaveAnIndex) {
  const auto all = samples();
  const std::string html = to_html(all, "Nine answers");
  EXPECT_THAT(html, HasSubstr("<title>Nine answers</title>"));
  EXPECT_EQ(markup::count(html, "<section id=\""), all.size());
  const std::string index = markup::between(html, "<nav ", "</nav>");
  EXPECT_EQ(markup::count(index, "<li>"), all.size());
  EXPECT_EQ(markup::count(index, "George Washington met"), 1u);  // three entities of one text
  EXPECT_THAT(index, HasSubstr("<bdi class=\"said\">Achaemenid Persia</bdi><span class=\"number\">83%</span>"));
  EXPECT_THAT(page_of(all[0]), Not(HasSubstr("<nav")));
}

TEST(Html, EveryTokenIsInATable) {
  const Explanation explanation = fixtures::macedonia();
  const std::string table = markup::between(page_of(explanation), "<table>", "</table>");
  EXPECT_EQ(markup::count(table, "<th scope=\"row\">"), explanation.tokens.size());
  EXPECT_THAT(table, HasSubstr("##emenid"));
}

TEST(Html, TextOnHeatFollowsTheThemes) {
  const std::string html = page_of(fixtures::macedonia());
  EXPECT_THAT(html, HasSubstr("prefers-color-scheme:dark"));
  EXPECT_THAT(html, HasSubstr("prefers-reduced-motion"));
  EXPECT_THAT(html, Not(HasSubstr("@keyframes")));
}

TEST(Html, WhatWasNotReadIsGrey) {
  Explanation explanation;
  explanation.text = "one two three";
  explanation.tokens = {{"one", 1, 0, 0, 3, 0, false, 1}};
  explanation.words = {{0, 3, 1, 0}};
  explanation.warnings = {"2 of 3 tokens were not read"};
  const std::string html = page_of(explanation);
  EXPECT_THAT(html, HasSubstr("<span class=\"unread\"> two three</span>"));
  EXPECT_THAT(html, HasSubstr("Warning: 2 of 3 tokens were not read"));
}

TEST(Html, OneVeryLongWordIsWrittenOnceAView) {
  Explanation explanation;
  explanation.text = std::string(1 << 20, 'x');
  explanation.words = {{0, 1 << 20, 1, 0}};
  EXPECT_LT(page_of(explanation).size(), 2u * (1 << 20) + 40000);
}

}  // namespace
}  // namespace limn
