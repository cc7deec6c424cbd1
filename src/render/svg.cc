#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include "limn/write.h"
#include "render/display_text.h"
#include "render/palette.h"
#include "render/summary.h"

namespace limn {
namespace {

constexpr std::size_t most_bars = 30, most_label_columns = 28;
// Pixels; 7 is a generous estimate for one column of 12 px sans serif, because the reader's fonts are unknown.
constexpr double row_height = 18, bar_height = 12, column_width = 7, bar_width = 320, number_width = 64, gap = 8;
constexpr double title_height = 28, subtitle_height = 20, axis_height = 18, margin = 12;

/// One chart: the content of its <svg>, and its size in pixels.
struct Chart {
  std::string content;
  double width = 0, height = 0;
};

/// What the bars measure: "attribution to negative, logit".
std::string axis_title(const Explanation& explanation) {
  const std::string target = explanation.target.label.value_or(explanation.target.text);
  return (has_sign(explanation) ? "attribution to " : "influence on ") +
         (target.empty() ? "the prediction" : shorten(target, 24)) + ", " + shorten(explanation.target.explain, 16);
}

Chart chart(const Explanation& explanation) {
  std::vector<std::size_t> words;
  for (std::size_t i = 0; i < explanation.words.size(); ++i)
    if (!is_punctuation(explanation, explanation.words[i])) words.push_back(i);
  const std::size_t word_count = words.size();
  const bool is_cut = word_count > most_bars;
  if (is_cut) {
    words = strongest_words(explanation, most_bars);
    std::sort(words.begin(), words.end());
  }

  const bool is_signed = has_sign(explanation);
  const double scale = word_scale(explanation);
  std::vector<std::string> labels;
  std::size_t label_columns = 4;
  for (const std::size_t i : words) {
    labels.push_back(word_text(explanation, explanation.words[i], most_label_columns));
    label_columns = std::max(label_columns, columns(labels.back()));
  }

  const Verdict said = verdict(explanation);
  std::string title = shorten((said.kind.empty() ? "" : said.kind + " ") + said.text, 56);
  if (said.probability) title += " " + percent_text(*said.probability);
  std::string subtitle = shorten(explanation.model, 30) + " · " + shorten(method_text(explanation), 40);
  if (is_cut) subtitle += fmt::format(" · {} strongest of {} words", words.size(), word_count);

  // Bars of negative scores extend to the left of zero, with their numbers further left.
  const double left_numbers = is_signed ? number_width : 0, left_bars = is_signed ? bar_width / 2 : 0;
  const double labels_end = margin + static_cast<double>(label_columns) * column_width;
  const double zero = labels_end + gap + left_numbers + left_bars;
  const double longest = bar_width - left_bars;
  const double text_width = static_cast<double>(std::max(columns(title) * 8, columns(subtitle) * 6));
  const double width = std::max(zero + longest + gap + number_width, margin + text_width) + margin;
  const double top = margin + title_height + subtitle_height;
  const auto first_of_pair = static_cast<std::size_t>(
      std::find_if(words.begin(), words.end(), [&](std::size_t i) { return explanation.words[i].sequence == 1; }) -
      words.begin());
  const bool has_gap = first_of_pair > 0 && first_of_pair < words.size();  // between question and context
  const double height =
      top + row_height * static_cast<double>(words.size()) + (has_gap ? gap : 0) + axis_height + margin;

  std::string out;
  const auto add = [&]<typename... Values>(fmt::format_string<Values...> format, Values&&... values) {
    out += fmt::format(format, std::forward<Values>(values)...);
  };
  add("<title>{}</title>\n<desc>{}</desc>\n", escape(title), escape(sentence(explanation)));
  add("<text x=\"{:g}\" y=\"{:g}\" font-size=\"16\" font-weight=\"bold\">{}</text>\n", margin, margin + 14,
      escape(title));
  add("<text x=\"{:g}\" y=\"{:g}\" font-size=\"11\" fill=\"#555555\">{}</text>\n", margin, margin + 32,
      escape(subtitle));
  for (std::size_t row = 0; row < words.size(); ++row) {
    const double score = explanation.words[words[row]].score, share = intensity(score, scale);
    const double y = top + row_height * static_cast<double>(row) + (has_gap && row >= first_of_pair ? gap : 0);
    const double length = std::abs(share) * longest;
    const double baseline = y + row_height / 2 + 4;
    add("<text x=\"{:g}\" y=\"{:g}\" text-anchor=\"end\">{}</text>\n", labels_end, baseline, escape(labels[row]));
    add("<rect x=\"{:.2f}\" y=\"{:g}\" width=\"{:.2f}\" height=\"{:g}\" fill=\"{}\"/>\n",
        share < 0 ? zero - length : zero, y + (row_height - bar_height) / 2, length, bar_height,
        color_text(hue(share, Theme::light, scale_of(explanation))));
    add("<text x=\"{:.2f}\" y=\"{:g}\" text-anchor=\"{}\" font-size=\"11\">{}</text>\n",
        share < 0 ? zero - length - gap / 2 : zero + length + gap / 2, baseline, share < 0 ? "end" : "start",
        score_text(score, scale));
  }
  const double bottom = height - margin - axis_height;
  add("<line x1=\"{0:g}\" y1=\"{1:g}\" x2=\"{0:g}\" y2=\"{2:g}\" stroke=\"#555555\"/>\n", zero, top, bottom);
  add("<text x=\"{:g}\" y=\"{:g}\" text-anchor=\"middle\" font-size=\"11\" fill=\"#555555\">{}</text>\n",
      zero + (longest - left_bars) / 2, bottom + 14, escape(axis_title(explanation)));
  return {.content = std::move(out), .width = width, .height = height};
}

std::string picture(double width, double height, const std::string& content) {
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:g}\" height=\"{1:g}\" viewBox=\"0 0 {0:g} {1:g}\" "
      "role=\"img\" "
      "font-family=\"Helvetica, Arial, sans-serif\" font-size=\"12\">\n{2}</svg>\n",
      width, height, content);
}

}  // namespace

std::string to_svg(const Explanation& explanation) {
  const Chart one = chart(explanation);
  return picture(one.width, one.height, one.content);
}

std::string to_svg(std::span<const Explanation> explanations) {
  if (explanations.size() == 1) return to_svg(explanations.front());
  std::string content;
  double width = 0, height = 0;
  for (const Explanation& explanation : explanations) {
    const Chart one = chart(explanation);
    content += fmt::format("<g transform=\"translate(0 {:g})\">\n{}</g>\n", height, one.content);
    width = std::max(width, one.width);
    height += one.height;
  }
  return picture(width, height, content);
}

}  // namespace limn
