#include "model/formats/hdf5.h"

#include <cstdint>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/byte_reader.h"
#include "base/json.h"
#include "limn/error.h"

namespace limn {
namespace {

constexpr std::string_view signature("\x89HDF\r\n\x1a\n", 8);
constexpr std::uint64_t nowhere = ~std::uint64_t{0};  // an undefined address
constexpr std::size_t most_blocks = 1'000'000;        // headers and nodes; a checkpoint has a few thousand
constexpr std::size_t deepest = 64;                   // levels of nested groups, and of a B-tree

/// The kinds of header messages that limn reads or refuses.
enum Message : std::uint16_t {
  dataspace = 0x01,
  link_info = 0x02,
  datatype = 0x03,
  link = 0x06,
  external_files = 0x07,
  layout = 0x08,
  filters = 0x0b,
  continuation = 0x10,
  symbol_table = 0x11,
};

/// The content of an object header. A group has a symbol table; a dataset has the rest.
struct Object {
  std::optional<std::pair<std::uint64_t, std::uint64_t>> group;  // addresses of B-tree and heap
  std::optional<std::vector<std::size_t>> shape;
  std::string type = "other";
  std::size_t number_bytes = 0;
  std::optional<std::pair<std::uint64_t, std::uint64_t>> data;  // address and bytes
};

class File {
 public:
  File(std::span<const std::byte> bytes, const std::string& file) : bytes_(bytes), file_(file) {}

  Tensors read() {
    ByteReader reader(bytes_, file_);
    if (bytes_.size() < signature.size() || reader.text(signature.size()) != signature)
      fail("", "other bytes", "an HDF5 file", bytes_.empty() ? "the file may be cut off" : "");
    const auto version = reader.number<std::uint8_t>();
    if (version > 1) {
      fail("superblock", "version " + std::to_string(version), "0 or 1, as Keras writes it",
           "convert it with h5repack of an older HDF5 library, or load and save the model again");
    }
    reader.take(4);
    const auto offset_bytes = reader.number<std::uint8_t>(), length_bytes = reader.number<std::uint8_t>();
    if (offset_bytes != 8 || length_bytes != 8) fail("superblock", "addresses of another size", "8 bytes");
    reader.take(version == 0 ? 9 : 13);
    if (reader.number<std::uint64_t>() != 0) fail("superblock", "a base address", "none");
    reader.take(24 + 8);  // other addresses, and the root's name
    read_object(reader.number<std::uint64_t>(), "", 0);
    return std::move(tensors_);
  }

 private:
  void read_object(std::uint64_t address, const std::string& path, std::size_t depth) {
    const Object object = read_header(address, path);
    if (object.group) {
      if (depth == deepest)
        fail(shown_name(path), "groups that are nested too deeply", "at most " + std::to_string(deepest) + " levels");
      const auto [tree, heap] = *object.group;
      read_node(tree, read_heap(heap), path, depth, 0);
    } else if (object.shape && object.data) {
      add_dataset(object, path);
    }
  }

  /// Reads a header of version 1: a given number of messages in a chain of blocks, where each block except the last has
  /// a message with the address of the next.
  Object read_header(std::uint64_t address, const std::string& path) {
    visit(address);
    ByteReader reader(bytes_, file_, address);
    if (const auto version = reader.number<std::uint8_t>(); version != 1)
      fail(shown_name(path), "an object header of an unsupported version", "version 1, as Keras writes it");
    reader.take(1);
    std::size_t messages = reader.number<std::uint16_t>();
    reader.take(4);
    std::size_t left = reader.number<std::uint32_t>();
    reader.take(4);
    Object object;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> blocks = {{reader.position(), left}};
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      if (i > 0) visit(blocks[i].first);
      ByteReader block(ByteReader(bytes_, file_, blocks[i].first).take(blocks[i].second), file_);
      for (left = blocks[i].second; messages > 0 && left - block.position() >= 8; --messages) {
        const auto kind = block.number<std::uint16_t>();
        const auto size = block.number<std::uint16_t>();
        const auto flags = block.number<std::uint8_t>();
        block.take(3);
        const bool shared = (flags & 2) != 0;
        ByteReader message(block.take(size), file_);
        if (kind == continuation) {
          const auto next = message.number<std::uint64_t>();
          blocks.emplace_back(next, message.number<std::uint64_t>());
        } else if (!shared) {
          read_message(kind, message, object, path);
        } else if (kind == dataspace || kind == layout || kind == filters) {
          fail(shown_name(path), "a shared message", "an object header that contains its messages");
        }
      }
    }
    return object;
  }

