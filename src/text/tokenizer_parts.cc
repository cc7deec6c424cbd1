#include "text/tokenizer_parts.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <system_error>

#include "base/json.h"
#include "base/mapped_file.h"
#include "limn/error.h"
#include "text/json_section.h"
#include "text/tokenizer_json.h"
#include "text/vocabulary_file.h"

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

/// A special token stands in the files as a string or as {"content": …}; null: the model has none.
void read_name(const JsonSection& section, std::string& name) {
  if (section.is_null()) return;
  name = section.value().is_object() ? section["content"].string() : section.string();
}

void read_names(const JsonSection& section, SpecialNames& names) {
  read_name(section["unk_token"], names.unknown);
  read_name(section["cls_token"], names.classify);
  read_name(section["sep_token"], names.separate);
  read_name(section["pad_token"], names.pad);
  read_name(section["mask_token"], names.mask);
}

std::optional<std::size_t> read_max_length(const JsonSection& section) {
  // transformers writes 1e30 where there is no limit.
  constexpr std::size_t placeholder = 1'000'000'000;
  if (!section.value().is_number_unsigned() || section.count() >= placeholder || section.count() == 0) return {};
  return section.count();
}

}  // namespace

std::optional<std::int32_t> TokenizerParts::id(std::string_view token) const {
  const auto added = std::ranges::find(added_tokens, token, &AddedToken::content);
  return added != added_tokens.end() ? added->id : vocabulary.id(token);
}

std::string_view TokenizerParts::token(std::int32_t id) const {
  if (const auto piece = vocabulary.piece(id); !piece.empty()) return piece;
  const auto added = std::ranges::find(added_tokens, id, &AddedToken::id);
  return added != added_tokens.end() ? std::string_view(added->content) : std::string_view();
}

TokenizerParts read_tokenizer(const std::filesystem::path& folder) {
  const auto json_file = folder / "tokenizer.json", vocabulary_file = folder / "vocab.txt";
  const auto config_file = (folder / "tokenizer_config.json").string(),
             map_file = (folder / "special_tokens_map.json").string();
  const bool bare = !there(json_file);
  if (bare && !there(vocabulary_file)) {
    throw Error({.file = folder.string(),
                 .found = there(folder) ? "neither tokenizer.json nor vocab.txt" : "no such folder",
                 .expected = "a folder with the files of a tokenizer"});
  }
  const nlohmann::json config_json = read_object(config_file), map_json = read_object(map_file);
  const JsonSection config(config_json, config_file);
  SpecialNames names;
  read_names(JsonSection(map_json, map_file), names);
  read_names(config, names);

  const MappedFile file(bare ? vocabulary_file : json_file);
  const std::string_view text(reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size());
  TokenizerParts parts = bare ? parse_vocabulary_file(text, vocabulary_file.string(), config, names)
                              : parse_tokenizer_json(text, json_file.string());
  parts.max_length = read_max_length(config["model_max_length"]);
  const auto id = [&](const std::string& name) { return parts.id(name); };
  parts.special = {unknown_id(parts.model), id(names.classify), id(names.separate), id(names.pad), id(names.mask)};
  return parts;
}

}  // namespace limn
