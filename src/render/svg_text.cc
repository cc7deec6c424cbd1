#include <fmt/format.h>

#include <string>

#include "limn/write.h"
#include "render/display_text.h"
#include "render/palette.h"
#include "render/summary.h"
#include "render/svg_page.h"

namespace limn {

std::string to_svg_text(const Explanation& explanation) {
  constexpr std::size_t most_lines = 60;
  SvgPage page(svg_header, most_lines);
  page.draw(explanation, word_scale(explanation));
  const Verdict said = verdict(explanation);
  std::string title = shorten((said.kind.empty() ? "" : said.kind + " ") + said.text, 56);
  if (said.probability) title += " " + percent_text(*said.probability);
  std::string subtitle = shorten(explanation.model, 30) + " · " + shorten(method_text(explanation), 40);
  if (page.is_cut()) subtitle += fmt::format(" · the first {} lines", most_lines);
  return svg_picture(page.height() + svg_legend_height, title, sentence(explanation), subtitle,
                     page.content() + svg_legend(scale_of(explanation), page.height() + 14));
}

}  // namespace limn
