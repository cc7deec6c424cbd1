#include "model/safetensors.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>
#include <utility>

#include "base/json.h"
#include "limn/error.h"

namespace limn {
namespace {

using Json = nlohmann::json;

static_assert(std::endian::native == std::endian::little, "safetensors files are read in place");

constexpr std::size_t length_bytes = 8;
constexpr std::uint64_t longest_header = 100'000'000;  // as the safetensors package has it

struct NumberType {
  std::string_view name;
  std::size_t bits;
};
constexpr NumberType number_types[] = {
    {"F32", 32}, {"F16", 16},    {"BF16", 16},   {"F64", 64},    {"I64", 64},    {"I32", 32},    {"I16", 16},
    {"I8", 8},   {"U64", 64},    {"U32", 32},    {"U16", 16},    {"U8", 8},      {"BOOL", 8},    {"C64", 64},
    {"F4", 4},   {"F6_E2M3", 6}, {"F6_E3M2", 6}, {"F8_E4M3", 8}, {"F8_E5M2", 8}, {"F8_E8M0", 8},
};

/// The bytes that a tensor needs; nothing if they cannot be counted in 64 bits. Unknown types may need any number.
std::optional<std::size_t> needed_bytes(const NumberType& type, std::span<const std::size_t> shape) {
  std::size_t bits = type.bits;
  for (const std::size_t size : shape) {
    if (__builtin_mul_overflow(bits, size, &bits)) return {};
  }
  return bits / 8 + (bits % 8 != 0);
}

/// Reads one entry of the header: {"dtype": …, "shape": […], "data_offsets": [begin, end]}.
class EntryReader {
 public:
  EntryReader(const std::string& file, const std::string& name, const Json& entry)
      : file_(file), name_(name), entry_(entry) {}

  Tensor read(std::span<const std::byte> data) const {
    if (!entry_.is_object()) fail(shown(entry_), "an object with dtype, shape and data_offsets");
    const Json& type = field("dtype");
    if (!type.is_string()) fail("dtype " + shown(type), "the name of a number type");
    Tensor tensor{.file = file_, .type = type.get<std::string>(), .shape = sizes("shape"), .bytes = {}};
    const std::vector<std::size_t> offsets = sizes("data_offsets");
    if (offsets.size() != 2) fail(std::to_string(offsets.size()) + " data_offsets", "two: begin and end");
    const auto [begin, end] = std::pair(offsets[0], offsets[1]);
    if (begin > end || end > data.size()) {
      fail("data from byte " + std::to_string(begin) + " to " + std::to_string(end),
           "a range within the " + std::to_string(data.size()) + " bytes of data", "the file may be cut off");
    }
    tensor.bytes = data.subspan(begin, end - begin);
    check_size(tensor);
    return tensor;
  }

 private:
  void check_size(const Tensor& tensor) const {
    const auto known = std::ranges::find(number_types, tensor.type, &NumberType::name);
    if (known == std::end(number_types)) return;  // refused when it is used
    const auto needed = needed_bytes(*known, tensor.shape);
    const std::string shape = "shape " + shape_text(tensor.shape) + " of " + tensor.type;
    if (!needed) fail(shape, "a shape whose bytes can be counted");
    if (*needed != tensor.bytes.size()) {
      fail(std::to_string(tensor.bytes.size()) + " bytes", std::to_string(*needed) + " bytes for " + shape);
    }
  }

  const Json& field(const char* key) const {
    const auto found = entry_.find(key);
    if (found == entry_.end()) fail(std::string("no ") + key, "dtype, shape and data_offsets");
    return *found;
  }

  std::vector<std::size_t> sizes(const char* key) const {
    const Json& list = field(key);
    if (!list.is_array()) fail(key + (" " + shown(list)), "a list of whole numbers");
    std::vector<std::size_t> result;
    for (const Json& size : list) {
      if (!size.is_number_unsigned()) fail(key + (" with " + shown(size)), "a list of whole numbers");
      result.push_back(size.get<std::size_t>());
    }
    return result;
  }

  [[noreturn]] void fail(std::string found, std::string expected, std::string hint = {}) const {
    throw Error({.file = file_,
                 .thing = "tensor " + shown_name(name_),
                 .found = std::move(found),
                 .expected = std::move(expected),
                 .hint = std::move(hint)});
  }

  const std::string& file_;
  const std::string& name_;
  const Json& entry_;
};

void check_overlap(const Tensors& tensors, const std::string& file) {
  std::vector<const Tensors::value_type*> order;
  for (const auto& entry : tensors) {
    if (!entry.second.bytes.empty()) order.push_back(&entry);
  }
  std::ranges::sort(order, {}, [](const auto* entry) { return entry->second.bytes.data(); });
  for (std::size_t i = 1; i < order.size(); i++) {
    const std::span<const std::byte> before = order[i - 1]->second.bytes;
    if (before.data() + before.size() > order[i]->second.bytes.data()) {
      throw Error({.file = file,
                   .thing = "tensor " + shown_name(order[i]->first),
                   .found = "data that overlaps tensor " + shown_name(order[i - 1]->first),
                   .expected = "each byte to belong to one tensor"});
    }
  }
}

/// The JSON text of the header.
std::string_view header(std::span<const std::byte> bytes, const std::string& file) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.starts_with("version https://git-lfs")) {
    throw Error({.file = file,
                 .found = "a Git LFS pointer",
                 .expected = "the weights themselves",
                 .hint = "'git lfs pull' fetches them"});
  }
  if (bytes.size() < length_bytes) {
    throw Error({.file = file,
                 .found = std::to_string(bytes.size()) + " bytes",
                 .expected = "a safetensors file, which begins with 8 bytes of header length",
                 .hint = "the file may be cut off"});
  }
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), length_bytes);
  const std::size_t most = bytes.size() - length_bytes;
  if (length > most || length > longest_header) {
    throw Error({.file = file,
                 .thing = "header",
                 .found = "a length of " + std::to_string(length) + " bytes",
                 .expected = length > most ? "at most the " + std::to_string(most) + " bytes that follow it"
                                           : "at most " + std::to_string(longest_header) + " bytes",
                 .hint = "the file may be cut off, or no safetensors file"});
  }
  return text.substr(length_bytes, static_cast<std::size_t>(length));
}

