#include "text/files/tokenizer_json.h"

#include <utility>

#include "text/files/component_json.h"
#include "text/files/json_section.h"
#include "text/files/tokenizer_document.h"

namespace limn {
namespace {

std::vector<AddedToken> read_added_tokens(const JsonSection& section, const Vocabulary& vocabulary) {
  std::vector<AddedToken> tokens;
  if (section.is_null()) return tokens;
  for (const JsonSection& item : section.items()) {
    AddedToken token = read_added_token(item);
    token.id = item["id"].id();
    add_token(std::move(token), vocabulary, tokens, item.file(), item.name());
  }
  return tokens;
}

}  // namespace

AddedToken read_added_token(const JsonSection& section) {
  const auto flag = [&](const char* field, bool otherwise) {
    return section[field].or_else(&JsonSection::boolean, otherwise);
  };
  AddedToken token;
  token.content = section["content"].string();
  token.single_word = flag("single_word", false);
  token.lstrip = flag("lstrip", false);
  token.rstrip = flag("rstrip", false);
  token.special = flag("special", false);
  token.normalized = flag("normalized", !token.special);
  return token;
}

TokenizerParts parse_tokenizer_json(std::string_view text, const std::string& file,
                                    const std::function<void(nlohmann::json& root)>& change) {
  TokenizerDocument document = TokenizerDocument::parse(text, file);
  if (change && document.root.is_object() && document.root.value("model", nlohmann::json()).is_object())
    change(document.root);
  const JsonSection root(document.root, file);
  const JsonSection model = root["model"];
  if (model.is_null()) model.refuse("a model", "is this a tokenizer.json?");
  const std::string type = subword_model_type(model);
  if (type != "WordPiece" && type != "BPE" && type != "Unigram") refuse_type(model, type, "BPE, Unigram or WordPiece");
  const bool scored = type == "Unigram";
  if (scored)
    model["vocab"].items();  // a list
  else
    model["vocab"].fields();  // an object

  using Repeated = Vocabulary::Builder::Repeated;
  TokenizerParts parts;
  parts.vocabulary = std::move(document.tokens).build(scored ? Repeated::last_wins : Repeated::refuse);
  parts.model = read_subword_model(document, model, parts.vocabulary);
  parts.added_tokens = read_added_tokens(root["added_tokens"], parts.vocabulary);
  parts.normalizer = read_normalizer(root["normalizer"]);
  parts.pre_tokenizer = read_pre_tokenizer(root["pre_tokenizer"]);
  parts.post_processor = read_post_processor(root["post_processor"], parts.vocabulary, parts.added_tokens);
  return parts;
}

}  // namespace limn
