#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "text/files/json_section.h"
#include "text/files/tokenizer_family.h"
#include "text/files/tokenizer_parts.h"

/// Tokenizers without a tokenizer.json, built from the older files as transformers does.

namespace limn {

/// The files next to a vocabulary.
struct TokenizerFiles {
  std::string file;           ///< the vocabulary's, for error messages
  const JsonSection& config;  ///< tokenizer_config.json, or an empty object
  const JsonSection& added;   ///< added_tokens.json (contents and ids), or an empty object
  TokenizerFamily family = TokenizerFamily::bert;
  const SpecialTokens& special;
};

/// A vocab.txt: one token a line, whose id is the line number from 0. Reads do_lower_case, strip_accents and
/// tokenize_chinese_chars from the config; the defaults are those of `BertTokenizer`.
TokenizerParts parse_vocabulary_file(std::string_view text, const TokenizerFiles& files);

/// A vocab.json and its merges.txt: byte-level BPE.
TokenizerParts parse_merges_file(std::string_view vocabulary, std::string_view merges, const std::string& merges_file,
                                 const TokenizerFiles& files);

/// A SentencePiece model, with ids moved as the family requires. Reads do_lower_case, keep_accents, split_by_punct and
/// extra_ids from the config.
TokenizerParts parse_spiece_file(std::string_view bytes, const TokenizerFiles& files);

/// Adds the tokens that the config, added_tokens.json and the roles name. A mask, pad or additional token without an id
/// gets the next free one, except with a vocab.txt, which contains all tokens.
void add_tokens(const TokenizerFiles& files, TokenizerParts& parts);

/// The id of a token. @throws Error if it has none.
std::int32_t required_id(const TokenizerFiles& files, const TokenizerParts& parts, const AddedToken& token);

}  // namespace limn
