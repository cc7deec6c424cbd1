#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "limn/scores.h"

namespace limn {

struct TaggedSentence {
  std::vector<std::string> words, tags;  ///< of equal length
};

/// Reads the sentences of a CoNLL file. Each line has a word in its first column and a tag in its last column,
/// separated by white space; a blank line or a -DOCSTART- line ends a sentence. WikiANN's prefix "en:" of words is
/// removed.
/// @throws Error that names file and line.
std::vector<TaggedSentence> read_conll(const std::filesystem::path& file);

/// Counts entities as seqeval does by default; see entity_chunks().
/// @param predicted tags of each sentence; words without a tag (truncated) are "O".
EntityScores score_entities(std::span<const TaggedSentence> sentences,
                            std::span<const std::vector<std::string>> predicted);

}  // namespace limn
