#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace limn {

using ZipEntries = std::map<std::string, std::span<const std::byte>, std::less<>>;

/// The entries of a zip file whose entries are stored as they are, as PyTorch writes them: name → bytes within `bytes`.
/// Nothing is copied, so that weights can be read where they lie in the mapped file; a zip library would copy each out.
/// (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, with 64-bit sizes)
/// @throws Error for whatever does not fit the file, for compressed or encrypted entries, and for a name that stands
/// twice.
ZipEntries read_zip(std::span<const std::byte> bytes, const std::string& file);

}  // namespace limn
