#include "render/comparison_html.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <numeric>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "render/comparison_style.h"
#include "render/display_text.h"
#include "render/html_page.h"
#include "render/html_script.h"
#include "render/palette.h"
#include "render/summary.h"

namespace limn {
namespace {

constexpr std::size_t name_columns = 60;

std::string thin_bar(double share) {
  return fmt::format("<span class=\"thin\" aria-hidden=\"true\"><span style=\"--v:{:.3f}\"></span></span>",
                     std::isfinite(share) ? std::clamp(share, 0.0, 1.0) : 0);
}

using WordKey = std::tuple<int, std::size_t, std::size_t>;  // sequence, begin, end: the same word in every cell

WordKey key(const Word& word) { return {word.sequence, word.begin, word.end}; }

/// One input's cells: what a word is called and what its tooltip says.
class WordTips {
 public:
  WordTips(const ComparisonAxes& axes, const ComparedInput& input) {
    for (std::size_t cell = 0; cell < input.cells.size(); cell++) {
      const Explanation& explanation = input.cells[cell];
      const auto& words = explanation.words;
      const double scale = word_scale(explanation);
      std::vector<std::size_t> order = strongest_words(explanation, words.size()), ranks(words.size(), words.size());
      for (std::size_t place = 0; place < order.size(); place++) ranks[order[place]] = place + 1;
      for (std::size_t i = 0; i < words.size(); i++) {
        std::string& tip = tips_[key(words[i])];
        if (tip.empty()) tip = word_text(explanation, words[i]);
        if (input.cells.size() > most_cells) continue;
        tip +=
            fmt::format("\n{}{}{}, rank {} of {}", input.cells.size() > 1 ? axes.cell_name(cell) : "score",
                        input.cells.size() > 1 ? ": " : " ", score_text(words[i].score, scale), ranks[i], words.size());
      }
    }
    for (auto& [word, tip] : tips_) tip = escape(tip);
    many_ = input.cells.size() > most_cells;
  }

  /// Escaped. Where the cells are many it is about this one only.
  std::string operator()(const Word& word, double scale) const {
    const std::string& tip = tips_.at(key(word));
    return many_ ? fmt::format("{}\nscore {}", tip, score_text(word.score, scale)) : tip;
  }

 private:
  static constexpr std::size_t most_cells = 4;  // more would make pages heavy
  std::map<WordKey, std::string> tips_;
  bool many_ = false;
};

class Page {
 public:
  Page(const ComparisonAxes& axes, std::span<const ComparedInput> inputs) : axes_(axes), inputs_(inputs), means_(axes) {
    for (const ComparedInput& input : inputs) means_.add(input);
  }

  std::string title() const {
    const auto count = [](std::size_t number, std::string_view thing) {
      return fmt::format("{} {}{}", number, thing, number == 1 ? "" : "s");
    };
    std::string text = count(axes_.models.size(), "model");
    if (inputs_.size() != 1) text += ", " + count(inputs_.size(), means_.has_questions() ? "question" : "text");
    const auto& methods = axes_.methods;
    return text + ", " + (methods.size() == 1 ? shorten(methods[0], name_columns) : count(methods.size(), "method"));
  }

  std::string write() {
    add("<div class=\"comparison\" style=\"--n:{}\">\n<h1>{}</h1>\n", axes_.models.size(), escape(title()));
    write_heads();
    write_legend();
    for (std::size_t i = 0; i < inputs_.size(); i++) write_input(inputs_[i], i);
    write_correlations();
    add("</div>\n");
    return std::move(out_);
  }

 private:
  template <typename... Values>
  void add(fmt::format_string<Values...> format, Values&&... values) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Values>(values)...);
  }

  std::string model_name(std::size_t model) const { return escape(shorten(axes_.models[model].name, name_columns)); }

  double model_seconds(std::size_t model) const {
    double sum = 0;
    for (std::size_t method = 0; method < axes_.methods.size(); method++)
      sum += means_.seconds(axes_.cell(model, method));
    return sum / static_cast<double>(axes_.methods.size());
  }

