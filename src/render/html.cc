#include "render/html.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "render/attack.h"
#include "render/attention_data.h"
#include "render/comparison_json.h"
#include "render/display_text.h"
#include "render/json.h"
#include "render/json_parts.h"
#include "render/palette.h"
#include "render/similarity.h"
#include "render/summary.h"
#include "render/text_runs.h"
#include "render/viewer.h"

namespace limn {
namespace {

using Json = nlohmann::ordered_json;

// JSON for a script element: without "<" it cannot contain a tag that ends the element.
std::string embedded(const Json& value) {
  const std::string text = json_text(value);
  std::string result;
  result.reserve(text.size());
  for (const char byte : text)
    if (byte == '<')
      result += "\\u003c";
    else
      result += byte;
  return result;
}

}  // namespace

std::string page(std::string_view title, std::string_view body, const Json& data) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{}'; script-src "
      "'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n"
      "<title>{}</title>\n<style>{}</style>\n</head>\n<body class=\"limn-page\">\n"
      "<main id=\"limn\"><div class=\"limn\">\n{}</div></main>\n"
      "<script type=\"application/json\" id=\"limn-data\">{}</script>\n<script>{}</script>\n</body>\n</html>\n",
      viewer_style_hash, viewer_script_hash, escape(title), viewer_style, body, embedded(data), viewer_script);
}

namespace {

// ---- without JavaScript ------------------------------------------------------------------------------------

std::string paragraph(std::string_view text) { return fmt::format("<p>{}</p>\n", escape(text)); }

// Returns the CSS classes of a word: its heat in sixteenths, its hue and its text colour.
std::string heat_classes(double heat, Scale scale) {
  const long step = std::lround(16 * std::abs(heat));
  return fmt::format("w h{}{}{}{}", step,
                     scale == Scale::magnitude ? " m"
                     : heat < 0                ? " n"
                                               : "",
                     needs_inverse_ink(heat, Theme::light, scale) ? " x" : "",
                     needs_inverse_ink(heat, Theme::dark, scale) ? " y" : "");
}

std::string plain_text(const Explanation& explanation, const TextRuns& shown) {
  const double scale = word_scale(explanation);
  std::string result = "<p class=\"text\" dir=\"auto\">";
  std::optional<std::size_t> mark;
  for (const Run& run : shown.runs) {
    if (mark != run.mark) result += mark ? "</mark>" : "";
    if (run.mark && mark != run.mark) result += "<mark>";
    mark = run.mark;
    const std::string escaped =
        escape(visible(shown.text.substr(run.begin, run.end - run.begin), {.keep_layout = true}));
    if (run.word)
      result += fmt::format("<span class=\"{}\">{}</span>",
                            heat_classes(intensity(explanation.words[*run.word].score, scale), scale_of(explanation)),
                            escaped);
    else
      result += escaped;
  }
  return result + (mark ? "</mark></p>\n" : "</p>\n");
}

std::string plain(const Explanation& explanation) {
  std::string result = fmt::format("<h2 class=\"said\">{}</h2>\n", escape(verdict_text(explanation)));
  for (const TextRuns& shown : text_runs(explanation)) result += plain_text(explanation, shown);
  if (explanation.faithfulness) result += paragraph("Faithfulness: " + faithfulness_text(*explanation.faithfulness));
  return result + paragraph(sentence(explanation));
}

// Explanations that readers without JavaScript see; the viewer shows some at a time.
constexpr std::size_t most_without_script = 200;

// ---- titles ------------------------------------------------------------------------------------------------

std::string count(std::size_t number, std::string_view thing) {
  return fmt::format("{} {}{}", number, thing, number == 1 ? "" : "s");
}

std::string title_of(std::span<const Explanation> explanations) {
  if (explanations.size() != 1) return count(explanations.size(), "explanation");
  if (!explanations[0].heatmap.empty()) return "Textual heatmap: " + input_text(explanations[0], 60);
  return verdict(explanations[0]).text;
}

std::string title_of(const ComparisonAxes& axes, std::span<const ComparedInput> inputs) {
  std::string title = count(axes.models.size(), "model");
  if (inputs.size() != 1) title += ", " + count(inputs.size(), "input");
  return title + ", " +
         (axes.methods.size() == 1 ? shorten(axes.methods[0], 60) : count(axes.methods.size(), "method"));
}

}  // namespace

std::string to_html(const Explanation& explanation) { return to_html(std::span(&explanation, 1)); }

std::string to_html(std::span<const Explanation> explanations, std::string_view title) {
  const std::string name = title.empty() ? title_of(explanations) : shorten(title, 200);
  std::string body = title.empty() && explanations.size() == 1 ? "" : fmt::format("<h1>{}</h1>\n", escape(name));
  Json list = Json::array();
  for (const Explanation& explanation : explanations) {
    if (list.size() < most_without_script) body += plain(explanation);
    Json& value = list.emplace_back(json_value(explanation));
    // Four decimals are enough for a colour and keep the page small.
    if (!explanation.heatmap.empty())
      for (Json& row : value["heatmap"])
        for (Json& score : row)
          if (score.is_number()) score = std::round(1e4 * score.get<double>()) / 1e4;
  }
  if (list.size() > most_without_script)
    body += paragraph(fmt::format("{} more with JavaScript.", count(list.size() - most_without_script, "explanation")));
  return page(name, body,
              {{"limn", format_version}, {"title", title.empty() ? "" : name}, {"explanations", std::move(list)}});
}

std::string to_html(const ComparisonAxes& axes, std::span<const ComparedInput> inputs) {
  const std::string name = title_of(axes, inputs);
  std::string body = fmt::format("<h1>{}</h1>\n", escape(name));
  Json list = Json::array();
  const std::size_t written = std::max<std::size_t>(1, most_without_script / std::max<std::size_t>(1, axes.cells()));
  for (const ComparedInput& input : inputs) {
    list.push_back(json_value(axes, input));
    if (list.size() > written) continue;
    if (input.cells.empty())
      body += paragraph((input.row ? fmt::format("Row {}. ", *input.row) : "") + "Error: " + visible(input.error));
    else
      body += fmt::format("<h2>{}</h2>\n", escape(input_text(input.cells.front(), 240)));
    for (std::size_t cell = 0; cell < input.cells.size(); ++cell)
      body += paragraph(axes.cell_name(cell) + ": " + verdict_text(input.cells[cell]));
  }
  if (list.size() > written)
    body += paragraph(fmt::format("{} more with JavaScript.", count(list.size() - written, "input")));
  return page(name, body, {{"limn", format_version}, {"comparisons", std::move(list)}});
}

std::string to_html(const Similarity& similarity) {
  const std::string title = fmt::format("cosine {:.4g}", similarity.cosine);
  std::string body = fmt::format("<h1>{}</h1>\n", escape(title));
  for (const Explanation* side : {&similarity.a, &similarity.b}) {
    Explanation alone = *side;
    alone.pair.reset();  // the other text has a paragraph of its own
    for (const TextRuns& shown : text_runs(alone)) body += plain_text(alone, shown);
  }
  return page(title, body, json_value(similarity));
}

std::string to_html(const AttentionMaps& maps) {
  return page("Attention: " + shorten(maps.model, 60), paragraph("The attention views need JavaScript."),
              attention_data(maps));
}

std::string to_html(const Attack& attack) {
  const std::string body =
      paragraph("Before: " + visible(attack.input.text)) + paragraph("After: " + visible(attack.output.text));
  return page(shorten(attack.kind, 60) + ": " + shorten(attack.input.text, 60), body, json_value(attack));
}

}  // namespace limn
