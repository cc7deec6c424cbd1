#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

struct TaggedSentence {
  std::vector<std::string> words, tags;  ///< of equal length
};

/// Reads the sentences of a CoNLL file: one word and its tag per line, in columns that blanks or tabs separate. A blank
/// line or a -DOCSTART- line ends a sentence.
///
/// - A line that begins with # and does not end with a tag is a comment; "# O" and "#tag O" are words.
/// - The word is in the first column, or in the second if the first one numbers the words of each sentence.
/// - The tag is in the last column or, if that has something else, in the only other column that has tags on all lines.
/// - Tags are O or a type with B, I, E, S, L, U or M: B-PER, B_PER and PER-B are the same; 0 is O. In a last column,
///   plain types (PER) are tags, too.
/// - A prefix such as "en:" is removed if all words have the same one, as in WikiANN.
/// @throws Error that names file and line.
std::vector<TaggedSentence> read_conll(const std::filesystem::path& file);

/// The same for the text of a file. @param name of the file in messages
std::vector<TaggedSentence> parse_conll(std::string_view text, const std::string& name);

}  // namespace limn
