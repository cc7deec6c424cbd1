#include "task/entity_chunks.h"

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
