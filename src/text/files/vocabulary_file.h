#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "text/files/json_section.h"
#include "text/files/tokenizer_family.h"
#include "text/files/tokenizer_parts.h"

/// Tokenizers without a tokenizer.json, as transformers makes them of their older files.

namespace limn {

/// What stands beside a vocabulary.
struct TokenizerFiles {
  std::string file;           ///< the vocabulary's, as messages name it
  const JsonSection& config;  ///< tokenizer_config.json, or an empty object
  const JsonSection& added;   ///< added_tokens.json (contents and ids), or an empty object
  TokenizerFamily family = TokenizerFamily::bert;
  const SpecialTokens& special;
};

/// A vocab.txt: one token a line, its id the line's number from 0. From the config: do_lower_case, strip_accents,
/// tokenize_chinese_chars; what it does not say is as in `BertTokenizer`.
TokenizerParts parse_vocabulary_file(std::string_view text, const TokenizerFiles& files);

/// A vocab.json and its merges.txt: byte-level BPE.
TokenizerParts parse_merges_file(std::string_view vocabulary, std::string_view merges, const std::string& merges_file,
                                 const TokenizerFiles& files);

/// A SentencePiece model, whose ids are moved where the family does so. From the config: do_lower_case, keep_accents,
/// split_by_punct, extra_ids.
TokenizerParts parse_spiece_file(std::string_view bytes, const TokenizerFiles& files);

/// Adds the tokens that config, added_tokens.json and roles name. A mask, pad or additional token that has no id yet
/// gets the next one, but for a vocab.txt, which has all.
void add_tokens(const TokenizerFiles& files, TokenizerParts& parts);

/// The id of a token that must be there.
std::int32_t required_id(const TokenizerFiles& files, const TokenizerParts& parts, const AddedToken& token);

}  // namespace limn
