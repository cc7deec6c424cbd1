#include "model/formats/torch_file.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/byte_reader.h"
#include "base/json.h"
#include "limn/error.h"
#include "model/formats/pickle.h"
#include "model/formats/zip.h"

namespace limn {
namespace {

using Kind = PickleValue::Kind;
using Index = std::uint32_t;

constexpr std::string_view rebuild_tensor = "torch._utils._rebuild_tensor";
constexpr std::string_view rebuild_tensor_v2 = "torch._utils._rebuild_tensor_v2";
constexpr std::string_view rebuild_parameter = "torch._utils._rebuild_parameter";
constexpr auto allowed = std::to_array<std::string_view>(
    {"collections.OrderedDict", rebuild_tensor, rebuild_tensor_v2, rebuild_parameter, "torch.FloatStorage",
     "torch.HalfStorage", "torch.BFloat16Storage", "torch.DoubleStorage", "torch.LongStorage", "torch.IntStorage",
     "torch.ShortStorage", "torch.CharStorage", "torch.ByteStorage", "torch.BoolStorage", "torch.Size"});

struct StorageType {
  std::string_view function, type;
  std::size_t bytes;
};
constexpr StorageType storage_types[] = {
    {"torch.FloatStorage", "F32", 4},  {"torch.HalfStorage", "F16", 2}, {"torch.BFloat16Storage", "BF16", 2},
    {"torch.DoubleStorage", "F64", 8}, {"torch.LongStorage", "I64", 8}, {"torch.IntStorage", "I32", 4},
    {"torch.ShortStorage", "I16", 2},  {"torch.CharStorage", "I8", 1},  {"torch.ByteStorage", "U8", 1},
    {"torch.BoolStorage", "BOOL", 1},
};

/// A contiguous array that tensors refer to, as the pickle describes it.
struct Storage {
  const StorageType* type;
  std::string_view key;
  std::size_t count;
};

/// Returns the bytes of a storage, which depend on the file's format.
using FindBytes = std::function<std::span<const std::byte>(const Storage&)>;

/// The pickle of a state dict.
class StateDict {
 public:
  StateDict(std::span<const std::byte> bytes, const std::string& file)
      : file_(file), pickle_(read_pickle(bytes, allowed, file)) {}

  const Pickle& pickle() const { return pickle_; }

  /// Reads a reference ("storage", TYPE, KEY, device, COUNT), followed by None or a view in older files.
  Storage storage(const PickleValue& reference) const {
    const auto& items = pickle_[reference.items.at(0)].items;
    if (reference.kind != Kind::reference || items.size() < 5 || pickle_[items[0]].text != "storage")
      fail("pickle", "a reference to something other than a storage", "tensors and nothing else");
    const PickleValue &function = pickle_[items[1]], &key = pickle_[items[2]];
    const auto type = function.kind == Kind::function
                          ? std::ranges::find(storage_types, name(function), &StorageType::function)
                          : std::end(storage_types);
    if (type == std::end(storage_types) || key.kind != Kind::text)
      fail("pickle", "a storage of unknown type", "one of PyTorch's storage types");
    if (items.size() > 5 && pickle_[items[5]].kind != Kind::none) {
      fail("storage " + shown_name(key.text), "a view of another storage, as PyTorch before 0.4 wrote it",
           "a file of PyTorch 0.4 or later", "load it with PyTorch and save it again");
    }
    return {type, key.text, size(items[4])};
  }

  Tensors tensors(const FindBytes& find_bytes) const {
    const PickleValue& dictionary = state_dict();
    Tensors result;
    for (std::size_t i = 0; i < dictionary.items.size(); i += 2) {
      const PickleValue& key = pickle_[dictionary.items[i]];
      const std::optional<Index> call = tensor_call(dictionary.items[i + 1]);
      if (key.kind != Kind::text || !call) continue;
      result.insert_or_assign(std::string(key.text), tensor(key.text, pickle_[*call], find_bytes));
    }
    if (result.empty()) fail("pickle", "no tensor with a name", "a dictionary of tensors (a state dict)");
    return result;
  }

