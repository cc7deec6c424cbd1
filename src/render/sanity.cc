#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "limn/write.h"
#include "render/display_text.h"
#include "render/json.h"
#include "render/json_parts.h"

namespace limn {
namespace {

using Json = nlohmann::ordered_json;

Json step_value(const SanityStep& step) {
  return {{"change", step.change}, {"inputs", step.inputs}, {"spearman", or_null(step.spearman)}};
}

Json steps_value(const std::vector<SanityStep>& steps) {
  Json list = Json::array();
  for (const SanityStep& step : steps) list.push_back(step_value(step));
  return list;
}

std::string rho_text(const std::optional<double>& rho) { return rho ? fmt::format("{:.2f}", *rho) : "-"; }

std::string sanity_verdict(const MethodSanity& method) {
  if (!method.depends_on_weights) return "unknown: no text has a rank correlation";
  return *method.depends_on_weights ? "depends on the weights" : "hardly depends on the weights: it explains nothing";
}

/// Rows of cells: a header, then a row per change with a column per method.
std::vector<std::vector<std::string>> table_rows(const SanityScores& scores) {
  std::vector<std::vector<std::string>> rows = {{""}};
  for (const MethodSanity& method : scores.methods) rows.front().push_back(method.name);
  const auto add = [&](const std::string& name, const auto& step_of) {
    std::vector<std::string>& row = rows.emplace_back(1, name);
    for (const MethodSanity& method : scores.methods) row.push_back(rho_text(step_of(method)));
  };
  const MethodSanity& first = scores.methods.front();
  for (std::size_t i = 0; i < first.randomized.size(); ++i)
    add("random weights" + std::string(i == 0 ? ": " : " to ") + first.randomized[i].change,
        [&](const MethodSanity& method) { return method.randomized[i].spearman; });
  if (first.other_label) add("another label", [](const MethodSanity& method) { return method.other_label->spearman; });
  for (std::size_t i = 0; i < first.perturbed.size(); ++i)
    add("text: " + first.perturbed[i].change, [&](const MethodSanity& method) { return method.perturbed[i].spearman; });
  return rows;
}

}  // namespace

std::string to_json(const SanityScores& scores) {
  Json value{{"model", scores.model}, {"inputs", scores.inputs}};
  Json& methods = value["methods"] = Json::object();
  for (const MethodSanity& method : scores.methods)
    methods[method.name] = {{"randomized", steps_value(method.randomized)},
                            {"other_label", method.other_label ? step_value(*method.other_label) : Json(nullptr)},
                            {"perturbed", steps_value(method.perturbed)},
                            {"depends_on_weights", or_null(method.depends_on_weights)}};
  return json_text(value);
}

std::string to_terminal(const SanityScores& scores) {
  const auto rows = table_rows(scores);
  std::string text = "Spearman's rank correlation with the original explanations, mean over texts\n\n";
  std::size_t width = 0;
  for (const auto& row : rows) width = std::max(width, columns(row.front()));
  for (const auto& row : rows) {
    text += row.front() + std::string(width - columns(row.front()), ' ');
    for (std::size_t i = 1; i < row.size(); ++i)
      text += fmt::format("  {:>{}}", row[i], std::max<std::size_t>(6, rows.front()[i].size()));
    text += '\n';
  }
  text += '\n';
  for (const MethodSanity& method : scores.methods) text += method.name + " " + sanity_verdict(method) + "\n";
  return text;
}

std::string to_svg(const SanityScores& scores) {
  // Pixels. Colours of Okabe and Ito (2008), which people with any colour vision can tell apart.
  constexpr double left = 48, top = 40, plot_width = 420, plot_height = 240, key_row = 18, bottom = 96, right = 72;
  constexpr std::array colors = {"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"};
  std::string out;
  const auto add = [&]<typename... Values>(fmt::format_string<Values...> format, Values&&... values) {
    out += fmt::format(format, std::forward<Values>(values)...);
  };
  const auto height_of = [&](double rho) { return top + plot_height * (1 - std::clamp(rho, -1., 1.)) / 2; };
  const std::vector<SanityStep>& steps = scores.methods.front().randomized;
  const double step_width = plot_width / static_cast<double>(steps.size());
  const double height = top + plot_height + bottom + key_row * static_cast<double>(scores.methods.size());
  add("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:g}\" height=\"{1:g}\" viewBox=\"0 0 {0:g} {1:g}\" "
      "role=\"img\" font-family=\"Helvetica, Arial, sans-serif\" font-size=\"11\">\n",
      left + plot_width + right, height);
  const std::string title = "Rank correlation with the original explanations";
  add("<title>{}</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n", escape(title));
  add("<text x=\"{:g}\" y=\"20\" font-size=\"14\" font-weight=\"bold\">{}: {}</text>\n", left,
      escape(shorten(scores.model, 40)), "weights random from the top");
  for (const double rho : {-1., -.5, 0., .5, 1.}) {
    add("<line x1=\"{0:g}\" y1=\"{1:g}\" x2=\"{2:g}\" y2=\"{1:g}\" stroke=\"#dddddd\"/>\n", left, height_of(rho),
        left + plot_width);
    add("<text x=\"{:g}\" y=\"{:g}\" text-anchor=\"end\">{:g}</text>\n", left - 6, height_of(rho) + 4, rho);
  }
  for (std::size_t i = 0; i <= steps.size(); ++i) {
    const double x = left + step_width * static_cast<double>(i);
    add("<text transform=\"translate({:g} {:g}) rotate(40)\">{}</text>\n", x - 4, top + plot_height + 14,
        i == 0 ? "none" : escape(steps[i - 1].change));
  }
  for (std::size_t m = 0; m < scores.methods.size(); ++m) {
    const char* const color = colors[m % colors.size()];
    std::string points = fmt::format("{:g},{:g}", left, height_of(1));
    for (std::size_t i = 0; i < scores.methods[m].randomized.size(); ++i)
      if (const auto rho = scores.methods[m].randomized[i].spearman)
        points += fmt::format(" {:g},{:.1f}", left + step_width * static_cast<double>(i + 1), height_of(*rho));
    add("<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\"/>\n", points, color);
    const double y = top + plot_height + bottom - 12 + key_row * static_cast<double>(m);
    add("<line x1=\"{:g}\" y1=\"{:g}\" x2=\"{:g}\" y2=\"{:g}\" stroke=\"{}\" stroke-width=\"2\"/>\n", left, y - 4,
        left + 20, y - 4, color);
    add("<text x=\"{:g}\" y=\"{:g}\">{}: {}</text>\n", left + 26, y, escape(shorten(scores.methods[m].name, 40)),
        escape(sanity_verdict(scores.methods[m])));
  }
  return out + "</svg>\n";
}

std::string to_html(const SanityScores& scores) {
  std::string table = "<table>\n";
  bool is_header = true;
  for (const auto& row : table_rows(scores)) {
    table += "<tr>";
    for (const std::string& cell : row)
      table += fmt::format("<{0}>{1}</{0}>", is_header || &cell == &row.front() ? "th" : "td", escape(cell));
    table += "</tr>\n";
    is_header = false;
  }
  const std::string title = "Sanity of explanations: " + shorten(scores.model, 60);
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{0}</title>\n"
      "<style>body {{ font-family: Helvetica, Arial, sans-serif; margin: 2em; background: #fff; color: #222 }} "
      "th {{ text-align: left; font-weight: normal }} td {{ text-align: right }} td, th {{ padding: 2px 12px }}"
      "</style>\n</head>\n<body>\n<h1>{0}</h1>\n{1}<p>Spearman's rank correlation with the original explanations, mean "
      "over {2} texts.</p>\n{3}</table>\n</body>\n</html>\n",
      escape(title), to_svg(scores), scores.inputs, table);
}

}  // namespace limn
