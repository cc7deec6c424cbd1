// An untrusted tokenizer and an untrusted text must produce an Error or valid encodings.
// Input, separated by bytes 0xFF: tokenizer.json (if it begins with a brace) or vocab.txt; tokenizer_config.json; a
// text.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/output_file.h"
#include "checkpoint_folder.h"
#include "limn/error.h"
#include "text/sentences.h"
#include "text/tokenizer.h"

namespace {

bool is_boundary(std::string_view text, std::size_t position) {
  return position == text.size() || (static_cast<unsigned char>(text[position]) & 0xC0) != 0x80;
}

void check(const limn::Tokenizer& tokenizer, const limn::Encoding& encoding, std::string_view text) {
  const std::size_t size = encoding.size();
  require(encoding.type_ids.size() == size && encoding.offsets.size() == size && encoding.words.size() == size &&
          encoding.sequences.size() == size && encoding.special.size() == size);
  for (std::size_t i = 0; i < size; ++i) {
    require(encoding.ids[i] >= 0 && static_cast<std::size_t>(encoding.ids[i]) < tokenizer.vocabulary_size());
    const limn::Span span = encoding.offsets[i];
    if (encoding.special[i]) {
      require(span == limn::Span{} && encoding.words[i] == -1 && encoding.sequences[i] == -1);
      continue;
    }
    require(span.begin <= span.end && span.end <= text.size());
    require(is_boundary(text, span.begin) && is_boundary(text, span.end));
  }
}

void check_sentences(std::string_view text) {
  std::size_t end = 0;
  for (const limn::Span& sentence : limn::sentences(text)) {
    require(end <= sentence.begin && sentence.begin < sentence.end && sentence.end <= text.size());
    require(is_boundary(text, sentence.begin) && is_boundary(text, sentence.end));
    end = sentence.end;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const std::string_view tokens = next_part(rest), config = next_part(rest), text = rest;
  try {
    std::filesystem::remove(folder() / "tokenizer.json");
    limn::write_file(folder() / (tokens.starts_with('{') ? "tokenizer.json" : "vocab.txt"), tokens);
    limn::write_file(folder() / "tokenizer_config.json", config.empty() ? "{}" : config);
    const auto tokenizer = limn::Tokenizer::load(folder());
    check(tokenizer, tokenizer.encode(text), text);
    check(tokenizer, tokenizer.encode(text, text), text);
    const limn::Encoding cut = tokenizer.encode(text, text, 8);
    check(tokenizer, cut, text);
    require(cut.size() <= 8);
    for (const limn::Encoding& window : tokenizer.windows(text.substr(0, text.find(' ')), text, 16, 4)) {
      check(tokenizer, window, text);
      require(window.size() <= 16);
    }
    check_sentences(text);
  } catch (const limn::Error&) {
    // Invalid input, reported as a user's mistake.
  }
  return 0;
}