 private:
  std::string_view name(const PickleValue& function) const {
    return allowed[static_cast<std::size_t>(function.integer)];
  }

  /// The call that rebuilds a tensor, if the value is one; a parameter is a wrapped tensor.
  std::optional<Index> tensor_call(Index index) const {
    for (int wrappers = 0; wrappers < 2; ++wrappers) {
      const PickleValue& value = pickle_[index];
      if (value.kind != Kind::call) return {};
      const std::string_view function = name(pickle_[value.items[0]]);
      if (function == rebuild_tensor || function == rebuild_tensor_v2) return index;
      const auto& arguments = pickle_[value.items[1]].items;
      if (function != rebuild_parameter || arguments.empty()) return {};
      index = arguments[0];
    }
    return {};
  }

  bool has_tensors(const PickleValue& dictionary) const {
    for (std::size_t i = 1; i < dictionary.items.size(); i += 2)
      if (tensor_call(dictionary.items[i])) return true;
    return false;
  }

  /// The dictionary of tensors: the root, or a part of a training checkpoint.
  const PickleValue& state_dict() const {
    const PickleValue& root = pickle_[pickle_.root];
    if (root.kind != Kind::dictionary) fail("pickle", "another value", "a dictionary of tensors (a state dict)");
    if (has_tensors(root)) return root;
    for (const std::string_view wrapper : {"state_dict", "model_state_dict", "model"}) {
      for (std::size_t i = 0; i < root.items.size(); i += 2) {
        const PickleValue& inner = pickle_[root.items[i + 1]];
        if (pickle_[root.items[i]].text == wrapper && inner.kind == Kind::dictionary) return inner;
      }
    }
    return root;
  }

  /// The tensor that a call with the arguments storage, offset, shape, strides, … rebuilds.
  Tensor tensor(std::string_view name, const PickleValue& call, const FindBytes& find_bytes) const {
    const std::string thing = "tensor " + shown_name(name);
    const auto& arguments = pickle_[call.items[1]].items;
    if (arguments.size() < 4 || pickle_[arguments[0]].kind != Kind::reference)
      fail(thing, "other arguments", "storage, offset, shape and strides");
    const Storage storage = this->storage(pickle_[arguments[0]]);
    const std::size_t offset = size(arguments[1]);
    Tensor tensor{.file = file_,
                  .type = std::string(storage.type->type),
                  .shape = sizes(arguments[2]),
                  .bytes = {},
                  .strides = sizes(arguments[3])};
    if (tensor.shape.size() != tensor.strides.size()) fail(thing, "another number of strides", "one per axis");
    const auto count = count_numbers(tensor.shape), spanned = count_spanned(tensor.shape, tensor.strides);
    const std::string shape = "shape " + shape_text(tensor.shape) + " with strides " + shape_text(tensor.strides);
    if (!count || !spanned || offset > storage.count || *spanned > storage.count - offset) {
      fail(thing, shape + " from element " + std::to_string(offset),
           "a range within its storage's " + std::to_string(storage.count) + " elements");
    }
    if (*count > *spanned) fail(thing, shape, "no two elements at the same place");
    tensor.bytes = find_bytes(storage).subspan(offset * storage.type->bytes, *spanned * storage.type->bytes);
    if (is_row_major(tensor)) tensor.strides.clear();
    return tensor;
  }

  /// Whether the strides can be dropped. Those of axes with a single index do not matter.
  static bool is_row_major(const Tensor& tensor) {
    const auto plain = row_major(tensor.shape);
    for (std::size_t axis = 0; axis < plain.size(); ++axis)
      if (tensor.shape[axis] > 1 && tensor.strides[axis] != plain[axis]) return tensor.bytes.empty();
    return true;
  }

