#include <algorithm>
#include <cctype>
#include <tuple>

#include "limn/error.h"
#include "text/files/spiece_model.h"
#include "text/files/vocabulary_file.h"

namespace limn {
namespace {

using enum TokenizerFamily;
using Piece = SpieceModel::Piece;

/// ALBERT separates a comma from the digits before it: tokens that end in a digit and a comma cannot occur.
bool is_digit_and_comma(std::string_view piece) {
  return piece.size() >= 2 && piece.back() == ',' && std::isdigit(static_cast<unsigned char>(piece[piece.size() - 2]));
}

/// The tokens in the order of the ids that the family's models use; updates `unknown` accordingly.
std::vector<Piece> family_pieces(std::vector<Piece> pieces, const TokenizerFiles& files, std::size_t& unknown) {
  constexpr double out_of_reach = -100;
  const SpecialTokens& special = files.special;
  const auto replace_first = [&](std::size_t count, std::initializer_list<Piece> now) {
    if (pieces.size() < count)
      throw Error({.file = files.file,
                   .found = std::to_string(pieces.size()) + " tokens",
                   .expected = "at least " + std::to_string(count)});
    pieces.erase(pieces.begin(), pieces.begin() + static_cast<std::ptrdiff_t>(count));
    pieces.insert(pieces.begin(), now.begin(), now.end());
    pieces.push_back({special.mask.content});
    unknown = 3;
  };
  switch (files.family) {
    case albert:
      for (Piece& piece : pieces) piece.score += is_digit_and_comma(piece.text) ? out_of_reach : 0;
      break;
    case camembert:  // fairseq's ids
      replace_first(1, {{"<s>NOTUSED"},
                        {special.pad.content},
                        {"</s>NOTUSED"},
                        {special.unknown.content},
                        {"<unk>NOTUSED", out_of_reach}});
      break;
    case xlm_roberta:  // fairseq's ids
      replace_first(
          3,
          {{special.cls_token.content}, {special.pad.content}, {special.sep_token.content}, {special.unknown.content}});
      break;
    case t5: {
      constexpr std::size_t most = 100'000;
      const auto extra = files.config["extra_ids"];
      const std::size_t count = extra.or_else(&JsonSection::count, std::size_t{100});
      if (count > most) extra.refuse("at most " + std::to_string(most));
      for (std::size_t i = count; i-- > 0;)
        pieces.push_back({"<extra_id_" + std::to_string(i) + ">", 0, SpieceModel::PieceType::control});
      break;
    }
    default:
      break;
  }
  return pieces;
}

Normalizer family_normalizer(const std::string& charsmap, const TokenizerFiles& files) {
  const auto flag = [&](const char* field, bool otherwise) {
    return files.config[field].or_else(&JsonSection::boolean, otherwise);
  };
  Normalizer result;
  if (files.family == albert) {
    result.emplace_back(Replace{Pattern::literal("``"), U"\""});
    result.emplace_back(Replace{Pattern::literal("''"), U"\""});
    if (!flag("keep_accents", false)) {
      result.emplace_back(UnicodeForm{.compatible = true});
      result.emplace_back(StripAccents{});
    }
  }
  if ((files.family == albert && flag("do_lower_case", true)) ||
      (files.family == deberta_v2 && flag("do_lower_case", false)))
    result.emplace_back(Lowercase{});
  if (files.family == deberta_v2) result.emplace_back(Strip{});
  if (!charsmap.empty()) result.emplace_back(Charsmap(charsmap, files.file, "precompiled_charsmap"));
  if (files.family == deberta_v2) result.emplace_back(Replace{Pattern::regex(" {2,}", files.file, "normalizer"), U" "});
  return result;
}

PreTokenizer family_pre_tokenizer(const TokenizerFiles& files) {
  PreTokenizer result;
  if (files.family != deberta_v2)
    result.emplace_back(WhitespacePreTokenizer{});
  else if (files.config["split_by_punct"].or_else(&JsonSection::boolean, false))
    result.emplace_back(PunctuationPreTokenizer{});
  result.emplace_back(MetaspacePreTokenizer{});
  return result;
}

/// The merges of a BPE model, which the file does not list: all tokens that are two others joined, the best score
/// first.
std::vector<Bpe::Merge> find_merges(const std::vector<Piece>& pieces, const Vocabulary& vocabulary) {
  struct Found {
    double score;
    std::size_t left, right;  // code points
    Bpe::Merge merge;
  };
  std::vector<Found> found;
  for (const Piece& piece : pieces) {
    const std::string_view text = piece.text;
    std::vector<std::tuple<std::int32_t, std::int32_t, std::size_t>> ways;
    for (std::size_t end = 1; end < text.size(); ++end) {
      if ((static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) continue;
      const auto left = vocabulary.id(text.substr(0, end)), right = vocabulary.id(text.substr(end));
      if (left && right) ways.emplace_back(*left, *right, end);
    }
    std::ranges::sort(ways);
    for (const auto& [left, right, end] : ways) {
      found.push_back({piece.score,
                       count_code_points(text.substr(0, end)),
                       count_code_points(text.substr(end)),
                       {std::string(text.substr(0, end)), std::string(text.substr(end))}});
    }
  }
  std::ranges::stable_sort(found, std::ranges::greater(),
                           [](const Found& way) { return std::tuple(way.score, way.left, way.right); });
  std::vector<Bpe::Merge> merges;
  for (Found& way : found) merges.push_back(std::move(way.merge));
  return merges;
}

}  // namespace

TokenizerParts parse_spiece_file(std::string_view bytes, const TokenizerFiles& files) {
  SpieceModel model = SpieceModel::parse(bytes, files.file);
  std::size_t unknown_index = model.unknown_id;
  const std::vector<Piece> pieces = family_pieces(std::move(model.pieces), files, unknown_index);
  Vocabulary::Builder builder(files.file, "tokens");
  std::vector<double> scores;
  for (const Piece& piece : pieces) {
    builder.add(piece.text, static_cast<std::int64_t>(scores.size()));
    scores.push_back(piece.score);
  }
  TokenizerParts parts;
  parts.vocabulary = std::move(builder).build(Vocabulary::Builder::Repeated::last_wins);
  const auto unknown = static_cast<std::int32_t>(unknown_index);
  if (model.type == SpieceModel::ModelType::unigram) {
    parts.model = Unigram({unknown, model.byte_fallback}, std::move(scores), parts.vocabulary);
  } else {
    Bpe::Options options;
    options.unknown = unknown;
    options.fuse_unknown = true;
    options.byte_fallback = model.byte_fallback;
    parts.model = Bpe(options, find_merges(pieces, parts.vocabulary), parts.vocabulary, files.file, "merges");
  }
  parts.normalizer = family_normalizer(model.charsmap, files);
  parts.pre_tokenizer = family_pre_tokenizer(files);
  add_tokens(files, parts);
  for (const Piece& piece : pieces) {  // control tokens, which are matched only as added tokens
    const auto id = parts.vocabulary.id(piece.text);
    const bool there =
        std::ranges::find(parts.added_tokens, piece.text, &AddedToken::content) != parts.added_tokens.end();
    if (piece.type != SpieceModel::PieceType::control || piece.text.empty() || there || !id) continue;
    parts.added_tokens.push_back({.id = *id, .content = piece.text, .special = true});
  }
  const std::int32_t sep_token = required_id(files, parts, files.special.sep_token);
  const std::int32_t cls_token = files.family == t5 ? sep_token : required_id(files, parts, files.special.cls_token);
  parts.post_processor.layout = family_layout(files.family, cls_token, sep_token);
  return parts;
}

}  // namespace limn
