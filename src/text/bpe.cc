#include "text/bpe.h"

#include <algorithm>

#include "base/json.h"
#include "limn/error.h"
#include "text/unicode.h"

namespace limn {
namespace {

std::uint64_t pair_key(std::int32_t left, std::int32_t right) {
  return static_cast<std::uint64_t>(left) << 32 | static_cast<std::uint32_t>(right);
}

/// Orders std::push_heap so that the smallest rank comes first, the leftmost of equal ranks.
bool comes_later(const Bpe::Scratch::Candidate& a, const Bpe::Scratch::Candidate& b) {
  return std::pair(a.rank, a.position) > std::pair(b.rank, b.position);
}

/// Walks over a word's characters together with the bytes of their UTF-8.
class ByteWalk {
 public:
  explicit ByteWalk(std::span<const Character> text) : text_(text), end_(utf8_size(text.front().code)) {}

  /// The index of the character that a byte belongs to; successive calls must not go backwards.
  std::size_t character(std::size_t byte) {
    while (byte >= end_ && index_ + 1 < text_.size()) end_ += utf8_size(text_[++index_].code);
    return index_;
  }

 private:
  std::span<const Character> text_;
  std::size_t index_ = 0, end_;
};

}  // namespace

std::array<std::int32_t, 256> byte_tokens(const Vocabulary& vocabulary) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::array<std::int32_t, 256> result;
  for (std::size_t byte = 0; byte < result.size(); ++byte)
    result[byte] = vocabulary.id(std::string("<0x") + digits[byte >> 4] + digits[byte & 15] + ">").value_or(-1);
  return result;
}

Bpe::Bpe(Options options, std::span<const Merge> merges, const Vocabulary& vocabulary, const std::string& file,
         const std::string& thing)
    : options_(std::move(options)), rules_(merges.size()), byte_ids_(byte_tokens(vocabulary)) {
  std::uint32_t rank = 0;
  for (const Merge& parts : merges) {
    const std::string &left = parts.first, &right = parts.second;
    const auto id_of = [&](const std::string& token) {
      if (const auto id = vocabulary.id(token)) return *id;
      throw Error({.file = file,
                   .thing = thing + ", merge of " + shown_name(left) + " and " + shown_name(right),
                   .found = "no token " + shown_name(token),
                   .expected = "tokens of the vocabulary"});
    };
    const std::size_t prefix = options_.continuing_prefix.size();
    const std::int32_t left_id = id_of(left), right_id = id_of(right);
    const Rule rule = {rank++, id_of(left + (prefix <= right.size() ? right.substr(prefix) : right))};
    rules_.get(pair_key(left_id, right_id), rule) = rule;  // the last of equal pairs wins
  }
}

void Bpe::tokenize(const Vocabulary& vocabulary, std::span<const Character> text, std::int32_t word, Scratch& scratch,
                   Subwords& subwords) const {
  if (options_.ignore_merges) {
    scratch.bytes.clear();
    for (const Character& character : text) append_utf8(character.code, scratch.bytes);
    if (const auto id = vocabulary.id(scratch.bytes)) return subwords.push_back(*id, origin(text), word);
  }
  read_symbols(vocabulary, text, scratch);
  merge(scratch);
  ByteWalk walk(text);
  std::size_t byte = 0;
  for (const Scratch::Symbol& symbol : scratch.symbols) {
    if (symbol.bytes == 0) continue;
    const std::size_t begin = walk.character(byte);
    byte += symbol.bytes;
    subwords.push_back(symbol.id, {text[begin].begin, text[walk.character(byte - 1)].end}, word);
  }
}

void Bpe::read_symbols(const Vocabulary& vocabulary, std::span<const Character> text, Scratch& scratch) const {
  if (text.size() > INT32_MAX / 4)  // four bytes each at most
    throw Error({.thing = "word", .found = std::to_string(text.size()) + " characters", .expected = "fewer"});
  scratch.symbols.clear();
  const auto add = [&](std::int32_t id, std::size_t bytes) {
    const auto index = static_cast<std::int32_t>(scratch.symbols.size());
    if (index > 0) scratch.symbols.back().next = index;
    scratch.symbols.push_back({id, static_cast<std::uint32_t>(bytes), index - 1, -1});
  };
  std::size_t unknown_bytes = 0;  // of the pending unknown token
  const auto add_unknown = [&] {
    if (unknown_bytes > 0) add(*options_.unknown, unknown_bytes);
    unknown_bytes = 0;
  };
  std::string& bytes = scratch.bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    bytes.clear();
    if (i > 0) bytes += options_.continuing_prefix;
    append_utf8(text[i].code, bytes);
    const std::size_t size = utf8_size(text[i].code);
    if (i + 1 == text.size()) bytes += options_.end_suffix;
    if (const auto id = vocabulary.id(bytes)) {
      add_unknown();
      add(*id, size);
      continue;
    }
    const auto byte_id = [&](char byte) { return byte_ids_[static_cast<unsigned char>(byte)]; };
    if (options_.byte_fallback && std::ranges::none_of(bytes, [&](char byte) { return byte_id(byte) < 0; })) {
      for (const char byte : bytes) add(byte_id(byte), 1);
    } else if (options_.unknown) {
      if (!options_.fuse_unknown) add_unknown();
      unknown_bytes += size;
    }
  }
  add_unknown();
}

void Bpe::add_candidate(std::int32_t position, Scratch& scratch) const {
  const Scratch::Symbol& symbol = scratch.symbols[static_cast<std::size_t>(position)];
  if (symbol.next < 0) return;
  const Rule* rule = rules_.find(pair_key(symbol.id, scratch.symbols[static_cast<std::size_t>(symbol.next)].id));
  if (rule == nullptr) return;
  scratch.candidates.push_back({rule->rank, position, rule->id});
  std::ranges::push_heap(scratch.candidates, comes_later);
}

void Bpe::merge(Scratch& scratch) const {
  auto& symbols = scratch.symbols;
  auto& candidates = scratch.candidates;
  candidates.clear();
  for (std::size_t i = 0; i < symbols.size(); ++i) add_candidate(static_cast<std::int32_t>(i), scratch);
  while (!candidates.empty()) {
    std::ranges::pop_heap(candidates, comes_later);
    const Scratch::Candidate best = candidates.back();
    candidates.pop_back();
    Scratch::Symbol& left = symbols[static_cast<std::size_t>(best.position)];
    if (left.bytes == 0 || left.next < 0) continue;
    Scratch::Symbol& right = symbols[static_cast<std::size_t>(left.next)];
    const Rule* rule = rules_.find(pair_key(left.id, right.id));
    if (rule == nullptr || rule->id != best.id) continue;  // its neighbours have changed since
    left.id = best.id;
    left.bytes += std::exchange(right.bytes, 0);
    left.next = right.next;
    if (left.next >= 0) symbols[static_cast<std::size_t>(left.next)].previous = best.position;
    if (left.previous >= 0) add_candidate(left.previous, scratch);
    add_candidate(best.position, scratch);
  }
}

}  // namespace limn