/// IEEE 754 half precision: 1 sign, 5 exponent (bias 15) and 10 fraction bits.
float widen_f16(std::uint16_t half) {
  const std::uint32_t magnitude = half & 0x7fffu;
  const std::uint32_t exponent = half & 0x7c00u;
  // 112 = 127 - 15 moves the exponent to float32's bias; infinities and NaNs keep an exponent of all ones.
  const std::uint32_t bias = exponent == 0x7c00u ? 2 * 112u << 23 : 112u << 23;
  const auto normal = std::bit_cast<float>((magnitude << 13) + bias);
  const float subnormal = static_cast<float>(static_cast<std::int32_t>(magnitude)) * 0x1p-24f;
  const auto positive = std::bit_cast<std::uint32_t>(exponent == 0 ? subnormal : normal);
  return std::bit_cast<float>(positive | (half & 0x8000u) << 16);
}

/// The upper half of a float32.
float widen_bf16(std::uint16_t half) { return std::bit_cast<float>(static_cast<std::uint32_t>(half) << 16); }

template <float (*widen_one)(std::uint16_t)>
void widen_halves(const std::byte* bytes, std::span<float> numbers) {
  for (std::size_t i = 0; i < numbers.size(); i++) {
    std::uint16_t half = 0;
    std::memcpy(&half, bytes + 2 * i, sizeof half);
    numbers[i] = widen_one(half);
  }
}

bool is_there(const std::filesystem::path& path) {
  std::error_code ignored;  // what cannot be looked at is not there
  return std::filesystem::exists(path, ignored);
}

bool is_plain_name(const std::string& name) {
  return !name.empty() && name != "." && name != ".." && name.find_first_of(std::string_view("/\\\0", 3)) == name.npos;
}

}  // namespace

std::string shape_text(std::span<const std::size_t> shape) {
  std::string text;
  for (const std::size_t size : shape) text += (text.empty() ? "" : ", ") + std::to_string(size);
  return "(" + text + ")";
}

Tensors read_safetensors(std::span<const std::byte> bytes, const std::string& file) {
  const std::string_view json_text = header(bytes, file);
  const Json json = parse_json(json_text, file + " (header)");
  if (!json.is_object()) {
    throw Error({.file = file, .thing = "header", .found = shown(json), .expected = "an object of tensors"});
  }
  const auto data = bytes.subspan(length_bytes + json_text.size());
  Tensors tensors;
  for (const auto& [name, entry] : json.items()) {
    if (name != "__metadata__") tensors.emplace(name, EntryReader(file, name, entry).read(data));
  }
  check_overlap(tensors, file);
  return tensors;
}

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

WeightFiles open_safetensors(const std::filesystem::path& folder) {
  const std::filesystem::path single = folder / "model.safetensors";
  const std::filesystem::path index = folder / "model.safetensors.index.json";
  if (!is_there(single) && is_there(index)) {
    WeightFiles result{.main = index.string(), .files = {}, .tensors = {}};
    std::map<std::string, Tensors> shards;
    for (const auto& [tensor, name] : parse_index(read_json(index), index.string())) {
      const std::string path = (folder / name).string();
      auto shard = shards.find(name);
      if (shard == shards.end()) {
        if (!is_there(path)) {
          throw Error({.file = index.string(),
                       .thing = "tensor " + shown_name(tensor),
                       .found = "the file " + shown_name(name) + ", which does not exist",
                       .expected = "a file in the same folder",
                       .hint = "not all files of the checkpoint may have been downloaded"});
        }
        result.files.push_back({name, MappedFile(path)});
        shard = shards.emplace(name, read_safetensors(result.files.back().file.bytes(), path)).first;
      }
      const auto found = shard->second.find(tensor);
      if (found == shard->second.end()) {
        throw Error({.file = path,
                     .thing = "tensor " + shown_name(tensor),
                     .found = "no such tensor",
                     .expected = "it here, as " + index.filename().string() + " says"});
      }
      result.tensors.emplace(tensor, found->second);
    }
    return result;
  }
  WeightFiles result{.main = single.string(), .files = {}, .tensors = {}};
  result.files.push_back({single.filename().string(), MappedFile(single)});
  result.tensors = read_safetensors(result.files.back().file.bytes(), single.string());
  return result;
}

bool is_float_type(std::string_view type) { return type == "F32" || type == "F16" || type == "BF16"; }

void widen(std::string_view type, std::span<const std::byte> bytes, std::span<float> numbers) {
  assert(is_float_type(type) && bytes.size() == numbers.size() * (type == "F32" ? 4 : 2));
  if (type == "F32") {
    if (!bytes.empty()) std::memcpy(numbers.data(), bytes.data(), bytes.size());
  } else if (type == "F16") {
    widen_halves<widen_f16>(bytes.data(), numbers);
  } else {
    widen_halves<widen_bf16>(bytes.data(), numbers);
  }
}

}  // namespace limn
