#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace limn::hub {

/// Whether the hub's name for some bytes says what they are: a SHA-256 (large files) or a git object's SHA-1 (small
/// ones).
bool is_digest(std::string_view etag);

/// A file's digest, of the kind that the etag is, in hexadecimal. @throws Error if it cannot be read.
std::string digest_of(const std::filesystem::path& file, std::string_view etag);

}  // namespace limn::hub
