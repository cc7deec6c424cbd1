#include "task/entity_chunks.h"

#include <algorithm>

namespace limn {
namespace {

struct Tag {
  char prefix = 'O';  // B, I, E, S or O
  std::string_view type;
};

Tag parse(std::string_view tag) {
  if (tag.empty() || tag == "O") return {};
  const bool bare = tag.size() == 1;
  if (bare || tag[1] == '-') {
    const std::string_view type = tag.size() > 2 ? tag.substr(2) : "_";  // seqeval's name for a missing type
    switch (tag[0]) {
      case 'B':
      case 'I':
      case 'E':
      case 'S':
        return {tag[0], type};
      case 'L':
        return {'E', type};
      case 'U':
        return {'S', type};
    }
  }
  return {'I', tag};
}

}  // namespace

namespace {

constexpr std::string_view prefixes = "BIESLU";

bool has_prefix(std::string_view label, std::string_view separators) {
  return label.size() > 2 && prefixes.find(label[0]) != prefixes.npos && separators.find(label[1]) != separators.npos;
}

bool has_suffix(std::string_view label) {
  return label.size() > 2 && prefixes.find(label.back()) != prefixes.npos &&
         std::string_view("-_").find(label[label.size() - 2]) != std::string_view::npos;
}

}  // namespace

std::vector<std::string> standard_tags(std::span<const std::string> labels) {
  std::vector<std::string> tags(labels.begin(), labels.end());
  const bool has_o = std::ranges::find(tags, "O") != tags.end();
  const auto is_outside = [&](std::string_view label) { return label == "O" || (!has_o && label == "0"); };
  const auto all_of_scheme = [&](const auto& belongs) {
    return std::ranges::all_of(
        tags, [&](std::string_view label) { return is_outside(label) || belongs(label); });
  };
  const bool prefixed = all_of_scheme([](std::string_view label) { return has_prefix(label, "-_"); });
  if (!prefixed && !all_of_scheme(has_suffix)) return tags;
  for (std::string& tag : tags)
    if (is_outside(tag))
      tag = "O";
    else if (prefixed)
      tag[1] = '-';
    else
      tag = std::string{tag.back(), '-'} + tag.substr(0, tag.size() - 2);
  return tags;
}

std::string_view entity_type(std::string_view tag) { return parse(tag).type; }

std::vector<Chunk> entity_chunks(std::span<const std::string> tags) {
  std::vector<Chunk> chunks;
  Tag previous;
  for (std::size_t i = 0; i < tags.size(); ++i) {
    const Tag tag = parse(tags[i]);
    if (tag.prefix != 'O') {
      const bool closed = previous.prefix == 'O' || previous.prefix == 'E' || previous.prefix == 'S';
      const bool begins = closed || tag.prefix == 'B' || tag.prefix == 'S' || tag.type != previous.type;
      if (begins)
        chunks.push_back({tag.type, i, i});
      else
        chunks.back().last = i;
    }
    previous = tag;
  }
  return chunks;
}

}  // namespace limn
