#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "limn/write.h"
#include "render/display_text.h"
#include "render/similarity.h"
#include "render/summary.h"

namespace limn {
namespace {

constexpr std::size_t pairs_shown = 8;

/// The index of the word that contains each token; nothing for special tokens.
std::vector<std::optional<std::size_t>> words_of(const Explanation& side) {
  std::vector<std::optional<std::size_t>> words;
  for (const Token& token : side.tokens) {
    auto& word = words.emplace_back();
    if (!token.sequence) continue;
    for (std::size_t w = 0; w < side.words.size() && !word; ++w)
      if (side.words[w].begin <= token.begin && token.end <= side.words[w].end) word = w;
  }
  return words;
}

}  // namespace

std::vector<WordPair> word_pairs(const Similarity& similarity) {
  const auto a = words_of(similarity.a), b = words_of(similarity.b);
  const std::size_t columns = similarity.b.words.size();
  std::vector<WordPair> pairs;
  for (std::size_t i = 0; i < similarity.a.words.size(); ++i)
    for (std::size_t j = 0; j < columns; ++j) pairs.push_back({.a = i, .b = j});
  for (std::size_t i = 0; i < similarity.pairs.size(); ++i)
    for (std::size_t j = 0; j < similarity.pairs[i].size(); ++j)
      if (a[i] && b[j]) pairs[*a[i] * columns + *b[j]].score += similarity.pairs[i][j];
  std::ranges::stable_sort(pairs, std::ranges::greater{}, &WordPair::score);
  return pairs;
}

std::string to_terminal(const Similarity& similarity, const TerminalStyle& style) {
  std::string text;
  for (const Explanation* side : {&similarity.a, &similarity.b}) {
    Explanation alone = *side;
    alone.pair.reset();  // the other text is shown by itself
    text += to_terminal(alone, style) + "\n";
  }
  text += similarity.pairs_exact ? fmt::format("Pairs of words (the sum of all pairs of tokens is the cosine):\n")
                                 : fmt::format("Pairs of words (integrated; {} of the cosine is in no pair):\n",
                                               score_text(similarity.pairs_residual, similarity.cosine));
  const std::vector<WordPair> pairs = word_pairs(similarity);
  for (std::size_t i = 0; i < std::min(pairs_shown, pairs.size()); ++i)
    text += fmt::format("  {:>8}  {} – {}\n", score_text(pairs[i].score, pairs.front().score),
                        word_text(similarity.a, similarity.a.words[pairs[i].a], 40),
                        word_text(similarity.b, similarity.b.words[pairs[i].b], 40));
  return text;
}

}  // namespace limn
