#pragma once

#include <string_view>

/// The viewer, which shows limn's JSON on a page (docs/viewer.md). Built from web into web/dist, and embedded into the
/// library from there.

namespace limn {

extern const std::string_view viewer_script, viewer_style;
/// SHA-256 hashes in base64, for the content security policy.
extern const std::string_view viewer_script_hash, viewer_style_hash;

}  // namespace limn
