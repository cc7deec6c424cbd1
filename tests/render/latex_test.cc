#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fixtures.h"
#include "limn/write.h"
#include "markup.h"

namespace limn::latex_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// The first brace without a partner, or nothing.
std::string brace_fault(const std::string& latex) {
  int open = 0;
  for (std::size_t i = 0; i < latex.size(); ++i)
    if (latex[i] == '\\' && i + 1 < latex.size())
      ++i;  // a command, or an escaped brace
    else if (latex[i] == '{')
      ++open;
    else if (latex[i] == '}' && --open < 0)
      return "an end without a beginning at " + std::to_string(i);
  return open == 0 ? "" : std::to_string(open) + " not closed";
}

TEST(Latex, EscapesWhatTexReadsAsCommands) {
  Explanation explanation;
  explanation.text = R"(50% of \write18{rm} & #1_a^2 ~ $5 "q" 'r' `s` a--b <x|y>)";
  LabelPrediction label;
  label.label = "100% \\bad{";
  label.probability = 0.5;
  explanation.prediction = label;
  const std::string latex = to_latex(explanation);
  EXPECT_THAT(latex,
              HasSubstr(R"(50\% of \textbackslash{}write18\{rm\} \& \#1\_a\textasciicircum{}2 \textasciitilde{} \$5 )"
                        R"(\symbol{34}q\symbol{34} \textquotesingle{}r\textquotesingle{} )"
                        R"(\textasciigrave{}s\textasciigrave{} a-{}-{}b \textless{}x\textbar{}y\textgreater{}\par)"));
  EXPECT_THAT(latex, AllOf(HasSubstr(R"(100\% \textbackslash{}bad\{ 50\%)"), Not(HasSubstr(R"(\write18)"))));
  EXPECT_EQ(brace_fault(latex), "");
}

TEST(Latex, EachWordIsABoxInItsHeat) {
  Explanation explanation = fixtures::of_texts("good and bad", {}, {{"good", 2.0}, {"and", 0.0}, {"bad", -2.0}}, 0);
  explanation.method.is_signed = true;
  const std::string latex = to_latex(explanation);
  EXPECT_EQ(markup::count(latex, "\\colorbox[HTML]{"), 2U);  // "and" has no heat
  EXPECT_THAT(latex,
              AllOf(HasSubstr("{\\strut good}}"), HasSubstr("} and \\colorbox"), HasSubstr("{\\strut bad}}\\par")));
  // The two hues differ, and the strongest heat is that of the SVG.
  const std::string with = markup::between(latex, "\\colorbox[HTML]{", "}");
  const std::string against = markup::between(latex.substr(latex.find("} and ")), "\\colorbox[HTML]{", "}");
  EXPECT_NE(with, against);
  std::string lower = with;
  for (char& letter : lower) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  EXPECT_THAT(to_svg_text(explanation), HasSubstr("fill=\"#" + lower + "\""));
}

TEST(Latex, IsBalancedForEveryTextAndUnderlinesTheAnswer) {
  std::vector<Explanation> samples = fixtures::entities();
  samples.insert(samples.end(), {fixtures::macedonia(), fixtures::no_answer(), fixtures::sentiment(),
                                 fixtures::multi_label(), fixtures::hostile(), Explanation{}});
  ASSERT_EQ(samples.size(), 9U);
  for (const Explanation& explanation : samples) {
    const std::string latex = to_latex(explanation);
    EXPECT_EQ(brace_fault(latex), "");
    EXPECT_EQ(latex.find('\x1B'), std::string::npos);
    EXPECT_EQ(to_text(explanation, Format::latex), latex);
  }
  EXPECT_THAT(to_latex(fixtures::macedonia()), HasSubstr("\\underline{Achaemenid}"));
  EXPECT_EQ(format_of("paper.tex"), Format::latex);
}

}  // namespace
}  // namespace limn::latex_test
