#include "text/unigram.h"

#include <algorithm>
#include <utility>

#include "limn/error.h"
#include "text/bpe.h"
#include "text/unicode.h"

namespace limn {

Unigram::Unigram(Options options, std::vector<double> scores, const Vocabulary& vocabulary)
    : options_(options), tokens_(4 * scores.size()), scores_(std::move(scores)), byte_ids_(byte_tokens(vocabulary)) {
  constexpr double unknown_penalty = 10;
  for (std::size_t id = 0; id < scores_.size(); ++id) {
    const std::string_view token = vocabulary.token(static_cast<std::int32_t>(id));
    if (!token.empty()) tokens_.add(token, static_cast<std::int32_t>(id));
  }
  unknown_score_ = scores_.empty() ? 0 : std::ranges::min(scores_) - unknown_penalty;
}

void Unigram::find_best(std::span<const Character> text, std::vector<Scratch::Best>& best) const {
  best.assign(text.size() + 1, {});
  for (std::size_t begin = 0; begin < text.size(); ++begin) {
    const double before = best[begin].score;
    const auto offer = [&](std::size_t end, double score, std::int32_t id) {
      if (best[end].begin == Scratch::none || score > best[end].score) best[end] = {score, begin, id};
    };
    bool has_single = false;
    auto node = std::optional(Trie::root);
    for (std::size_t end = begin; end < text.size();) {
      node = tokens_.child(*node, text[end].code);
      if (!node) break;
      ++end;
      const std::int32_t id = tokens_.value(*node);
      if (id < 0) continue;
      offer(end, before + scores_[static_cast<std::size_t>(id)], id);
      has_single |= end == begin + 1;
    }
    if (has_single) continue;
    if (!options_.unknown) {
      std::string character;
      append_utf8(text[begin].code, character);
      throw Error({.thing = "text",
                   .found = "the character " + character + ", which is not in the vocabulary",
                   .expected = "a vocabulary with an unknown token (unk_id)"});
    }
    offer(begin + 1, before + unknown_score_, *options_.unknown);
  }
}

void Unigram::tokenize(const Vocabulary& vocabulary, std::span<const Character> text, std::int32_t word,
                       Scratch& scratch, Subwords& subwords) const {
  auto& [best, ends, bytes] = scratch;
  find_best(text, best);
  ends.clear();
  for (std::size_t end = text.size(); end > 0; end = best[end].begin) ends.push_back(end);
  std::size_t begin = 0;
  while (!ends.empty()) {
    std::size_t end = ends.back();
    const std::int32_t id = best[end].id;
    ends.pop_back();
    if (options_.unknown && id == *options_.unknown) {
      while (!ends.empty() && best[ends.back()].id == id) {
        end = ends.back();
        ends.pop_back();
      }
      const auto range = part(text, {std::exchange(begin, end), end});
      bytes.clear();
      for (const Character& character : range) append_utf8(character.code, bytes);
      const auto byte_id = [&](char byte) { return byte_ids_[static_cast<unsigned char>(byte)]; };
      if (const auto whole = vocabulary.id(bytes))
        subwords.push_back(*whole, origin(range), word);
      else if (options_.byte_fallback && std::ranges::none_of(bytes, [&](char byte) { return byte_id(byte) < 0; }))
        for (const char byte : bytes) subwords.push_back(byte_id(byte), origin(range), word);
      else
        subwords.push_back(id, origin(range), word);
      continue;
    }
    subwords.push_back(id, origin(part(text, {std::exchange(begin, end), end})), word);
  }
}

}  // namespace limn
