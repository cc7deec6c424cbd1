#include "evaluate/tokens.h"

#include <cassert>
#include <map>
#include <set>
#include <string_view>
#include <tuple>

#include "evaluate/label_counts.h"
#include "task/entity_chunks.h"

namespace limn {
EntityScores score_entities(std::span<const TaggedSentence> sentences,
                            std::span<const std::vector<std::string>> predicted) {
  assert(sentences.size() == predicted.size());
  LabelCounts all;
  std::map<std::string, LabelCounts> types;
  const auto count = [&](const Chunk& chunk, std::size_t LabelCounts::*counter) {
    ++(types[std::string(chunk.type)].*counter);
    ++(all.*counter);
  };
  for (std::size_t i = 0; i < sentences.size(); ++i) {
    std::vector<std::string> tags = predicted[i];
    tags.resize(sentences[i].words.size(), "O");
    const auto found = entity_chunks(tags);
    std::set<std::tuple<std::size_t, std::size_t, std::string_view>> found_spans;
    for (const Chunk& chunk : found) {
      count(chunk, &LabelCounts::predicted);
      found_spans.emplace(chunk.first, chunk.last, chunk.type);
    }
    for (const Chunk& chunk : entity_chunks(sentences[i].tags)) {
      count(chunk, &LabelCounts::present);
      if (found_spans.contains({chunk.first, chunk.last, chunk.type})) count(chunk, &LabelCounts::right);
    }
  }
  EntityScores scores{.sentences = sentences.size(), .all = all.score(), .labels = {}};
  for (const auto& [type, counts] : types) scores.labels[type] = counts.score();
  return scores;
}

}  // namespace limn
