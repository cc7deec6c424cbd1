#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <variant>
#include <vector>

#include "render/attack.h"
#include "render/display_text.h"
#include "render/summary.h"
#include "render/terminal_paint.h"
#include "render/text_flow.h"

namespace limn {
namespace {

class AttackWriter {
 public:
  AttackWriter(const Attack& attack, const TerminalStyle& style) : attack_(attack), style_(style) {}

  std::string write() {
    write_verdict();
    write_text(attack_.input.text, 0);
    if (attack_.input.pair) write_text(*attack_.input.pair, 1);
    if (!attack_.steps.empty()) {
      out_ += '\n';
      write_output(attack_.output.text);
      if (attack_.output.pair) write_output(*attack_.output.pair);
      out_ += '\n';
      write_steps();
    }
    return std::move(out_);
  }

 private:
  bool is_flip() const { return attack_.kind == "hotflip"; }

  void line(std::string_view text, const Paint& paint = {}, std::size_t indent = 0) {
    if (text.empty()) return;
    TextFlow flow(out_, style_, indent);
    flow.add(text, paint);
    flow.finish();
  }

  // The prediction for an edited input. @param steps number of steps that led to it: removed tokens shift positions.
  Verdict said(const Prediction& prediction, const Input& input, std::size_t steps) const {
    if (const auto* entities = std::get_if<EntityPrediction>(&prediction)) {
      std::size_t position = attack_.target.start_token.value_or(0);
      for (std::size_t i = 0; i < steps && !is_flip(); ++i)
        if (attack_.steps[i].token < attack_.target.start_token.value_or(0)) --position;
      for (const TokenLabel& token : entities->tokens)
        if (token.token == position)
          return {shorten(attack_.target.text, 40), shorten(token.label, 40), token.probability, {}};
    }
    Explanation said;
    said.task = attack_.task;
    said.text = input.text;
    said.pair = input.pair;
    said.prediction = prediction;
    return verdict(said);
  }

  void add(TextFlow& flow, const Verdict& said) {
    if (!said.kind.empty()) flow.add(said.kind + " ", dim);
    flow.add(said.text, bold);
    if (said.probability) flow.add(" " + percent_text(*said.probability));
  }

  std::string outcome() const {
    const std::size_t steps = attack_.steps.size();
    const auto count = [](std::size_t number, const char* what) {
      return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
    };
    if (is_flip()) {
      if (steps == 0) return attack_.succeeded ? "already predicted" : "no token may be flipped";
      return (attack_.succeeded ? "reached by " : "not reached by ") + count(steps, "flip");
    }
    const auto ordinary = static_cast<std::size_t>(
        std::count_if(attack_.tokens.begin(), attack_.tokens.end(), [](const Token& token) { return !token.special; }));
    return steps == 0 ? "no token could be removed"
                      : fmt::format("{} of {} could be removed", count(steps, "token"), ordinary);
  }

  void write_verdict() {
    TextFlow flow(out_, style_, 0);
    add(flow, said(attack_.before, attack_.input, 0));
    flow.add(" → ", dim);
    add(flow, said(attack_.after, attack_.output, attack_.steps.size()));
    flow.finish();
    std::string facts = attack_.kind;
    if (attack_.toward) facts += " toward " + shorten(*attack_.toward, 40);
    facts += fmt::format(": {} · {} · {} passes · {}", outcome(), shorten(attack_.model, 60), attack_.passes,
                         duration_text(attack_.seconds));
    line(facts, dim);
    if (attack_.reread) {
      TextFlow note(out_, style_, 0);
      note.add("When tokenized again, the text gives other tokens; the prediction for them is ");
      add(note, said(*attack_.reread, attack_.output, attack_.steps.size()));
      note.finish();
    }
    for (const std::string& warning : attack_.warnings) line("Warning: " + visible(warning));
    out_ += '\n';
  }

  // The original text, with the flipped or the kept tokens in bold, or in brackets without colours.
  void write_text(std::string_view text, int sequence) {
    std::vector<bool> stepped(attack_.tokens.size(), false);
    for (const AttackStep& step : attack_.steps)
      if (step.token < stepped.size()) stepped[step.token] = true;
    const bool brackets = style_.colors == ColorDepth::none;
    TextFlow flow(out_, style_, 2);
    std::size_t at = 0;
    const auto add = [&](std::size_t end, const Paint& paint) {
      end = std::min(end, text.size());
      if (at < end) flow.add(visible(text.substr(at, end - at), {.keep_layout = true}), paint);
      at = std::max(at, end);
    };
    for (std::size_t i = 0; i < attack_.tokens.size(); ++i) {
      const Token& token = attack_.tokens[i];
      if (token.sequence != sequence || token.end <= at) continue;
      add(token.begin, {});
      const bool marked = !attack_.steps.empty() && stepped[i] == is_flip();
      if (marked && brackets) flow.add("[");
      add(token.end, marked ? Paint{.bold = true, .underline = is_flip()} : Paint{.dim = !is_flip() && stepped[i]});
      if (marked && brackets) flow.add("]");
    }
    add(text.size(), {});
    flow.finish();
  }

  void write_output(std::string_view text) { line(visible(text, {.keep_layout = true}), bold, 2); }

  void write_steps() {
    std::vector<std::string> labels;
    std::size_t widest = 0;
    for (const AttackStep& step : attack_.steps) {
      labels.push_back(is_flip() ? shorten(step.before, 20) + " → " + shorten(step.after, 20)
                                 : "− " + shorten(step.before, 20));
      widest = std::max(widest, columns(labels.back()));
    }
    for (std::size_t i = 0; i < labels.size(); ++i) {
      TextFlow flow(out_, style_, 0);
      flow.add(labels[i] + std::string(widest - columns(labels[i]) + 2, ' '));
      const Verdict now = said(attack_.steps[i].prediction, attack_.steps[i].input, i + 1);
      flow.add(now.text + (now.probability ? " " + percent_text(*now.probability) : ""), dim);
      flow.finish();
    }
  }

  const Attack& attack_;
  const TerminalStyle& style_;
  std::string out_;
};

}  // namespace

std::string to_terminal(const Attack& attack, const TerminalStyle& style) {
  return AttackWriter(attack, style).write();
}

}  // namespace limn
