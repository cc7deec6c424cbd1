#include "render/terminal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "fixtures.h"
#include "render/display_text.h"
#include "render/terminal_paint.h"

namespace limn::terminal_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr ColorDepth depths[] = {ColorDepth::none, ColorDepth::ansi16, ColorDepth::ansi256, ColorDepth::true_color};

std::vector<Explanation> samples() {
  std::vector<Explanation> result = fixtures::entities();
  result.insert(result.end(), {fixtures::macedonia(), fixtures::no_answer(), fixtures::sentiment(),
                               fixtures::multi_label(), fixtures::hostile(), Explanation{}});
  return result;
}

std::vector<std::string> lines(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> result;
  for (std::string line; std::getline(stream, line);) result.push_back(line);
  return result;
}

// Removes the sequences that set colours and styles, and nothing else.
std::string without_paint(const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.compare(i, 2, "\x1B[") == 0) {
      const std::size_t end = text.find_first_not_of("0123456789;", i + 2);
      if (end != std::string::npos && text[end] == 'm') {
        i = end;
        continue;
      }
    }
    result += text[i];
  }
  return result;
}

TEST(Terminal, WholeOutputWithoutColours) {
  Explanation explanation =
      fixtures::of_texts("Who rules?", "Ann rules.", {{"Ann", 1.0}, {"rules", 0.5}, {"Who", 0.25}}, 0);
  explanation.model = "m";
  explanation.task = Task::question_answering;
  AnswerPrediction prediction;
  prediction.best = {"Ann", 0, 3, 5, 5, 0, 9, 0.75};
  explanation.prediction = prediction;
  explanation.target.start_token = explanation.target.end_token = 5;
  explanation.method.name = "gradient";
  explanation.value = 9;
  EXPECT_EQ(to_terminal(explanation, {.width = 60}),
            "Ann  75% ━━━━━━━━━━━━────\n"
            "m · gradient · 41 ms\n"
            "\n"
            "  Who▃ rules▅?▁\n"
            "\n"
            "  [Ann█] rules▅.▁\n"
            "\n"
            "0 ▁▂▃▄▅▆▇█ 1.00  F = start logit + end logit of the answer =\n"
            "9\n"
            "\n"
            "  Ann    ████████████████████ 1.00  context\n"
            "  rules  ██████████ 0.50  question\n"
            "  rules  ██████████ 0.50  context\n"
            "  Who    █████ 0.25  question\n"
            "\n"
            "\"Ann\", \"rules\" and \"Who\" mattered most for this answer.\n");
}

TEST(Terminal, NoEscapeSequencesWithoutColours) {
  ASSERT_GE(samples().size(), 5u);
  for (const Explanation& explanation : samples()) EXPECT_THAT(to_terminal(explanation), Not(HasSubstr("\x1B")));
}

TEST(Terminal, SendsOnlyPaintSequences) {
  for (const Explanation& explanation : samples())
    for (const ColorDepth depth : depths)
      for (const bool special : {false, true}) {
        const std::string text = without_paint(to_terminal(explanation, {.colors = depth, .show_special = special}));
        for (const char byte : text) ASSERT_TRUE(static_cast<unsigned char>(byte) >= 0x20 || byte == '\n') << int{byte};
        EXPECT_THAT(text, Not(HasSubstr("\u009B")));
        EXPECT_THAT(text, Not(HasSubstr("\u202E")));
      }
}

TEST(Terminal, EveryLineEndsWithAReset) {
  const std::string text = to_terminal(fixtures::macedonia(), {.colors = ColorDepth::true_color});
  std::size_t painted = 0;
  for (const std::string& line : lines(text)) {
    const auto last = line.rfind("\x1B[");
    if (last == std::string::npos) continue;
    ++painted;
    EXPECT_EQ(line.substr(last, 4), "\x1B[0m") << line;
  }
  EXPECT_GE(painted, 5u);
}

TEST(Terminal, LinesFitTheWidth) {
  for (const Explanation& explanation : samples())
    for (const std::size_t width : {20u, 33u, 80u, 200u})
      for (const std::string& line :
           lines(without_paint(to_terminal(explanation, {.colors = ColorDepth::true_color, .width = width}))))
        EXPECT_LE(columns(line), width) << line;
}

