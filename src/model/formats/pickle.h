#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

/// One value of a pickle. Texts point into the file; other values are numbers of values in Pickle::values.
struct PickleValue {
  enum class Kind {
    none,
    boolean,     ///< integer: 0 or 1
    integer,     ///< integer; of more than 64 bits: text holds the bytes, and integer is 0
    real,        ///< not kept: weights need none
    text,        ///< text or bytes
    tuple,       ///< items
    list,        ///< items
    dictionary,  ///< items: key, value, key, value, …
    function,    ///< a class or function: integer is its place among the allowed names
    call,        ///< items: function, arguments (a tuple). Nothing is called: this is what the file asks for
    reference,   ///< items: what stands for something outside of the pickle
  };
  Kind kind = Kind::none;
  std::int64_t integer = 0;
  std::string_view text = {};
  std::vector<std::uint32_t> items = {};
};

/// What a pickle describes, as plain data; cycles are possible, so follow items to a fixed depth only.
struct Pickle {
  std::vector<PickleValue> values;
  std::uint32_t root = 0;
  std::size_t bytes = 0;  ///< how long the pickle is

  const PickleValue& operator[](std::uint32_t index) const { return values[index]; }
};

/// Reads the pickle at the beginning of `bytes` (protocols 2 to 5, https://docs.python.org/3/library/pickletools.html)
/// without executing anything: the operations that make plain data are carried out, a call of an allowed function is
/// written down, and everything else is refused. Memory and time are bounded by a constant number of operations.
/// @param allowed "MODULE.NAME" of the classes and functions that may be mentioned.
/// @param file how messages name it.
/// @throws Error for a truncated or broken pickle, for other operations, and for other classes and functions, by name.
Pickle read_pickle(std::span<const std::byte> bytes, std::span<const std::string_view> allowed,
                   const std::string& file);

}  // namespace limn
