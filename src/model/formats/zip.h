#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace limn {

using ZipEntries = std::map<std::string, std::span<const std::byte>, std::less<>>;

/// The entries of a zip file without compression, as PyTorch writes it: name → bytes within `bytes`. Nothing is copied,
/// so that weights can be used in place in the mapped file; a zip library would copy each entry.
/// (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, with 64-bit sizes)
/// @throws Error if the file is invalid, has compressed or encrypted entries, or has two entries of the same name.
ZipEntries read_zip(std::span<const std::byte> bytes, const std::string& file);

}  // namespace limn
