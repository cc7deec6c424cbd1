#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "retrieve/database.h"

namespace limn {

/// A passage and its similarity to a query.
struct ScoredPassage {
  std::int64_t passage = 0;
  double score = 0;
};

/// The embeddings of a collection, as F16 in blocks of rows: one large value of the database each, which is read from
/// the mapped file. A deleted row has the id 0 until the blocks are packed again.
class Vectors {
 public:
  Vectors(const Database& database, std::size_t dimensions) : database_(database), dimensions_(dimensions) {}

  /// Appends rows (N, D). @param set_block (passage, block) is called for each row, to find it again
  void append(std::span<const std::int64_t> passages, std::span<const float> rows,
              const std::function<void(std::int64_t passage, std::int64_t block)>& set_block) const;
  /// Marks the row of a passage as deleted.
  void remove(std::int64_t passage, std::int64_t block) const;
  /// Writes the blocks again without deleted rows if many are deleted or small. @param set_block as append
  void pack(const std::function<void(std::int64_t passage, std::int64_t block)>& set_block) const;

  /// Returns the dot product of the query with every row.
  std::vector<ScoredPassage> scan(std::span<const float> query) const;

 private:
  const Database& database_;
  std::size_t dimensions_;
};

}  // namespace limn
