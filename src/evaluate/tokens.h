#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "limn/scores.h"

namespace limn {

struct TaggedSentence {
  std::vector<std::string> words, tags;  ///< equally many
};

/// Sentences of a CoNLL file: a word and its tag a line, the first and the last of columns that white space separates;
/// a blank line, or one of -DOCSTART-, ends a sentence. WikiANN's "en:" before a word is dropped.
/// @throws Error naming file and line.
std::vector<TaggedSentence> read_conll(const std::filesystem::path& file);

/// Counts as seqeval does by default; see entity_chunks().
/// @param predicted tags for each sentence; words without one (cut off) are "O".
EntityScores score_entities(std::span<const TaggedSentence> sentences,
                            std::span<const std::vector<std::string>> predicted);

}  // namespace limn