  void write_figure(std::string_view kind, std::string_view name, std::string_view value, double share) {
    add("<div class=\"{}\"><dt>{}</dt><dd>{}</dd><dd class=\"number\">{}</dd></div>", kind, name, thin_bar(share),
        escape(value));
  }

  void write_heads() {
    add("<div class=\"columns names\" aria-hidden=\"true\">");
    for (std::size_t i = 0; i < axes_.models.size(); i++) add("<bdi>{}</bdi>", model_name(i));
    add("</div>\n<div class=\"columns figures\">\n");
    double slowest = 0, largest = 0, heaviest = 0;
    for (std::size_t i = 0; i < axes_.models.size(); i++) {
      slowest = std::max(slowest, model_seconds(i));
      largest = std::max(largest, static_cast<double>(axes_.models[i].parameters));
      heaviest = std::max(heaviest, static_cast<double>(axes_.models[i].bytes));
    }
    for (std::size_t i = 0; i < axes_.models.size(); i++) {
      const ComparedModel& model = axes_.models[i];
      add("<div><bdi class=\"model\">{}</bdi><dl>", model_name(i));
      const auto [answered, right, known] = means_.model(i);
      const auto share = [](std::size_t part, std::size_t whole) {
        return static_cast<double>(part) / static_cast<double>(std::max<std::size_t>(whole, 1));
      };
      if (known > 0) write_figure("share", "right", fmt::format("{} of {}", right, known), share(right, known));
      if (means_.has_questions())
        write_figure("share", "answered", fmt::format("{} of {}", answered, means_.inputs()),
                     share(answered, means_.inputs()));
      double passes = 0;
      for (std::size_t method = 0; method < axes_.methods.size(); method++)
        passes += means_.passes(axes_.cell(i, method));
      write_figure(
          "cost", means_.inputs() > 1 || axes_.methods.size() > 1 ? "mean time" : "time",
          duration_text(model_seconds(i)) + ", " + passes_text(passes / static_cast<double>(axes_.methods.size())),
          model_seconds(i) / slowest);
      write_figure("cost", "parameters", short_number(model.parameters),
                   static_cast<double>(model.parameters) / largest);
      write_figure("cost", "on disk", bytes_text(model.bytes), static_cast<double>(model.bytes) / heaviest);
      add("</dl></div>\n");
    }
    add("</div>\n");
  }

  void write_legend() {
    bool both = false;
    for (const ComparedInput& input : inputs_)
      both = both || std::any_of(input.cells.begin(), input.cells.end(), has_sign);
    add("<div class=\"legend\"><div class=\"range{}\"><span>{}</span><span class=\"scale\" aria-hidden=\"true\"></span>"
        "<span>{}</span></div><span>{}</span></div>\n",
        both ? " both" : "", both ? "against" : "0", both ? "for" : "strongest word",
        axes_.models.size() > 1 ? "One scale for all models of a row; full colour is the strongest word of the row."
                                : "Full colour is the strongest word of a row.");
  }

