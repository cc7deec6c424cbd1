#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace limn {

/// The 64-bit FNV-1a hash of bytes, to notice that a file is not the one that it was. It does not resist an attacker.
class Fingerprint {
 public:
  void add(std::string_view bytes) {
    for (const char byte : bytes) value_ = (value_ ^ static_cast<unsigned char>(byte)) * 0x100000001b3u;  // FNV's prime
  }
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0xcbf29ce484222325u;  // FNV's offset basis
};

/// The fingerprint of one text.
inline std::uint64_t fingerprint(std::string_view bytes) {
  Fingerprint result;
  result.add(bytes);
  return result.value();
}

}  // namespace limn
