#include "render/heatmap_html.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <vector>

#include "render/base64.h"
#include "render/display_text.h"
#include "render/heatmap_script.h"
#include "render/html_page.h"
#include "render/palette.h"
#include "render/passages.h"
#include "render/summary.h"

namespace limn {
namespace {

constexpr std::size_t label_columns = 40;

std::uint8_t to_byte(double share) {
  return static_cast<std::uint8_t>(std::lround(255 * std::clamp(std::isfinite(share) ? share : 0, 0.0, 1.0)));
}

/// Row by row (T + 1, T), 255 for 1: the heatmap, then the tokens' scores in proportion to their largest.
std::vector<std::uint8_t> quantised(const Explanation& explanation) {
  const std::size_t tokens = explanation.tokens.size();
  std::vector<std::uint8_t> bytes;
  bytes.reserve((tokens + 1) * tokens);
  for (std::size_t i = 0; i < tokens; ++i)
    for (std::size_t j = 0; j < tokens; ++j) {
      const bool known = i < explanation.heatmap.size() && j < explanation.heatmap[i].size();
      bytes.push_back(known ? to_byte(explanation.heatmap[i][j]) : 0);
    }
  const double scale = token_scale(explanation);
  for (const Token& token : explanation.tokens) bytes.push_back(to_byte(std::abs(intensity(token.score, scale))));
  return bytes;
}

class Page {
 public:
  explicit Page(const Explanation& explanation) : explanation_(explanation) {}

  std::string body() {
    add("<section id=\"heatmap\" data-heat=\"{}\" data-light=\"{:.3f}\" data-dark=\"{:.3f}\">\n",
        base64(quantised(explanation_)), inverse_ink_from(Theme::light), inverse_ink_from(Theme::dark));
    add("<div class=\"verdict\"><h2>Textual heatmap</h2></div>\n");
    add("<p class=\"facts\">{}</p>\n", escape(shorten(explanation_.model, 60) + " · " + method_text(explanation_) +
                                              " · " + duration_text(explanation_.seconds)));
    for (const std::string& warning : explanation_.warnings)
      add("<p class=\"warning\">Warning: {}</p>\n", escape(visible(warning)));
    add("<p class=\"said\" aria-live=\"polite\"></p>\n<div class=\"texts\">\n");
    for (const Passage& passage : passages(explanation_)) write_text(passage);
    add("</div>\n<div class=\"legend\"><div class=\"range\"><span class=\"number\">0</span><span class=\"scale\" "
        "aria-hidden=\"true\"></span><span class=\"number\">1</span></div>"
        "<label class=\"switch\"><input type=\"checkbox\"> special tokens</label></div>\n");
    add("<p class=\"f\">How much the model's logit for one token's own piece would change with each other token: the "
        "norm of the "
        "gradient with respect to the one-hot input, 1 for the largest.</p>\n");
    add("<ol class=\"bars\" aria-label=\"Strongest\"></ol>\n</section>\n");
    return std::move(out_);
  }

 private:
  template <typename... Values>
  void add(fmt::format_string<Values...> format, Values&&... values) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Values>(values)...);
  }

  void open_token(std::size_t index) {
    const Token& token = explanation_.tokens[index];
    add("<span class=\"w{}\" role=\"button\" data-t=\"{}\" data-name=\"{}\">", token.special ? " special" : "", index,
        escape(shorten(token.token, label_columns)));
  }

  void write_special(const std::vector<std::size_t>& tokens) {
    for (const std::size_t token : tokens) {
      open_token(token);
      add("{}</span> ", escape(shorten(explanation_.tokens[token].token, label_columns)));
    }
  }

  void write_text(const Passage& passage) {
    const std::string name = sequence_name(explanation_, passage.sequence);
    add("<div class=\"text\" dir=\"auto\" role=\"group\" aria-label=\"{}\">", name.empty() ? "text" : name);
    write_special(passage.before);
    std::optional<std::size_t> open;
    for (const Run& run : passage.runs) {
      if (open && open != run.token) add("</span>");
      if (run.token && open != run.token) open_token(*run.token);
      open = run.token;
      const std::string shown = escape(
          visible(passage.text.substr(run.begin, run.end - run.begin), {.keep_layout = true, .keep_bidi = true}));
      if (run.read)
        add("{}", shown);
      else
        add("<span class=\"unread\">{}</span>", shown);
    }
    if (open) add("</span>");
    if (!passage.after.empty()) add(" ");
    write_special(passage.after);
    add("</div>\n");
  }

  const Explanation& explanation_;
  std::string out_;
};

}  // namespace

std::string to_heatmap_html(const Explanation& explanation) {
  const std::string title = "Textual heatmap: " + input_text(explanation, 60), body = Page(explanation).body();
  return html_page({.title = title,
                    .style = heatmap_style,
                    .body = body,
                    .script = heatmap_script,
                    .script_hash = heatmap_script_hash});
}

}  // namespace limn