  void read_message(std::uint16_t kind, ByteReader& message, Object& object, const std::string& path) const {
    switch (kind) {
      case symbol_table: {
        const auto tree = message.number<std::uint64_t>();
        object.group = {tree, message.number<std::uint64_t>()};
        return;
      }
      case dataspace:
        object.shape = read_shape(message, path);
        return;
      case datatype:
        read_type(message, object);
        return;
      case layout:
        object.data = read_layout(message, path);
        return;
      case filters:
        fail(shown_name(path), "filters (compression)", "uncompressed data", "h5repack -f NONE removes them");
      case external_files:
        fail(shown_name(path), "data in another file", "data in this one");
      case link:
      case link_info:
        fail(shown_name(path), "links in the newer format", "a symbol table, as Keras writes it");
      default:
        return;  // times, attributes, fill values
    }
  }

  std::vector<std::size_t> read_shape(ByteReader& message, const std::string& path) const {
    const auto version = message.number<std::uint8_t>(), axes = message.number<std::uint8_t>();
    if (version != 1 && version != 2) fail(shown_name(path), "a shape of an unsupported version", "version 1 or 2");
    message.take(version == 1 ? 6 : 2);
    std::vector<std::size_t> shape;
    for (int axis = 0; axis < axes; ++axis) shape.push_back(message.number<std::uint64_t>());
    return shape;
  }

  /// Recognizes little-endian IEEE 754 types by the positions of exponent and fraction.
  static void read_type(ByteReader& message, Object& object) {
    const auto kind = message.number<std::uint8_t>();
    const auto order = message.number<std::uint8_t>();
    message.take(2);
    object.number_bytes = message.number<std::uint32_t>();
    if ((kind & 0x0f) != 1 || (order & 0x41) != 0) return;
    struct Layout {
      std::uint8_t exponent_at, exponent_bits, fraction_at, fraction_bits;
      bool operator==(const Layout&) const = default;
    };
    message.take(4);
    const Layout found = {message.number<std::uint8_t>(), message.number<std::uint8_t>(),
                          message.number<std::uint8_t>(), message.number<std::uint8_t>()};
    if (object.number_bytes == 4 && found == Layout{23, 8, 0, 23}) object.type = "F32";
    if (object.number_bytes == 2 && found == Layout{10, 5, 0, 10}) object.type = "F16";
    if (object.number_bytes == 2 && found == Layout{7, 8, 0, 7}) object.type = "BF16";
    if (object.number_bytes == 8 && found == Layout{52, 11, 0, 52}) object.type = "F64";
  }

  std::pair<std::uint64_t, std::uint64_t> read_layout(ByteReader& message, const std::string& path) const {
    const auto version = message.number<std::uint8_t>(), kind = message.number<std::uint8_t>();
    if (version < 3 || kind != 1) {
      fail(shown_name(path), kind == 2 ? "chunked data" : "another data layout", "contiguous data, as Keras writes it",
           "h5repack -l CONTI converts it");
    }
    const auto address = message.number<std::uint64_t>();
    return {address, message.number<std::uint64_t>()};
  }

  /// The names of a group's members.
  std::span<const std::byte> read_heap(std::uint64_t address) {
    ByteReader reader(bytes_, file_, address);
    if (reader.text(4) != "HEAP")
      fail("byte " + std::to_string(address), "other bytes", "the heap with a group's names");
    reader.take(4);
    const auto size = reader.number<std::uint64_t>();
    reader.take(8);
    return ByteReader(bytes_, file_, reader.number<std::uint64_t>()).take(size);
  }