TEST(Terminal, WrapsBetweenWordsAndBreaksOnlyLongWords) {
  Explanation explanation;
  explanation.text = "aaaa bbbb cccc dddd " + std::string(30, 'x') + " 漢字漢字漢字漢字漢字漢字";
  EXPECT_THAT(
      to_terminal(explanation, {.width = 20}),
      HasSubstr("\n  aaaa bbbb cccc\n  dddd\n  xxxxxxxxxxxxxxxxxx\n  xxxxxxxxxxxx 漢字\n  漢字漢字漢字漢字漢\n  字\n"));
}

TEST(Terminal, KeepsLineBreaks) {
  Explanation explanation;
  explanation.text = "one\n\n  two\r\n\tthree";
  EXPECT_THAT(to_terminal(explanation, {.width = 40}), HasSubstr("\n  one\n\n    two\n      three\n"));
}

TEST(Terminal, MarksTheAnswerNotOnlyByColour) {
  const Explanation explanation = fixtures::macedonia();
  EXPECT_THAT(to_terminal(explanation), HasSubstr("[Achaemenid▇ Persia▅]"));
  EXPECT_THAT(without_paint(to_terminal(explanation, {.colors = ColorDepth::ansi16})),
              HasSubstr("[Achaemenid Persia]"));
  for (const ColorDepth depth : {ColorDepth::ansi256, ColorDepth::true_color})
    EXPECT_THAT(to_terminal(explanation, {.colors = depth}),
                testing::ContainsRegex("\x1B\\[1;4;48;[0-9;]*mAchaemenid"));
}

TEST(Terminal, ShowsTheLabelsOfEntities) {
  EXPECT_THAT(to_terminal(fixtures::entities()[1]),
              HasSubstr("(George▁ Washington▁) PER met▄ the▁ Marquis▁ de▁ [Lafayette█] PER in▁"));
}

TEST(Terminal, NegativeScoresHaveAMinusWithoutColours) {
  const std::string text = to_terminal(fixtures::sentiment());
  EXPECT_THAT(text, HasSubstr("dull−▇"));
  EXPECT_THAT(text, HasSubstr("gorgeous█"));
  EXPECT_THAT(text, HasSubstr("For\n  gorgeous   █"));
  EXPECT_THAT(text, HasSubstr("Against\n  dull       █"));
  EXPECT_THAT(text, HasSubstr("−1.92 −█"));
}

TEST(Terminal, ShowsSpecialTokensAndSubwordsOnlyIfRequested) {
  const Explanation explanation = fixtures::macedonia();
  EXPECT_THAT(to_terminal(explanation), Not(HasSubstr("[CLS]")));
  const std::string text = to_terminal(explanation, {.show_special = true});
  EXPECT_THAT(text, HasSubstr("  [CLS]▃ To▁ which▃"));
  EXPECT_THAT(text, HasSubstr("[Acha▇emenid▅ Persia▅]"));
  EXPECT_THAT(without_paint(to_terminal(explanation, {.colors = ColorDepth::true_color, .show_special = true})),
              HasSubstr("Acha·emenid Persia"));
}

TEST(Terminal, ColoursFollowTheDepth) {
  const Explanation explanation = fixtures::sentiment();
  EXPECT_THAT(to_terminal(explanation, {.colors = ColorDepth::true_color}), HasSubstr("48;2;"));
  const std::string in_256 = to_terminal(explanation, {.colors = ColorDepth::ansi256});
  EXPECT_THAT(in_256, HasSubstr("48;5;"));
  EXPECT_THAT(in_256, Not(HasSubstr(";2;")));
  const std::string in_16 = to_terminal(explanation, {.colors = ColorDepth::ansi16});
  EXPECT_THAT(in_16, HasSubstr("\x1B[94;1;4mgorgeous"));
  EXPECT_THAT(in_16, HasSubstr("\x1B[93;1;4mdull"));
  EXPECT_THAT(in_16, Not(HasSubstr("8;5;")));
}

