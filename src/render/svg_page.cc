#include "render/svg_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "render/display_text.h"
#include "render/text_runs.h"

namespace limn {
namespace {

// Pixels. The reader's fonts are unknown: each part of a text is fitted to the width that Helvetica would give it.
constexpr double widest_letter = 12, blank_width = 4.5, line_height = 26, box_height = 20;

/// About the width of a text in Helvetica: its letters fall into few widths.
double width_of(const std::string& text) {
  double ems = 0;
  for (const Cluster& cluster : clusters(text)) {
    const auto is_one_of = [&](std::string_view letters) {
      return cluster.text.size() == 1 && letters.find(cluster.text) != letters.npos;
    };
    if (is_one_of("ijl'|"))
      ems += 0.22;
    else if (is_one_of(".,:;!It/[]f ("))
      ems += 0.28;
    else if (is_one_of(")r-\"`"))
      ems += 0.34;
    else if (is_one_of("kcsvxyzJ"))
      ems += 0.5;
    else if (is_one_of("wABCDEFGHKLNPRSTUVXYZ"))
      ems += 0.7;
    else if (is_one_of("mMOQW%&@"))
      ems += 0.84;
    else
      ems += 0.56 * static_cast<double>(std::max<std::size_t>(cluster.columns, 1));
  }
  return svg_font_size * ems;
}

/// The parts of a text between its white space, at most `longest` columns each.
std::vector<std::string> parts_of(const std::string& text, std::size_t longest) {
  std::vector<std::string> parts(1);
  std::size_t wide = 0;
  for (const Cluster& cluster : clusters(text)) {
    if (cluster.text == " ") {
      parts.emplace_back();
      wide = 0;
      continue;
    }
    if (wide + cluster.columns > longest) {
      parts.emplace_back();
      wide = 0;
    }
    parts.back() += cluster.text;
    wide += cluster.columns;
  }
  return parts;
}

}  // namespace

void SvgPage::add(const std::string& text, double heat, Scale scale, bool is_marked) {
  const double width = width_of(text);
  if (x_ > 0 && x_ + width > svg_line_width) next_line();
  if (is_cut()) return;
  const double left = svg_margin + x_, top = top_ + line_height * static_cast<double>(lines_ - 1);
  if (heat != 0)
    out_ += fmt::format("<rect x=\"{:g}\" y=\"{:g}\" width=\"{:g}\" height=\"{:g}\" rx=\"2\" fill=\"{}\"/>\n", left,
                        top, width, box_height, color_text(limn::heat(heat, Theme::light, scale)));
  if (is_marked)
    out_ += fmt::format("<path d=\"M{:g} {:g}h{:g}\" stroke=\"#000000\" stroke-width=\"1.5\"/>\n", left,
                        top + box_height + 1, width);
  const bool is_inverse = heat != 0 && needs_inverse_ink(heat, Theme::light, scale);
  out_ += fmt::format(
      "<text x=\"{:g}\" y=\"{:g}\" textLength=\"{:g}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{}\">{}</text>\n", left,
      top + 15, width, color_text(is_inverse ? inverse_ink(Theme::light) : ink(Theme::light)), escape(text));
  x_ += width;
}

void SvgPage::next_line() {
  x_ = 0;
  ++lines_;
}

double SvgPage::height() const { return top_ + line_height * static_cast<double>(std::min(lines_, most_lines_)); }

void SvgPage::draw_text(const Explanation& explanation, const TextRuns& shown, double scale) {
  const auto longest = static_cast<std::size_t>(svg_line_width / widest_letter);
  for (const Run& run : word_runs(shown)) {
    if (is_cut()) return;
    const std::string_view part = shown.text.substr(run.begin, run.end - run.begin);
    std::string text;
    for (const char letter : visible(part, {.keep_layout = true}))
      text += letter == '\n' || letter == '\t' ? ' ' : letter;
    const double heat = run.word ? intensity(explanation.words[*run.word].score, scale) : 0;
    const bool is_explained = run.mark && shown.marks[*run.mark].explained;
    bool is_first = true;
    for (const std::string& one : parts_of(text, longest)) {
      if (!is_first && x_ > 0) x_ += blank_width;
      is_first = false;
      if (!one.empty()) add(one, heat, scale_of(explanation), is_explained);
    }
  }
}

void SvgPage::draw(const Explanation& explanation, double scale) {
  bool is_first = true;
  for (const TextRuns& shown : text_runs(explanation)) {
    if (!is_first) next_line();
    is_first = false;
    draw_text(explanation, shown, scale);
  }
}

std::string svg_legend(Scale scale, double y) {
  std::string legend;
  double x = svg_margin;
  const auto swatch = [&](double heat, const char* text) {
    legend += fmt::format("<rect x=\"{:g}\" y=\"{:g}\" width=\"14\" height=\"14\" rx=\"2\" fill=\"{}\"/>\n", x, y,
                          color_text(limn::heat(heat, Theme::light, scale)));
    legend += fmt::format("<text x=\"{:g}\" y=\"{:g}\" font-size=\"11\">{}</text>\n", x + 20, y + 11, text);
    x += 150;
  };
  if (scale == Scale::magnitude) {
    swatch(1, "depends on it most");
  } else {
    swatch(1, "speaks for it");
    swatch(-1, "speaks against it");
  }
  return legend;
}

std::string svg_picture(double height, const std::string& title, const std::string& description,
                        const std::string& subtitle, const std::string& content) {
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:g}\" height=\"{1:g}\" viewBox=\"0 0 {0:g} {1:g}\" "
      "role=\"img\" font-family=\"Helvetica, Arial, sans-serif\" "
      "font-size=\"{2:g}\">\n<title>{3}</title>\n<desc>{4}</desc>\n"
      "<text x=\"{5:g}\" y=\"22\" font-size=\"16\" font-weight=\"bold\">{3}</text>\n"
      "<text x=\"{5:g}\" y=\"40\" font-size=\"11\" fill=\"#555555\">{6}</text>\n{7}</svg>\n",
      svg_line_width + 2 * svg_margin, height, svg_font_size, escape(title), escape(description), svg_margin,
      escape(subtitle), content);
}

}  // namespace limn
