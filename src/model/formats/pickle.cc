#include "model/formats/pickle.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/byte_reader.h"
#include "base/json.h"
#include "limn/error.h"

namespace limn {
namespace {

using Kind = PickleValue::Kind;
using Index = std::uint32_t;

// A checkpoint of a thousand tensors has about 40,000 operations. Each creates at most one value.
constexpr std::size_t most_operations = 4'000'000;
constexpr unsigned newest_protocol = 5;

/// The supported opcodes, with the names that pickletools uses.
enum Opcode : unsigned char {
  mark = '(',
  stop = '.',
  pop = '0',
  pop_mark = '1',
  none = 'N',
  new_true = 0x88,
  new_false = 0x89,
  bin_int = 'J',
  bin_int1 = 'K',
  bin_int2 = 'M',
  long1 = 0x8a,
  bin_float = 'G',
  bin_string = 'T',
  short_bin_string = 'U',
  bin_bytes = 'B',
  short_bin_bytes = 'C',
  bin_bytes8 = 0x8e,
  bin_unicode = 'X',
  short_bin_unicode = 0x8c,
  bin_unicode8 = 0x8d,
  empty_tuple = ')',
  tuple1 = 0x85,
  tuple2 = 0x86,
  tuple3 = 0x87,
  tuple = 't',
  empty_list = ']',
  append = 'a',
  appends = 'e',
  empty_dict = '}',
  set_item = 's',
  set_items = 'u',
  bin_get = 'h',
  long_bin_get = 'j',
  bin_put = 'q',
  long_bin_put = 'r',
  memoize = 0x94,
  global = 'c',
  stack_global = 0x93,
  reduce = 'R',
  build = 'b',
  bin_persistent = 'Q',
  protocol = 0x80,
  frame = 0x95,
};

class Interpreter {
 public:
  Interpreter(std::span<const std::byte> bytes, std::span<const std::string_view> allowed, const std::string& file)
      : reader_(bytes, file), allowed_(allowed) {}

  Pickle run() {
    for (std::size_t operations = 0; operations < most_operations; ++operations) {
      const std::size_t at = reader_.position();
      const auto opcode = reader_.number<std::uint8_t>();
      if (opcode == stop) {
        result_.root = take_one();
        result_.bytes = reader_.position();
        return std::move(result_);
      }
      if (!make_plain(opcode) && !make_container(opcode) && !use_memo(opcode) && !use_function(opcode)) {
        fail("byte " + std::to_string(at), "operation " + opcode_text(opcode), "operations that describe tensors",
             "the file contains more than tensors, or is damaged");
      }
    }
    fail("", "more than " + std::to_string(most_operations) + " operations", "a description of tensors");
  }

 private:
  // Each of these functions carries out the opcodes of one kind, and returns false for all others.

  bool make_plain(std::uint8_t opcode) {
    switch (opcode) {
      case none:
        push({.kind = Kind::none});
        return true;
      case new_true:
        push({.kind = Kind::boolean, .integer = 1});
        return true;
      case new_false:
        push({.kind = Kind::boolean});
        return true;
      case bin_int:
        push_integer(reader_.number<std::int32_t>());
        return true;
      case bin_int1:
        push_integer(reader_.number<std::uint8_t>());
        return true;
      case bin_int2:
        push_integer(reader_.number<std::uint16_t>());
        return true;
      case long1:
        push_long(reader_.text(reader_.number<std::uint8_t>()));
        return true;
      case bin_float:
        reader_.take(8);
        push({.kind = Kind::real});
        return true;
      case short_bin_string:
      case short_bin_bytes:
      case short_bin_unicode:
        push_text(reader_.number<std::uint8_t>());
        return true;
      case bin_string:
      case bin_bytes:
      case bin_unicode:
        push_text(reader_.number<std::uint32_t>());
        return true;
      case bin_bytes8:
      case bin_unicode8:
        push_text(reader_.number<std::uint64_t>());
        return true;
      default:
        return false;
    }
  }

  bool make_container(std::uint8_t opcode) {
    switch (opcode) {
      case mark:
        marks_.push_back(stack_.size());
        return true;
      case pop:
        take_one();
        return true;
      case pop_mark:
        take_to_mark();
        return true;
      case empty_tuple:
        push({.kind = Kind::tuple});
        return true;
      case tuple1:
      case tuple2:
      case tuple3:
        push({.kind = Kind::tuple, .items = take(opcode - tuple1 + 1u)});
        return true;
      case tuple:
        push({.kind = Kind::tuple, .items = take_to_mark()});
        return true;
      case empty_list:
        push({.kind = Kind::list});
        return true;
      case append:
        extend(Kind::list, take(1));
        return true;
      case appends:
        extend(Kind::list, take_to_mark());
        return true;
      case empty_dict:
        push({.kind = Kind::dictionary});
        return true;
      case set_item:
        extend(Kind::dictionary, take(2));
        return true;
      case set_items:
        extend(Kind::dictionary, take_to_mark());
        return true;
      default:
        return false;
    }
  }

  bool use_memo(std::uint8_t opcode) {
    switch (opcode) {
      case bin_get:
        recall(reader_.number<std::uint8_t>());
        return true;
      case long_bin_get:
        recall(reader_.number<std::uint32_t>());
        return true;
      case bin_put:
        memo_[reader_.number<std::uint8_t>()] = top();
        return true;
      case long_bin_put:
        memo_[reader_.number<std::uint32_t>()] = top();
        return true;
      case memoize:
        memo_[static_cast<Index>(memo_.size())] = top();
        return true;
      default:
        return false;
    }
  }

