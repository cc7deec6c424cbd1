#include <fmt/format.h>

#include <optional>
#include <string>

#include "limn/write.h"
#include "render/display_text.h"
#include "render/palette.h"
#include "render/summary.h"
#include "render/text_runs.h"

namespace limn {
namespace {

// Notebooks and GitHub remove scripts and style sheets, and keep style attributes. The colours are those of a light
// page, on a background of their own, so that they are readable in dark notebooks, too.
constexpr std::string_view card =
    "background:#fff;color:#000;padding:8px 12px;border:1px solid #ccc;border-radius:6px;line-height:1.7;"
    "font-family:sans-serif;overflow-wrap:anywhere";
constexpr std::string_view secondary = "color:#555;font-size:85%";

std::string line_of(std::string_view text, std::string_view style) {
  return text.empty() ? "" : fmt::format("<div style=\"{}\">{}</div>\n", style, escape(text));
}

std::string heading(const Explanation& explanation) {
  const Verdict said = verdict(explanation);
  const std::string kind = said.kind.empty() ? "" : escape(said.kind) + " ";
  const std::string probability = said.probability ? " " + percent_text(*said.probability) : "";
  return fmt::format("<div>{}<b>{}</b>{} <span style=\"{}\">{} · {}</span></div>\n", kind, escape(said.text),
                     probability, secondary, escape(shorten(explanation.model, 60)), escape(method_text(explanation)));
}

std::string colored_text(const Explanation& explanation, const TextRuns& shown) {
  const double scale = word_scale(explanation);
  std::string result = "<div dir=\"auto\" style=\"white-space:pre-wrap\">";
  std::optional<std::size_t> mark;
  for (const Run& run : shown.runs) {
    if (mark != run.mark) {
      if (mark) result += "</u>";
      if (run.mark) {
        const Mark& begun = shown.marks[*run.mark];
        result += fmt::format("<u title=\"{}\"{}>", escape(begun.label),
                              begun.explained ? " style=\"font-weight:bold\"" : "");
      }
      mark = run.mark;
    }
    const std::string text = escape(visible(shown.text.substr(run.begin, run.end - run.begin), {.keep_layout = true}));
    if (!run.word) {
      result += run.read ? text : fmt::format("<span style=\"color:#777\">{}</span>", text);
      continue;
    }
    const double score = explanation.words[*run.word].score, strength = intensity(score, scale);
    const Color color = needs_inverse_ink(strength, Theme::light) ? inverse_ink(Theme::light) : ink(Theme::light);
    result += fmt::format("<span title=\"{}\" style=\"background:{};color:{};border-radius:3px\">{}</span>",
                          score_text(score, scale), color_text(heat(strength, Theme::light)), color_text(color), text);
  }
  return result + (mark ? "</u></div>\n" : "</div>\n");
}

}  // namespace

std::string to_html_fragment(const Explanation& explanation) {
  std::string result = fmt::format("<div style=\"{}\">\n", card) + heading(explanation);
  result += line_of(explained_instead(explanation), "font-weight:bold");
  for (const std::string& warning : explanation.warnings) result += line_of("Warning: " + visible(warning), secondary);
  for (const TextRuns& shown : text_runs(explanation)) result += colored_text(explanation, shown);
  return result + line_of(sentence(explanation), secondary) + "</div>\n";
}

std::string to_html_fragment(std::span<const Explanation> explanations) {
  std::string result;
  for (const Explanation& explanation : explanations) result += to_html_fragment(explanation);
  return result;
}

}  // namespace limn
