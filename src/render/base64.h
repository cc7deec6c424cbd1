#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace limn {

/// Bytes as text (RFC 4648, section 4), for a page's script to read back.
std::string base64(std::span<const std::uint8_t> bytes);

}  // namespace limn
