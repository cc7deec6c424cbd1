#include "render/text_flow.h"

#include <algorithm>
#include <utility>

#include "render/display_text.h"

namespace limn {

TextFlow::TextFlow(std::string& out, const TerminalStyle& style, std::size_t indent)
    : out_(out), style_(style), indent_(indent), width_(std::max<std::size_t>(style.width, 20) - indent) {}

void TextFlow::add(std::string_view text, const Paint& paint) {
  constexpr int tab_columns = 4;
  for (const Cluster& cluster : clusters(text)) {
    if (cluster.text == "\n")
      end_line();
    else if (cluster.text == "\t")
      for (int i = 0; i < tab_columns; ++i) add_cell({" ", 1, paint, true});
    else
      add_cell({std::string(cluster.text), cluster.columns, paint, cluster.text == " "});
  }
}

void TextFlow::add_cell(Cell cell) {
  const bool wide = cell.columns > 1;
  if (wide && !line_.empty()) break_ = line_.size();
  if (used_ + cell.columns > width_ && !line_.empty()) {
    if (cell.space) return end_line();  // drops the space
    write(break_ > 0 ? break_ : line_.size());
  }
  used_ += cell.columns;
  const bool space = cell.space;
  line_.push_back(std::move(cell));
  if (space) break_ = line_.size();
}

void TextFlow::end_line() { write(line_.size()); }

void TextFlow::finish() {
  if (!line_.empty()) end_line();
}

void TextFlow::write(std::size_t count) {
  std::size_t shown = count;
  while (shown > 0 && line_[shown - 1].space) --shown;
  if (shown > 0) out_.append(indent_, ' ');
  std::string current;
  for (std::size_t i = 0; i < shown; ++i) {
    const std::string wanted = start_sequence(line_[i].paint, style_);
    if (wanted != current) {
      if (!current.empty()) out_ += reset_sequence;
      out_ += wanted;
      current = wanted;
    }
    out_ += line_[i].text;
  }
  if (!current.empty()) out_ += reset_sequence;
  out_ += '\n';
  line_.erase(line_.begin(), line_.begin() + static_cast<std::ptrdiff_t>(count));
  used_ = 0;
  for (const Cell& cell : line_) used_ += cell.columns;
  break_ = 0;
}

void add_line(std::string& out, const TerminalStyle& style, std::string_view text, const Paint& paint,
              std::size_t indent) {
  if (text.empty()) return;
  TextFlow flow(out, style, indent);
  flow.add(text, paint);
  flow.finish();
}

}  // namespace limn
