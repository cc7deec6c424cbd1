#pragma once

#include <string_view>

/// The viewer: what a page needs to show limn's JSON (docs/viewer.md). Compiled from web into
/// web/dist, and from there into the library.

namespace limn {

extern const std::string_view viewer_script, viewer_style;
/// SHA-256 in base64, for a content security policy.
extern const std::string_view viewer_script_hash, viewer_style_hash;

}  // namespace limn
