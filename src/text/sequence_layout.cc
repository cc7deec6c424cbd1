#include "text/sequence_layout.h"

#include <algorithm>

namespace limn {
namespace {

void append(Encoding& encoding, const SubwordRange& range, std::int32_t type_id, int sequence) {
  const auto copy = [&](const auto& from, auto& to) {
    to.insert(to.end(), from.begin() + static_cast<std::ptrdiff_t>(range.begin),
              from.begin() + static_cast<std::ptrdiff_t>(range.end));
  };
  copy(range.subwords.ids, encoding.ids);
  const std::size_t first = encoding.offsets.size();
  copy(range.subwords.offsets, encoding.offsets);
  if (range.begin < range.end && !range.subwords.first_offsets.empty())
    encoding.offsets[first] = range.subwords.first_offsets[range.begin];
  copy(range.subwords.characters, encoding.characters);
  copy(range.subwords.words, encoding.words);
  encoding.type_ids.resize(encoding.size(), type_id);
  encoding.sequences.resize(encoding.size(), sequence);
  encoding.special.resize(encoding.size(), 0);
}

void append_special(Encoding& encoding, std::int32_t id, std::int32_t type_id) {
  encoding.ids.push_back(id);
  encoding.type_ids.push_back(type_id);
  encoding.offsets.push_back({0, 0});
  encoding.characters.push_back({0, 0});
  encoding.words.push_back(-1);
  encoding.sequences.push_back(-1);
  encoding.special.push_back(1);
}

}  // namespace

std::size_t SequenceLayout::added(bool to_pair) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      to_pair ? pair : single, [](const Part& part) { return !part.sequence; }));
}

SequenceLayout bert_layout(std::int32_t cls_token, std::int32_t sep_token) {
  const SequenceLayout::Part begin = {{}, cls_token, 0}, end = {{}, sep_token, 0}, pair_end = {{}, sep_token, 1};
  return {{begin, {0, 0, 0}, end}, {begin, {0, 0, 0}, end, {1, 0, 1}, pair_end}};
}

SequenceLayout roberta_layout(std::int32_t cls_token, std::int32_t sep_token) {
  const SequenceLayout::Part begin = {{}, cls_token, 0}, end = {{}, sep_token, 0}, text = {0, 0, 0}, pair = {1, 0, 0};
  return {{begin, text, end}, {begin, text, end, end, pair, end}};
}

Encoding apply(const SequenceLayout& layout, SubwordRange text, std::optional<SubwordRange> pair) {
  Encoding encoding;
  for (const SequenceLayout::Part& part : pair ? layout.pair : layout.single)
    if (!part.sequence)
      append_special(encoding, part.id, part.type_id);
    else
      append(encoding, *part.sequence == 0 ? text : *pair, part.type_id, *part.sequence);
  return encoding;
}

}  // namespace limn
