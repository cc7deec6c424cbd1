#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "text/encoding.h"
#include "text/subwords.h"

namespace limn {

/// Where the sequences go and which special tokens surround them.
struct SequenceLayout {
  struct Part {
    std::optional<int> sequence;  ///< 0 or 1; nothing: a special token
    std::int32_t id = 0;          ///< of the special token
    std::int32_t type_id = 0;
  };
  std::vector<Part> single = {{0, 0, 0}};           ///< has sequence 0 once
  std::vector<Part> pair = {{0, 0, 0}, {1, 0, 1}};  ///< has sequences 0 and 1 once each

  /// How many special tokens are added to one sequence, or to a pair.
  std::size_t added(bool to_pair) const;
};

/// [CLS] A [SEP], and [CLS] A [SEP] B [SEP] with type 1 from B on.
SequenceLayout bert_layout(std::int32_t cls_token, std::int32_t sep_token);

/// <s> A </s>, and <s> A </s> </s> B </s>, all of type 0.
SequenceLayout roberta_layout(std::int32_t cls_token, std::int32_t sep_token);

/// A range of adjacent tokens of a sequence.
struct SubwordRange {
  const Subwords& subwords;
  std::size_t begin = 0, end = 0;
};

Encoding apply(const SequenceLayout& layout, SubwordRange text, std::optional<SubwordRange> pair);

}  // namespace limn