TEST(Terminal, WeakHeatHasNoColourWithFewColours) {
  TerminalStyle style{.colors = ColorDepth::ansi256};
  EXPECT_EQ(start_sequence({.heat = 0.08}, style), "");
  EXPECT_EQ(start_sequence({.heat = 0.1}, style), "\x1B[48;5;17;38;5;231m");
  EXPECT_EQ(start_sequence({.heat = -1}, style), "\x1B[48;5;208;38;5;16m");
  style.colors = ColorDepth::ansi16;
  EXPECT_EQ(start_sequence({.heat = 0.16}, style), "");
  EXPECT_EQ(start_sequence({.heat = 0.3}, style), "\x1B[94m");
  EXPECT_EQ(start_sequence({.heat = -0.5}, style), "\x1B[93;1m");
}

TEST(Terminal, Ramps256KeepContrastAndOrder) {
  for (const Theme theme : {Theme::light, Theme::dark})
    for (const Ramp& ramp : {ramp256(false, theme), ramp256(true, theme), ramp256(false, theme, Scale::magnitude)}) {
      double previous = luminance(page(theme));
      for (const std::uint8_t index : ramp) {
        const Color color = cube_color(index);
        EXPECT_GE(std::max(contrast(color, {0, 0, 0}), contrast(color, {255, 255, 255})), 4.5);
        const bool hotter = theme == Theme::light ? luminance(color) < previous : luminance(color) > previous;
        EXPECT_TRUE(hotter) << int{index};
        previous = luminance(color);
      }
    }
  EXPECT_EQ(cube_color(208), (Color{255, 135, 0}));  // as xterm shows it
  EXPECT_EQ(cube_color(26), (Color{0, 95, 215}));
}

TEST(Terminal, OneVeryLongWord) {
  Explanation explanation;
  explanation.text = std::string(1 << 20, 'x');
  explanation.words = {{0, 1 << 20, 1, 0}};
  const std::string text = to_terminal(explanation, {.width = 80});
  EXPECT_EQ(std::count(text.begin(), text.end(), 'x') - (1 << 20),
            19 + 39);  // the bar's label and the sentence, shortened
}

TEST(Terminal, ShowsWarnings) {
  Explanation explanation = fixtures::sentiment();
  explanation.warnings = {"12 of 400 tokens were not read"};
  EXPECT_THAT(to_terminal(explanation), HasSubstr("Warning: 12 of 400 tokens were not read\n"));
}

TEST(TerminalStyle, FollowsTheEnvironment) {
  const auto depth = [](TerminalEnvironment environment) { return terminal_style(environment).colors; };
  EXPECT_EQ(depth({.is_terminal = true, .term = "xterm"}), ColorDepth::ansi16);
  EXPECT_EQ(depth({.is_terminal = true, .term = "xterm-256color"}), ColorDepth::ansi256);
  EXPECT_EQ(depth({.is_terminal = true, .color_term = "truecolor", .term = "xterm-256color"}), ColorDepth::true_color);
  EXPECT_EQ(depth({.is_terminal = true, .color_term = "24bit", .term = "xterm"}), ColorDepth::true_color);
  EXPECT_EQ(depth({.is_terminal = true, .term = "xterm-direct"}), ColorDepth::true_color);
  EXPECT_EQ(depth({.is_terminal = false, .color_term = "truecolor", .term = "xterm"}), ColorDepth::none);
  EXPECT_EQ(depth({.is_terminal = true, .no_color = "1", .color_term = "truecolor", .term = "xterm"}),
            ColorDepth::none);
  EXPECT_EQ(depth({.is_terminal = true, .term = "dumb"}), ColorDepth::none);
  EXPECT_EQ(depth({.is_terminal = true}), ColorDepth::none);
}

TEST(TerminalStyle, ReadsTheBackgroundFromTheEnvironment) {
  const auto dark = [](std::string_view colors) { return terminal_style({.color_fg_bg = colors}).dark_background; };
  EXPECT_TRUE(dark(""));
  EXPECT_TRUE(dark("15;0"));
  EXPECT_TRUE(dark("7;8"));
  EXPECT_FALSE(dark("0;15"));
  EXPECT_FALSE(dark("0;7"));
  EXPECT_FALSE(dark("0;default;15"));
  EXPECT_EQ(terminal_style({}, 100).width, 100u);
}

