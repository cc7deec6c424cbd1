#include "apps/pdf/pages.h"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

namespace limn::pdf {
namespace {

// Points, 1/72 inch.
constexpr double page_width = 595.28, page_height = 841.89;  // A4
constexpr double margin = 56, bottom = page_height - 64, footer = page_height - 36;
constexpr double column = page_width - 2 * margin;
constexpr double swatch = 9, swatch_gap = 5, entry_gap = 18;  // of legends

struct Release {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
  void operator()(cairo_t* context) const { cairo_destroy(context); }
  void operator()(PangoLayout* layout) const { g_object_unref(layout); }
  void operator()(PangoContext* context) const { g_object_unref(context); }
  void operator()(PangoFontDescription* font) const { pango_font_description_free(font); }
  void operator()(PangoAttrList* list) const { pango_attr_list_unref(list); }
  void operator()(PangoLayoutIter* iterator) const { pango_layout_iter_free(iterator); }
  void operator()(cairo_font_options_t* options) const { cairo_font_options_destroy(options); }
};
template <class T>
using Owned = std::unique_ptr<T, Release>;

/// How a block is set.
struct Setting {
  double size = 10;   ///< of letters
  double line = 14;   ///< from line to line, at least
  double before = 4;  ///< space above
  bool bold = false;
  bool keeps_next = false;  ///< the next block begins on the same page
  Color ink = {};
  const char* tag = "P";  ///< of PDF, for screen readers
};

Setting setting_of(Style style) {
  constexpr Color grey = {.red = 0.33, .green = 0.33, .blue = 0.33};
  switch (style) {
    case Style::title:
      return {.size = 16, .line = 21, .before = 0, .bold = true, .keeps_next = true, .tag = "H1"};
    case Style::heading:
      return {.size = 10.5, .line = 15, .before = 12, .bold = true, .keeps_next = true, .tag = "H2"};
    case Style::label:
      return {.size = 9, .line = 13, .before = 10, .bold = true, .keeps_next = true, .ink = grey, .tag = "H3"};
    case Style::text:
      return {.size = 11.5, .line = 20, .before = 8};
    case Style::body:
      return {.size = 11, .line = 16, .before = 8};
    case Style::small:
    case Style::legend:
      return {.size = 9, .line = 13, .before = 2, .ink = grey};
    case Style::rule:
      return {.line = 1, .before = 14};
  }
  throw std::logic_error("an unknown style");
}

/// The part of a block's text that a run is.
struct Span {
  std::size_t begin = 0, end = 0;  ///< bytes
  const Run* run = nullptr;
};

/// A line with its place.
struct Line {
  PangoLayoutLine* line = nullptr;  ///< of a layout
  std::size_t offset = 0;           ///< of the layout's text in that of the block
  double x = 0;                     ///< of its letters' beginning, from the left margin
  double above = 0;                 ///< from its top to its baseline
  double height = 0;
  const Run* entry = nullptr;  ///< of a legend: its swatch stands before the line
  bool is_beside = false;      ///< the line before is in the same row
  std::size_t page = 0;
  double top = 0;
};

/// A block whose lines are broken.
struct SetBlock {
  Setting setting;
  Style style = Style::body;
  std::vector<Owned<PangoLayout>> layouts;  ///< of parts of the text, or of the entries of a legend
  std::vector<Span> spans;
  std::vector<Line> lines;
};

void set_color(cairo_t* context, const Color& color) {
  cairo_set_source_rgb(context, color.red, color.green, color.blue);
}

PangoAttribute* ink_attribute(const Color& color) {
  const auto part = [](double value) { return static_cast<guint16>(std::lround(value * 65535)); };
  return pango_attr_foreground_new(part(color.red), part(color.green), part(color.blue));
}

class Pages {
 public:
  explicit Pages(const Document& document)
      : surface_(cairo_pdf_surface_create_for_stream(
            [](void* bytes, const unsigned char* data, unsigned length) {
              static_cast<std::string*>(bytes)->append(reinterpret_cast<const char*>(data), length);
              return CAIRO_STATUS_SUCCESS;
            },
            &bytes_, page_width, page_height)),
        context_(cairo_create(surface_.get())),
        to_the_right_(new_context(PANGO_DIRECTION_LTR)),
        to_the_left_(new_context(PANGO_DIRECTION_RTL)) {
    cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_TITLE, document.title.c_str());
    cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_CREATOR, "limn");
    cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_CREATE_DATE, "");
  }

  Drawn draw(const Document& document) {
    std::vector<SetBlock> blocks;
    for (const Block& block : document.blocks) blocks.push_back(set(block));
    const std::size_t pages = place(blocks);
    std::size_t first = 0;  // block that may have lines on the page
    for (std::size_t page = 0; page < pages; ++page) {
      for (std::size_t i = first; i < blocks.size() && blocks[i].lines.front().page <= page; ++i) {
        draw(blocks[i], page);
        if (blocks[i].lines.back().page <= page) first = i + 1;
      }
      draw_footer(document.title, page, pages);
      cairo_show_page(context_.get());
    }
    cairo_surface_finish(surface_.get());
    for (const cairo_status_t status : {cairo_status(context_.get()), cairo_surface_status(surface_.get())})
      if (status != CAIRO_STATUS_SUCCESS) throw std::runtime_error(cairo_status_to_string(status));
    return {.bytes = std::move(bytes_), .unknown = unknown_};
  }

 private:
  /// A context in points without rounding to the pixels of a screen.
  Owned<PangoContext> new_context(PangoDirection direction) const {
    Owned<PangoContext> pango(pango_cairo_create_context(context_.get()));
    const Owned<cairo_font_options_t> options(cairo_font_options_create());
    cairo_font_options_set_hint_style(options.get(), CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options.get(), CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(pango.get(), options.get());
    pango_cairo_context_set_resolution(pango.get(), 72);
    pango_context_set_round_glyph_positions(pango.get(), FALSE);
    pango_context_set_base_dir(pango.get(), direction);
    return pango;
  }

  Owned<PangoLayout> new_layout(const Setting& setting, PangoDirection direction = PANGO_DIRECTION_NEUTRAL) const {
    Owned<PangoLayout> layout(
        pango_layout_new((direction == PANGO_DIRECTION_RTL ? to_the_left_ : to_the_right_).get()));
    pango_layout_set_auto_dir(layout.get(), direction == PANGO_DIRECTION_NEUTRAL);
    const Owned<PangoFontDescription> font(pango_font_description_from_string("sans-serif"));
    pango_font_description_set_size(font.get(), static_cast<gint>(std::lround(setting.size * PANGO_SCALE)));
    if (setting.bold) pango_font_description_set_weight(font.get(), PANGO_WEIGHT_BOLD);
    pango_layout_set_font_description(layout.get(), font.get());
    return layout;
  }

  SetBlock set(const Block& block) {
    SetBlock result;
    result.setting = setting_of(block.style);
    result.style = block.style;
    if (block.style == Style::rule) {
      result.lines.emplace_back().height = result.setting.line;
      return result;
    }
    if (block.style == Style::legend) {
      set_legend(block, result);
      return result;
    }
    std::string text;
    for (const Run& run : block.runs) {
      result.spans.push_back({.begin = text.size(), .end = text.size() + run.text.size(), .run = &run});
      text += run.text;
    }
    for (std::size_t begin = 0; begin <= text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      set_paragraph(result, std::string_view(text).substr(begin, end - begin), begin);
      begin = end + 1;
    }
    return result;
  }

  /// Sets a paragraph in parts, since Pango's widths of a line that is not broken yet overflow at 300,000 letters. A
  /// part ends where a line does. @param offset of the paragraph in its block, in bytes
  void set_paragraph(SetBlock& block, std::string_view text, std::size_t offset) {
    constexpr std::size_t most = 16'000;                 // bytes
    PangoDirection direction = PANGO_DIRECTION_NEUTRAL;  // of the first part, which tells; the others follow it
    for (std::size_t begin = 0;;) {
      std::size_t end = std::min(text.size(), begin + most);
      while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
      block.layouts.push_back(new_layout(block.setting, direction));
      PangoLayout* const layout = block.layouts.back().get();
      pango_layout_set_width(layout, static_cast<int>(std::lround(column * PANGO_SCALE)));
      pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);  // scripts without blanks, and words wider than the page
      const auto set_part = [&] {
        pango_layout_set_attributes(layout, attributes_of(block, offset + begin, offset + end).get());
        pango_layout_set_text(layout, text.data() + begin, static_cast<int>(end - begin));
      };
      set_part();
      if (const int lines = pango_layout_get_line_count(layout); end < text.size() && lines > 1) {
        const int last = pango_layout_line_get_start_index(pango_layout_get_line_readonly(layout, lines - 1));
        end = begin + static_cast<std::size_t>(last);
        set_part();
      }
      unknown_ += static_cast<std::size_t>(pango_layout_get_unknown_glyphs_count(layout));
      const Owned<PangoLayoutIter> at(pango_layout_get_iter(layout));
      do {
        block.lines.push_back(line_at(at.get(), block.setting));
        block.lines.back().offset = offset + begin;
      } while (pango_layout_iter_next_line(at.get()));
      if (end == text.size()) return;
      if (begin == 0) direction = pango_layout_line_get_resolved_direction(pango_layout_get_line_readonly(layout, 0));
      begin = end;
    }
  }

  /// The first span that ends after a place.
  static std::span<const Span> spans_from(const SetBlock& block, std::size_t begin) {
    const auto first = std::lower_bound(block.spans.begin(), block.spans.end(), begin,
                                        [](const Span& one, std::size_t at) { return one.end <= at; });
    return {first, block.spans.end()};
  }

  static Owned<PangoAttrList> attributes_of(const SetBlock& block, std::size_t begin, std::size_t end) {
    Owned<PangoAttrList> attributes(pango_attr_list_new());
    pango_attr_list_insert(attributes.get(), pango_attr_insert_hyphens_new(FALSE));  // the text has none there
    for (const Span& span : spans_from(block, begin)) {
      if (span.begin >= end) break;
      if (!span.run->ink) continue;
      PangoAttribute* const ink = ink_attribute(*span.run->ink);
      ink->start_index = static_cast<guint>(std::max(begin, span.begin) - begin);
      ink->end_index = static_cast<guint>(std::min(end, span.end) - begin);
      pango_attr_list_insert(attributes.get(), ink);
    }
    return attributes;
  }

  void set_text(PangoLayout* layout, const std::string& text) {
    pango_layout_set_text(layout, text.data(), static_cast<int>(text.size()));
    unknown_ += static_cast<std::size_t>(pango_layout_get_unknown_glyphs_count(layout));
  }

  /// Each entry has a layout of its own: a word that is read from right to left stays beside its colour.
  void set_legend(const Block& block, SetBlock& result) {
    double x = 0;
    for (const Run& entry : block.runs) {
      result.layouts.push_back(new_layout(result.setting));
      PangoLayout* const layout = result.layouts.back().get();
      set_text(layout, entry.text);
      const Owned<PangoLayoutIter> at(pango_layout_get_iter(layout));
      Line line = line_at(at.get(), result.setting);
      PangoRectangle logical;
      pango_layout_line_get_extents(line.line, nullptr, &logical);
      const double width = swatch + swatch_gap + static_cast<double>(logical.width) / PANGO_SCALE;
      line.is_beside = x > 0 && x + width <= column;
      if (!line.is_beside) x = 0;
      line.x = x + swatch + swatch_gap;
      line.entry = &entry;
      x += width + entry_gap;
      result.lines.push_back(line);
    }
  }

  static Line line_at(PangoLayoutIter* at, const Setting& setting) {
    PangoRectangle logical;
    pango_layout_iter_get_line_extents(at, nullptr, &logical);
    const double height = static_cast<double>(logical.height) / PANGO_SCALE;
    const double ascent = static_cast<double>(pango_layout_iter_get_baseline(at) - logical.y) / PANGO_SCALE;
    const double full = std::max(setting.line, height + 2);
    Line line;
    line.line = pango_layout_iter_get_line_readonly(at);
    line.x = static_cast<double>(logical.x) / PANGO_SCALE;
    line.above = (full - height) / 2 + ascent;
    line.height = full;
    return line;
  }

  /// Gives each line its page and its place there. @return the number of pages, at least one
  static std::size_t place(std::span<SetBlock> blocks) {
    std::size_t page = 0;
    double y = margin;
    const auto needed = [&](std::size_t i) {  // by a block that keeps the next: both, as far as their first two lines
      double height = 0;
      for (; i < blocks.size(); ++i) {
        height += blocks[i].setting.before;
        for (std::size_t line = 0; line < std::min<std::size_t>(2, blocks[i].lines.size()); ++line)
          height += blocks[i].lines[line].height;
        if (!blocks[i].setting.keeps_next) break;
      }
      return height;
    };
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      if (y > margin && y + needed(i) > bottom) ++page, y = margin;
      if (y > margin) y += blocks[i].setting.before;
      for (std::size_t k = 0; k < blocks[i].lines.size(); ++k) {
        Line& line = blocks[i].lines[k];
        if (line.is_beside) {
          line.page = page;
          line.top = blocks[i].lines[k - 1].top;
          continue;
        }
        if (y > margin && y + line.height > bottom) ++page, y = margin;
        line.page = page;
        line.top = y;
        y += line.height;
      }
      if (blocks[i].style == Style::rule) y += blocks[i].setting.before;
    }
    return page + 1;
  }

  void draw(const SetBlock& block, std::size_t page) const {
    cairo_t* const context = context_.get();
    cairo_tag_begin(context, block.setting.tag, nullptr);
    for (const Line& line : block.lines) {
      if (line.page != page) continue;
      if (block.style == Style::rule) {
        draw_line(margin, line.top, column, 0.5, {.red = 0.75, .green = 0.75, .blue = 0.75});
        continue;
      }
      draw_spans(block, line);
      if (line.entry) draw_swatch(line);
      set_color(context, block.setting.ink);
      cairo_move_to(context, margin + line.x, line.top + line.above);
      pango_cairo_show_layout_line(context, line.line);
    }
    cairo_tag_end(context, block.setting.tag);
  }

  void draw_line(double x, double y, double width, double thickness, const Color& color) const {
    cairo_t* const context = context_.get();
    set_color(context, color);
    cairo_set_line_width(context, thickness);
    cairo_move_to(context, x, y);
    cairo_line_to(context, x + width, y);
    cairo_stroke(context);
  }

  /// The grounds and lines of the runs that a line shows. A run of a text in two directions may be in several places.
  void draw_spans(const SetBlock& block, const Line& line) const {
    cairo_t* const context = context_.get();
    const auto start = static_cast<std::size_t>(pango_layout_line_get_start_index(line.line));
    const std::size_t begin = line.offset + start;
    const std::size_t end = begin + static_cast<std::size_t>(pango_layout_line_get_length(line.line));
    for (const Span& span : spans_from(block, begin)) {
      if (span.begin >= end) break;
      const Run& run = *span.run;
      if (!run.fill && run.line == 0) continue;
      int* ranges = nullptr;
      int count = 0;
      pango_layout_line_get_x_ranges(line.line, static_cast<int>(std::max(begin, span.begin) - line.offset),
                                     static_cast<int>(std::min(end, span.end) - line.offset), &ranges, &count);
      const std::span<const int> edges(ranges, 2 * static_cast<std::size_t>(count));  // left, right, left, …
      for (std::size_t i = 0; i + 1 < edges.size(); i += 2) {
        const double left = margin + static_cast<double>(edges[i]) / PANGO_SCALE;
        const double width = static_cast<double>(edges[i + 1] - edges[i]) / PANGO_SCALE;
        if (run.fill) {
          set_color(context, *run.fill);
          cairo_rectangle(context, left, line.top + 1.5, width, line.height - 3);
          cairo_fill(context);
        }
        if (run.line > 0) draw_line(left, line.top + line.height - 1, width, run.line, {});
      }
      g_free(ranges);
    }
  }

  void draw_swatch(const Line& line) const {
    const double left = margin + line.x - swatch_gap - swatch, middle = line.top + line.height / 2;
    if (line.entry->fill) {
      set_color(context_.get(), *line.entry->fill);
      cairo_rectangle(context_.get(), left, middle - swatch / 2, swatch, swatch);
      cairo_fill(context_.get());
    }
    if (line.entry->line > 0) draw_line(left, middle + swatch / 2, swatch, line.entry->line, {});
  }

  void draw_footer(const std::string& title, std::size_t page, std::size_t pages) const {
    if (pages == 1) return;
    const Setting setting = {.size = 8, .ink = {.red = 0.33, .green = 0.33, .blue = 0.33}};
    const auto show = [&](const std::string& text, bool at_end) {
      const Owned<PangoLayout> layout = new_layout(setting);
      pango_layout_set_width(layout.get(), static_cast<int>(std::lround(column * (at_end ? 1 : 0.8) * PANGO_SCALE)));
      pango_layout_set_ellipsize(layout.get(), PANGO_ELLIPSIZE_END);
      pango_layout_set_single_paragraph_mode(layout.get(), TRUE);
      if (at_end) pango_layout_set_alignment(layout.get(), PANGO_ALIGN_RIGHT);
      pango_layout_set_text(layout.get(), text.data(), static_cast<int>(text.size()));
      set_color(context_.get(), setting.ink);
      cairo_move_to(context_.get(), margin, footer);
      pango_cairo_show_layout(context_.get(), layout.get());
    };
    show(title, false);
    show(std::to_string(page + 1) + " / " + std::to_string(pages), true);
  }

  std::string bytes_;  // the surface writes to it until its end
  Owned<cairo_surface_t> surface_;
  Owned<cairo_t> context_;
  Owned<PangoContext> to_the_right_, to_the_left_;
  std::size_t unknown_ = 0;
};

}  // namespace

Drawn draw(const Document& document) { return Pages(document).draw(document); }

}  // namespace limn::pdf
