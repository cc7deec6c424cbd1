#include <cmath>
#include <utility>

#include "base/json.h"
#include "limn/error.h"
#include "text/files/component_json.h"

namespace limn {
namespace {

std::int32_t id_of_token(const JsonSection& section, const std::string& token, const Vocabulary& vocabulary) {
  if (const auto id = vocabulary.id(token)) return *id;
  throw Error({.file = section.file(),
               .thing = section.name(),
               .found = shown_name(token) + ", which is not in model.vocab",
               .expected = "a token of the vocabulary"});
}

WordPiece read_wordpiece(const JsonSection& model, const Vocabulary& vocabulary) {
  WordPiece result;
  result.continuing_prefix = model["continuing_subword_prefix"].or_else(&JsonSection::string, result.continuing_prefix);
  result.longest_word = model["max_input_chars_per_word"].or_else(&JsonSection::count, result.longest_word);
  const std::string unknown = model["unk_token"].or_else(&JsonSection::string, std::string("[UNK]"));
  result.unknown = id_of_token(model["unk_token"], unknown, vocabulary);
  return result;
}

Bpe read_bpe(const JsonSection& model, std::span<const Bpe::Merge> merges, const Vocabulary& vocabulary) {
  const auto flag = [&](const char* field) { return model[field].or_else(&JsonSection::boolean, false); };
  const auto text = [&](const char* field) { return model[field].or_else(&JsonSection::string, std::string()); };
  if (const auto dropout = model["dropout"]; !dropout.is_null() && dropout.value() != 0)
    dropout.refuse("null or 0", "dropout randomises the tokens; it is for training only");
  Bpe::Options options;
  if (const auto unknown = model["unk_token"]; !unknown.is_null())
    options.unknown = id_of_token(unknown, unknown.string(), vocabulary);
  options.fuse_unknown = flag("fuse_unk");
  options.byte_fallback = flag("byte_fallback");
  options.ignore_merges = flag("ignore_merges");
  options.continuing_prefix = text("continuing_subword_prefix");
  options.end_suffix = text("end_of_word_suffix");
  return {std::move(options), merges, vocabulary, model.file(), "model.merges"};
}

Unigram read_unigram(const JsonSection& model, std::vector<double> scores, const Vocabulary& vocabulary) {
  Unigram::Options options;
  if (const auto unknown = model["unk_id"]; !unknown.is_null()) {
    options.unknown = unknown.id();
    if (static_cast<std::size_t>(*options.unknown) >= scores.size()) unknown.refuse("the id of a token");
  }
  options.byte_fallback = model["byte_fallback"].or_else(&JsonSection::boolean, false);
  return {options, std::move(scores), vocabulary};
}

}  // namespace

std::string subword_model_type(const JsonSection& section) {
  if (!section["type"].is_null()) return section.type();
  if (!section["merges"].is_null()) return "BPE";
  if (!section["max_input_chars_per_word"].is_null()) return "WordPiece";
  return section["vocab"].value().is_array() ? "Unigram" : "WordLevel";
}

SubwordModel read_subword_model(TokenizerDocument& document, const JsonSection& section, const Vocabulary& vocabulary) {
  const std::string type = subword_model_type(section);
  if (type == "WordPiece") return read_wordpiece(section, vocabulary);
  if (type == "BPE") return read_bpe(section, document.merges, vocabulary);
  return read_unigram(section, std::move(document.scores), vocabulary);
}

}  // namespace limn
