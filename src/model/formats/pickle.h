#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

/// One value of a pickle. Texts point into the file; items are indexes of other values in Pickle::values.
struct PickleValue {
  enum class Kind {
    none,
    boolean,     ///< integer: 0 or 1
    integer,     ///< integer; if it has more than 64 bits, text holds its bytes, and integer is 0
    real,        ///< the value is not kept, since weights do not need it
    text,        ///< text or bytes
    tuple,       ///< items
    list,        ///< items
    dictionary,  ///< items: key, value, key, value, …
    function,    ///< a class or function: integer is its index among the allowed names
    call,        ///< items: function, arguments (a tuple). A call that the file requests; limn does not perform it
    reference,   ///< items: the persistent id of an object outside the pickle
  };
  Kind kind = Kind::none;
  std::int64_t integer = 0;
  std::string_view text = {};
  std::vector<std::uint32_t> items = {};
};

/// The content of a pickle as plain data. Cycles are possible, so follow items to a fixed depth only.
struct Pickle {
  std::vector<PickleValue> values;
  std::uint32_t root = 0;
  std::size_t bytes = 0;  ///< length of the pickle

  const PickleValue& operator[](std::uint32_t index) const { return values[index]; }
};

/// Reads the pickle at the beginning of `bytes` (protocols 2 to 5, https://docs.python.org/3/library/pickletools.html)
/// without executing anything: operations that create plain data are carried out, calls of allowed functions are
/// recorded, and everything else is refused. A limit on the number of operations bounds memory and time.
/// @param allowed "MODULE.NAME" of the classes and functions that the pickle may mention.
/// @param file the file's name in messages.
/// @throws Error if the pickle is truncated or invalid, or has other operations, classes or functions (the message
/// names them).
Pickle read_pickle(std::span<const std::byte> bytes, std::span<const std::string_view> allowed,
                   const std::string& file);

}  // namespace limn
