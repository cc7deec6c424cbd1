#include "render/terminal.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>
#include <vector>

#include "render/display_text.h"
#include "render/palette.h"
#include "render/summary.h"
#include "render/terminal_paint.h"
#include "render/terminal_passage.h"
#include "render/text_flow.h"
#include "render/text_runs.h"

namespace limn {
namespace {

constexpr std::size_t text_indent = 2;
constexpr std::size_t low_screen = 34;  // lines, on which long lists would leave no room for the text

std::string repeated(std::string_view text, std::size_t count) {
  std::string result;
  for (std::size_t i = 0; i < count; ++i) result += text;
  return result;
}

// A bar whose length is a multiple of an eighth of a column.
std::string bar(double share, std::size_t full_columns) {
  static constexpr std::array<std::string_view, 8> parts{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const auto eighths = static_cast<std::size_t>(std::lround(std::abs(share) * 8 * static_cast<double>(full_columns)));
  return repeated("█", eighths / 8) + std::string(parts[eighths % 8]);
}

std::size_t line_count(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

// Renders one explanation.
class ExplanationWriter {
 public:
  ExplanationWriter(const Explanation& explanation, const TerminalStyle& style)
      : explanation_(explanation),
        style_(style),
        heat_scale_(scale_of(explanation)),
        scale_(style.show_special ? token_scale(explanation) : word_scale(explanation)),
        bars_(style.lines > 0 && style.lines < low_screen ? listed_words / 2 : listed_words) {}

  std::string write() {
    write_verdict();
    const std::string before = std::exchange(out_, "");
    write_legend();
    write_bars();
    line(sentence(explanation_));
    const std::string after = std::exchange(out_, "");
    write_texts(line_count(before) + line_count(after));
    return before + out_ + after;
  }

 private:
  bool has_colors() const { return style_.colors != ColorDepth::none; }
  // With 16 colours, bold and underline show heat.
  bool marks_with_brackets() const { return style_.colors == ColorDepth::none || style_.colors == ColorDepth::ansi16; }

  void line(std::string_view text, const Paint& paint = {}) {
    if (text.empty()) return;
    TextFlow flow(out_, style_, 0);
    flow.add(text, paint);
    flow.finish();
  }

  void write_verdict() {
    const Verdict said = verdict(explanation_);
    TextFlow flow(out_, style_, 0);
    if (!said.kind.empty()) flow.add(said.kind + " ", dim);
    flow.add(said.text, bold);
    if (said.probability) {
      constexpr std::size_t bar_columns = 16;
      const double share = std::clamp(std::isfinite(*said.probability) ? *said.probability : 0, 0.0, 1.0);
      const auto filled = static_cast<std::size_t>(share * bar_columns);  // full only at probability 1
      flow.add("  " + percent_text(*said.probability) + " ");
      flow.add(repeated("━", filled), {.heat = 1, .solid = true});
      flow.add(repeated("─", bar_columns - filled), dim);
    }
    flow.finish();

    std::string others;
    for (const auto& [label, probability] : likeliest_labels(explanation_, 6))
      if (label != said.text) others += (others.empty() ? "" : " · ") + label + " " + percent_text(probability);
    line(others, dim);
    std::string facts = said.confidence ? "confidence " + percent_text(*said.confidence) + " · " : "";
    facts += shorten(explanation_.model, 60) + " · " + method_text(explanation_) + " · " +
             duration_text(explanation_.seconds);
    line(facts, dim);
    line(explained_instead(explanation_), bold);
    for (const std::string& warning : explanation_.warnings) line("Warning: " + visible(warning));
    out_ += '\n';
  }

  /// @param others lines of the other parts, which the style's lines hold, too
  void write_texts(std::size_t others) {
    const std::vector<TextRuns> texts = text_runs(explanation_);
    constexpr std::size_t least_lines = 3;
    std::size_t left = style_.lines == 0 ? 0 : std::max(style_.lines - std::min(style_.lines, others), least_lines);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const std::size_t later = texts.size() - i - 1;
      // A question is short: the context gets what it leaves.
      const std::size_t own = left == 0 ? 0 : std::max(later > 0 ? left / 3 : left, least_lines);
      const std::string text = own == 0 ? whole(texts[i]) : passage(texts[i], own - 1);
      left -= std::min(left, line_count(text) + 1);
      if (style_.lines > 0) left = std::max<std::size_t>(left, 1);
      out_ += text + '\n';
    }
  }

  std::string whole(const TextRuns& shown) { return part(shown, shown.runs, true, true); }

  std::string part(const TextRuns& shown, const std::vector<Run>& runs, bool has_begin, bool has_end) {
    std::string out;
    TextFlow flow(out, style_, text_indent);
    if (has_begin)
      for (const std::size_t token : shown.before) add_special(flow, token);
    for (std::size_t i = 0; i < runs.size(); ++i)
      add_run(flow, shown, runs[i], i > 0 ? &runs[i - 1] : nullptr, i + 1 < runs.size() ? &runs[i + 1] : nullptr);
    if (has_end)
      for (const std::size_t token : shown.after) {
        if (style_.show_special) flow.add(" ");
        add_special(flow, token);
      }
    flow.finish();
    return out;
  }

  /// What matters of a text: the passage around the explained answer or entity, or else around the strongest word, and
  /// how much stands before and after it. @param lines at most
  std::string passage(const TextRuns& shown, std::size_t lines) {
    const std::size_t width = std::max<std::size_t>(style_.width, 20) - text_indent;
    if (shown.text.size() <= 8 * lines * width) {  // no line has fewer columns than an eighth of its bytes
      std::string text = whole(shown);
      if (line_count(text) <= lines) return text;
    }
    const std::size_t anchor = terminal_anchor(explanation_, shown);
    for (std::size_t bytes = 4 * lines * width;; bytes = bytes * 3 / 4) {
      const std::vector<Run> runs = runs_around(shown, anchor, bytes);
      if (runs.empty()) return "";
      const CodePoints points(shown.text);
      const std::size_t before = points.before(runs.front().begin);
      const std::size_t after = points.before(shown.text.size()) - points.before(runs.back().end);
      std::string text;
      if (before > 0) text += left_out(before, "before");
      text += part(shown, runs, before == 0, after == 0);
      if (after > 0) text += left_out(after, "after");
      if (line_count(text) <= lines || bytes < width) return text;
    }
  }

  std::string left_out(std::size_t count, std::string_view where) const {
    std::string out;
    add_line(out, style_, fmt::format("… {} {} {}", with_commas(count), count == 1 ? "character" : "characters", where),
             dim, text_indent);
    return out;
  }

  void add_special(TextFlow& flow, std::size_t index) {
    if (!style_.show_special) return;
    const Token& token = explanation_.tokens[index];
    const double heat = intensity(token.score, scale_);
    flow.add(shorten(token.token, 20), {.heat = heat, .scale = heat_scale_, .dim = true});
    if (!has_colors()) flow.add(block(heat));
    flow.add(" ");
  }

  void add_run(TextFlow& flow, const TextRuns& shown, const Run& run, const Run* previous, const Run* next) {
    Paint paint{.scale = heat_scale_};
    const auto unit = style_.show_special ? run.token : run.word;
    if (unit) {
      const double score = style_.show_special ? explanation_.tokens[*unit].score : explanation_.words[*unit].score;
      paint.heat = intensity(score, scale_);
    }
    paint.dim = !run.read;
    const Mark* mark = run.mark ? &shown.marks[*run.mark] : nullptr;
    if (mark && !marks_with_brackets()) paint.underline = true, paint.bold = mark->explained;

    if (mark && (!previous || previous->mark != run.mark)) {
      if (marks_with_brackets()) flow.add(mark->explained ? "[" : "(");
    }
    flow.add(visible(shown.text.substr(run.begin, run.end - run.begin), {.keep_layout = true}), paint);
    const auto next_unit = !next ? std::nullopt : style_.show_special ? next->token : next->word;
    if (unit && next_unit != unit) {
      if (!has_colors())
        flow.add(block(paint.heat));
      else if (style_.show_special && next && next->token && next->word == run.word)
        flow.add("·", dim);
    }
    if (mark && (!next || next->mark != run.mark)) {
      if (marks_with_brackets()) flow.add(mark->explained ? "]" : ")");
      if (mark->label != "answer") flow.add(" " + mark->label, {.bold = mark->explained, .dim = !mark->explained});
    }
  }

  void write_legend() {
    TextFlow flow(out_, style_, 0);
    const bool is_signed = has_sign(explanation_);
    const std::string largest = score_text(scale_, scale_), smallest = is_signed ? score_text(-scale_, scale_) : "0";
    flow.add(smallest + " ", dim);
    constexpr int steps = 8;
    for (int i = is_signed ? -steps : 0; i <= steps; ++i) {
      const double share = static_cast<double>(i) / steps;
      switch (style_.colors) {
        case ColorDepth::none:
          if (!is_signed && i > 0) flow.add(block(share - 0.5 / steps));
          if (is_signed && i % 4 == 0) flow.add(block(share) + (i < steps ? " " : ""));
          break;
        case ColorDepth::ansi16:
          flow.add(i == 0 ? "" : "#", {.heat = share, .scale = heat_scale_});
          break;
        default:
          flow.add(i == 0 && !is_signed ? "" : " ", {.heat = share, .scale = heat_scale_});
      }
    }
    flow.add(" " + largest, dim);
    flow.add("  " + scalar_text(explanation_), dim);
    flow.finish();
    line(completeness_text(explanation_), dim);
    if (explanation_.faithfulness) line(faithfulness_text(*explanation_.faithfulness), dim);
    out_ += '\n';
  }

  void write_bars() {
    const std::vector<std::size_t> all = strongest_words(explanation_, bars_);
    if (all.empty()) return;
    if (!has_sign(explanation_)) {
      write_bars(all);
    } else {
      std::vector<std::size_t> with, against;
      for (const std::size_t i : all) (explanation_.words[i].score < 0 ? against : with).push_back(i);
      if (!with.empty()) line("For", dim), write_bars(with);
      if (!against.empty()) line("Against", dim), write_bars(against);
    }
    out_ += '\n';
  }

  void write_bars(const std::vector<std::size_t>& words) {
    const std::size_t most_columns = std::clamp<std::size_t>(style_.width / 4, 8, 24);
    const double scale = word_scale(explanation_);
    std::vector<std::string> labels;
    std::size_t label_columns = 0;
    for (const std::size_t i : strongest_words(explanation_, bars_)) {
      const std::string label = word_text(explanation_, explanation_.words[i], most_columns);
      label_columns = std::max(label_columns, columns(label));
    }
    const std::size_t bar_columns = std::clamp<std::size_t>(style_.width / 3, 6, 28);
    for (const std::size_t i : words) {
      const Word& word = explanation_.words[i];
      const std::string label = word_text(explanation_, word, most_columns);
      const double share = intensity(word.score, scale);
      const std::string drawn = bar(share, bar_columns);
      const std::string score = score_text(word.score, scale);
      TextFlow flow(out_, style_, text_indent);
      flow.add(label + std::string(label_columns - columns(label) + 2, ' '));
      flow.add(drawn, {.heat = share, .scale = heat_scale_, .solid = true});
      flow.add(" " + score);
      if (const std::string where = sequence_name(explanation_, word.sequence); !where.empty())
        flow.add("  " + where, dim);
      flow.finish();
    }
  }

  const Explanation& explanation_;
  const TerminalStyle& style_;
  Scale heat_scale_;
  double scale_;
  std::size_t bars_;  // words in the lists
  std::string out_;
};

}  // namespace

std::string to_terminal(const Explanation& explanation, const TerminalStyle& style) {
  return ExplanationWriter(explanation, style).write();
}

TerminalStyle terminal_style(const TerminalEnvironment& environment, std::size_t width) {
  TerminalStyle style;
  style.width = width;
  const std::string_view term = environment.term, color = environment.color_term;
  if (environment.is_terminal && environment.no_color.empty() && !term.empty() && term != "dumb") {
    const auto names = [&](std::string_view text) { return term.find(text) != std::string_view::npos; };
    if (color == "truecolor" || color == "24bit" || names("direct"))
      style.colors = ColorDepth::true_color;
    else if (names("256color"))
      style.colors = ColorDepth::ansi256;
    else
      style.colors = ColorDepth::ansi16;
  }
  // The background is the last part; 7 and 9 to 15 are the light colours of the 16.
  const std::string_view background = environment.color_fg_bg.substr(environment.color_fg_bg.rfind(';') + 1);
  if (!background.empty())
    style.dark_background =
        background.size() == 1 && background[0] >= '0' && background[0] <= '8' && background[0] != '7';
  return style;
}

std::string to_terminal(std::span<const Explanation> explanations, const TerminalStyle& style) {
  std::string text;
  for (const Explanation& explanation : explanations)
    text += (text.empty() ? "" : "\n") + to_terminal(explanation, style);
  return text;
}

}  // namespace limn