  bool use_function(std::uint8_t opcode) {
    switch (opcode) {
      case global: {
        const std::string_view module = reader_.text_until('\n');
        push_function(module, reader_.text_until('\n'));
        return true;
      }
      case stack_global: {
        const auto names = take(2);
        push_function(text(names[0]), text(names[1]));
        return true;
      }
      case reduce:
        call();
        return true;
      case build: {
        // Drops the attributes of a dictionary ("_metadata") or a tensor, which are not needed.
        take_one();
        const Kind kind = result_.values[top()].kind;
        if (kind != Kind::dictionary && kind != Kind::call) broken("attributes of a value that has none");
        return true;
      }
      case bin_persistent:
        push({.kind = Kind::reference, .items = take(1)});
        return true;
      case protocol:
        if (const unsigned version = reader_.number<std::uint8_t>(); version < 2 || version > newest_protocol)
          fail("", "a pickle of protocol " + std::to_string(version), "protocol 2 to 5");
        return true;
      case frame:
        reader_.number<std::uint64_t>();
        return true;  // a hint for buffered reading, which is not needed here
      default:
        return false;
    }
  }

  void call() {
    const auto parts = take(2);
    const PickleValue &function = result_.values[parts[0]], &arguments = result_.values[parts[1]];
    if (function.kind != Kind::function || arguments.kind != Kind::tuple)
      broken("a call of something other than a function");
    if (allowed_[static_cast<std::size_t>(function.integer)] != "collections.OrderedDict") {
      push({.kind = Kind::call, .items = parts});
      return;
    }
    PickleValue dictionary = {.kind = Kind::dictionary};
    if (!arguments.items.empty()) {  // Python 2 wrote a list of pairs
      for (const Index pair : result_.values[arguments.items.front()].items) {
        const auto& items = result_.values[pair].items;
        if (items.size() != 2) broken("an OrderedDict of something other than pairs");
        dictionary.items.insert(dictionary.items.end(), items.begin(), items.end());
      }
    }
    push(std::move(dictionary));
  }

  void push_function(std::string_view module, std::string_view name) {
    const std::string full = std::string(module) + "." + std::string(name);
    const auto found = std::ranges::find(allowed_, full);
    if (found == allowed_.end()) {
      fail("", shown_name(full), "tensors and nothing else",
           "this file asks to run code or needs classes of its own; limn never runs code from a file");
    }
    push({.kind = Kind::function, .integer = found - allowed_.begin()});
  }

  void push_integer(std::int64_t integer) { push({.kind = Kind::integer, .integer = integer}); }

  /// Pushes a two's complement integer of any length.
  void push_long(std::string_view bytes) {
    PickleValue value{.kind = Kind::integer};
    if (bytes.size() <= sizeof value.integer) {
      const bool negative = !bytes.empty() && (bytes.back() & 0x80) != 0;
      value.integer = negative ? -1 : 0;
      std::memcpy(&value.integer, bytes.data(), bytes.size());
    } else {
      value.text = bytes;
    }
    push(std::move(value));
  }

  void push_text(std::uint64_t bytes) { push({.kind = Kind::text, .text = reader_.text(bytes)}); }

  std::string_view text(Index index) const {
    if (result_.values[index].kind != Kind::text) broken("a name that is not a string");
    return result_.values[index].text;
  }

  void push(PickleValue value) {
    stack_.push_back(static_cast<Index>(result_.values.size()));
    result_.values.push_back(std::move(value));
  }

  void recall(Index key) {
    const auto found = memo_.find(key);
    if (found == memo_.end()) broken("a memo entry that was never stored");
    stack_.push_back(found->second);
  }

  Index top() const {
    if (stack_.size() <= floor()) broken("an empty stack");
    return stack_.back();
  }
  Index take_one() {
    const Index index = top();
    stack_.pop_back();
    return index;
  }
  std::vector<Index> take(std::size_t count) {
    if (stack_.size() - floor() < count) broken("an empty stack");
    std::vector<Index> items(stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end());
    stack_.resize(stack_.size() - count);
    return items;
  }
  std::vector<Index> take_to_mark() {
    if (marks_.empty()) broken("an end without a mark");
    std::vector<Index> items = take(stack_.size() - floor());
    marks_.pop_back();
    return items;
  }
  /// The values below the last mark are out of reach until the mark is removed.
  std::size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }

  void extend(Kind kind, const std::vector<Index>& items) {
    PickleValue& container = result_.values[top()];
    if (container.kind != kind || (kind == Kind::dictionary && items.size() % 2 != 0))
      broken("items that do not fit their container");
    container.items.insert(container.items.end(), items.begin(), items.end());
  }

  static std::string opcode_text(std::uint8_t opcode) {
    constexpr const char* digits = "0123456789abcdef";
    if (opcode > ' ' && opcode < 0x7f) return std::string("'") + static_cast<char>(opcode) + "'";
    return std::string("0x") + digits[opcode / 16] + digits[opcode % 16];
  }

  [[noreturn]] void broken(const std::string& found) const {
    fail("byte " + std::to_string(reader_.position()), found, "a valid pickle", "the file may be damaged");
  }
  [[noreturn]] void fail(const std::string& thing, std::string found, std::string expected,
                         std::string hint = {}) const {
    throw Error({.file = reader_.file(),
                 .thing = thing.empty() ? "pickle" : "pickle, " + thing,
                 .found = std::move(found),
                 .expected = std::move(expected),
                 .hint = std::move(hint)});
  }

  ByteReader reader_;
  std::span<const std::string_view> allowed_;
  Pickle result_;
  std::vector<Index> stack_;
  std::vector<std::size_t> marks_;  // sizes of the stack at each mark
  std::unordered_map<Index, Index> memo_;
};

}  // namespace

Pickle read_pickle(std::span<const std::byte> bytes, std::span<const std::string_view> allowed,
                   const std::string& file) {
  return Interpreter(bytes, allowed, file).run();
}

}  // namespace limn
