#include "render/confidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <nlohmann/json.hpp>

#include "limn/write.h"
#include "render/display_text.h"
#include "render/json_parts.h"

namespace limn {
namespace {

std::string auroc_text(const ConfidenceQuality& quality) {
  return quality.auroc ? fmt::format("{:.4f}", *quality.auroc) : "-";
}

// Colours of Okabe and Ito (2008), which people with any colour vision can tell apart.
constexpr std::array series_colors = {"#d55e00", "#0072b2", "#009e73"};

/// A square plot of values from 0 to 1 to the right and from 0 to `most` upwards.
class Plot {
 public:
  static constexpr double size = 220, top = 56;  // pixels

  Plot(std::string& out, double left, double most) : out_(out), left_(left), most_(most) {}

  double x(double value) const { return left_ + size * std::clamp(value, 0., 1.); }
  double y(double value) const { return top + size * (1 - std::clamp(value / most_, 0., 1.)); }

  void write_axes(std::string_view title, std::string_view across, std::string_view up) const {
    add("<text x=\"{:g}\" y=\"{:g}\" font-weight=\"bold\">{}</text>\n", left_, top - 12, title);
    for (int i = 0; i <= 4; ++i) {
      const double across_at = i / 4., up_at = most_ * i / 4.;
      add("<line x1=\"{0:g}\" y1=\"{1:.1f}\" x2=\"{2:g}\" y2=\"{1:.1f}\" stroke=\"#dddddd\"/>\n", x(0), y(up_at), x(1));
      add("<text x=\"{:g}\" y=\"{:.1f}\" text-anchor=\"end\">{:.3g}</text>\n", x(0) - 6, y(up_at) + 4, up_at);
      add("<text x=\"{:.1f}\" y=\"{:g}\" text-anchor=\"middle\">{:.3g}</text>\n", x(across_at), y(0) + 16, across_at);
    }
    add("<text x=\"{:g}\" y=\"{:g}\" text-anchor=\"middle\">{}</text>\n", x(.5), y(0) + 34, across);
    add("<text transform=\"translate({:g} {:g}) rotate(-90)\" text-anchor=\"middle\">{}</text>\n", x(0) - 38,
        top + size / 2, up);
  }

  void write_line(const std::vector<std::pair<double, double>>& points, const char* color, bool has_dots) const {
    std::string list;
    for (const auto& [across, up] : points) list += fmt::format("{:.1f},{:.1f} ", x(across), y(up));
    if (points.size() > 1)
      add("<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\"/>\n", list, color);
    if (has_dots)
      for (const auto& [across, up] : points)
        add("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\" fill=\"{}\"/>\n", x(across), y(up), color);
  }

  void write_diagonal() const {
    add("<line x1=\"{:g}\" y1=\"{:g}\" x2=\"{:g}\" y2=\"{:g}\" stroke=\"#888888\" stroke-dasharray=\"4 4\"/>\n", x(0),
        y(0), x(1), y(most_));
  }

 private:
  template <class... Values>
  void add(fmt::format_string<Values...> format, Values&&... values) const {
    out_ += fmt::format(format, std::forward<Values>(values)...);
  }