  std::vector<std::size_t> sizes(Index index) const {
    const PickleValue* value = &pickle_[index];
    if (value->kind == Kind::call && name(pickle_[value->items[0]]) == "torch.Size") {
      const auto& arguments = pickle_[value->items[1]].items;
      if (!arguments.empty()) value = &pickle_[arguments[0]];
    }
    std::vector<std::size_t> result;
    if (value->kind != Kind::tuple && value->kind != Kind::list) fail("pickle", "another value", "a list of sizes");
    constexpr std::size_t most_axes = 32;
    if (value->items.size() > most_axes)
      fail("pickle", std::to_string(value->items.size()) + " axes", "at most " + std::to_string(most_axes));
    for (const Index item : value->items) result.push_back(size(item));
    return result;
  }

  std::size_t size(Index index) const {
    const PickleValue& value = pickle_[index];
    if (value.kind != Kind::integer || value.integer < 0 || !value.text.empty())
      fail("pickle", value.kind == Kind::integer ? std::to_string(value.integer) : "another value", "a size");
    return static_cast<std::size_t>(value.integer);
  }

  [[noreturn]] void fail(std::string thing, std::string found, std::string expected, std::string hint = {}) const {
    throw Error({.file = file_,
                 .thing = std::move(thing),
                 .found = std::move(found),
                 .expected = std::move(expected),
                 .hint = std::move(hint)});
  }

  const std::string& file_;
  Pickle pickle_;
};

/// The first bytes of `stored`, as many as the storage's elements need.
std::span<const std::byte> numbers_of(const Storage& storage, std::span<const std::byte> stored,
                                      const std::string& file) {
  std::size_t bytes = 0;
  if (__builtin_mul_overflow(storage.count, storage.type->bytes, &bytes) || bytes > stored.size()) {
    throw Error(
        {.file = file,
         .thing = "storage " + shown_name(storage.key),
         .found = std::to_string(stored.size()) + " bytes",
         .expected = std::to_string(storage.count) + " elements of " + std::to_string(storage.type->bytes) + " bytes",
         .hint = "the file may be cut off or damaged"});
  }
  return stored.first(bytes);
}

[[noreturn]] void refuse_byte_order(const std::string& file) {
  throw Error({.file = file,
               .thing = "byte order",
               .found = "big-endian numbers",
               .expected = "little-endian ones",
               .hint = "load it with PyTorch on this machine and save it again"});
}

/// Reads a zip file with NAME/data.pkl and the storages in NAME/data/KEY.
Tensors read_zip_form(std::span<const std::byte> bytes, const std::string& file) {
  constexpr std::string_view pickle_name = "/data.pkl";
  const ZipEntries entries = read_zip(bytes, file);
  const auto is_pickle = [&](const auto& entry) { return entry.first.ends_with(pickle_name); };
  const auto pickle = std::ranges::find_if(entries, is_pickle);
  if (pickle == entries.end())
    throw Error({.file = file, .found = "a zip file without data.pkl", .expected = "a file that torch.save wrote"});
  const std::string folder = pickle->first.substr(0, pickle->first.size() - pickle_name.size() + 1);
  if (const auto order = entries.find(folder + "byteorder"); order != entries.end()) {
    const auto text = order->second;
    if (std::string_view(reinterpret_cast<const char*>(text.data()), text.size()) != "little") refuse_byte_order(file);
  }
  return StateDict(pickle->second, file).tensors([&](const Storage& storage) {
    const auto entry = entries.find(folder + "data/" + std::string(storage.key));
    if (entry == entries.end())
      throw Error({.file = file,
                   .thing = "storage " + shown_name(storage.key),
                   .found = "no such entry",
                   .expected = "its data",
                   .hint = "the file may be damaged"});
    return numbers_of(storage, entry->second, file);
  });
}

/// Reads the format before PyTorch 1.6: a magic number, a version, facts about the machine that wrote it, the state
/// dict, and the storages' keys, each a pickle; then for each key the number of elements, and the elements.
class OldForm {
 public:
  OldForm(std::span<const std::byte> bytes, const std::string& file) : bytes_(bytes), file_(file) {}

