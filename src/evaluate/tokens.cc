#include "evaluate/tokens.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <map>
#include <span>
#include <string_view>

#include "evaluate/label_counts.h"
#include "task/entity_chunks.h"

namespace limn {
namespace {

bool have_same_words(const Chunk& a, const Chunk& b) { return a.first == b.first && a.last == b.last; }
bool overlap(const Chunk& a, const Chunk& b) { return a.first <= b.last && b.first <= a.last; }

/// "PER: Ann Smith; LOC: Rome"
std::string in_words(std::span<const Chunk> chunks, std::span<const std::string> words) {
  std::string text;
  for (const Chunk& chunk : chunks)
    text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", chunk.type,
                        fmt::join(words.subspan(chunk.first, chunk.last - chunk.first + 1), " "));
  return text;
}

/// Counts of all entities, and by their type.
struct Tally {
  LabelCounts all;
  std::map<std::string, LabelCounts> types;
  EntityErrors errors;
  std::map<std::string, EntityErrors> errors_by_type;

  void count(const Chunk& chunk, std::size_t LabelCounts::*counter) {
    ++(types[std::string(chunk.type)].*counter);
    ++(all.*counter);
  }
  void count(const Chunk& chunk, std::size_t EntityErrors::*counter) {
    ++(errors_by_type[std::string(chunk.type)].*counter);
    ++(errors.*counter);
  }
};

void count_entity(Tally& tally, const Chunk& chunk, std::span<const Chunk> found) {
  const auto any = [&](const auto& holds) { return std::ranges::any_of(found, holds); };
  tally.count(chunk, &LabelCounts::present);
  if (any([&](const Chunk& other) { return other == chunk; }))
    tally.count(chunk, &LabelCounts::right);
  else if (any([&](const Chunk& other) { return have_same_words(other, chunk); }))
    tally.count(chunk, &EntityErrors::wrong_type);
  else if (any([&](const Chunk& other) { return overlap(other, chunk); }))
    tally.count(chunk, &EntityErrors::wrong_boundary);
  else
    tally.count(chunk, &EntityErrors::missed);
}

}  // namespace

EntityScores score_entities(std::span<const TaggedSentence> sentences,
                            std::span<const std::vector<std::string>> predicted) {
  assert(sentences.size() == predicted.size());
  Tally tally;
  EntityScores scores{.sentences = sentences.size(), .all = {}, .labels = {}};
  for (std::size_t i = 0; i < sentences.size(); ++i) {
    std::vector<std::string> tags = predicted[i];
    tags.resize(sentences[i].words.size(), "O");
    const auto found = entity_chunks(tags), present = entity_chunks(sentences[i].tags);
    for (const Chunk& chunk : found) {
      tally.count(chunk, &LabelCounts::predicted);
      if (std::ranges::none_of(present, [&](const Chunk& other) { return overlap(other, chunk); }))
        tally.count(chunk, &EntityErrors::spurious);
    }
    for (const Chunk& chunk : present) count_entity(tally, chunk, found);
    scores.evaluated.push_back({.id = std::to_string(i),
                                .input = {.text = fmt::format("{}", fmt::join(sentences[i].words, " ")), .pair = {}},
                                .prediction = {.labels = tags},
                                .expected = in_words(present, sentences[i].words),
                                .predicted = in_words(found, sentences[i].words),
                                .is_right = found == present});
  }
  scores.all = tally.all.score();
  for (const auto& [type, counts] : tally.types) scores.labels[type] = counts.score();
  scores.errors = tally.errors;
  scores.errors_by_type = std::move(tally.errors_by_type);
  return scores;
}

}  // namespace limn
