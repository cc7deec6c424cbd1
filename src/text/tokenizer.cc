#include "text/tokenizer.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "limn/error.h"
#include "text/added_tokens.h"
#include "text/byte_level.h"
#include "text/files/tokenizer_parts.h"
#include "text/pre_tokenizer.h"
#include "text/sequence_layout.h"
#include "text/subword_model.h"
#include "text/unicode.h"
#include "text/words.h"

namespace limn {

struct Tokenizer::Implementation {
  TokenizerParts parts;
  AddedTokenFinder original, normalized;  ///< added tokens matched before, after normalisation
  std::size_t size = 0;                   ///< the largest id + 1
  bool is_splittable = false;             ///< a text may be tokenized in blocks

  explicit Implementation(TokenizerParts from);

  /// Appends the tokens of a text, which must be valid UTF-8. Word indices count from 0, or are all `word`.
  /// @return how many words the text has, unless they are given
  std::int32_t tokenize(std::string_view text, std::optional<std::int32_t> word, Subwords& subwords) const;
  /// Sets the characters of the tokens added since the last call, and trims spaces from their offsets. @param added the
  /// matched text of an added token; empty for tokens of the vocabulary.
  void finish(std::string_view text, std::string_view added, Subwords& subwords) const;
  /// How many tokens fit next to the special tokens. @throws Error if not even those fit.
  std::size_t room(std::size_t max_length, bool pair) const;
  /// The tokens of a text, in blocks if that does not change them.
  TokenBlocks blocks(std::string_view text, std::size_t block_bytes) const;
  /// The windows of a single text (see Tokenizer::windows).
  WindowReader windows(TokenBlocks tokens, std::size_t max_length, std::size_t stride) const;
};

namespace {

/// The lengths to which a pair is truncated to have at most `room` tokens: the longer sequence is cut first; if both
/// must be cut, they end up equal, and an odd token goes to the one that was longer (the second of equals).
std::pair<std::size_t, std::size_t> longest_first(std::size_t first, std::size_t second, std::size_t room) {
  if (first + second <= room) return {first, second};
  std::size_t shorter = std::min(first, second);
  std::size_t longer = shorter > room ? shorter : std::max(shorter, room - shorter);
  if (shorter + longer > room) {
    shorter = room / 2;
    longer = room - shorter;
  }
  return first > second ? std::pair(longer, shorter) : std::pair(shorter, longer);
}

std::vector<AddedToken> chosen(const std::vector<AddedToken>& tokens, bool normalized) {
  std::vector<AddedToken> result;
  std::ranges::copy_if(tokens, std::back_inserter(result),
                       [&](const AddedToken& token) { return token.normalized == normalized; });
  // Of tokens with equal content, the special one is matched.
  std::stable_partition(result.begin(), result.end(), [](const AddedToken& token) { return token.special; });
  return result;
}

std::string utf8(std::span<const Character> text) {
  std::string result;
  for (const Character& character : text) append_utf8(character.code, result);
  return result;
}

/// Whether a token of the vocabulary consists of the characters that stand for blanks: SentencePiece's and GPT-2's.
bool is_only_blanks(std::string_view token) {
  for (std::size_t position = 0; position < token.size();) {
    const char32_t code = next_code_point(token, position);
    if (code != U'▁' && code != byte_character(' ')) return false;
  }
  return true;
}

bool splits_at_spaces(const PreTokenizerStep& step) {
  if (const auto* bytes = std::get_if<ByteLevelPreTokenizer>(&step)) return bytes->use_regex;
  if (const auto* spaces = std::get_if<MetaspacePreTokenizer>(&step)) return spaces->split;
  return std::holds_alternative<BertPreTokenizer>(step) || std::holds_alternative<WhitespacePreTokenizer>(step) ||
         std::holds_alternative<WordPreTokenizer>(step);
}

/// Whether a step leaves the text on one side of a space alone, whatever is on the other. Regular expressions may not.
bool is_local(const PreTokenizerStep& step) { return !std::holds_alternative<PatternPreTokenizer>(step); }
bool is_local(const NormalizerStep& step) {
  if (std::holds_alternative<ByteCharacters>(step)) return false;  // leaves no spaces
  const auto* replace = std::get_if<Replace>(&step);
  return replace == nullptr || replace->pattern.is_within_words();
}

/// Whether a token may take a single space between a letter, digit or full stop and a letter or digit, or text on both
/// sides of it.
bool may_cross_space(const AddedToken& token) {
  const bool only_spaces = token.content.find_first_not_of(' ') == token.content.npos;
  if (only_spaces) return token.content.size() < 2;
  const auto is_text = [](char byte) {
    const auto c = static_cast<unsigned char>(byte);
    return c >= 0x80 || is_letter(c) || is_number(c) || is_one_of(U".,;:!?", c);
  };
  return token.content.find(' ') != token.content.npos || (token.lstrip && is_text(token.content.front())) ||
         (token.rstrip && is_text(token.content.back()));
}

bool can_split(const TokenizerParts& parts) {
  return std::ranges::any_of(parts.pre_tokenizer, splits_at_spaces) &&
         std::ranges::all_of(
             parts.pre_tokenizer, [](const auto& step) { return is_local(step); }) &&
         std::ranges::all_of(
             parts.normalizer, [](const auto& step) { return is_local(step); }) &&
         std::ranges::none_of(parts.added_tokens, may_cross_space);
}

}  // namespace

Tokenizer::Implementation::Implementation(TokenizerParts from)
    : parts(std::move(from)),
      original(chosen(parts.added_tokens, false), {}),
      normalized(chosen(parts.added_tokens, true), parts.normalizer),
      size(parts.vocabulary.size()),
      is_splittable(can_split(parts)) {
  for (const AddedToken& token : parts.added_tokens) size = std::max(size, static_cast<std::size_t>(token.id) + 1);
}

std::int32_t Tokenizer::Implementation::tokenize(std::string_view text, std::optional<std::int32_t> word,
                                                 Subwords& subwords) const {
  SubwordScratch scratch;
  const std::size_t tokens_before = subwords.size();
  std::int32_t words = 0;
  const auto next_word = [&] { return word ? *word : words++; };
  const auto add = [&](std::int32_t id, std::span<const Character> found) {
    subwords.push_back(id, origin(found), next_word());
    finish(text, utf8(found), subwords);
  };
  const AlignedText characters = align(text);
  for (const auto& outer : original.find(characters)) {
    const auto range = part(characters, outer.range);
    if (outer.id) {
      add(*outer.id, range);
      continue;
    }
    AlignedText normal(range.begin(), range.end());
    normalize(parts.normalizer, normal);
    for (const auto& inner : normalized.find(normal)) {
      if (inner.id) {
        add(*inner.id, part(normal, inner.range));
        continue;
      }
      const Words found = split(parts.pre_tokenizer, part(normal, inner.range));
      for (const CharacterRange& of_word : found.ranges) {
        limn::tokenize(parts.model, parts.vocabulary, part(found.text, of_word), next_word(), scratch, subwords);
        finish(text, {}, subwords);
      }
    }
  }
  extend_to_characters(text, std::span(subwords.characters).subspan(tokens_before));
  return words;
}

void Tokenizer::Implementation::finish(std::string_view text, std::string_view added, Subwords& subwords) const {
  for (std::size_t i = subwords.characters.size(); i < subwords.size(); ++i) {
    Span characters = trimmed(text, subwords.offsets[i]);
    // A blank that the pre-tokenizer inserted has the offsets of the character after it, which is not its own.
    const bool is_inserted = i + 1 < subwords.size() && subwords.offsets[i + 1].begin < characters.end &&
                             is_only_blanks(parts.vocabulary.token(subwords.ids[i]));
    if (is_inserted) characters.end = characters.begin;
    subwords.characters.push_back(characters);
  }
  if (!parts.post_processor.trim_offsets) return;
  const TrimOffsets& step = *parts.post_processor.trim_offsets;
  for (std::size_t i = subwords.first_offsets.size(); i < subwords.size(); ++i) {
    const std::string_view token = added.empty() ? parts.vocabulary.token(subwords.ids[i]) : added;
    subwords.first_offsets.push_back(step.trimmed(text, token, subwords.offsets[i], true));
    subwords.offsets[i] = step.trimmed(text, token, subwords.offsets[i], false);
  }
}

std::size_t Tokenizer::Implementation::room(std::size_t max_length, bool pair) const {
  const std::size_t added = parts.post_processor.layout.added(pair);
  if (max_length < added) {
    throw Error({.thing = "length",
                 .found = std::to_string(max_length) + " tokens",
                 .expected = "at least the " + std::to_string(added) + " special tokens of the model"});
  }
  return max_length - added;
}

TokenBlocks Tokenizer::Implementation::blocks(std::string_view text, std::size_t block_bytes) const {
  const auto tokens = [this](std::string_view part, Subwords& subwords) { return tokenize(part, {}, subwords); };
  return {text, tokens, is_splittable ? block_bytes : 0};
}

WindowReader Tokenizer::Implementation::windows(TokenBlocks tokens, std::size_t max_length, std::size_t stride) const {
  const std::size_t available = max_length > 0 ? room(max_length, false) : tokens.size();
  if (tokens.size() > available && available <= stride) {
    throw Error({.thing = "length",
                 .found = std::to_string(max_length) + " tokens",
                 .expected = "more than the " + std::to_string(max_length - available) +
                             " special tokens of the model and the stride of " + std::to_string(stride)});
  }
  return {std::move(tokens), available, stride,
          [this](SubwordRange range) { return apply(parts.post_processor.layout, range, {}); }};
}

Tokenizer::Tokenizer(std::shared_ptr<const Implementation> implementation)
    : implementation_(std::move(implementation)) {}

Tokenizer Tokenizer::load(const std::filesystem::path& folder) {
  return Tokenizer(std::make_shared<const Implementation>(read_tokenizer(folder)));
}

Tokenizer Tokenizer::load(const std::filesystem::path& folder, const nlohmann::json& model_config) {
  return Tokenizer(std::make_shared<const Implementation>(read_tokenizer(folder, &model_config)));
}

Tokenizer Tokenizer::parse(std::string_view tokenizer, std::string_view tokenizer_config,
                           const nlohmann::json& model_config, const std::string& name) {
  return Tokenizer(
      std::make_shared<const Implementation>(parse_tokenizer(tokenizer, tokenizer_config, model_config, name)));
}

Encoding Tokenizer::encode(std::string_view text, std::optional<std::string_view> pair, std::size_t max_length) const {
  const Implementation& tokenizer = *implementation_;
  check_utf8(text, "text");
  if (pair) check_utf8(*pair, "pair");
  Subwords first, second;
  tokenizer.tokenize(text, {}, first);
  if (pair) tokenizer.tokenize(*pair, {}, second);
  auto lengths = std::pair(first.size(), second.size());
  if (max_length > 0)
    lengths = longest_first(first.size(), second.size(), tokenizer.room(max_length, pair.has_value()));
  const SubwordRange second_range = {second, 0, lengths.second};
  Encoding encoding = apply(tokenizer.parts.post_processor.layout, {first, 0, lengths.first},
                            pair ? std::optional(second_range) : std::nullopt);
  encoding.cut_tokens = first.size() + second.size() - lengths.first - lengths.second;
  return encoding;
}

WindowReader Tokenizer::window_reader(std::string_view question, std::string_view context, std::size_t max_length,
                                      std::size_t stride, std::size_t block_bytes) const {
  const Implementation& tokenizer = *implementation_;
  check_utf8(question, "question");
  check_utf8(context, "context");
  Subwords first;
  tokenizer.tokenize(question, {}, first);
  TokenBlocks second = tokenizer.blocks(context, block_bytes);
  const std::size_t room = tokenizer.room(max_length, true);
  const bool fits = first.size() + second.size() <= room;
  if (!fits && first.size() + stride >= room) {
    throw Error({.thing = "question",
                 .found = std::to_string(first.size()) + " tokens",
                 .expected = "fewer than " + std::to_string(room > stride ? room - stride : 0) +
                             ", so that windows of " + std::to_string(max_length) + " tokens that share " +
                             std::to_string(stride) + " have room for the context",
                 .hint = "shorten the question, or use longer windows or a smaller stride"});
  }
  const std::size_t width = fits ? second.size() : room - first.size();
  return {std::move(second), width, stride, [&tokenizer, first](SubwordRange range) {
            return apply(tokenizer.parts.post_processor.layout, {first, 0, first.size()}, range);
          }};
}

WindowReader Tokenizer::window_reader(std::string_view text, std::size_t max_length, std::size_t stride,
                                      std::size_t block_bytes) const {
  check_utf8(text, "text");
  return implementation_->windows(implementation_->blocks(text, block_bytes), max_length, stride);
}

bool Tokenizer::has_blocks() const { return implementation_->is_splittable; }

std::vector<Encoding> Tokenizer::windows(std::string_view question, std::string_view context, std::size_t max_length,
                                         std::size_t stride) const {
  return window_reader(question, context, max_length, stride).all();
}

std::vector<Encoding> Tokenizer::windows(std::string_view text, std::size_t max_length, std::size_t stride) const {
  return window_reader(text, max_length, stride).all();
}

std::vector<Encoding> Tokenizer::windows(std::span<const std::string> words, std::size_t max_length,
                                         std::size_t stride) const {
  Subwords subwords;
  for (std::size_t i = 0; i < words.size(); ++i) {
    check_utf8(words[i], "word " + std::to_string(i + 1));
    implementation_->tokenize(words[i], static_cast<std::int32_t>(i), subwords);
  }
  return implementation_->windows(TokenBlocks(std::move(subwords)), max_length, stride).all();
}

Tokenizer Tokenizer::lowercased() const {
  const auto lowers = [](const NormalizerStep& step) {
    const auto* bert = std::get_if<BertNormalizer>(&step);
    return std::holds_alternative<Lowercase>(step) || (bert != nullptr && bert->lowercase);
  };
  TokenizerParts parts = implementation_->parts;
  if (std::ranges::any_of(parts.normalizer, lowers)) return *this;
  parts.normalizer.insert(parts.normalizer.begin(), Lowercase{});
  return Tokenizer(std::make_shared<const Implementation>(std::move(parts)));
}

std::size_t Tokenizer::vocabulary_size() const { return implementation_->size; }
std::string_view Tokenizer::token(std::int32_t id) const { return implementation_->parts.token(id); }
std::optional<std::int32_t> Tokenizer::id(std::string_view token) const { return implementation_->parts.id(token); }
const Tokenizer::Special& Tokenizer::special() const { return implementation_->parts.special; }
const std::vector<std::string>& Tokenizer::warnings() const { return implementation_->parts.warnings; }
std::optional<std::size_t> Tokenizer::max_length() const { return implementation_->parts.max_length; }

}  // namespace limn
