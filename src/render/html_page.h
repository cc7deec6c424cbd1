#pragma once

#include <string>
#include <string_view>

namespace limn {

/// What a self-contained page is made of.
struct HtmlPage {
  std::string_view title;        ///< shown in the window's title; not escaped yet
  std::string_view style = {};   ///< more style sheet after that of every page
  std::string_view body;         ///< markup, already escaped
  std::string_view script;       ///< the only one that may run
  std::string_view script_hash;  ///< its SHA-256 in base64
};

/// The whole file: nothing is fetched, no other script runs, colours of heat come from the palette.
std::string html_page(const HtmlPage& page);

}  // namespace limn
