#include "render/attention_html.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <vector>

#include "render/attention_script.h"
#include "render/base64.h"
#include "render/display_text.h"
#include "render/html_page.h"
#include "render/palette.h"
#include "render/summary.h"

namespace limn {
namespace {

constexpr std::size_t label_columns = 24;

/// √ keeps apart the many small weights of long texts.
std::vector<std::uint8_t> quantised(const AttentionMaps& maps) {
  std::vector<std::uint8_t> bytes;
  bytes.reserve(maps.weights.size());
  for (const float weight : maps.weights) {
    const float root = std::isfinite(weight) ? std::sqrt(std::clamp(weight, 0.f, 1.f)) : 0.f;
    bytes.push_back(static_cast<std::uint8_t>(std::lround(255 * root)));
  }
  return bytes;
}

/// What the model says, in words; empty if it says nothing.
std::string said(const AttentionMaps& maps) {
  if (std::holds_alternative<std::monostate>(maps.prediction)) return {};
  Explanation explanation;
  explanation.task = maps.task;
  explanation.text = maps.input.text;
  explanation.pair = maps.input.pair;
  explanation.prediction = maps.prediction;
  const Verdict verdict = limn::verdict(explanation);
  return verdict.text + (verdict.probability ? " " + percent_text(*verdict.probability) : "");
}

/// The tokens, one a line; the script makes the lines of one list its buttons.
std::string list(const AttentionMaps& maps, std::string_view side, std::string_view label) {
  std::string items;
  bool second = false;
  for (std::size_t i = 0; i < maps.tokens.size(); ++i) {
    const Token& token = maps.tokens[i];
    const bool begins = !second && token.sequence == 1;
    second = second || begins;
    items += fmt::format("<li class=\"{}{}\" data-t=\"{}\"><bdi>{}</bdi><span class=\"number\"></span></li>\n",
                         token.special ? "special" : "", begins ? " second" : "", i,
                         escape(shorten(token.token, label_columns)));
  }
  return fmt::format("<ol class=\"tokens {}\" aria-label=\"{}\">\n{}</ol>\n", side, label, items);
}

}  // namespace

std::string to_attention_html(const AttentionMaps& maps) {
  const std::string model = shorten(maps.model, 60), verdict = said(maps);
  std::string body = fmt::format("<header>\n<h1>Attention</h1>\n<p class=\"asked\"><bdi>{}</bdi></p>\n",
                                 escape(shorten(maps.input.text, 200)));
  if (maps.input.pair)
    body += fmt::format("<p class=\"asked\"><bdi>{}</bdi></p>\n", escape(shorten(*maps.input.pair, 200)));
  body += fmt::format("<p class=\"facts\">{}</p>\n",
                      escape(fmt::format("{} · {} layers of {} heads · {} tokens{}", model, maps.layers, maps.heads,
                                         maps.tokens.size(), verdict.empty() ? "" : " · the model says: " + verdict)));
  body +=
      "<p class=\"facts\">Attention shows what the model looked at. It is not a proven explanation of what it "
      "said.</p>\n";
  for (const std::string& warning : maps.warnings)
    body += fmt::format("<p class=\"warning\">Warning: {}</p>\n", escape(visible(warning)));
  body += fmt::format(
      "</header>\n<div id=\"attention\" data-layers=\"{}\" data-heads=\"{}\" data-light=\"{:.3f}\" "
      "data-dark=\"{:.3f}\" data-weights=\"{}\">\n",
      maps.layers, maps.heads, inverse_ink_from(Theme::light), inverse_ink_from(Theme::dark), base64(quantised(maps)));
  body +=
      "<section class=\"model\" aria-labelledby=\"model-title\">\n<h2 id=\"model-title\">Every head</h2>\n"
      "<p class=\"facts\">Rows look at columns. Choose one to see its lines.</p>\n<div "
      "class=\"grid\"></div>\n</section>\n"
      "<section class=\"head\" aria-labelledby=\"head-title\">\n<h2 id=\"head-title\">Lines</h2>\n"
      "<div class=\"choice\"><label>Layer <select></select></label>"
      "<div class=\"heads\" role=\"group\" aria-label=\"Heads\"></div></div>\n"
      "<p class=\"said\" aria-live=\"polite\"></p>\n<div class=\"lines\">\n";
  body += list(maps, "from", "Tokens that look") + "<canvas aria-hidden=\"true\"></canvas>\n" +
          list(maps, "to", "Tokens that are looked at");
  body +=
      "</div>\n</section>\n</div>\n<noscript><p class=\"warning\">The views need JavaScript, which this page brings "
      "along.</p></noscript>\n";
  return html_page({.title = "Attention: " + model,
                    .style = attention_style,
                    .body = body,
                    .script = attention_script,
                    .script_hash = attention_script_hash});
}

}  // namespace limn
