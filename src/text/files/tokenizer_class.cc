#include "text/files/tokenizer_class.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "base/json.h"
#include "text/files/component_json.h"
#include "text/files/tokenizer_json.h"

namespace limn {
namespace {

using Json = nlohmann::json;
using enum TokenizerFamily;

struct ClassName {
  std::string_view name;
  TokenizerFamily family;
};
/// Classes with a constructor of their own, and the aliases of them that checkpoints name.
constexpr ClassName classes[] = {{"BertTokenizer", bert},
                                 {"DistilBertTokenizer", bert},
                                 {"ElectraTokenizer", bert},
                                 {"MobileBertTokenizer", bert},
                                 {"SqueezeBertTokenizer", bert},
                                 {"LayoutLMTokenizer", bert},
                                 {"LxmertTokenizer", bert},
                                 {"MPNetTokenizer", mpnet},
                                 {"RobertaTokenizer", roberta},
                                 {"LongformerTokenizer", roberta},
                                 {"BartTokenizer", roberta},
                                 {"LEDTokenizer", roberta},
                                 {"MvpTokenizer", roberta},
                                 {"AlbertTokenizer", albert},
                                 {"CamembertTokenizer", camembert},
                                 {"DebertaV2Tokenizer", deberta_v2},
                                 {"XLMRobertaTokenizer", xlm_roberta}};

struct TypeClass {
  std::string_view model_type, name;  ///< no name: always the class that takes tokenizer.json as it is
};
constexpr TypeClass by_model_type[] = {{"bert", "BertTokenizer"},
                                       {"distilbert", "BertTokenizer"},
                                       {"electra", "BertTokenizer"},
                                       {"mobilebert", "BertTokenizer"},
                                       {"mpnet", "MPNetTokenizer"},
                                       {"roberta", "RobertaTokenizer"},
                                       {"longformer", "RobertaTokenizer"},
                                       {"albert", "AlbertTokenizer"},
                                       {"camembert", "CamembertTokenizer"},
                                       {"deberta-v2", "DebertaV2Tokenizer"},
                                       {"xlm-roberta", "XLMRobertaTokenizer"},
                                       {"modernbert", ""}};

bool flag(const JsonSection& config, const char* field, bool otherwise) {
  return config[field].or_else(&JsonSection::boolean, otherwise);
}

Json sequence(const char* list, Json steps) { return {{"type", "Sequence"}, {list, std::move(steps)}}; }
Json replace(const char* kind, const char* pattern, const char* content) {
  return {{"type", "Replace"}, {"pattern", {{kind, pattern}}}, {"content", content}};
}

/// The steps of a normalizer or pre-tokenizer, without sequences around them.
Json steps_of(const Json& component, const char* list) {
  if (!component.is_object()) return Json::array();
  if (component.value("type", Json()) != "Sequence") return Json::array({component});
  Json steps = Json::array();
  for (const Json& step : component.value(list, Json::array()))
    for (Json& inner : steps_of(step, list)) steps.push_back(std::move(inner));
  return steps;
}

/// Adds SentencePiece's character map to `steps` if the file's normalizer has one at its first or second level.
void add_charsmap(const Json& normalizer, Json& steps) {
  for (const Json& step : steps_of(normalizer, "normalizers"))
    if (step.is_object() && step.value("type", Json()) == "Precompiled") return steps.push_back(step);
}

Json metaspace(const JsonSection& config, const char* without_prefix) {
  return {{"type", "Metaspace"},
          {"replacement", "▁"},
          {"prepend_scheme", flag(config, "add_prefix_space", true) ? "always" : without_prefix},
          {"split", true}};
}

Json class_normalizer(TokenizerFamily family, const JsonSection& config, const Json& of_file) {
  Json steps = Json::array();
  switch (family) {
    case bert:
    case mpnet:
      steps.push_back(
          {{"type", "BertNormalizer"},
           {"clean_text", true},
           {"handle_chinese_chars", flag(config, "tokenize_chinese_chars", true)},
           {"strip_accents", config["strip_accents"].is_null() ? Json() : Json(flag(config, "strip_accents", true))},
           {"lowercase", flag(config, "do_lower_case", true)}});
      break;
    case albert:
      steps = {replace("String", "``", "\""), replace("String", "''", "\"")};
      if (!flag(config, "keep_accents", false)) {
        steps.push_back({{"type", "NFKD"}});
        steps.push_back({{"type", "StripAccents"}});
      }
      if (flag(config, "do_lower_case", true)) steps.push_back({{"type", "Lowercase"}});
      add_charsmap(of_file, steps);
      break;
    case deberta_v2:
      if (flag(config, "do_lower_case", false)) steps.push_back({{"type", "Lowercase"}});
      steps.push_back(replace("Regex", "\\s{2,}|[\\n\\r\\t]", " "));
      steps.push_back({{"type", "NFC"}});
      steps.push_back({{"type", "Strip"}, {"strip_left", false}, {"strip_right", true}});
      break;
    case camembert:
    case xlm_roberta:
      add_charsmap(of_file, steps);
      break;
    default:
      break;
  }
  return sequence("normalizers", std::move(steps));
}

Json class_pre_tokenizer(TokenizerFamily family, const JsonSection& config) {
  Json steps = Json::array();
  switch (family) {
    case bert:
    case mpnet:
      steps.push_back({{"type", "BertPreTokenizer"}});
      break;
    case roberta:
      steps.push_back({{"type", "ByteLevel"}, {"add_prefix_space", flag(config, "add_prefix_space", false)}});
      break;
    case deberta_v2:
      if (flag(config, "split_by_punct", false)) steps.push_back({{"type", "Punctuation"}, {"behavior", "Isolated"}});
      steps.push_back(metaspace(config, "first"));
      break;
    default:
      steps.push_back({{"type", "WhitespaceSplit"}});
      steps.push_back(metaspace(config, "never"));
  }
  return sequence("pretokenizers", std::move(steps));
}

const char* model_of(TokenizerFamily family) {
  return family == bert || family == mpnet ? "WordPiece" : family == roberta ? "BPE" : "Unigram";
}

/// The difference between a file's steps and the class's, for a warning; empty: none.
std::string difference(const Json& of_file, const Json& of_class) {
  const auto types = [](const Json& steps) {
    std::string text;
    for (const Json& step : steps) text += (text.empty() ? "" : ", ") + shown(step.value("type", Json()));
    return text.empty() ? std::string("nothing") : text;
  };
  const std::string from = types(of_file), to = types(of_class);
  if (from != to) return from + " becomes " + to;
  std::string text;
  for (std::size_t i = 0; i < of_class.size(); ++i) {
    for (const auto& [field, now] : of_class[i].items()) {
      const auto then = of_file[i].find(field);
      if (then == of_file[i].end() || then->is_null() || now.is_null() || *then == now) continue;
      text += (text.empty() ? "" : ", ") + field + " " + shown(*then) + " becomes " + shown(now);
    }
  }
  return text;
}

}  // namespace

std::optional<TokenizerClass> find_class(const JsonSection& tokenizer_config, const JsonSection& model_config) {
  const auto by_name = [](std::string name) -> std::optional<TokenizerClass> {
    if (name.ends_with("Fast")) name.resize(name.size() - 4);
    const auto found = std::ranges::find(classes, name, &ClassName::name);
    if (found == std::end(classes)) return {};
    return TokenizerClass{std::move(name), found->family};
  };
  const auto text = [](const JsonSection& field) {
    return field.value().is_string() ? field.string() : std::string();  // config.json is checked elsewhere
  };
  const auto type = std::ranges::find(by_model_type, text(model_config["model_type"]), &TypeClass::model_type);
  const bool known_type = type != std::end(by_model_type);
  if (known_type && type->name.empty()) return {};
  std::string named = tokenizer_config["tokenizer_class"].or_else(&JsonSection::string, std::string());
  if (named.empty()) named = text(model_config["tokenizer_class"]);
  if (named.empty() && known_type) named = type->name;
  return by_name(std::move(named));
}

SpecialTokens class_tokens(TokenizerFamily family) {
  SpecialTokens tokens = default_tokens(family);
  tokens.mask.lstrip = family == mpnet || family == camembert;
  tokens.bos = family == bert ? AddedToken() : tokens.cls_token;
  tokens.eos = family == bert ? AddedToken() : tokens.sep_token;
  if (family == camembert)
    for (const char* content : {"<s>NOTUSED", "</s>NOTUSED", "<unk>NOTUSED"})
      tokens.others.push_back({.content = content, .special = true});
  return tokens;
}

bool rebuild(Json& root, const TokenizerClass& owner, const JsonSection& tokenizer_config, const SpecialTokens& special,
             std::vector<std::string>& warnings) {
  const std::string file = "tokenizer.json";
  const JsonSection model_section(root["model"], file, "model");
  if (model_section.is_null() || subword_model_type(model_section) != model_of(owner.family)) {
    warnings.push_back("tokenizer_class " + owner.name + " does not fit tokenizer.json, which is used as it is");
    return false;
  }
  struct Part {
    const char *name, *title, *list;
    Json made;
  };
  for (const auto& [name, title, list, made] :
       {Part{"normalizer", "normalizer", "normalizers",
             class_normalizer(owner.family, tokenizer_config, root.value("normalizer", Json()))},
        Part{"pre_tokenizer", "pre-tokenizer", "pretokenizers", class_pre_tokenizer(owner.family, tokenizer_config)}}) {
    const std::string change = difference(steps_of(root.value(name, Json()), list), steps_of(made, list));
    if (!change.empty())
      warnings.push_back(std::string("the ") + title + " of tokenizer.json is replaced by that of " + owner.name +
                         " and tokenizer_config.json, as in transformers 5: " + change);
    root[name] = made;
  }
  Json& model = root["model"];
  Json rebuilt = {{"type", model_of(owner.family)}, {"vocab", model["vocab"]}};
  if (owner.family == bert || owner.family == mpnet) rebuilt["unk_token"] = special.unknown.content;
  if (model.contains("merges")) rebuilt["merges"] = model["merges"];
  if (model.contains("unk_id")) rebuilt["unk_id"] = model["unk_id"];  // DeBERTa, CamemBERT: the id of the unk_token
  if (owner.family == albert) rebuilt["unk_id"] = 1u;
  if (owner.family == xlm_roberta) rebuilt["unk_id"] = 3u;
  model = std::move(rebuilt);
  root["post_processor"] = nullptr;
  return true;
}

PostProcessor class_post_processor(const TokenizerClass& owner, const JsonSection& tokenizer_config,
                                   const SpecialTokens& special, const TokenizerParts& parts) {
  const bool fairseq = owner.family == camembert || owner.family == xlm_roberta;
  const auto id = [&](const AddedToken& token) {
    const auto found = parts.id(token.content);
    if (!found) tokenizer_config["tokenizer_class"].refuse("a tokenizer.json with " + shown_name(token.content));
    return *found;
  };
  PostProcessor result;
  result.layout = family_layout(owner.family, id(fairseq ? special.bos : special.cls_token),
                                id(fairseq ? special.eos : special.sep_token));
  if (owner.family == mpnet) result.trim_offsets = TrimOffsets{false};
  if (owner.family == roberta && flag(tokenizer_config, "trim_offsets", true))
    result.trim_offsets = TrimOffsets{flag(tokenizer_config, "add_prefix_space", false)};
  return result;
}

void complete_tokens(const JsonSection& tokenizer_config, const JsonSection& added, const SpecialTokens& special,
                     const std::vector<AddedToken>& file_tokens, TokenizerParts& parts) {
  const auto has_role = [&](const std::string& content) {
    return std::ranges::any_of(special.all(), [&](const AddedToken* token) { return token->content == content; });
  };
  const auto add = [&](AddedToken token) {
    if (token.content.empty()) return;
    token.special = token.special || has_role(token.content);
    const auto same = std::ranges::find(parts.added_tokens, token.content, &AddedToken::content);
    if (same != parts.added_tokens.end()) {
      token.id = same->id;
      *same = std::move(token);
      return;
    }
    std::size_t next = parts.vocabulary.size();
    for (const AddedToken& other : parts.added_tokens) next = std::max(next, static_cast<std::size_t>(other.id) + 1);
    token.id = parts.vocabulary.id(token.content).value_or(static_cast<std::int32_t>(next));
    parts.added_tokens.push_back(std::move(token));
  };
  std::map<std::int32_t, AddedToken> by_id;  // the order in which new tokens get their ids
  if (const auto decoder = tokenizer_config["added_tokens_decoder"]; !decoder.is_null()) {
    for (const auto& [key, item] : decoder.fields()) {
      std::int32_t id = -1;
      const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), id);
      if (error != std::errc() || end != key.data() + key.size() || id < 0) item.refuse("an id as its key");
      by_id[id] = read_added_token(item);
    }
  } else {
    for (const auto& [content, id] : added.fields()) {
      const bool role = has_role(content);
      by_id[id.id()] = {.content = content, .normalized = !role, .special = role};
    }
    for (const AddedToken& token : file_tokens) by_id[token.id] = token;
  }
  for (auto& [id, token] : by_id) add(std::move(token));
  for (const AddedToken* token : special.all())
    if (std::ranges::find(parts.added_tokens, token->content, &AddedToken::content) == parts.added_tokens.end())
      add(*token);
}

}  // namespace limn
