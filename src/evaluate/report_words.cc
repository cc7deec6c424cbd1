#include "evaluate/report_words.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/utf8.h"
#include "evaluate/significance.h"
#include "text/unicode.h"

namespace limn {
namespace {

constexpr std::size_t most_words = 200'000;  // different words that are counted at a time
constexpr std::size_t most_examples = 5;
constexpr std::size_t driving = 3;      // strongest words of a row
constexpr std::size_t fewest_rows = 5;  // that a word must drive, and that a slice must have
constexpr std::size_t listed = 20, listed_fragmented = 30;

/// The word in lower case; empty if it has neither letter nor digit.
std::string key_of(std::string_view text) {
  std::string key;
  bool has_letter = false;
  for (std::size_t at = 0; at < text.size();) {
    const auto [code, bytes] = decode_utf8(text, at);
    if (!code) {
      key += text.substr(at, bytes);
    } else {
      has_letter = has_letter || !(is_punctuation(*code) || is_whitespace(*code));
      for (const char32_t lower : lowercase(*code)) append_utf8(lower, key);
    }
    at += bytes;
  }
  return has_letter ? key : std::string();
}

bool comes_first(const DrivingWord& a, const DrivingWord& b) {
  const double total_a = std::abs(a.mean_score) * static_cast<double>(a.rows),
               total_b = std::abs(b.mean_score) * static_cast<double>(b.rows);
  return total_a != total_b ? total_a > total_b : a.word < b.word;
}

template <class Item>
void keep(std::vector<Item>& items, std::size_t most) {
  if (items.size() > most) items.resize(most);
}

}  // namespace

std::vector<std::string> words_in_order(const Explanation& explanation) {
  std::vector<std::string> words;
  for (const Word& word : explanation.words)
    if (std::string key = key_of(explanation.text_of(word)); !key.empty()) words.push_back(std::move(key));
  return words;
}

std::vector<RowWord> row_words(const Explanation& explanation) {
  std::map<std::string, double> scores;
  for (const Word& word : explanation.words)
    if (std::string key = key_of(explanation.text_of(word)); !key.empty() && std::isfinite(word.score))
      scores[std::move(key)] += word.score;
  std::vector<RowWord> words;
  for (auto& [word, score] : scores) words.push_back({.word = word, .score = score});
  std::ranges::stable_sort(words, std::ranges::greater{}, &RowWord::score);
  for (std::size_t i = 0; i < std::min(driving, words.size()); ++i) words[i].drives = words[i].score > 0;
  return words;
}

void WordTable::add(std::size_t row, std::size_t label, const std::vector<RowWord>& words,
                    std::optional<bool> is_wrong) {
  for (const RowWord& each : words) {
    Counts& counts = words_[each.word];
    ++counts.rows;
    counts.labelled += is_wrong.has_value();
    counts.wrong += is_wrong.value_or(false);
    auto found = std::ranges::find(counts.classes, label, &InClass::label);
    if (found == counts.classes.end()) {
      counts.classes.push_back({.label = label, .examples = {}, .wrong_examples = {}});
      found = std::prev(counts.classes.end());
    }
    ++found->rows;
    found->score += each.score;
    const auto example = static_cast<std::uint32_t>(row);
    if (found->examples.size() < most_examples) found->examples.push_back(example);
    if (!each.drives || !is_wrong) continue;
    ++found->driven;
    if (!*is_wrong) continue;
    ++found->driven_wrong;
    if (found->wrong_examples.size() < most_examples) found->wrong_examples.push_back(example);
  }
  if (words_.size() > most_words) forget_rare_words();
}

std::pair<std::size_t, std::size_t> WordTable::add_tokens(const Explanation& explanation) {
  struct Span {
    std::size_t begin, end, tokens;
  };
  std::map<std::pair<int, std::size_t>, Span> words;
  std::size_t all = 0;
  for (const Token& token : explanation.tokens) {
    if (token.special || !token.sequence || !token.word) continue;
    ++all;
    auto [found, is_new] =
        words.try_emplace({*token.sequence, *token.word}, Span{.begin = token.begin, .end = token.end, .tokens = 0});
    found->second.begin = std::min(found->second.begin, token.begin);
    found->second.end = std::max(found->second.end, token.end);
    ++found->second.tokens;
  }
  for (const auto& [at, span] : words) {
    const std::string_view text = explanation.sequence(at.first);
    const std::string key = key_of(text.substr(std::min(span.begin, text.size()), span.end - span.begin));
    if (key.empty()) continue;
    Counts& counts = words_[key];
    ++counts.occurrences;
    counts.tokens += span.tokens;
  }
  return {all, all - words.size()};
}

/// Forgets the words that occurred least, until half as many are left as may be.
void WordTable::forget_rare_words() {
  for (std::size_t least = 1; words_.size() > most_words / 2; ++least)
    dropped_ += std::erase_if(
        words_, [&](const auto& word) { return word.second.rows <= least; });
}

std::vector<DrivingWord> WordTable::words_of(std::size_t label, bool against, std::size_t class_rows,
                                             std::size_t rows) const {
  std::vector<DrivingWord> words;
  for (const auto& [word, counts] : words_) {
    const auto found = std::ranges::find(counts.classes, label, &InClass::label);
    if (found == counts.classes.end() || !(against ? found->score < 0 : found->score > 0)) continue;
    const auto in_class = static_cast<double>(found->rows);
    words.push_back({.word = word,
                     .rows = found->rows,
                     .mean_score = found->score / in_class,
                     .lift = in_class / static_cast<double>(class_rows) /
                             (static_cast<double>(counts.rows) / static_cast<double>(rows)),
                     .examples = {found->examples.begin(), found->examples.end()}});
  }
  std::ranges::sort(words, comes_first);
  keep(words, listed);
  return words;
}

std::vector<SuspectedShortcut> WordTable::shortcuts(const std::vector<std::string>& labels,
                                                    const std::vector<std::size_t>& class_rows,
                                                    const std::vector<std::size_t>& class_wrong,
                                                    double significance) const {
  std::vector<SuspectedShortcut> tested;
  std::vector<double> p;
  for (const auto& [word, counts] : words_) {
    for (const InClass& in : counts.classes) {
      if (in.driven < fewest_rows) continue;
      const std::size_t rows = class_rows[in.label], wrong = class_wrong[in.label];
      const double share = static_cast<double>(wrong) / static_cast<double>(rows);
      tested.push_back({.word = word,
                        .label = labels[in.label],
                        .rows = in.driven,
                        .wrong = in.driven_wrong,
                        .expected = share * static_cast<double>(in.driven),
                        .p = fisher_exact_greater(in.driven_wrong, in.driven, wrong, rows),
                        .examples = {in.wrong_examples.begin(), in.wrong_examples.end()}});
      p.push_back(tested.back().p);
    }
  }
  const std::vector<double> q = benjamini_hochberg(p);
  for (std::size_t i = 0; i < tested.size(); ++i) tested[i].q = q[i];
  // A word that is wrong a little more often than others is no shortcut, however many rows prove it.
  std::erase_if(
      tested,
      [&](const SuspectedShortcut& word) {
        return word.q > significance || static_cast<double>(word.wrong) < 2 * word.expected;
      });
  std::ranges::sort(tested, {}, [](const SuspectedShortcut& word) { return std::pair(word.p, word.word); });
  keep(tested, listed);
  return tested;
}

std::vector<WorseSlice> WordTable::slices(std::size_t rows, std::size_t wrong) const {
  std::vector<WorseSlice> found;
  for (const auto& [word, counts] : words_)
    if (counts.labelled >= fewest_rows && counts.labelled < rows)
      found.push_back(
          {.name = "word: " + word,
           .rows = counts.labelled,
           .wrong = counts.wrong,
           .rest = static_cast<double>(wrong - counts.wrong) / static_cast<double>(rows - counts.labelled)});
  return found;
}

std::vector<FragmentedWord> WordTable::fragmented() const {
  std::vector<FragmentedWord> words;
  for (const auto& [word, counts] : words_)
    if (counts.tokens > counts.occurrences)
      words.push_back({.word = word,
                       .count = counts.occurrences,
                       .tokens = static_cast<double>(counts.tokens) / static_cast<double>(counts.occurrences),
                       .extra_tokens = counts.tokens - counts.occurrences});
  std::ranges::sort(words, [](const FragmentedWord& a, const FragmentedWord& b) {
    return a.extra_tokens != b.extra_tokens ? a.extra_tokens > b.extra_tokens : a.word < b.word;
  });
  keep(words, listed_fragmented);
  return words;
}

}  // namespace limn
