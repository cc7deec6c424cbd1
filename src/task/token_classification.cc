#include "task/token_classification.h"

#include <cassert>
#include <string>

#include "task/classification.h"
#include "task/entity_chunks.h"
#include "task/probability.h"

namespace limn {

std::vector<WordLabel> word_labels(ConstView logits, const Encoding& encoding, const HeadConfig& head) {
  assert(logits.rows == encoding.size() && logits.columns == head.labels.size());
  std::vector<WordLabel> words;
  for (std::size_t token = 0; token < encoding.size(); ++token) {
    if (encoding.special[token] || encoding.sequences[token] != 0) continue;
    const auto word = static_cast<std::size_t>(encoding.words[token]);
    if (!words.empty() && words.back().word == word) {
      words.back().last_token = token;
      continue;
    }
    const ConstView row = logits.row_range(token, token + 1);
    const std::size_t index = argmax(row);
    words.push_back({word, token, token, index, label_probabilities(row, head)[index]});
  }
  return words;
}

EntityPrediction find_entities(ConstView logits, const Encoding& encoding, std::string_view text,
                               const HeadConfig& head) {
  EntityPrediction prediction;
  for (std::size_t token = 0; token < encoding.size(); ++token) {
    if (encoding.special[token]) continue;
    const ConstView row = logits.row_range(token, token + 1);
    const std::size_t index = argmax(row);
    prediction.tokens.push_back({token, head.labels[index], label_probabilities(row, head)[index]});
  }

  const auto words = word_labels(logits, encoding, head);
  std::vector<std::string> tags;
  for (const auto& word : words) tags.push_back(head.labels[word.index]);
  for (const Chunk& chunk : entity_chunks(tags)) {
    const WordLabel &first = words[chunk.first], &last = words[chunk.last];
    Entity entity;
    entity.label = chunk.type;
    entity.begin = encoding.offsets[first.first_token].begin;
    entity.end = encoding.offsets[last.last_token].end;
    entity.first_token = first.first_token;
    entity.last_token = last.last_token;
    assert(entity.begin <= entity.end && entity.end <= text.size());
    entity.text = text.substr(entity.begin, entity.end - entity.begin);
    for (std::size_t word = chunk.first; word <= chunk.last; ++word) entity.probability += words[word].probability;
    entity.probability /= static_cast<double>(chunk.last - chunk.first + 1);
    prediction.entities.push_back(std::move(entity));
  }
  return prediction;
}

}  // namespace limn
