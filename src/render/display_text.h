#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Text made safe and measurable for showing. Every function takes any bytes; those that are not UTF-8 show as U+FFFD.

namespace limn {

/// One user-perceived character (an extended grapheme cluster) and the columns that a terminal gives it.
struct Cluster {
  std::string_view text;
  std::size_t columns = 0;
};

/// The clusters of a text that visible() returned.
std::vector<Cluster> clusters(std::string_view text);
std::size_t columns(std::string_view text);

/// How controls are shown: line feeds and tabs may stay, bidirectional controls are always made visible in a terminal
/// and in labels, and left alone in running text that HTML isolates.
struct Visible {
  bool keep_layout = false;  ///< keep line feed (also for CR LF) and tab
  bool keep_bidi = false;    ///< keep bidirectional controls
};

/// The text with control characters and escape sequences as visible replacements: ESC as ␛, U+009B as <U+009B>.
std::string visible(std::string_view text, Visible options = {});

/// visible(), with runs of white space as one space, cut with an ellipsis to at most this many columns.
std::string shorten(std::string_view text, std::size_t columns);

/// Lower case, code point by code point: to see whether two words are the same.
std::string lower_case(std::string_view text);

/// Text for HTML and XML, in an element or in a quoted attribute. The text should have been through visible().
std::string escape(std::string_view text);

/// A byte offset of a text as a count of code points.
class CodePoints {
 public:
  explicit CodePoints(std::string_view text);
  /// Offsets past the end count as the end.
  std::size_t before(std::size_t byte) const;

 private:
  std::string_view text_;
  std::vector<std::size_t> before_block_;  ///< code points before each block of bytes
};

}  // namespace limn
