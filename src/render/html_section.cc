#include "render/html_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <numeric>
#include <string_view>
#include <variant>
#include <vector>

#include "render/display_text.h"
#include "render/palette.h"
#include "render/passages.h"
#include "render/summary.h"

namespace limn {
namespace {

constexpr std::size_t strongest_count = 8;
constexpr std::size_t label_columns = 40;

enum class Unit { word, token };

struct Scored {
  std::string tip;  // escaped
  double score = 0;
};

double share_of(double score, double total) { return total > 0 ? std::abs(score) / total : 0; }

// For each item its place by falling |score|, from 1; equal scores share a place.
template <typename Items>
std::vector<std::size_t> ranks(const Items& items) {
  std::vector<std::size_t> order(items.size()), result(items.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto strength = [&](std::size_t i) { return std::isfinite(items[i].score) ? std::abs(items[i].score) : 0; };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return strength(a) > strength(b); });
  for (std::size_t place = 0; place < order.size(); ++place) {
    const bool tied = place > 0 && strength(order[place]) == strength(order[place - 1]);
    result[order[place]] = tied ? result[order[place - 1]] : place + 1;
  }
  return result;
}

template <typename Items>
double total_of(const Items& items) {
  double total = 0;
  for (const auto& item : items)
    if (std::isfinite(item.score)) total += std::abs(item.score);
  return total;
}

std::vector<double> softmax(const std::vector<double>& logits) {
  std::vector<double> result = logits;
  const double largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (double& value : result) sum += value = std::exp(value - largest);
  for (double& value : result) value /= sum;
  return result;
}

// What the model says about each token, where it says something: a tag, or how likely an answer starts or ends there.
std::vector<std::string> token_probabilities(const Explanation& explanation) {
  std::vector<std::string> result(explanation.tokens.size());
  if (const auto* prediction = std::get_if<EntityPrediction>(&explanation.prediction)) {
    for (const TokenLabel& token : prediction->tokens)
      if (token.token < result.size())
        result[token.token] = shorten(token.label, label_columns) + " " + percent_text(token.probability);
    return result;
  }
  const auto start = explanation.logits.find("start"), end = explanation.logits.find("end");
  const auto is_whole = [&](auto found) {
    return found != explanation.logits.end() && found->second.size() == result.size() && !result.empty();
  };
  if (!is_whole(start) || !is_whole(end)) return result;
  const std::vector<double> starts = softmax(start->second), ends = softmax(end->second);
  for (std::size_t i = 0; i < result.size(); ++i)
    result[i] = fmt::format("start {}, end {}", percent_text(starts[i]), percent_text(ends[i]));
  return result;
}

class Section {
 public:
  Section(const Explanation& explanation, std::size_t number)
      : explanation_(explanation),
        number_(number),
        is_signed_(has_sign(explanation)),
        word_scale_(word_scale(explanation)),
        token_scale_(token_scale(explanation)),
        passages_(passages(explanation)) {
    describe_words_and_tokens();
  }

  std::string write() {
    add("<section id=\"e{0}\" aria-labelledby=\"e{0}-verdict\">\n", number_);
    write_verdict();
    add("<div class=\"texts\">\n<div class=\"words\">\n");
    for (const Passage& passage : passages_) write_text(passage, Unit::word);
    add("</div>\n<div class=\"pieces\">\n");
    for (const Passage& passage : passages_) write_text(passage, Unit::token);
    add("</div>\n</div>\n");
    write_legend();
    write_strongest();
    add("<p class=\"sentence\">{}</p>\n", escape(sentence(explanation_)));
    write_every_token();
    add("</section>\n");
    return std::move(out_);
  }

