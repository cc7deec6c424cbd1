#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace limn {

/// Reads untrusted little-endian binary data sequentially. Reading past the end throws Error.
class ByteReader {
 public:
  /// @param file the file's name in messages; must outlive the reader. @param position the first byte to read.
  ByteReader(std::span<const std::byte> bytes, const std::string& file, std::size_t position = 0)
      : bytes_(bytes), file_(file), position_(position) {}

  /// @throws Error if fewer than `count` bytes are left.
  std::span<const std::byte> take(std::size_t count);
  std::string_view text(std::size_t count) {
    const auto taken = take(count);
    return {reinterpret_cast<const char*>(taken.data()), taken.size()};
  }
  /// Reads up to and including the next `end`, which is not part of the result.
  std::string_view text_until(char end);

  template <std::integral Number>
  Number number() {
    static_assert(std::endian::native == std::endian::little);
    Number number = 0;
    std::memcpy(&number, take(sizeof number).data(), sizeof number);
    return number;
  }

  std::size_t position() const { return position_; }
  const std::string& file() const { return file_; }

 private:
  std::span<const std::byte> bytes_;
  const std::string& file_;
  std::size_t position_;
};

}  // namespace limn