  std::string& out_;
  double left_, most_;
};

}  // namespace

NamedQualities named_qualities(const RowConfidence& confidence) {
  NamedQualities qualities;
  if (confidence.probability) qualities.emplace_back("probability", &*confidence.probability);
  if (confidence.confidence) qualities.emplace_back("confidence", &*confidence.confidence);
  return qualities;
}

NamedQualities named_qualities(const CalibrationResult& result) {
  NamedQualities qualities = {{"probability", &result.probability}, {"confidence", &result.confidence}};
  if (result.with_explanations) qualities.emplace_back("with explanations", &*result.with_explanations);
  return qualities;
}

nlohmann::ordered_json quality_value(const ConfidenceQuality& quality) {
  nlohmann::ordered_json bins = nlohmann::ordered_json::array();
  for (const ReliabilityBin& bin : quality.bins)
    bins.push_back({{"rows", bin.rows}, {"mean_probability", bin.mean_probability}, {"right", bin.right}});
  return {{"calibration_error", quality.calibration_error},
          {"brier", quality.brier},
          {"auroc", or_null(quality.auroc)},
          {"risk_coverage", quality.risk_coverage},
          {"bins", std::move(bins)}};
}

std::string quality_lines(const NamedQualities& qualities) {
  std::string text = fmt::format("{:<24}  {:>6}  {:>6}  {:>6}  {:>13}\n", "", "ECE", "Brier", "AUROC", "risk-coverage");
  for (const auto& [name, quality] : qualities)
    text += fmt::format("{:<24}  {:>6.4f}  {:>6.4f}  {:>6}  {:>13.4f}\n", name, quality->calibration_error,
                        quality->brier, auroc_text(*quality), quality->risk_coverage);
  return text;
}

ReportTable table_of_qualities(const NamedQualities& qualities) {
  ReportTable table{.title = "Confidence",
                    .note =
                        "How well the probability tells right predictions from wrong ones: calibration error in "
                        "ten bins, Brier score, AUROC, area under the risk–coverage curve.",
                    .columns = {"", "ECE", "Brier", "AUROC", "risk–coverage"},
                    .rows = {}};
  const auto number = [](double value) { return ReportCell{.text = fmt::format("{:.4f}", value), .number = value}; };
  for (const auto& [name, quality] : qualities)
    table.rows.push_back({{.text = name},
                          number(quality->calibration_error),
                          number(quality->brier),
                          {.text = auroc_text(*quality), .number = quality->auroc},
                          number(quality->risk_coverage)});
  return table;
}

ReportTable table_of_bins(const NamedQualities& qualities) {
  ReportTable table{.title = "Reliability",
                    .note = "Predictions by their probability: their mean, and how many are right.",
                    .columns = {"", "from", "rows", "mean", "right"},
                    .rows = {}};
  for (const auto& [name, quality] : qualities)
    for (std::size_t i = 0; i < quality->bins.size(); ++i) {
      const ReliabilityBin& bin = quality->bins[i];
      if (bin.rows == 0) continue;
      const auto percent = [](double value) {
        return ReportCell{.text = fmt::format("{:.1f} %", 100 * value), .number = value};
      };
      table.rows.push_back({{.text = name},
                            percent(static_cast<double>(i) / static_cast<double>(quality->bins.size())),
                            {.text = std::to_string(bin.rows), .number = static_cast<double>(bin.rows)},
                            percent(bin.mean_probability),
                            percent(bin.right)});
    }
  return table;
}

std::string confidence_chart(std::string_view title, const NamedQualities& qualities) {
  constexpr double left = 56, between = 84, key_row = 18, below = 56;  // pixels
  const double width = left + 2 * Plot::size + between + 24;
  const double height = Plot::top + Plot::size + below + key_row * static_cast<double>(qualities.size());
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:g}\" height=\"{1:g}\" viewBox=\"0 0 {0:g} {1:g}\" "
      "role=\"img\" font-family=\"Helvetica, Arial, sans-serif\" font-size=\"11\">\n<title>{2}</title>\n"
      "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
      "<text x=\"{3:g}\" y=\"22\" font-size=\"14\" font-weight=\"bold\">{2}</text>\n",
      width, height, escape(shorten(title, 70)), left);
  double most_risk = 0;
  for (const auto& [name, quality] : qualities)
    for (const RiskPoint& point : quality->curve) most_risk = std::max(most_risk, point.risk);
  const Plot reliability(out, left, 1);
  const Plot risk(out, left + Plot::size + between, most_risk > 0 ? std::min(1., most_risk * 1.1) : 1);
  reliability.write_axes("Reliability", "mean probability", "right");
  reliability.write_diagonal();
  risk.write_axes("Risk and coverage", "coverage: the surest first", "wrong among them");
  for (std::size_t i = 0; i < qualities.size(); ++i) {
    const auto& [name, quality] = qualities[i];
    const char* const color = series_colors[i % series_colors.size()];
    std::vector<std::pair<double, double>> points, curve;
    for (const ReliabilityBin& bin : quality->bins)
      if (bin.rows > 0) points.emplace_back(bin.mean_probability, bin.right);
    for (const RiskPoint& point : quality->curve) curve.emplace_back(point.coverage, point.risk);
    reliability.write_line(points, color, true);
    risk.write_line(curve, color, false);
    const double y = Plot::top + Plot::size + below + key_row * static_cast<double>(i);
    out += fmt::format(
        "<line x1=\"{0:g}\" y1=\"{1:g}\" x2=\"{2:g}\" y2=\"{1:g}\" stroke=\"{3}\" stroke-width=\"2\"/>\n"
        "<text x=\"{4:g}\" y=\"{5:g}\">{6}: ECE {7:.3f}, Brier {8:.3f}, AUROC {9}</text>\n",
        left, y - 4, left + 20, color, left + 26, y, escape(name), quality->calibration_error, quality->brier,
        auroc_text(*quality));
  }
  return out + "</svg>\n";
}

}  // namespace limn
