#include "text/files/tokenizer_parts.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <system_error>

#include "base/json.h"
#include "base/mapped_file.h"
#include "limn/error.h"
#include "text/files/json_section.h"
#include "text/files/tokenizer_class.h"
#include "text/files/tokenizer_family.h"
#include "text/files/tokenizer_json.h"
#include "text/files/vocabulary_file.h"

namespace limn {
namespace {

bool there(const std::filesystem::path& file) {
  std::error_code ignored;
  return std::filesystem::exists(file, ignored);
}

nlohmann::json read_object(const std::filesystem::path& file) {
  if (!there(file)) return nlohmann::json::object();
  nlohmann::json result = read_json(file);
  if (!result.is_object()) JsonSection(result, file.string()).refuse("an object");
  return result;
}

/// The object in a file; an empty one if the file does not exist.
struct JsonFile {
  std::string name;
  nlohmann::json json;
  JsonSection section;

  explicit JsonFile(const std::filesystem::path& path)
      : name(path.string()), json(read_object(path)), section(json, name) {}
  JsonFile(std::string file, nlohmann::json content)
      : name(std::move(file)), json(std::move(content)), section(json, name) {}
  JsonFile(const JsonFile&) = delete;  // the section refers to the other members
};

std::string_view text_of(const MappedFile& file) {
  return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

std::optional<std::size_t> read_max_length(const JsonSection& section) {
  // transformers writes 1e30 where there is no limit.
  constexpr double placeholder = 1e9;
  if (!section.value().is_number()) return {};
  const auto length = section.value().get<double>();
  if (!(length >= 1 && length < placeholder)) return {};
  return static_cast<std::size_t>(length);
}

/// The files beside a tokenizer.json; empty objects for those that are missing.
struct Siblings {
  const JsonSection &config, &map, &added, &model_config;
};

/// A tokenizer.json, completed and overridden by its siblings as transformers 5 does (see tokenizer_class.h).
TokenizerParts read_with_siblings(std::string_view text, const std::string& file, const Siblings& files) {
  std::optional<TokenizerClass> owner = find_class(files.config, files.model_config);
  SpecialTokens special;
  if (owner) special = class_tokens(owner->family);
  read_special_tokens(files.config, files.map, special);
  std::vector<std::string> warnings;
  TokenizerParts parts = parse_tokenizer_json(text, file, [&](nlohmann::json& root) {
    if (owner && !rebuild(root, *owner, files.config, special, warnings)) owner.reset();
  });
  parts.warnings = std::move(warnings);
  const std::vector<AddedToken> file_tokens = parts.added_tokens;
  if (owner) parts.added_tokens.clear();
  complete_tokens(files.config, files.added, special, file_tokens, parts);
  if (owner) parts.post_processor = class_post_processor(*owner, files.config, special, parts);
  return parts;
}

/// Sets what depends on the tokens that have a role, and the maximum length.
void finish_parts(const SpecialTokens& special, const JsonSection& config, const JsonSection& model_config,
                  TokenizerParts& parts) {
  // max_len is the former name; a null of the new name hides it.
  parts.max_length =
      read_max_length(config[config.value().contains("model_max_length") ? "model_max_length" : "max_len"]);
  // A role whose token has no embedding: the class names it, but the model was not trained with it.
  const nlohmann::json rows = model_config["vocab_size"].value();
  const auto id = [&](const AddedToken& token) {
    auto found = parts.id(token.content);
    if (found && rows.is_number_unsigned() && rows <= static_cast<std::uint64_t>(*found)) found.reset();
    return found;
  };
  const auto unknown = unknown_id(parts.model);
  parts.special = {unknown ? unknown : id(special.unknown), id(special.cls_token), id(special.sep_token),
                   id(special.pad), id(special.mask)};
}

/// The special tokens that a tokenizer.json and its siblings name.
SpecialTokens special_tokens(const TokenizerParts& parts, const Siblings& files) {
  SpecialTokens special = default_tokens(parts.id("[CLS]") ? TokenizerFamily::bert : TokenizerFamily::roberta);
  read_special_tokens(files.config, files.map, special);
  return special;
}

}  // namespace

std::optional<std::int32_t> TokenizerParts::id(std::string_view token) const {
  const auto added = std::ranges::find(added_tokens, token, &AddedToken::content);
  return added != added_tokens.end() ? added->id : vocabulary.id(token);
}

std::string_view TokenizerParts::token(std::int32_t id) const {
  if (const auto token = vocabulary.token(id); !token.empty()) return token;
  const auto added = std::ranges::find(added_tokens, id, &AddedToken::id);
  return added != added_tokens.end() ? std::string_view(added->content) : std::string_view();
}

TokenizerParts read_tokenizer(const std::filesystem::path& folder, const nlohmann::json* model_config) {
  const std::array<const char*, 4> spiece_names = {"spiece.model", "sentencepiece.bpe.model", "spm.model",
                                                   "tokenizer.model"};
  const auto is_there = [&](const char* name) { return there(folder / name); };
  const auto spiece = std::ranges::find_if(spiece_names, is_there);
  const bool lines = is_there("vocab.txt"), merges = is_there("vocab.json") && is_there("merges.txt");
  const bool bare = !is_there("tokenizer.json");
  if (bare && !lines && !merges && spiece == spiece_names.end()) {
    throw Error({.file = folder.string(),
                 .found = there(folder)
                              ? "none of tokenizer.json, vocab.txt, vocab.json with merges.txt, spiece.model, "
                                "sentencepiece.bpe.model, spm.model, tokenizer.model"
                              : "no such folder",
                 .expected = "a folder with the files of a tokenizer"});
  }
  const JsonFile config(folder / "tokenizer_config.json"), map(folder / "special_tokens_map.json");
  const JsonFile added(folder / "added_tokens.json");
  const std::string config_file = (folder / "config.json").string();
  const nlohmann::json from_file = model_config ? nlohmann::json() : read_object(config_file);
  const JsonSection model_section(model_config ? *model_config : from_file, config_file);
  TokenizerParts parts;
  SpecialTokens special;
  if (bare) {
    std::optional<TokenizerFamily> family = read_family(config.section, model_section);
    if (!family && lines) family = TokenizerFamily::bert;
    if (!family && merges) family = TokenizerFamily::roberta;
    if (!family) {
      throw Error({.file = (folder / *spiece).string(),
                   .thing = "tokenizer",
                   .found = "neither a tokenizer_class in tokenizer_config.json nor a model_type in config.json",
                   .expected = "one of them: a SentencePiece model does not specify the post-processor"});
    }
    special = default_tokens(*family);
    read_special_tokens(config.section, map.section, special);
    const auto path = folder / (lines ? "vocab.txt" : merges ? "vocab.json" : *spiece);
    const MappedFile file(path);
    const TokenizerFiles files = {path.string(), config.section, added.section, *family, special};
    if (lines) {
      parts = parse_vocabulary_file(text_of(file), files);
    } else if (merges) {
      const auto merges_path = folder / "merges.txt";
      const MappedFile merges_file(merges_path);
      parts = parse_merges_file(text_of(file), text_of(merges_file), merges_path.string(), files);
    } else {
      parts = parse_spiece_file(text_of(file), files);
    }
  } else {
    const auto path = folder / "tokenizer.json";
    const MappedFile file(path);
    const Siblings siblings = {config.section, map.section, added.section, model_section};
    parts = read_with_siblings(text_of(file), path.string(), siblings);
    special = special_tokens(parts, siblings);
  }
  finish_parts(special, config.section, model_section, parts);
  return parts;
}

TokenizerParts parse_tokenizer(std::string_view tokenizer, std::string_view tokenizer_config,
                               const nlohmann::json& model_config, const std::string& name) {
  const std::string config_file = name + ": tokenizer_config.json", model_file = name + ": config.json";
  nlohmann::json parsed =
      tokenizer_config.empty() ? nlohmann::json::object() : parse_json(tokenizer_config, config_file);
  if (!parsed.is_object()) JsonSection(parsed, config_file).refuse("an object");
  const JsonFile config(config_file, std::move(parsed)), none(name, nlohmann::json::object());
  const JsonSection model_section(model_config, model_file);
  const Siblings siblings = {config.section, none.section, none.section, model_section};
  TokenizerParts parts = read_with_siblings(tokenizer, name + ": tokenizer.json", siblings);
  finish_parts(special_tokens(parts, siblings), config.section, model_section, parts);
  return parts;
}

}  // namespace limn