  void write_input(const ComparedInput& input, std::size_t index) {
    add("<section id=\"i{}\">\n", index + 1);
    if (input.cells.empty()) {
      add("<p class=\"failed\">{}Error: {}</p>\n</section>\n", input.row ? fmt::format("Row {}. ", *input.row) : "",
          escape(visible(input.error)));
      return;
    }
    const Explanation& any = input.cells.front();
    const bool is_question = any.task == Task::question_answering;
    std::string facts;
    const bool all_right = std::ranges::all_of(input.right, [](const auto& right) { return right == true; });
    if (input.expected && !all_right)
      facts = "right: " + (input.expected->empty() ? "no answer" : shorten(*input.expected, 48));
    if (input.correlations.size() == 1 && inputs_.size() > 1)
      facts +=
          (facts.empty() ? "word order ρ " : " · word order ρ ") + correlation_text(input.correlations[0].spearman);
    std::string_view differ;
    if (!models_agree(axes_, input)) differ = facts.empty() ? "models differ" : "models differ · ";
    constexpr std::size_t most_columns = 240;
    add("<div class=\"asked\"><h2><bdi>{}</bdi></h2><span class=\"facts\"><span "
        "class=\"differ\">{}</span>{}</span></div>\n",
        escape(is_question ? input_text(any, most_columns)
               : input.row ? fmt::format("Row {}", *input.row)
                           : "Text"),
        differ, escape(facts));
    const WordTips tips(axes_, input);
    for (std::size_t method = 0; method < axes_.methods.size(); method++) {
      const double scale = shared_scale(axes_, input, method);
      if (axes_.methods.size() > 1)
        add("<p class=\"method\">{}</p>", escape(shorten(axes_.methods[method], name_columns)));
      add("<div class=\"columns\">\n");
      for (std::size_t model = 0; model < axes_.models.size(); model++) {
        write_cell(model, input.cells[axes_.cell(model, method)], judgement(input, model), scale, tips);
      }
      add("</div>\n");
    }
    add("</section>\n");
  }

  void write_cell(std::size_t model, const Explanation& explanation, std::string_view judged, double scale,
                  const WordTips& tips) {
    const Verdict said = verdict(explanation);
    add("<details class=\"cell{}\"><summary><bdi class=\"model\">{}</bdi><span class=\"said\">",
        has_answer(explanation) ? "" : " none", model_name(model));
    if (!judged.empty())
      add("<span class=\"verdict-{0}\" role=\"img\" aria-label=\"{0}\">{1}</span>", judged,
          judged == "right" ? "✓" : "✗");
    if (!said.kind.empty()) add("<span class=\"kind\">{}</span>", escape(said.kind));
    add("<bdi class=\"answer\">{}</bdi>", escape(said.text));
    if (said.probability)
      add("<span class=\"chance\"><span class=\"number\">{}</span>{}</span>", escape(percent_text(*said.probability)),
          thin_bar(*said.probability));
    add("</span>");
    const std::vector<Passage> texts = passages(explanation);
    if (!texts.empty()) {
      const auto [place, first, last] = excerpt(explanation, texts);
      add("<span class=\"excerpt\" dir=\"auto\">{}", first > 0 ? "… " : "");
      write_runs(explanation, texts[place], first, last, scale, tips, true);
      add("</span>");
    }
    add("</summary>\n<div class=\"texts\"><div class=\"words\">\n");
    for (const Passage& passage : texts) {
      const std::string name = sequence_name(explanation, passage.sequence);
      add("<div class=\"text\" dir=\"auto\" role=\"group\" aria-label=\"{}\">", name.empty() ? "text" : name);
      write_runs(explanation, passage, 0, passage.runs.size(), scale, tips, false);
      add("</div>\n");
    }
    add("</div></div>\n");
    if (const std::string instead = explained_instead(explanation); !instead.empty())
      add("<p class=\"instead\"><bdi>{}</bdi></p>\n", escape(instead));
    for (const std::string& warning : explanation.warnings)
      add("<p class=\"warning\">Warning: {}</p>\n", escape(visible(warning)));
    add("<p class=\"sentence\">{}</p>\n", escape(sentence(explanation)));
    add("<p class=\"facts\">{} · {} · {} · {} · full colour is {}</p>\n</details>\n", escape(method_text(explanation)),
        escape(duration_text(explanation.seconds)), passes_text(static_cast<double>(explanation.passes)),
        escape(scalar_text(explanation)), score_text(scale, scale));
  }

