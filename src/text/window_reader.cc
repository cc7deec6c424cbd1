#include "text/window_reader.h"

#include <algorithm>
#include <cassert>

#include "text/unicode.h"

namespace limn {
namespace {

bool is_before_block(char32_t code) { return is_letter(code) || is_number(code) || is_one_of(U".,;:!?", code); }

std::size_t code_point_begin(std::string_view text, std::size_t position) {
  while (position > 0 && (static_cast<unsigned char>(text[position]) & 0xC0) == 0x80) --position;
  return position;
}

/// Whether a block may begin with the byte at `position`. Some letters belong to the character before or after them,
/// even if that is a space.
bool begins_block(std::string_view text, std::size_t position) {
  if (text[position] != ' ' || position == 0 || position + 1 >= text.size()) return false;
  std::size_t before = code_point_begin(text, position - 1), after = position + 1;
  const char32_t last = next_code_point(text, before), next = next_code_point(text, after);
  std::int32_t state = 0;
  return is_before_block(last) && (is_letter(next) || is_number(next)) && ends_grapheme(last, U' ', state) &&
         ends_grapheme(U' ', next, state);
}

template <class T>
void append(std::vector<T>& to, const std::vector<T>& from, std::size_t begin, std::size_t end) {
  if (from.empty()) return;
  const auto first = from.begin();
  to.insert(to.end(), first + static_cast<std::ptrdiff_t>(begin), first + static_cast<std::ptrdiff_t>(end));
}

void append(Subwords& to, const Subwords& from, std::size_t begin, std::size_t end) {
  append(to.ids, from.ids, begin, end);
  append(to.offsets, from.offsets, begin, end);
  append(to.words, from.words, begin, end);
  append(to.first_offsets, from.first_offsets, begin, end);
  append(to.characters, from.characters, begin, end);
}

}  // namespace

TokenBlocks::TokenBlocks(std::string_view text, Tokenize tokenize, std::size_t block_bytes)
    : text_(text), tokenize_(std::move(tokenize)), blocks_(1) {
  for (std::size_t at = block_bytes; block_bytes > 0 && at < text.size();) {
    if (begins_block(text, at)) {
      blocks_.push_back({.byte = at});
      at += block_bytes;
    } else {
      ++at;
    }
  }
  for (std::size_t block = 0; block < blocks_.size(); ++block) {
    Loaded& slot = loaded_[block % loaded_.size()];
    slot = {.block = block, .is_set = true};
    const std::int32_t words = read(block, slot.tokens);
    tokens_ += slot.tokens.size();
    if (block + 1 == blocks_.size()) break;
    blocks_[block + 1].token = tokens_;
    blocks_[block + 1].word = blocks_[block].word + words;
  }
}

TokenBlocks::TokenBlocks(Subwords tokens) : blocks_(1), tokens_(tokens.size()) {
  loaded_[0] = {.block = 0, .tokens = std::move(tokens), .is_set = true};
}

std::size_t TokenBlocks::end_of(std::size_t block) const {
  return block + 1 < blocks_.size() ? blocks_[block + 1].token : tokens_;
}

std::size_t TokenBlocks::block_of(std::size_t token) const {
  const auto after = std::ranges::upper_bound(blocks_, token, {}, &Block::token);
  return static_cast<std::size_t>(after - blocks_.begin()) - 1;
}

/// Reads some characters before the block, too, and drops their tokens: normalizers may strip blanks from the beginning
/// of a text, or insert some there.
std::int32_t TokenBlocks::read(std::size_t block, Subwords& tokens) const {
  constexpr std::size_t before = 32;
  const std::size_t begin = blocks_[block].byte;
  const std::size_t end = block + 1 < blocks_.size() ? blocks_[block + 1].byte : text_.size();
  const std::size_t from = begin > before ? code_point_begin(text_, begin - before) : 0;
  if (block == 0) return tokenize_(text_.substr(0, end), tokens);
  Subwords read;
  const std::int32_t words = tokenize_(text_.substr(from, end - from), read);
  const auto first = static_cast<std::size_t>(
      std::ranges::find_if(read.offsets, [&](Span offsets) { return from + offsets.begin >= begin; }) -
      read.offsets.begin());
  const std::int32_t dropped = first < read.size() ? read.words[first] : words;
  append(tokens, read, first, read.size());
  for (auto* const spans : {&tokens.offsets, &tokens.first_offsets, &tokens.characters}) {
    for (Span& span : *spans) {
      span.begin += from;
      span.end += from;
    }
  }
  for (std::int32_t& word : tokens.words) word += blocks_[block].word - dropped;
  return words - dropped;
}

const Subwords& TokenBlocks::loaded(std::size_t block) const {
  Loaded& slot = loaded_[block % loaded_.size()];
  if (slot.is_set && slot.block == block) return slot.tokens;
  slot = {.block = block, .is_set = true};
  read(block, slot.tokens);
  return slot.tokens;
}

Subwords TokenBlocks::range(std::size_t begin, std::size_t end) const {
  assert(begin <= end && end <= tokens_);
  Subwords tokens;
  for (std::size_t block = block_of(begin); block < blocks_.size() && blocks_[block].token < end; ++block) {
    const std::size_t first = blocks_[block].token;
    const std::size_t from = std::max(begin, first), to = std::min(end, end_of(block));
    if (from < to) append(tokens, loaded(block), from - first, to - first);
  }
  return tokens;
}

std::pair<std::size_t, std::size_t> TokenBlocks::around(Span characters) const {
  // A token may have a blank of the block before its own.
  const auto block_at = [&](std::size_t byte) {
    const auto after = std::ranges::upper_bound(blocks_, byte, {}, &Block::byte);
    return static_cast<std::size_t>(after - blocks_.begin()) - 1;
  };
  return {blocks_[block_at(characters.begin)].token, end_of(block_at(characters.end))};
}

WindowReader::WindowReader(TokenBlocks tokens, std::size_t width, std::size_t stride, Encode encode)
    : tokens_(std::move(tokens)), width_(width), step_(width - std::min(width, stride)), encode_(std::move(encode)) {
  if (tokens_.size() <= width_) return;
  assert(step_ > 0);
  size_ = 1 + (tokens_.size() - width_ + step_ - 1) / step_;
}

Encoding WindowReader::operator[](std::size_t window) const {
  const std::size_t begin = window * step_;
  const Subwords tokens = tokens_.range(begin, std::min(begin + width_, tokens_.size()));
  Encoding encoding = encode_({tokens, 0, tokens.size()});
  encoding.window_begin = begin;
  encoding.share = share(window);
  return encoding;
}

double WindowReader::share(std::size_t window) const {
  if (size_ == 1) return 1;
  const std::size_t begin = window * step_, end = std::min(begin + width_, tokens_.size());
  double tokens = 0;
  for (std::size_t token = begin; token < end; ++token) {
    const std::size_t first = token < width_ ? 0 : (token - width_) / step_ + 1;
    tokens += 1 / static_cast<double>(std::min(token / step_, size_ - 1) - first + 1);
  }
  return tokens / static_cast<double>(tokens_.size());
}

std::pair<std::size_t, std::size_t> WindowReader::around(Span characters) const {
  const auto [begin, end] = tokens_.around(characters);
  if (size_ == 1) return {0, 1};
  const std::size_t first = begin < width_ ? 0 : (begin - width_) / step_ + 1;
  return {std::min(first, size_ - 1), std::min(size_, end / step_ + 1)};
}

std::vector<Encoding> WindowReader::all() const {
  std::vector<Encoding> windows;
  for (std::size_t window = 0; window < size_; ++window) windows.push_back((*this)[window]);
  return windows;
}

}  // namespace limn
