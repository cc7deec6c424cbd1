#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace limn {

/// Encodes bytes in Base64 (RFC 4648, section 4).
std::string base64(std::span<const std::uint8_t> bytes);

/// Decodes Base64 with or without padding; returns nothing if the text is not Base64.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace limn
