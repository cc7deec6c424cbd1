#include "apps/hub/version.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "limn/error.h"
#include "store/repository.h"

namespace limn::hub {
namespace {

/// All files that may belong to a tokenizer.
constexpr auto tokenizer_files = std::to_array<const char*>(
    {"tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.txt",
     "vocab.json", "merges.txt", "spiece.model", "sentencepiece.bpe.model", "spm.model"});

constexpr auto weight_files =
    std::to_array<const char*>({"model.safetensors", "model.safetensors.index.json", "pytorch_model.bin",
                                "pytorch_model.bin.index.json", "tf_model.h5"});

}  // namespace

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
                 .hint = "check that HF_ENDPOINT is the address of a Hugging Face hub"});
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
                 .expected = "a checkpoint in the format of the transformers package",
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
