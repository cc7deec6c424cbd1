#include "render/html_page.h"

#include <fmt/format.h>

#include "render/display_text.h"
#include "render/html_style.h"
#include "render/palette.h"

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

}  // namespace

std::string html_page(const HtmlPage& page) {
  std::string result = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
  // Heat is in style attributes, which no hash can allow; the script is known by its hash, and nothing is fetched.
  result += fmt::format(
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
      "script-src "
      "'sha256-{}'; base-uri 'none'; form-action 'none'\">\n",
      page.script_hash);
  result += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  result += "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n";
  result += fmt::format("<title>{}</title>\n<style>{}{}{}</style>\n</head>\n<body>\n<main>\n", escape(page.title),
                        palette_properties(), html_style, page.style);
  result += page.body;
  result += fmt::format("</main>\n<script>{}</script>\n</body>\n</html>\n", page.script);
  return result;
}

}  // namespace limn
