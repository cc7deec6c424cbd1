#include "text/charsmap.h"

#include <algorithm>
#include <utility>

#include "limn/error.h"
#include "text/tokenizer.h"
#include "text/unicode.h"

namespace limn {
namespace {

std::uint32_t read_little_endian(std::string_view bytes, std::size_t position) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < sizeof value; ++i)
    value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[position + i])) << (8 * i);
  return value;
}

// The bits of a node, as the Darts library packs them.
std::uint32_t label(std::uint32_t node) { return node & 0x8000'00FF; }
std::uint32_t offset(std::uint32_t node) { return (node >> 10) << ((node & (1U << 9)) >> 6); }
bool has_leaf(std::uint32_t node) { return (node >> 8) & 1; }
std::uint32_t leaf_value(std::uint32_t node) { return node & 0x7FFF'FFFF; }

/// The changes that replace `before` characters with `now`.
void replace(std::size_t before, std::string_view now, std::vector<Change>& changes) {
  std::size_t count = 0;
  for (std::size_t position = 0; position < now.size(); ++count)
    changes.push_back({next_code_point(now, position), count < before ? 0 : 1});
  // A removal at the very beginning is not recorded, as in `tokenizers`: the origins after it shift.
  if (count < before && !changes.empty()) changes.back().change -= static_cast<int>(before - count);
}

}  // namespace

Charsmap::Charsmap(std::string_view bytes, const std::string& file, const std::string& thing) {
  const std::size_t size = bytes.size() < 4 ? 0 : read_little_endian(bytes, 0);
  if (size == 0 || size % 4 != 0 || size > bytes.size() - 4) {
    throw Error({.file = file,
                 .thing = thing,
                 .found = std::to_string(bytes.size()) + " bytes with a trie of " + std::to_string(size),
                 .expected = "a non-empty trie of 32-bit words"});
  }
  for (std::size_t position = 4; position < 4 + size; position += 4)
    trie_.push_back(read_little_endian(bytes, position));
  replacements_ = bytes.substr(4 + size);
  check_utf8(replacements_, file + ": " + thing + ": replacements");
}

std::optional<std::string_view> Charsmap::replacement(std::string_view text) const {
  std::uint32_t at = offset(trie_[0]);
  for (const char byte : text) {
    const auto key = static_cast<unsigned char>(byte);
    at ^= key;
    if (key == 0 || at >= trie_.size() || label(trie_[at]) != key) return {};
    const std::uint32_t node = trie_[at];
    at ^= offset(node);
    if (!has_leaf(node)) continue;
    if (at >= trie_.size()) return {};
    const std::size_t begin = leaf_value(trie_[at]);
    const auto is_inside_character = [&] { return (static_cast<unsigned char>(replacements_[begin]) & 0xC0) == 0x80; };
    if (begin > replacements_.size() || is_inside_character()) return {};
    const std::size_t end = std::min(replacements_.find('\0', begin), replacements_.size());
    return std::string_view(replacements_).substr(begin, end - begin);
  }
  return {};
}

void Charsmap::apply(AlignedText& text, std::size_t longest) const {
  constexpr std::size_t longest_cluster = 5;  // bytes
  std::vector<Change> changes;
  changes.reserve(text.size());
  bool modified = false;
  std::string cluster;
  std::int32_t state = 0;
  for (std::size_t begin = 0, end = 0; begin < text.size(); begin = end) {
    check_length(changes.size(), longest);
    cluster.clear();
    do {
      append_utf8(text[end].code, cluster);
      ++end;
    } while (end < text.size() && !ends_grapheme(text[end - 1].code, text[end].code, state));
    if (cluster.size() <= longest_cluster) {
      if (const auto now = replacement(cluster)) {
        replace(end - begin, *now, changes);
        modified = true;
        continue;
      }
    }
    std::size_t position = 0;
    for (std::size_t i = begin; i < end; ++i) {
      const std::size_t character = position;
      next_code_point(cluster, position);
      if (const auto now = replacement(std::string_view(cluster).substr(character, position - character))) {
        replace(1, *now, changes);
        modified = true;
      } else {
        changes.push_back({text[i].code, 0});
      }
    }
  }
  if (modified) text = changed(text, changes);
}

}  // namespace limn
