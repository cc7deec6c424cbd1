#include "text/template.h"

#include <algorithm>

namespace limn {
namespace {

void append(Encoding& encoding, const PieceRange& range, std::int32_t type_id, int sequence) {
  const auto copy = [&](const auto& from, auto& to) {
    to.insert(to.end(), from.begin() + static_cast<std::ptrdiff_t>(range.begin),
              from.begin() + static_cast<std::ptrdiff_t>(range.end));
  };
  copy(range.pieces.ids, encoding.ids);
  const std::size_t first = encoding.offsets.size();
  copy(range.pieces.offsets, encoding.offsets);
  if (range.begin < range.end && !range.pieces.first_offsets.empty()) {
    encoding.offsets[first] = range.pieces.first_offsets[range.begin];
  }
  copy(range.pieces.words, encoding.words);
  encoding.type_ids.resize(encoding.size(), type_id);
  encoding.sequences.resize(encoding.size(), sequence);
  encoding.special.resize(encoding.size(), 0);
}

void append_special(Encoding& encoding, std::int32_t id, std::int32_t type_id) {
  encoding.ids.push_back(id);
  encoding.type_ids.push_back(type_id);
  encoding.offsets.push_back({0, 0});
  encoding.words.push_back(-1);
  encoding.sequences.push_back(-1);
  encoding.special.push_back(1);
}

}  // namespace

std::size_t Template::added(bool to_pair) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(to_pair ? pair : single, [](const Part& part) { return !part.sequence; }));
}

Template bert_template(std::int32_t classify, std::int32_t separate) {
  const Template::Part begin = {{}, classify, 0}, end = {{}, separate, 0}, pair_end = {{}, separate, 1};
  return {{begin, {0, 0, 0}, end}, {begin, {0, 0, 0}, end, {1, 0, 1}, pair_end}};
}

Template roberta_template(std::int32_t classify, std::int32_t separate) {
  const Template::Part begin = {{}, classify, 0}, end = {{}, separate, 0}, text = {0, 0, 0}, pair = {1, 0, 0};
  return {{begin, text, end}, {begin, text, end, end, pair, end}};
}

Encoding apply(const Template& form, PieceRange text, std::optional<PieceRange> pair) {
  Encoding encoding;
  for (const Template::Part& part : pair ? form.pair : form.single) {
    if (!part.sequence) {
      append_special(encoding, part.id, part.type_id);
    } else {
      append(encoding, *part.sequence == 0 ? text : *pair, part.type_id, *part.sequence);
    }
  }
  return encoding;
}

}  // namespace limn
