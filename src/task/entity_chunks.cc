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
      case 'M':
        return {'I', type};
      case 'L':
        return {'E', type};
      case 'U':
        return {'S', type};
    }
  }
  return {'I', tag};
}

bool is_position(char letter) { return std::string_view("BIESLUM").find(letter) != std::string_view::npos; }

bool is_separator(char c) { return c == '-' || c == '_'; }

bool has_prefix(std::string_view label) { return label.size() > 2 && is_position(label[0]) && is_separator(label[1]); }

bool has_suffix(std::string_view label) {
  return label.size() > 2 && is_position(label.back()) && is_separator(label[label.size() - 2]);
}

std::string from_prefix(std::string_view label) { return std::string{label[0], '-'}.append(label.substr(2)); }

std::string from_suffix(std::string_view label) {
  return std::string{label.back(), '-'}.append(label.substr(0, label.size() - 2));
}

}  // namespace

std::optional<std::string> standard_tag(std::string_view text) {
  if (text == "O" || text == "0") return "O";
  if (has_prefix(text)) return from_prefix(text);
  if (has_suffix(text)) return from_suffix(text);
  return std::nullopt;
}

std::vector<std::string> standard_tags(std::span<const std::string> labels) {
  std::vector<std::string> tags(labels.begin(), labels.end());
  const bool has_o = std::ranges::find(tags, "O") != tags.end();
  const auto is_outside = [&](std::string_view label) { return label == "O" || (!has_o && label == "0"); };
  const auto is_scheme = [&](const auto& belongs) {
    return std::ranges::all_of(tags, [&](std::string_view label) { return is_outside(label) || belongs(label); });
  };
  const bool prefixed = is_scheme(has_prefix);
  if (!prefixed && !is_scheme(has_suffix)) return tags;
  for (std::string& tag : tags) tag = is_outside(tag) ? "O" : prefixed ? from_prefix(tag) : from_suffix(tag);
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
