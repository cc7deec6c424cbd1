#include <fmt/format.h>

#include <cmath>
#include <span>
#include <string>
#include <string_view>

#include "limn/write.h"
#include "render/display_text.h"
#include "render/palette.h"
#include "render/summary.h"
#include "render/text_runs.h"

namespace limn {
namespace {

/// Escapes the characters that TeX reads as commands. They are one byte each. A backtick or a quote would become
/// another character, and two hyphens a dash.
std::string latex_text(std::string_view text) {
  std::string result;
  for (const char letter : visible(text, {.keep_layout = true})) {
    switch (letter) {
      case '\\':
        result += "\\textbackslash{}";
        break;
      case '{':
      case '}':
      case '$':
      case '&':
      case '#':
      case '%':
      case '_':
        result += '\\';
        result += letter;
        break;
      case '^':
        result += "\\textasciicircum{}";
        break;
      case '~':
        result += "\\textasciitilde{}";
        break;
      case '`':
        result += "\\textasciigrave{}";
        break;
      case '\'':
        result += "\\textquotesingle{}";
        break;
      case '"':
        result += "\\symbol{34}";  // \textquotedbl exists in some font encodings only
        break;
      case '<':
        result += "\\textless{}";
        break;
      case '>':
        result += "\\textgreater{}";
        break;
      case '|':
        result += "\\textbar{}";
        break;
      case '-':
        result += "-{}";
        break;
      case '\t':
      case '\n':
        result += ' ';
        break;
      default:
        result += letter;
    }
  }
  return result;
}

/// A colour of xcolor's model HTML.
std::string latex_color(Color color) { return fmt::format("{:02X}{:02X}{:02X}", color.red, color.green, color.blue); }

std::string boxed(const std::string& text, double heat, Scale scale) {
  const Color ink_color = needs_inverse_ink(heat, Theme::light, scale) ? inverse_ink(Theme::light) : ink(Theme::light);
  return fmt::format("\\colorbox[HTML]{{{}}}{{\\textcolor[HTML]{{{}}}{{\\strut {}}}}}",
                     latex_color(limn::heat(heat, Theme::light, scale)), latex_color(ink_color), text);
}

std::string paragraph_of(const Explanation& explanation, const TextRuns& shown, double scale) {
  constexpr double least_heat = 0.02;  // weaker colours do not differ from the page
  std::string result;
  for (const Run& run : word_runs(shown)) {
    std::string text = latex_text(shown.text.substr(run.begin, run.end - run.begin));
    const double heat = run.word ? intensity(explanation.words[*run.word].score, scale) : 0;
    if (run.mark && shown.marks[*run.mark].explained && text.find_first_not_of(' ') != text.npos)
      text.insert(0, "\\underline{").append("}");
    result += std::abs(heat) < least_heat ? text : boxed(text, heat, scale_of(explanation));
  }
  return result;
}

}  // namespace

std::string to_latex(const Explanation& explanation) {
  std::string result =
      "% \\usepackage{xcolor,textcomp}, and UTF-8; for letters that pdfLaTeX lacks, LuaLaTeX or XeLaTeX with a font\n"
      "{\\setlength{\\fboxsep}{1pt}\\raggedright\n";
  const double scale = word_scale(explanation);
  for (const TextRuns& shown : text_runs(explanation)) result += paragraph_of(explanation, shown, scale) + "\\par\n";
  const Verdict said = verdict(explanation);
  std::string caption = (said.kind.empty() ? "" : said.kind + " ") + said.text;
  if (said.probability) caption += " " + percent_text(*said.probability);
  caption += ", " + shorten(explanation.model, 60) + ", " + method_text(explanation);
  return result + "{\\footnotesize " + latex_text(caption) + "\\par}}\n";
}

std::string to_latex(std::span<const Explanation> explanations) {
  std::string result;
  for (const Explanation& explanation : explanations) result += (result.empty() ? "" : "\n") + to_latex(explanation);
  return result;
}

}  // namespace limn
