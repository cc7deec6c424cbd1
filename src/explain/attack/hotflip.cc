// HotFlip, as implemented in AllenNLP Interpret.
#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "base/utf8.h"
#include "explain/attack/attack.h"
#include "explain/attack/search.h"
#include "math/linear.h"

namespace limn {
namespace {

/// Whether every code point is a letter or a number, as in Python's str.isalnum().
bool is_alphanumeric(std::string_view word) {
  if (word.empty()) return false;
  for (std::size_t position = 0; position < word.size();) {
    const DecodedCodePoint decoded = decode_utf8(word, position);
    if (!decoded.value) return false;
    position += decoded.bytes;
    const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(*decoded.value));
    const bool letter = category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
    const bool number = category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO;
    if (!letter && !number) return false;
  }
  return true;
}

/// Returns the ids of the words to which a token may be flipped: no "##…", special token, "[unused1]" or punctuation.
std::vector<std::int32_t> whole_words(const Tokenizer& tokenizer, std::size_t rows) {
  std::vector<std::int32_t> ids;
  for (std::size_t id = 0; id < std::min(tokenizer.vocabulary_size(), rows); ++id)
    if (is_alphanumeric(tokenizer.token(static_cast<std::int32_t>(id)))) ids.push_back(static_cast<std::int32_t>(id));
  return ids;
}

/// AllenNLP's ignore_tokens.
bool is_ignored(std::string_view word) {
  constexpr std::array<std::string_view, 5> ignored = {".", ",", ";", "!", "?"};
  return std::find(ignored.begin(), ignored.end(), word) != ignored.end();
}

/// Returns the word, other than `present`, whose embedding e' maximises direction · (e' − e)·g; e·g is the same for all
/// words. @param g (1, C)
std::int32_t best_word(const AttackSearch& search, const std::vector<std::int32_t>& words, ConstView g,
                       std::int32_t present) {
  const StoredView embeddings = search.word_embeddings();
  Mat products(1, embeddings.rows);
  linear(g, embeddings, products);  // g Eᵀ
  std::int32_t best = -1;
  for (const std::int32_t id : words) {
    const auto gain = [&](std::int32_t word) {
      return search.direction() * products(0, static_cast<std::size_t>(word));
    };
    if (id != present && (best < 0 || gain(id) > gain(best))) best = id;
  }
  return best;
}

}  // namespace

Attack hotflip(const Explainer& explainer, const Input& input, const AttackOptions& options, const Watch& watch) {
  AttackSearch search(explainer, input, options, watch);
  const std::vector<std::int32_t> words = whole_words(search.tokenizer(), explainer.pipeline().info.vocabulary);
  std::vector<EditedToken> edited_tokens = search.unedited();
  Reading reading = std::move(search.read({edited_tokens}).front());
  Attack attack = search.start("hotflip", reading);
  attack.succeeded = search.reached(reading.decision);

  std::vector<bool> flipped(search.tokens());
  for (std::size_t token = 0; token < flipped.size(); ++token)
    flipped[token] = !search.may_change(token) || is_ignored(attack.tokens[token].token);
  const std::size_t most = options.max_steps > 0 ? options.max_steps : search.changeable();
  while (!attack.succeeded && attack.steps.size() < most) {
    std::optional<std::size_t> chosen;
    for (std::size_t token = 0; token < flipped.size(); ++token)
      if (!flipped[token] && (!chosen || reading.norm(token) > reading.norm(*chosen))) chosen = token;
    if (!chosen) break;
    flipped[*chosen] = true;
    const std::int32_t word =
        best_word(search, words, reading.gradient.view().row_range(*chosen, *chosen + 1), attack.tokens[*chosen].id);
    if (word < 0) break;
    edited_tokens[*chosen].id = word;
    edited_tokens[*chosen].word = search.tokenizer().token(word);
    reading = std::move(search.read({edited_tokens}).front());
    attack.steps.push_back({.token = *chosen,
                            .before = attack.tokens[*chosen].token,
                            .after = std::string(edited_tokens[*chosen].word),
                            .input = reading.edited.input,
                            .prediction = reading.prediction});
    attack.succeeded = search.reached(reading.decision);
    if (watch.progress) watch.progress(attack.steps.size(), most);
  }
  search.finish(attack);
  return attack;
}

}  // namespace limn