  Tensors read() {
    constexpr std::string_view magic("\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 10);
    const Pickle number = next({});
    const Pickle version = next({});
    const Pickle machine = next({});
    if (number[number.root].text != magic || version[version.root].integer != 1001) {
      throw Error({.file = file_,
                   .found = "a pickle that PyTorch did not write",
                   .expected = "a file that torch.save wrote",
                   .hint = "limn does not read other pickles"});
    }
    const auto& facts = machine[machine.root].items;
    for (std::size_t i = 0; i + 1 < facts.size(); i += 2)
      if (machine[facts[i]].text == "little_endian" && machine[facts[i + 1]].integer == 0) refuse_byte_order(file_);
    const StateDict state(bytes_.subspan(position_), file_);
    position_ += state.pickle().bytes;
    find_numbers(state);
    return state.tensors([&](const Storage& storage) { return numbers_of(storage, numbers_.at(storage.key), file_); });
  }

 private:
  Pickle next(std::span<const std::string_view> may_name) {
    Pickle pickle = read_pickle(bytes_.subspan(position_), may_name, file_);
    position_ += pickle.bytes;
    return pickle;
  }

  void find_numbers(const StateDict& state) {
    std::map<std::string_view, Storage> described;
    for (const PickleValue& value : state.pickle().values) {
      if (value.kind != Kind::reference) continue;
      const Storage storage = state.storage(value);
      const Storage& first = described.emplace(storage.key, storage).first->second;
      if (first.type != storage.type || first.count != storage.count) refuse(storage.key, "two descriptions");
    }
    const Pickle keys = next({});
    ByteReader reader(bytes_, file_, position_);
    for (const Index index : keys[keys.root].items) {
      const std::string_view key = keys[index].text;
      const auto storage = described.find(key);
      if (storage == described.end()) refuse(key, "data that no tensor refers to");
      if (reader.number<std::uint64_t>() != storage->second.count) refuse(key, "another number of elements");
      std::size_t size = 0;
      if (__builtin_mul_overflow(storage->second.count, storage->second.type->bytes, &size))
        refuse(key, "too many elements");
      numbers_[key] = reader.take(size);
    }
    for (const auto& [key, storage] : described)
      if (!numbers_.contains(key)) refuse(key, "no data");
  }

  [[noreturn]] void refuse(std::string_view key, std::string found) const {
    throw Error({.file = file_,
                 .thing = "storage " + shown_name(key),
                 .found = std::move(found),
                 .expected = "the storage that the tensors refer to",
                 .hint = "the file may be damaged"});
  }

  std::span<const std::byte> bytes_;
  const std::string& file_;
  std::size_t position_ = 0;
  std::map<std::string_view, std::span<const std::byte>> numbers_;
};

Tensors without_wrapper(Tensors tensors) {
  constexpr std::string_view prefix = "module.";
  if (!std::ranges::all_of(tensors, [&](const auto& entry) { return entry.first.starts_with(prefix); })) return tensors;
  Tensors result;
  for (auto& [name, tensor] : tensors) result.emplace(name.substr(prefix.size()), std::move(tensor));
  return result;
}

}  // namespace

Tensors read_torch(std::span<const std::byte> bytes, const std::string& file) {
  refuse_pointer(bytes, file);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.starts_with("PK")) return without_wrapper(read_zip_form(bytes, file));
  if (text.starts_with('\x80')) return without_wrapper(OldForm(bytes, file).read());
  throw Error({.file = file,
               .found = "neither a zip file nor a pickle",
               .expected = "a file that torch.save wrote",
               .hint = bytes.empty() ? "the file may be cut off" : "it may have another format or be damaged"});
}

}  // namespace limn
