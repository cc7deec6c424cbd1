#include "base/byte_reader.h"

#include <algorithm>

#include "limn/error.h"

namespace limn {

std::span<const std::byte> ByteReader::take(std::size_t count) {
  if (position_ > bytes_.size() || count > bytes_.size() - position_) {
    throw Error({.file = file_,
                 .thing = "byte " + std::to_string(position_),
                 .found = "the end of the file at byte " + std::to_string(bytes_.size()),
                 .expected = std::to_string(count) + " more bytes",
                 .hint = "the file may be cut off or damaged"});
  }
  const auto taken = bytes_.subspan(position_, count);
  position_ += count;
  return taken;
}

std::string_view ByteReader::text_until(char end) {
  const auto rest = bytes_.subspan(std::min(position_, bytes_.size()));
  const auto found = std::ranges::find(rest, static_cast<std::byte>(end));
  const auto result = text(static_cast<std::size_t>(found - rest.begin()));
  take(1);
  return result;
}

}  // namespace limn
