#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace limn {

/// Bytes as text (RFC 4648, section 4).
std::string base64(std::span<const std::uint8_t> bytes);

/// What Base64 encodes, with or without padding; nothing if it is no Base64.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace limn