// ---- long texts ---------------------------------------------------------------------------------------------

/// A question and 9,000 words of which `answer` is the answer.
Explanation long_context(std::size_t answer) {
  std::string context;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < 9000; ++i) {
    if (i == answer) begin = context.size();
    context += "word" + std::to_string(i) + (i == answer ? "x " : " ");
  }
  const std::string text = "word" + std::to_string(answer) + "x";
  Explanation explanation = fixtures::of_texts("Which one?", context, {{text, 1.0}}, 0.01);
  explanation.task = Task::question_answering;
  AnswerPrediction prediction;
  for (std::size_t i = 0; i < explanation.tokens.size(); ++i)
    if (explanation.tokens[i].sequence == 1 && explanation.tokens[i].begin == begin)
      explanation.target.start_token = explanation.target.end_token = i;
  prediction.best = {
      text, begin, begin + text.size(), *explanation.target.start_token, *explanation.target.end_token, 0, 9, 0.75};
  explanation.prediction = prediction;
  explanation.target.text = text;
  explanation.method.name = "gradient";
  return explanation;
}

/// "…313,000 characters before": the number; 0 if there is none.
std::size_t left_out(const std::string& shown, const std::string& where) {
  const std::size_t end = shown.find(" characters " + where);
  if (end == std::string::npos) return 0;
  std::string digits;
  for (std::size_t at = shown.rfind("… ", end) + std::string_view("… ").size(); at < end; ++at)
    if (shown[at] != ',') digits += shown[at];
  return std::stoul(digits);
}

TEST(TerminalPassage, ShowsTheAnswerOnOneScreenAndSaysWhatIsLeftOut) {
  std::size_t cases = 0;
  for (const std::size_t answer : {std::size_t{0}, std::size_t{4500}, std::size_t{8999}})
    for (const std::size_t screen : {std::size_t{23}, std::size_t{49}}) {
      const Explanation explanation = long_context(answer);
      const std::string shown = to_terminal(explanation, {.width = 80, .lines = screen});
      EXPECT_LE(lines(shown).size(), screen) << shown;
      EXPECT_THAT(shown, HasSubstr("word" + std::to_string(answer) + "x"));
      // Words are unique: the first and the last that are shown say how much is left out.
      const std::string& context = *explanation.pair;
      const std::string first_word = "word" + std::to_string(answer);
      const std::size_t before = left_out(shown, "before"), after = left_out(shown, "after");
      EXPECT_EQ(before == 0, answer == 0);
      EXPECT_EQ(after == 0, answer == 8999);
      EXPECT_THAT(shown, HasSubstr(context.substr(before, context.find(' ', before) - before)));
      if (before > 0) EXPECT_EQ(shown.find(context.substr(before - 9, 8)), std::string::npos);
      if (after > 0) EXPECT_EQ(context[context.size() - after], ' ');
      EXPECT_GT(context.size(), before + after);
      ++cases;
    }
  EXPECT_EQ(cases, 6U);
  EXPECT_THAT(to_terminal(long_context(4500), {.lines = 0}), AllOf(HasSubstr("word0▁ "), HasSubstr("word8999▁")));
}

TEST(TerminalPassage, CutsTextsWithoutWordsBetweenCodePoints) {
  Explanation explanation;
  for (int i = 0; i < 40000; ++i) explanation.text += "ü";
  explanation.words = {{60000, 60002, 1, 0}};
  const std::string shown = to_terminal(explanation, {.width = 80, .lines = 30});
  EXPECT_LE(lines(shown).size(), 30U);
  EXPECT_EQ(shown.find("\uFFFD"), std::string::npos);
  EXPECT_GT(left_out(shown, "before"), 25000U);
  EXPECT_GT(left_out(shown, "after"), 5000U);
}

TEST(TerminalPassage, ShortTextsAreWhole) {
  for (const Explanation& explanation : samples())
    EXPECT_EQ(to_terminal(explanation, {.width = 80, .lines = 60}), to_terminal(explanation, {.width = 80}));
}

}  // namespace
}  // namespace limn::terminal_test
