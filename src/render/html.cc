#include "render/html.h"

#include <fmt/format.h>

#include "render/display_text.h"
#include "render/html_script.h"
#include "render/html_section.h"
#include "render/html_style.h"
#include "render/palette.h"
#include "render/summary.h"

namespace limn {
namespace {

std::string hexadecimal(Color color) { return fmt::format("#{:02x}{:02x}{:02x}", color.red, color.green, color.blue); }

std::string channels(Color color) { return fmt::format("{} {} {}", color.red, color.green, color.blue); }

std::string theme_properties(Theme theme) {
  return fmt::format(":root{{--page:{};--word:{};--for:{};--against:{}}}", hexadecimal(page(theme)),
                     hexadecimal(ink(theme)), channels(hue(1, theme)), channels(hue(-1, theme)));
}

std::string palette_properties() {
  return fmt::format("{}@media (prefers-color-scheme:dark){{{}}}:root{{--light-flip:{};--dark-flip:{};--most:{}}}",
                     theme_properties(Theme::light), theme_properties(Theme::dark),
                     hexadecimal(inverse_ink(Theme::light)), hexadecimal(inverse_ink(Theme::dark)), max_alpha);
}

std::string default_title(std::span<const Explanation> explanations) {
  if (explanations.size() == 1) return verdict(explanations[0]).text;
  return fmt::format("{} explanations", explanations.size());
}

// What was asked and what was said, a line each; a text that several explanations share is named once.
std::string index(std::span<const Explanation> explanations) {
  constexpr std::size_t columns = 120;  // the style sheet shows two lines
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

std::string html_page(std::string_view title, std::string_view style, std::string_view main) {
  std::string result = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
  // Heat is in style attributes, which no hash can allow; the script is known by its hash, and nothing is fetched.
  result += fmt::format(
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
      "script-src "
      "'sha256-{}'; base-uri 'none'; form-action 'none'\">\n",
      html_script_hash);
  result += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  result += "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n";
  result += fmt::format("<title>{}</title>\n<style>{}{}{}</style>\n</head>\n<body>\n{}", escape(title),
                        palette_properties(), html_style, style, main);
  result +=
      fmt::format("<div id=\"tip\" role=\"tooltip\"></div>\n<script>{}</script>\n</body>\n</html>\n", html_script);
  return result;
}

std::string to_html(std::span<const Explanation> explanations, std::string_view title) {
  const std::string name = title.empty() ? default_title(explanations) : shorten(title, 200);
  std::string main = "<main>\n";
  if (!title.empty() || explanations.size() != 1) main += fmt::format("<h1>{}</h1>\n", escape(name));
  if (explanations.size() > 1) main += index(explanations);
  for (std::size_t i = 0; i < explanations.size(); ++i) main += html_section(explanations[i], i + 1);
  return html_page(name, {}, main + "</main>\n");
}

}  // namespace limn
