#include "model/formats/safetensors.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/json.h"
#include "limn/error.h"

namespace limn {
namespace {

using Json = nlohmann::json;

constexpr std::size_t length_bytes = 8;
constexpr std::uint64_t longest_header = 100'000'000;  // the limit of the safetensors package

struct NumberType {
  std::string_view name;
  std::size_t bits;
};
constexpr NumberType number_types[] = {
    {"F32", 32}, {"F16", 16},    {"BF16", 16},   {"F64", 64},    {"I64", 64},    {"I32", 32},    {"I16", 16},
    {"I8", 8},   {"U64", 64},    {"U32", 32},    {"U16", 16},    {"U8", 8},      {"BOOL", 8},    {"C64", 64},
    {"F4", 4},   {"F6_E2M3", 6}, {"F6_E3M2", 6}, {"F8_E4M3", 8}, {"F8_E5M2", 8}, {"F8_E8M0", 8},
};

/// The bytes that a tensor needs; nothing if their number does not fit into 64 bits.
std::optional<std::size_t> needed_bytes(const NumberType& type, std::span<const std::size_t> shape) {
  std::size_t bits = type.bits;
  for (const std::size_t size : shape)
    if (__builtin_mul_overflow(bits, size, &bits)) return {};
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
    if (!type.is_string()) fail("dtype " + shown(type), "the name of an element type");
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
    if (known == std::end(number_types)) return;  // unknown types may have any size; refused if the tensor is used
    const auto needed = needed_bytes(*known, tensor.shape);
    const std::string shape = "shape " + shape_text(tensor.shape) + " of " + tensor.type;
    if (!needed) fail(shape, "a shape whose size in bytes fits into 64 bits");
    if (*needed != tensor.bytes.size())
      fail(std::to_string(tensor.bytes.size()) + " bytes", std::to_string(*needed) + " bytes for " + shape);
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
  for (const auto& entry : tensors)
    if (!entry.second.bytes.empty()) order.push_back(&entry);
  std::ranges::sort(order, {}, [](const auto* entry) { return entry->second.bytes.data(); });
  for (std::size_t i = 1; i < order.size(); ++i) {
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
  refuse_pointer(bytes, file);
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
                 .hint = "the file may be cut off, or not be a safetensors file"});
  }
  return text.substr(length_bytes, static_cast<std::size_t>(length));
}

}  // namespace

Tensors read_safetensors(std::span<const std::byte> bytes, const std::string& file) {
  const std::string_view json_text = header(bytes, file);
  const Json json = parse_json(json_text, file + " (header)");
  if (!json.is_object())
    throw Error({.file = file, .thing = "header", .found = shown(json), .expected = "an object of tensors"});
  const auto data = bytes.subspan(length_bytes + json_text.size());
  Tensors tensors;
  for (const auto& [name, entry] : json.items())
    if (name != "__metadata__") tensors.emplace(name, EntryReader(file, name, entry).read(data));
  check_overlap(tensors, file);
  return tensors;
}

}  // namespace limn