  // Spans only, so that it may stand in a summary, too.
  void write_runs(const Explanation& explanation, const Passage& passage, std::size_t first, std::size_t last,
                  double scale, const WordTips& tips, bool brief) {
    constexpr auto none = static_cast<std::size_t>(-1);
    std::size_t mark = none, word = none;  // those that are open
    const auto close = [&](std::size_t& open, std::string_view end) {
      if (open != none) add("{}", end);
      open = none;
    };
    for (std::size_t i = first; i < last; i++) {
      const Run& run = passage.runs[i];
      const std::size_t wanted_word = run.word.value_or(none), wanted_mark = run.mark.value_or(none);
      if (word != wanted_word || mark != wanted_mark) close(word, "</span>");
      if (mark != wanted_mark) {
        close(mark, "</mark>");
        if (wanted_mark != none) {
          const Mark& outlined = passage.marks[wanted_mark];
          add("<mark class=\"span{}\" data-label=\"{}\">", outlined.explained ? "" : " other", escape(outlined.label));
        }
        mark = wanted_mark;
      }
      if (word != wanted_word) {
        open_word(explanation.words[wanted_word], scale, tips);
        word = wanted_word;
      }
      const std::string_view text = passage.text.substr(run.begin, run.end - run.begin);
      const std::string shown =
          escape(brief ? one_line(text) : visible(text, {.keep_layout = true, .keep_bidi = true}));
      if (run.read)
        add("{}", shown);
      else
        add("<span class=\"unread\">{}</span>", shown);
    }
    close(word, "</span>");
    close(mark, "</mark>");
  }

  void open_word(const Word& word, double scale, const WordTips& tips) {
    const double heat = intensity(word.score, scale);
    add("<span class=\"w{}{}{}\" style=\"--a:{:.3f}\" data-i=\"{}-{}-{}\" data-tip=\"{}\">", heat < 0 ? " n" : "",
        needs_inverse_ink(heat, Theme::light) ? " x" : "", needs_inverse_ink(heat, Theme::dark) ? " y" : "",
        alpha(heat), word.sequence, word.begin, word.end, tips(word, scale));
  }

  void write_correlations() {
    const std::vector<CellCorrelation> pairs = means_.correlations();
    if (pairs.empty()) return;
    const bool both = std::any_of(pairs.begin(), pairs.end(), [](const auto& pair) { return pair.spearman < 0.0; });
    add("<div class=\"correlations\"><h2>How alike they order the words</h2>\n<table{}><caption>Rank correlation of "
        "the "
        "words’ scores{}: 1 is the same order, 0 no relation, −1 the opposite order{}</caption>\n<thead><tr><th "
        "scope=\"col\"></th><td></td><th scope=\"col\">Spearman ρ</th><th scope=\"col\">Kendall τ-b</th><th "
        "scope=\"col\">words</th></tr></thead>\n<tbody>\n",
        both ? " class=\"both\"" : "", means_.inputs() > 1 ? fmt::format(", mean over {} inputs", means_.inputs()) : "",
        std::ranges::any_of(pairs, &CellCorrelation::magnitudes) ? "; magnitudes where only one of the two has signs"
                                                                 : "");
    for (const CellCorrelation& pair : pairs) {
      const double rho = pair.spearman.value_or(0);
      add("<tr{}><th scope=\"row\"><bdi>{}</bdi> and <bdi>{}</bdi></th><td "
          "style=\"--v:{:.3f}\"></td><td>{}</td><td>{}</td>"
          "<td>{}</td></tr>\n",
          rho < 0 ? " class=\"n\"" : "", escape(axes_.cell_name(pair.a)), escape(axes_.cell_name(pair.b)),
          std::abs(rho), correlation_text(pair.spearman), correlation_text(pair.kendall), pair.words);
    }
    add("</tbody></table></div>\n");
  }

  const ComparisonAxes& axes_;
  std::span<const ComparedInput> inputs_;
  ComparisonMeans means_;
  std::string out_;
};

}  // namespace

std::string to_html(const ComparisonAxes& axes, std::span<const ComparedInput> inputs) {
  Page page(axes, inputs);
  const std::string title = page.title();
  const std::string body = page.write() + "<div id=\"tip\" role=\"tooltip\"></div>\n";
  return html_page({.title = title, .style = comparison_style, .body = body, .script = html_script, .script_hash = html_script_hash});
}

}  // namespace limn