 private:
  template <typename... Values>
  void add(fmt::format_string<Values...> format, Values&&... values) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Values>(values)...);
  }

  void describe_words_and_tokens() {
    const auto& words = explanation_.words;
    const auto& tokens = explanation_.tokens;
    const auto pieces = tokens_of_words(explanation_);
    const auto probabilities = token_probabilities(explanation_);
    const auto word_ranks = ranks(words), token_ranks = ranks(tokens);
    const double word_total = total_of(words), token_total = total_of(tokens);
    const auto numbers = [](double score, double scale, double total, std::size_t rank, std::size_t count) {
      return fmt::format("\nscore {}\nshare {}\nrank {} of {}", score_text(score, scale),
                         percent_text(share_of(score, total)), rank, count);
    };
    for (std::size_t i = 0; i < words.size(); ++i) {
      std::string tip = word_text(explanation_, words[i], label_columns);
      tip += numbers(words[i].score, word_scale_, word_total, word_ranks[i], words.size());
      std::string names, said;
      constexpr std::size_t most_pieces = 12;
      for (std::size_t k = 0; k < pieces[i].size() && k < most_pieces; ++k) {
        names += " " + shorten(tokens[pieces[i][k]].token, label_columns);
        if (said.empty()) said = probabilities[pieces[i][k]];
      }
      if (pieces[i].size() > most_pieces) names += " …";
      if (!names.empty()) tip += (pieces[i].size() == 1 ? "\ntoken" : "\npieces") + names;
      if (!said.empty()) tip += "\n" + said;
      words_.push_back({escape(tip), words[i].score});
    }
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      std::string tip = shorten(tokens[i].token, label_columns) + fmt::format(" · id {}", tokens[i].id);
      tip += numbers(tokens[i].score, token_scale_, token_total, token_ranks[i], tokens.size());
      if (!probabilities[i].empty()) tip += "\n" + probabilities[i];
      tokens_.push_back({escape(tip), tokens[i].score});
    }
  }

  void write_verdict() {
    const Verdict said = verdict(explanation_);
    constexpr std::size_t headline_columns = 40;
    add("<div class=\"verdict\"><h2{} id=\"e{}-verdict\">",
        columns(said.text) > headline_columns ? " class=\"long\"" : "", number_);
    if (!said.kind.empty()) add("<span class=\"kind\">{}</span>", escape(said.kind));
    add("<bdi>{}</bdi></h2>", escape(said.text));
    if (said.probability)
      add("<p class=\"chance\"><span class=\"number\">{}</span><span class=\"thin\" aria-hidden=\"true\"><span "
          "style=\"--v:{:.3f}\"></span></span></p>",
          escape(percent_text(*said.probability)),
          std::isfinite(*said.probability) ? std::clamp(*said.probability, 0.0, 1.0) : 0);
    add("</div>\n");

    std::string others;
    for (const auto& [label, probability] : likeliest_labels(explanation_, 6))
      if (label != said.text) others += (others.empty() ? "" : " · ") + label + " " + percent_text(probability);
    if (!others.empty()) add("<p class=\"facts\">{}</p>\n", escape(others));
    std::string facts = said.confidence ? "confidence " + percent_text(*said.confidence) + " · " : "";
    facts += shorten(explanation_.model, 60) + " · " + method_text(explanation_) + " · " +
             duration_text(explanation_.seconds);
    add("<p class=\"facts\">{}</p>\n", escape(facts));
    if (const std::string instead = explained_instead(explanation_); !instead.empty())
      add("<p class=\"instead\"><bdi>{}</bdi></p>\n", escape(instead));
    for (const std::string& warning : explanation_.warnings)
      add("<p class=\"warning\">Warning: {}</p>\n", escape(visible(warning)));
  }

  void open_unit(Unit unit, std::size_t index, bool special = false) {
    const Scored& scored = unit == Unit::word ? words_[index] : tokens_[index];
    const double heat = intensity(scored.score, unit == Unit::word ? word_scale_ : token_scale_);
    add("<span class=\"w{}{}{}{}\" style=\"--a:{:.3f}\" data-i=\"{}{}\" data-tip=\"{}\">", special ? " special" : "",
        heat < 0 ? " n" : "", needs_inverse_ink(heat, Theme::light) ? " x" : "",
        needs_inverse_ink(heat, Theme::dark) ? " y" : "", alpha(heat), unit == Unit::word ? "w" : "t", index,
        scored.tip);
  }

  void write_special(std::size_t token) {
    open_unit(Unit::token, token, true);
    add("{}</span> ", escape(shorten(explanation_.tokens[token].token, label_columns)));
  }

  void write_text(const Passage& passage, Unit unit) {
    const std::string name = sequence_name(explanation_, passage.sequence);
    add("<div class=\"text{}\" dir=\"auto\" role=\"group\" aria-label=\"{}\">", name == "question" ? " question" : "",
        name.empty() ? "text" : name);
    if (unit == Unit::token)
      for (const std::size_t token : passage.before) write_special(token);
    std::optional<std::size_t> open_mark, open;
    const auto close_unit = [&] {
      if (open) add("</span>");
      open.reset();
    };
    const auto close_mark = [&] {
      if (open_mark) add("</mark>");
      open_mark.reset();
    };
    for (const Run& run : passage.runs) {
      const auto wanted = unit == Unit::word ? run.word : run.token;
      if (open != wanted || open_mark != run.mark) close_unit();
      if (open_mark != run.mark) {
        close_mark();
        if (run.mark) {
          const Mark& mark = passage.marks[*run.mark];
          add("<mark class=\"span{}\" data-label=\"{}\">", mark.explained ? "" : " other", escape(mark.label));
          open_mark = run.mark;
        }
      }
      if (wanted && !open) open_unit(unit, *wanted), open = wanted;
      const std::string shown = escape(
          visible(passage.text.substr(run.begin, run.end - run.begin), {.keep_layout = true, .keep_bidi = true}));
      if (run.read)
        add("{}", shown);
      else
        add("<span class=\"unread\">{}</span>", shown);
    }
    close_unit();
    close_mark();
    if (unit == Unit::token)
      for (const std::size_t token : passage.after) add(" "), write_special(token);
    add("</div>\n");
  }

  void write_range(std::string_view view, double scale) {
    add("<div class=\"{}\"><div class=\"range{}\"><span class=\"number\">{}</span><span class=\"scale\" "
        "aria-hidden=\"true\"></span><span class=\"number\">{}</span></div></div>",
        view, is_signed_ ? " both" : "", is_signed_ ? score_text(-scale, scale) : "0", score_text(scale, scale));
  }

  void write_legend() {
    add("<div class=\"legend\">");
    write_range("words", word_scale_);
    write_range("pieces", token_scale_);
    add("<label class=\"switch\"><input type=\"checkbox\"> pieces and special tokens</label></div>\n");
    add("<p class=\"f\">{}</p>\n", escape(scalar_text(explanation_)));
    if (const std::string text = completeness_text(explanation_); !text.empty())
      add("<p class=\"f\">{}</p>\n", escape(text));
  }

  void write_bars(const std::vector<std::size_t>& words, bool against) {
    add("<ol class=\"bars\">\n");
    for (const std::size_t i : words) {
      const Word& word = explanation_.words[i];
      add("<li data-i=\"w{}\"><bdi class=\"label\">{}</bdi><span class=\"bar{}\" aria-hidden=\"true\"><span "
          "style=\"--v:{:.3f}\"></span></span><span class=\"number\">{}</span>",
          i, escape(word_text(explanation_, word, label_columns)), against ? " against" : "",
          std::abs(intensity(word.score, word_scale_)), score_text(word.score, word_scale_));
      if (const std::string where = sequence_name(explanation_, word.sequence); !where.empty() && !is_signed_)
        add("<span class=\"where\">{}</span>", where);
      add("</li>\n");
    }
    add("</ol>\n");
  }

  void write_strongest() {
    const std::vector<std::size_t> all = strongest_words(explanation_, strongest_count);
    if (all.empty()) return;
    if (!is_signed_) {
      add("<div class=\"strongest\">\n");
      write_bars(all, false);
    } else {
      std::vector<std::size_t> with, against;
      for (const std::size_t i : all) (explanation_.words[i].score < 0 ? against : with).push_back(i);
      add("<div class=\"strongest apart\">\n");
      if (!with.empty()) add("<div><h3>For</h3>\n"), write_bars(with, false), add("</div>\n");
      if (!against.empty()) add("<div><h3>Against</h3>\n"), write_bars(against, true), add("</div>\n");
    }
    add("</div>\n");
  }

  void write_every_token() {
    const auto& tokens = explanation_.tokens;
    if (tokens.empty()) return;
    const double total = total_of(tokens);
    add("<details><summary>Every token</summary>\n<table{}><caption>Tokens in order, special ones included</caption>\n"
        "<thead><tr><th scope=\"col\">token</th><td></td><th scope=\"col\">score</th><th "
        "scope=\"col\">share</th></tr></thead>\n<tbody>\n",
        is_signed_ ? " class=\"both\"" : "");
    for (const Token& token : tokens) {
      const double share = intensity(token.score, token_scale_);
      std::string classes = token.special ? "special" : "";
      if (share < 0) classes += classes.empty() ? "n" : " n";
      if (!classes.empty()) classes = " class=\"" + classes + "\"";
      add("<tr{}><th scope=\"row\">{}</th><td style=\"--v:{:.3f}\"></td><td>{}</td><td>{}</td></tr>\n", classes,
          escape(shorten(token.token, label_columns)), std::abs(share), score_text(token.score, token_scale_),
          escape(percent_text(share_of(token.score, total))));
    }
    add("</tbody></table></details>\n");
  }

  const Explanation& explanation_;
  std::size_t number_;
  bool is_signed_;
  double word_scale_, token_scale_;
  std::vector<Passage> passages_;
  std::vector<Scored> words_, tokens_;
  std::string out_;
};

}  // namespace

std::string html_section(const Explanation& explanation, std::size_t number) {
  return Section(explanation, number).write();
}

}  // namespace limn
