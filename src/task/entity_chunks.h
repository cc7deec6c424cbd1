#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

/// One entity in a sequence of tags.
struct Chunk {
  std::string_view type;            ///< a view into the tags
  std::size_t first = 0, last = 0;  ///< both inclusive
  friend bool operator==(const Chunk&, const Chunk&) = default;
};

/// Groups tags into entities as seqeval does by default (conlleval's rules, which tolerate a missing B): a chunk begins
/// at B or S, after E, S or O, and where the type changes; it ends after E or S, and before a tag outside the chunk.
/// Tags are B-TYPE, I-TYPE, E-TYPE, S-TYPE or O, so IOB1, IOB2, IOE and BIOES all work. BILOU's L and U are read as E
/// and S, BMES's M as I. A tag without such a prefix is read as I- with the tag as its type: "PER PER O" contains one
/// entity.
std::vector<Chunk> entity_chunks(std::span<const std::string> tags);

/// Returns a tag as entity_chunks() knows it: "B-PER" for "B_PER", "PER-B" and "PER_B", "O" for "O" and "0"; nothing
/// for a text without a position.
std::optional<std::string> standard_tag(std::string_view text);

/// Returns a model's labels as tags that entity_chunks() knows: "B_PER" and "PER-B" as "B-PER" if every label but O is
/// written like this, and then, or if every other label has a prefix, "0" as "O" if there is no "O". Labels of other
/// schemes stay as they are.
std::vector<std::string> standard_tags(std::span<const std::string> labels);

/// Returns the type of a tag: "PER" for "B-PER"; the tag itself if it has no prefix; empty for "O".
std::string_view entity_type(std::string_view tag);

}  // namespace limn
