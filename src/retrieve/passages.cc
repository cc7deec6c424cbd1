#include "retrieve/passages.h"

#include <utility>

#include "text/sentences.h"

namespace limn {
namespace {

bool is_space(char byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }

/// The words of a text between white space.
std::vector<Span> words_of(std::string_view text, Span within) {
  std::vector<Span> words;
  for (std::size_t i = within.begin; i < within.end;) {
    if (is_space(text[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < within.end && !is_space(text[end])) ++end;
    words.push_back({i, end});
    i = end;
  }
  return words;
}

struct Size {
  std::size_t words = 0, tokens = 0;
  Size operator+(const Size& other) const { return {words + other.words, tokens + other.tokens}; }
};

class Packer {
 public:
  Packer(std::string_view text, const PassageLimits& limits) : text_(text), limits_(limits) {}

  void add_sentence(Span sentence) {
    const Size size = measure(sentence);
    if (fits(size)) return add(sentence, size);
    finish();
    for (const Span& word : words_of(text_, sentence)) add(word, measure(word));
  }
  std::vector<Span> take() {
    finish();
    return std::move(passages_);
  }

 private:
  Size measure(Span part) const {
    const bool tokens = limits_.tokens > 0 && limits_.count_tokens;
    return {words_of(text_, part).size(),
            tokens ? limits_.count_tokens(text_.substr(part.begin, part.end - part.begin)) : 0};
  }
  bool fits(const Size& size) const {
    return size.words <= limits_.words && (limits_.tokens == 0 || size.tokens <= limits_.tokens);
  }
  void add(Span part, const Size& size) {
    if (open_ && !fits(size_ + size)) finish();
    if (!open_) passage_.begin = part.begin;
    open_ = true;
    passage_.end = part.end;
    size_ = size_ + size;
  }
  void finish() {
    if (open_) passages_.push_back(passage_);
    open_ = false;
    size_ = {};
  }

  std::string_view text_;
  const PassageLimits& limits_;
  std::vector<Span> passages_;
  Span passage_;
  Size size_;
  bool open_ = false;
};

}  // namespace

std::vector<Span> passages(std::string_view text, const PassageLimits& limits) {
  Packer packer(text, limits);
  for (const Span& sentence : sentences(text)) packer.add_sentence(sentence);
  return packer.take();
}

}  // namespace limn
