#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace limn::hub {

/// Whether an etag is a digest: the SHA-256 of a large file, or the SHA-1 of a small file's git object.
bool is_digest(std::string_view etag);

/// Returns the digest of a file in hexadecimal, of the same kind as the etag. @throws Error if the file cannot be read.
std::string digest_of(const std::filesystem::path& file, std::string_view etag);

}  // namespace limn::hub
