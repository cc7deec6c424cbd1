#include "apps/hub/repository.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "limn/error.h"

namespace limn::hub {
namespace {

/// Everything that a tokenizer may be made of.
constexpr auto tokenizer_files = std::to_array<const char*>(
    {"tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.txt",
     "vocab.json", "merges.txt", "spiece.model", "sentencepiece.bpe.model", "spm.model"});

constexpr auto weight_files =
    std::to_array<const char*>({"model.safetensors", "model.safetensors.index.json", "pytorch_model.bin",
                                "pytorch_model.bin.index.json", "tf_model.h5"});

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

/// A part of a path that stays where it is put.
bool is_plain_part(std::string_view part) {
  const auto plain = [](char c) { return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.'; };
  return !part.empty() && part.size() <= 96 && std::ranges::all_of(part, plain) && part.front() != '.' &&
         part.front() != '-' && part.find("..") == part.npos;
}

bool are_plain_parts(std::string_view path, std::size_t most) {
  for (std::size_t count = 1;; ++count) {
    const std::size_t slash = path.find('/');
    if (count > most || !is_plain_part(path.substr(0, slash))) return false;
    if (slash == path.npos) return true;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace

std::string Repository::folder() const {
  std::string result = "models--" + name;
  if (const std::size_t slash = result.find('/'); slash != result.npos) result.replace(slash, 1, "--");
  return result;
}

Repository parse_repository(std::string_view text) {
  const std::size_t at = text.find('@');
  Repository result{.name = std::string(text.substr(0, at))};
  if (at != text.npos) result.revision = text.substr(at + 1);
  if (!are_plain_parts(result.name, 2) || result.name.find("--") != std::string::npos) {
    throw Error({.file = shown_name(text),
                 .found = "no name of a model",
                 .expected = "ORG/NAME or ORG/NAME@REVISION of letters, digits, '-', '_' and '.'",
                 .hint = "as it stands in the model's address on the hub"});
  }
  if (!are_plain_parts(result.revision, 8)) {
    throw Error({.file = shown_name(text),
                 .thing = "revision",
                 .found = shown_name(result.revision),
                 .expected = "a branch, a tag or a commit"});
  }
  return result;
}

bool is_commit(std::string_view text) {
  const auto hexadecimal = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return text.size() == 40 && std::ranges::all_of(text, hexadecimal);
}

bool Version::has(std::string_view file) const { return std::ranges::find(files, file) != files.end(); }

Version parse_version(const nlohmann::json& json, const std::string& url) {
  Version version;
  const auto sha = json.is_object() ? json.find("sha") : json.end();
  const auto siblings = json.is_object() ? json.find("siblings") : json.end();
  if (sha == json.end() || !sha->is_string() || !is_commit(sha->get_ref<const std::string&>()) ||
      siblings == json.end() || !siblings->is_array()) {
    throw Error({.file = url,
                 .found = "something else",
                 .expected = "a model's commit and files",
                 .hint = "is HF_ENDPOINT the address of a Hugging Face hub?"});
  }
  version.commit = sha->get<std::string>();
  for (const auto& sibling : *siblings) {
    const auto name = sibling.is_object() ? sibling.find("rfilename") : sibling.end();
    if (name != sibling.end() && name->is_string()) version.files.push_back(name->get<std::string>());
  }
  return version;
}

std::vector<std::string> small_files(const Version& version, const std::string& model) {
  if (!version.has("config.json")) {
    throw Error({.file = model,
                 .found = "no config.json",
                 .expected = "a checkpoint of the transformers package",
                 .hint = "models of other libraries cannot be read"});
  }
  std::vector<std::string> result;
  for (const char* file : tokenizer_files)
    if (version.has(file)) result.emplace_back(file);
  result.emplace_back("config.json");
  return result;
}

std::string weight_file(const Version& version, const std::string& model) {
  const auto found = std::ranges::find_if(weight_files, [&](const char* file) { return version.has(file); });
  if (found != weight_files.end()) return *found;
  std::string there;
  constexpr std::size_t most = 8;
  for (std::size_t i = 0; i < std::min(most, version.files.size()); ++i)
    there += (i == 0 ? "" : ", ") + shown_name(version.files[i]);
  throw Error({.file = model,
               .found = fmt::format("no weights among {}{}", there, version.files.size() > most ? ", …" : ""),
               .expected = fmt::format("one of {}", fmt::join(weight_files, ", "))});
}

}  // namespace limn::hub
