#include "render/html.h"

#include <fmt/format.h>

#include "render/display_text.h"
#include "render/html_page.h"
#include "render/html_script.h"
#include "render/html_section.h"
#include "render/summary.h"

namespace limn {
namespace {

std::string default_title(std::span<const Explanation> explanations) {
  if (explanations.size() == 1) return verdict(explanations[0]).text;
  return fmt::format("{} explanations", explanations.size());
}

// What was asked and what was said, a line each; a text that several explanations share is named once.
std::string index(std::span<const Explanation> explanations) {
  constexpr std::size_t columns = 90;
  std::string result = "<nav aria-label=\"Explanations\"><ol>\n";
  for (std::size_t i = 0; i < explanations.size(); ++i) {
    const Explanation& explanation = explanations[i];
    const bool repeated =
        i > 0 && explanations[i - 1].text == explanation.text && explanations[i - 1].pair == explanation.pair;
    const Verdict said = verdict(explanation);
    result += fmt::format("<li><a href=\"#e{}\"><bdi class=\"asked\">{}</bdi><bdi class=\"said\">{}{}</bdi>", i + 1,
                          repeated ? "" : escape(input_text(explanation, columns)),
                          said.kind.empty() ? "" : escape(said.kind) + " ", escape(shorten(said.text, columns)));
    result += fmt::format("<span class=\"number\">{}</span></a></li>\n",
                          said.probability ? escape(percent_text(*said.probability)) : "");
  }
  return result + "</ol></nav>\n";
}

}  // namespace

std::string to_html(std::span<const Explanation> explanations, std::string_view title) {
  const std::string name = title.empty() ? default_title(explanations) : shorten(title, 200);
  std::string body;
  if (!title.empty() || explanations.size() != 1) body += fmt::format("<h1>{}</h1>\n", escape(name));
  if (explanations.size() > 1) body += index(explanations);
  for (std::size_t i = 0; i < explanations.size(); ++i) body += html_section(explanations[i], i + 1);
  body += "<div id=\"tip\" role=\"tooltip\"></div>\n";
  return html_page({.title = name, .body = body, .script = html_script, .script_hash = html_script_hash});
}

}  // namespace limn
