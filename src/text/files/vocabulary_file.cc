#include "text/files/vocabulary_file.h"

#include <algorithm>
#include <charconv>

#include "base/json.h"
#include "limn/error.h"
#include "text/files/component_json.h"
#include "text/files/tokenizer_json.h"
#include "text/unicode.h"

namespace limn {
namespace {

/// Strips trailing white space, as `tokenizers` does; this also handles Windows line ends.
std::string_view trim_end(std::string_view line) {
  std::size_t end = 0;
  for (std::size_t position = 0; position < line.size();)
    if (!is_whitespace(next_code_point(line, position))) end = position;
  return line.substr(0, end);
}

std::string_view next_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

Vocabulary read_vocabulary(std::string_view text, const std::string& file) {
  Vocabulary::Builder tokens(file, "vocabulary");
  for (std::int64_t id = 0; !text.empty(); ++id) tokens.add(trim_end(next_line(text)), id);
  return std::move(tokens).build(Vocabulary::Builder::Repeated::last_wins);
}

std::vector<Bpe::Merge> read_merges(std::string_view text, const std::string& file) {
  std::vector<Bpe::Merge> merges;
  for (std::size_t number = 1; !text.empty(); ++number) {
    std::string_view line = next_line(text);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with("#version") || line.empty()) continue;
    const std::size_t blank = line.find(' ');
    if (blank == line.npos || line.find(' ', blank + 1) != line.npos) {
      throw Error({.file = file,
                   .thing = "line " + std::to_string(number),
                   .found = shown_name(line),
                   .expected = "two tokens separated by a space"});
    }
    merges.emplace_back(line.substr(0, blank), line.substr(blank + 1));
  }
  return merges;
}

std::int32_t id_from_key(const std::string& key, const JsonSection& section) {
  std::int32_t id = -1;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), id);
  if (error != std::errc() || end != key.data() + key.size() || id < 0) section.refuse("an id as its key");
  return id;
}

}  // namespace

std::int32_t required_id(const TokenizerFiles& files, const TokenizerParts& parts, const AddedToken& token) {
  const auto id = parts.id(token.content);
  if (!id) {
    throw Error(
        {.file = files.file,
         .thing = "vocabulary of " + std::to_string(parts.vocabulary.token_count()) + " tokens",
         .found = "no " + shown_name(token.content),
         .expected = files.family == TokenizerFamily::bert ? "the special tokens of BERT" : "the special tokens",
         .hint = "tokenizer_config.json may name others"});
  }
  return *id;
}

void add_tokens(const TokenizerFiles& files, TokenizerParts& parts) {
  const auto is_there = [&](const AddedToken& token) {
    return std::ranges::find(parts.added_tokens, token.content, &AddedToken::content) != parts.added_tokens.end();
  };
  const auto add = [&](AddedToken token, const JsonSection& section) {
    if (!is_there(token))
      add_token(std::move(token), parts.vocabulary, parts.added_tokens, section.file(), section.name());
  };
  if (const auto decoder = files.config["added_tokens_decoder"]; !decoder.is_null()) {
    for (const auto& [key, item] : decoder.fields()) {
      AddedToken token = read_added_token(item);
      token.id = parts.vocabulary.id(token.content).value_or(id_from_key(key, item));
      add(std::move(token), item);
    }
  }
  std::vector<const AddedToken*> special = {&files.special.unknown, &files.special.cls_token, &files.special.sep_token,
                                            &files.special.pad, &files.special.mask};
  for (const AddedToken& token : files.special.others) special.push_back(&token);
  for (const auto& [content, id] : files.added.fields()) {
    const auto role = std::ranges::find(special, content, [](const AddedToken* token) { return token->content; });
    AddedToken token = role == special.end() ? AddedToken{.content = content, .normalized = true} : **role;
    token.id = parts.vocabulary.id(content).value_or(id.id());
    add(std::move(token), id);
  }
  for (const AddedToken* role : special) {
    // Models gain a mask token and the like after training, but never cls_token or sep_token.
    const bool is_first =
        role == &files.special.unknown || role == &files.special.cls_token || role == &files.special.sep_token;
    const bool may_be_new =
        !is_first && files.family != TokenizerFamily::bert && files.family != TokenizerFamily::mpnet;
    if (role->content.empty() || is_there(*role) || (!may_be_new && !parts.vocabulary.id(role->content))) continue;
    AddedToken token = *role;
    std::size_t next = parts.vocabulary.size();
    for (const AddedToken& other : parts.added_tokens) next = std::max(next, static_cast<std::size_t>(other.id) + 1);
    token.id = parts.vocabulary.id(token.content).value_or(static_cast<std::int32_t>(next));
    parts.added_tokens.push_back(std::move(token));
  }
}

TokenizerParts parse_vocabulary_file(std::string_view text, const TokenizerFiles& files) {
  check_utf8(text, files.file);
  TokenizerParts parts;
  parts.vocabulary = read_vocabulary(text, files.file);
  parts.model = WordPiece{.unknown = required_id(files, parts, files.special.unknown)};
  const std::int32_t cls_token = required_id(files, parts, files.special.cls_token);
  parts.post_processor.layout =
      family_layout(files.family, cls_token, required_id(files, parts, files.special.sep_token));

  BertNormalizer bert;
  bert.lowercase = files.config["do_lower_case"].or_else(&JsonSection::boolean, true);
  bert.handle_chinese_chars = files.config["tokenize_chinese_chars"].or_else(&JsonSection::boolean, true);
  if (const auto strip = files.config["strip_accents"]; !strip.is_null()) bert.strip_accents = strip.boolean();
  parts.normalizer.emplace_back(bert);
  parts.pre_tokenizer.emplace_back(BertPreTokenizer{});
  add_tokens(files, parts);
  return parts;
}

TokenizerParts parse_merges_file(std::string_view vocabulary, std::string_view merges, const std::string& merges_file,
                                 const TokenizerFiles& files) {
  check_utf8(merges, merges_file);
  const nlohmann::json json = parse_json(vocabulary, files.file);
  Vocabulary::Builder tokens(files.file, "vocabulary");
  const JsonSection ids(json, files.file, "vocabulary");
  for (const auto& [token, id] : ids.fields()) tokens.add(token, id.id());
  TokenizerParts parts;
  parts.vocabulary = std::move(tokens).build(Vocabulary::Builder::Repeated::refuse);
  parts.model = Bpe({}, read_merges(merges, merges_file), parts.vocabulary, merges_file, "merges");
  const bool add_prefix_space = files.config["add_prefix_space"].or_else(&JsonSection::boolean, false);
  parts.pre_tokenizer.emplace_back(ByteLevelPreTokenizer{.add_prefix_space = add_prefix_space});
  add_tokens(files, parts);
  if (files.family == TokenizerFamily::gpt2) return parts;
  const std::int32_t cls_token = required_id(files, parts, files.special.cls_token);
  parts.post_processor.layout =
      family_layout(files.family, cls_token, required_id(files, parts, files.special.sep_token));
  if (files.family == TokenizerFamily::roberta && files.config["trim_offsets"].or_else(&JsonSection::boolean, true))
    parts.post_processor.trim_offsets = TrimOffsets{add_prefix_space};
  return parts;
}

}  // namespace limn
