#include "model/tensor_files.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "base/json.h"
#include "limn/error.h"
#include "model/formats/safetensors.h"
#include "model/formats/tensorflow_file.h"
#include "model/formats/torch_file.h"

namespace limn {
namespace {

using Json = nlohmann::json;

using ReadTensors = Tensors (*)(std::span<const std::byte>, const std::string&);

/// In order of preference: the first format that a folder has is read.
struct Format {
  const char* name;
  ReadTensors read;
};
constexpr Format formats[] = {
    {"model.safetensors", read_safetensors}, {"pytorch_model.bin", read_torch}, {"tf_model.h5", read_tensorflow}};

bool is_there(const std::filesystem::path& path) {
  std::error_code ignored;  // a path that cannot be examined counts as missing
  return std::filesystem::exists(path, ignored);
}

bool is_plain_name(const std::string& name) {
  return !name.empty() && name != "." && name != ".." && name.find_first_of(std::string_view("/\\\0", 3)) == name.npos;
}

WeightFiles open_whole(const std::filesystem::path& path, ReadTensors read) {
  WeightFiles result{.main = path.string(), .files = {}, .tensors = {}};
  result.files.push_back({path.filename().string(), MappedFile(path)});
  result.tensors = read(result.files.back().file.bytes(), path.string());
  return result;
}

/// Reads the shards of an index. Of each shard, only the tensors that the index assigns to it count.
WeightFiles open_parts(const std::filesystem::path& index, ReadTensors read) {
  WeightFiles result{.main = index.string(), .files = {}, .tensors = {}};
  std::map<std::string, Tensors> parts;
  for (const auto& [tensor, name] : parse_index(read_json(index), index.string())) {
    const std::string path = (index.parent_path() / name).string();
    auto part = parts.find(name);
    if (part == parts.end()) {
      if (!is_there(path)) {
        throw Error({.file = index.string(),
                     .thing = "tensor " + shown_name(tensor),
                     .found = "the file " + shown_name(name) + ", which does not exist",
                     .expected = "a file in the same folder",
                     .hint = "not all files of the checkpoint may have been downloaded"});
      }
      result.files.push_back({name, MappedFile(path)});
      part = parts.emplace(name, read(result.files.back().file.bytes(), path)).first;
    }
    const auto found = part->second.find(tensor);
    if (found == part->second.end()) {
      throw Error({.file = path,
                   .thing = "tensor " + shown_name(tensor),
                   .found = "no such tensor",
                   .expected = "the tensor that " + index.filename().string() + " lists for this file"});
    }
    result.tensors.emplace(tensor, found->second);
  }
  return result;
}

/// Strips the prefixes of wrappers as long as every name has one, or all but names without a dot.
void strip_wrappers(WeightFiles& weights) {
  constexpr std::string_view wrappers[] = {"_orig_mod.", "module."};
  std::string stripped;
  for (bool again = true; again;) {
    again = false;
    for (const std::string_view wrapper : wrappers) {
      const auto has = [&](const auto& entry) { return std::string_view(entry.first).starts_with(wrapper); };
      if (weights.tensors.empty() || !std::ranges::all_of(weights.tensors, has)) continue;
      Tensors renamed;
      for (auto& [name, tensor] : weights.tensors) renamed.emplace(name.substr(wrapper.size()), std::move(tensor));
      weights.tensors = std::move(renamed);
      stripped += wrapper;
      again = true;
    }
  }
  if (!stripped.empty())
    weights.warnings.push_back(std::filesystem::path(weights.main).filename().string() +
                               ": the names of all tensors begin with " + shown_name(stripped) + ", which was removed");
}

[[noreturn]] void refuse(const std::filesystem::path& folder) {
  Error::Parts parts{.file = folder.string(), .found = "no weights", .expected = ""};
  for (const Format& format : formats)
    parts.expected += (parts.expected.empty() ? "" : ", ") + std::string(format.name);
  constexpr const char* others[] = {"flax_model.msgpack", "model.onnx", "tf_model.h5.index.json", "model.ckpt.index"};
  const auto other = std::ranges::find_if(others, [&](const char* name) { return is_there(folder / name); });
  if (is_there(folder / "adapter_config.json")) {
    parts.found = "only an adapter (adapter_config.json)";
    parts.hint = std::string(adapter_hint);
  } else if (other != std::end(others)) {
    parts.found = "only " + std::string(*other);
    parts.hint =
        "load the model with the transformers package and save it with save_pretrained, which writes model.safetensors";
  }
  throw Error(std::move(parts));
}

}  // namespace

std::map<std::string, std::string, std::less<>> parse_index(const Json& json, const std::string& file) {
  const auto map = json.is_object() ? json.find("weight_map") : json.end();
  if (map == json.end() || !map->is_object()) {
    throw Error({.file = file,
                 .thing = "weight_map",
                 .found = map == json.end() ? "nothing" : shown(*map),
                 .expected = "an object that names each tensor's file"});
  }
  std::map<std::string, std::string, std::less<>> files;
  for (const auto& [name, value] : map->items()) {
    if (!value.is_string() || !is_plain_name(value.get_ref<const std::string&>())) {
      throw Error({.file = file,
                   .thing = "tensor " + shown_name(name),
                   .found = shown(value),
                   .expected = "the name of a file in the same folder"});
    }
    files.emplace(name, value.get<std::string>());
  }
  return files;
}

WeightFiles weights_in_memory(MemoryCheckpoint checkpoint) {
  WeightFiles weights{.main = checkpoint.name, .files = {}, .tensors = {}, .owner = std::move(checkpoint.owner)};
  for (MemoryTensor& given : checkpoint.tensors) {
    const auto count = count_numbers(given.shape);
    const bool known = is_float_type(given.type);
    if (known && (!count || *count != given.bytes.size() / number_bytes(given.type) ||
                  given.bytes.size() % number_bytes(given.type) != 0)) {
      throw Error({.file = checkpoint.name,
                   .thing = "tensor " + shown_name(given.name),
                   .found = std::to_string(given.bytes.size()) + " bytes",
                   .expected = "as many as the shape " + shape_text(given.shape) + " of " + given.type + " needs"});
    }
    const auto [place, is_new] = weights.tensors.try_emplace(
        given.name, Tensor{.file = checkpoint.name, .type = given.type, .shape = given.shape, .bytes = given.bytes});
    if (!is_new)
      throw Error({.file = checkpoint.name,
                   .thing = "tensor " + shown_name(given.name),
                   .found = "two of this name",
                   .expected = "one"});
  }
  strip_wrappers(weights);
  return weights;
}

WeightFiles open_weights(const std::filesystem::path& folder) {
  for (const auto& [name, read] : formats) {
    const std::filesystem::path whole = folder / name, index = folder / (std::string(name) + ".index.json");
    const bool parts = !is_there(whole) && read != read_tensorflow && is_there(index);
    if (!is_there(whole) && !parts) continue;
    WeightFiles weights = parts ? open_parts(index, read) : open_whole(whole, read);
    strip_wrappers(weights);
    return weights;
  }
  refuse(folder);
}

}  // namespace limn
