#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "evaluate/conll.h"
#include "limn/scores.h"

namespace limn {

/// Counts entities as seqeval does by default; see entity_chunks().
/// @param predicted tags of each sentence; words without a tag (truncated) are "O".
EntityScores score_entities(std::span<const TaggedSentence> sentences,
                            std::span<const std::vector<std::string>> predicted);

}  // namespace limn
