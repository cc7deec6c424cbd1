#include "text/vocabulary_file.h"

#include <algorithm>
#include <charconv>

#include "base/json.h"
#include "limn/error.h"
#include "text/tokenizer_json.h"
#include "text/unicode.h"

namespace limn {
namespace {

/// Without white space at its end, as `tokenizers` reads it; that also makes lines of Windows files whole.
std::string_view trim_end(std::string_view line) {
  std::size_t end = 0;
  for (std::size_t position = 0; position < line.size();) {
    if (!is_whitespace(next_code_point(line, position))) end = position;
  }
  return line.substr(0, end);
}

Vocabulary read_vocabulary(std::string_view text, const std::string& file) {
  Vocabulary::Builder pieces(file, "vocabulary");
  for (std::int64_t id = 0; !text.empty(); id++) {
    const std::size_t end = text.find('\n');
    pieces.add(trim_end(text.substr(0, end)), id);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return std::move(pieces).build(Vocabulary::Builder::Repeated::last_wins);
}

std::int32_t id_from_key(const std::string& key, const JsonSection& section) {
  std::int32_t id = -1;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), id);
  if (error != std::errc() || end != key.data() + key.size() || id < 0) section.refuse("an id as its key");
  return id;
}

}  // namespace

TokenizerParts parse_vocabulary_file(std::string_view text, const std::string& file, const JsonSection& config,
                                     const SpecialNames& special) {
  check_utf8(text, file);
  TokenizerParts parts;
  parts.vocabulary = read_vocabulary(text, file);
  const auto id_of = [&](const std::string& token) {
    const auto id = parts.vocabulary.id(token);
    if (!id) {
      throw Error({.file = file,
                   .thing = "vocabulary of " + std::to_string(parts.vocabulary.pieces()) + " pieces",
                   .found = "no " + shown_name(token),
                   .expected = "the special tokens of BERT",
                   .hint = "tokenizer_config.json may name others"});
    }
    return *id;
  };
  parts.model = WordPiece{.unknown = id_of(special.unknown)};
  parts.post_processor.form = bert_template(id_of(special.classify), id_of(special.separate));

  BertNormalizer bert;
  bert.lowercase = config["do_lower_case"].or_else(&JsonSection::boolean, true);
  bert.handle_chinese_chars = config["tokenize_chinese_chars"].or_else(&JsonSection::boolean, true);
  if (const auto strip = config["strip_accents"]; !strip.is_null()) bert.strip_accents = strip.boolean();
  parts.normalizer.emplace_back(bert);
  parts.splitter.emplace_back(BertSplitter{});

  if (const auto added = config["added_tokens_decoder"]; !added.is_null()) {
    for (const auto& [key, item] : added.fields()) {
      AddedToken token = read_added_token(item);
      token.id = parts.vocabulary.id(token.content).value_or(id_from_key(key, item));
      add_token(std::move(token), parts.vocabulary, parts.added_tokens, config.file(), item.name());
    }
  }
  for (const std::string& name : {special.unknown, special.classify, special.separate, special.pad, special.mask}) {
    const auto id = parts.vocabulary.id(name);
    if (!id || std::ranges::find(parts.added_tokens, *id, &AddedToken::id) != parts.added_tokens.end()) continue;
    parts.added_tokens.push_back({.id = *id, .content = name, .special = true});
  }
  return parts;
}

}  // namespace limn
