#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>

#include "text/added_tokens.h"
#include "text/files/json_section.h"
#include "text/files/tokenizer_document.h"
#include "text/normalizer.h"
#include "text/post_processor.h"
#include "text/pre_tokenizer.h"
#include "text/subword_model.h"
#include "text/vocabulary.h"

/// The components of tokenizer.json. All throw Error for an unsupported component, naming the supported ones, and for
/// fields that are missing or wrong.

namespace limn {

Normalizer read_normalizer(const JsonSection& section);
PreTokenizer read_pre_tokenizer(const JsonSection& section);

/// Moves the merges and scores out of the document. `vocabulary` is the document's.
SubwordModel read_subword_model(TokenizerDocument& document, const JsonSection& section, const Vocabulary& vocabulary);
/// Files written by old versions do not name the type; it then follows from the fields, as in `tokenizers`.
std::string subword_model_type(const JsonSection& section);

/// Special tokens must be in the vocabulary or among the added tokens.
PostProcessor read_post_processor(const JsonSection& section, const Vocabulary& vocabulary,
                                  std::span<const AddedToken> added);

[[noreturn]] void refuse_type(const JsonSection& section, const std::string& type, std::string known);

/// {"String": …} or {"Regex": …}
Pattern read_pattern(const JsonSection& section);

/// A field whose string names a value of an enumeration.
template <class Value>
Value read_choice(const JsonSection& section, std::initializer_list<std::pair<std::string_view, Value>> choices) {
  const std::string name = section.string();
  std::string known;
  for (const auto& [choice, value] : choices) {
    if (choice == name) return value;
    known += (known.empty() ? "" : ", ") + std::string(choice);
  }
  section.refuse("one of " + known);
}

}  // namespace limn
