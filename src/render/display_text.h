#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Makes text safe for display, and measures it. Every function accepts any bytes; invalid UTF-8 is shown as U+FFFD.

namespace limn {

/// One user-perceived character (an extended grapheme cluster) and its width in terminal columns.
struct Cluster {
  std::string_view text;
  std::size_t columns = 0;
};

/// Splits a text returned by visible() into clusters.
std::vector<Cluster> clusters(std::string_view text);
std::size_t columns(std::string_view text);

/// How control characters are shown. Line feeds and tabs may be kept. Bidirectional controls are always made visible in
/// a terminal and in labels, and are kept in running text that HTML isolates.
struct Visible {
  bool keep_layout = false;  ///< keep line feed (also for CR LF) and tab
  bool keep_bidi = false;    ///< keep bidirectional controls
};

/// Replaces control characters and escape sequences by visible text: ESC by ␛, U+009B by <U+009B>.
std::string visible(std::string_view text, Visible options = {});

/// Applies visible(), collapses white space to single spaces, and truncates with an ellipsis to at most `columns`.
std::string shorten(std::string_view text, std::size_t columns);

/// Converts to lower case, code point by code point, to compare words.
std::string lower_case(std::string_view text);

/// Whether a text that is not empty has only punctuation and white space; of ASCII, everything except letters and
/// digits is punctuation.
bool is_punctuation(std::string_view text);

/// Escapes text for an element or a quoted attribute of HTML or XML. Apply visible() first.
std::string escape(std::string_view text);

/// Converts byte offsets of a text to counts of code points.
class CodePoints {
 public:
  explicit CodePoints(std::string_view text);
  /// Returns the number of code points before a byte; offsets past the end are treated as the end.
  std::size_t before(std::size_t byte) const;

 private:
  std::string_view text_;
  std::vector<std::size_t> before_block_;  ///< code points before each block of bytes
};

}  // namespace limn