  /// Reads a node of a B-tree: alternating keys and children. At level 0, the children are symbol tables.
  void read_node(std::uint64_t address, std::span<const std::byte> names, const std::string& path, std::size_t depth,
                 std::size_t below) {
    visit(address);
    if (below == deepest)
      fail(shown_name(path), "a B-tree that is too deep", "at most " + std::to_string(deepest) + " levels");
    ByteReader reader(bytes_, file_, address);
    if (reader.text(4) != "TREE" || reader.number<std::uint8_t>() != 0)
      fail("byte " + std::to_string(address), "other bytes", "the B-tree of a group");
    const auto level = reader.number<std::uint8_t>();
    const auto entries = reader.number<std::uint16_t>();
    reader.take(16);
    for (int i = 0; i < entries; ++i) {
      reader.take(8);
      const auto child = reader.number<std::uint64_t>();
      if (level > 0)
        read_node(child, names, path, depth, below + 1);
      else
        read_symbols(child, names, path, depth);
    }
  }

  void read_symbols(std::uint64_t address, std::span<const std::byte> names, const std::string& path,
                    std::size_t depth) {
    visit(address);
    ByteReader reader(bytes_, file_, address);
    if (reader.text(4) != "SNOD") fail("byte " + std::to_string(address), "other bytes", "a symbol table");
    reader.take(2);
    const auto symbols = reader.number<std::uint16_t>();
    constexpr std::uint32_t soft_link = 2;
    for (int i = 0; i < symbols; ++i) {
      const auto name_at = reader.number<std::uint64_t>();
      const auto object = reader.number<std::uint64_t>();
      const auto cached = reader.number<std::uint32_t>();
      reader.take(20);
      const std::string name(ByteReader(names, file_, name_at).text_until('\0'));
      const std::string inner = path.empty() ? name : path + "/" + name;
      constexpr std::size_t longest_path = 4096;
      if (inner.size() > longest_path) fail(shown_name(inner), "a path that is too long", "at most 4096 bytes");
      if (cached == soft_link || object == nowhere) fail(shown_name(inner), "a link", "groups and datasets");
      read_object(object, inner, depth + 1);
    }
  }

  void add_dataset(const Object& object, const std::string& path) {
    const std::string thing = "dataset " + shown_name(path);
    Tensor tensor{.file = file_, .type = object.type, .shape = *object.shape, .bytes = {}};
    const auto count = count_numbers(tensor.shape);
    std::size_t needed = 0;
    if (!count || __builtin_mul_overflow(*count, object.number_bytes, &needed))
      fail(thing, "shape " + shape_text(tensor.shape), "a shape whose size in bytes fits into 64 bits");
    const auto [address, size] = *object.data;
    if (needed > 0) {
      if (address == nowhere || size < needed) {
        fail(thing, address == nowhere ? "no data" : std::to_string(size) + " bytes",
             std::to_string(needed) + " bytes for shape " + shape_text(tensor.shape));
      }
      tensor.bytes = ByteReader(bytes_, file_, address).take(needed);
    }
    if (!tensors_.emplace(path, std::move(tensor)).second) fail(thing, "twice", "once");
  }

  /// Records that a block is read. Each block has one parent, so a second visit means a cycle. @throws Error for that.
  void visit(std::uint64_t address) {
    if (!visited_.insert(address).second || visited_.size() > most_blocks)
      fail("byte " + std::to_string(address), "a block that belongs to itself or to two parents", "a tree of groups");
  }

  [[noreturn]] void fail(std::string thing, std::string found, std::string expected, std::string hint = {}) const {
    throw Error({.file = file_,
                 .thing = std::move(thing),
                 .found = std::move(found),
                 .expected = std::move(expected),
                 .hint = std::move(hint)});
  }

  std::span<const std::byte> bytes_;
  const std::string& file_;
  std::set<std::uint64_t> visited_;
  Tensors tensors_;
};

}  // namespace

Tensors read_hdf5(std::span<const std::byte> bytes, const std::string& file) {
  refuse_pointer(bytes, file);
  return File(bytes, file).read();
}

}  // namespace limn
