#include "math/attention.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <vector>

#include "base/parallel.h"
#include "math/gemm.h"
#include "math/kernels.h"

namespace limn {
namespace {

// Queries are processed in blocks, so that a block of scores stays in the cache and long texts need no (T, T) matrix.
constexpr std::size_t block_rows = 128;

/// Queries, keys and values of one head, each (T, D).
template <class T>
struct Head {
  BasicView<T> q, k, v;
};

template <class T>
Head<T> head_of(BasicView<T> qkv, std::size_t heads, std::size_t head) {
  const std::size_t hidden_size = qkv.columns / 3, width = hidden_size / heads;
  const auto part = [&](std::size_t index) {
    const std::size_t begin = index * hidden_size + head * width;
    return qkv.column_range(begin, begin + width);
  };
  return {part(0), part(1), part(2)};
}

struct Range {
  std::size_t begin = 0, end = 0;
  std::size_t size() const { return end - begin; }
};

/// The scores of one sequence and head, block by block of queries, and their vjp.
class Scores {
 public:
  Scores(const AttentionScores& scores, const Head<const float>& head, std::size_t heads, std::size_t index)
      : scores_(scores), head_(head), length_(head.q.rows) {
    const std::size_t width = head.q.columns;
    scale_ = scores.scale > 0 ? scores.scale : 1.f / std::sqrt(static_cast<float>(width));
    if (!scores.bias.empty()) {
      assert(scores.bias.rows == heads);
      bias_ = scores.bias.row(index) + (scores.bias.columns + 1) / 2 - length_;
    }
    (void)heads;
    if (scores.bucket.empty()) return;
    // Only the table rows that occur for distances within this sequence.
    const auto reached = scores.bucket.subspan((scores.bucket.size() + 1) / 2 - length_, 2 * length_ - 1);
    const std::int32_t first = reached.back(), last = reached.front();
    const auto rows_of = [&](ConstView table) {
      return table.row_range(static_cast<std::size_t>(first), static_cast<std::size_t>(last) + 1)
          .column_range(index * width, (index + 1) * width);
    };
    if (!scores.position_key.empty()) position_key_ = rows_of(scores.position_key);
    if (!scores.position_query.empty()) position_query_ = rows_of(scores.position_query);
    for (const std::int32_t bucket : reached) bucket_.push_back(bucket - first);
    rows_ = static_cast<std::size_t>(last - first) + 1;
    query_scores_.resize(std::min(block_rows, length_), rows_);
    if (position_query_.empty()) return;
    key_scores_.resize(length_, rows_);
    gemm(head.k, Transpose::no, position_query_, Transpose::yes, key_scores_, scale_);
  }

  /// The keys that a block of queries attends to.
  Range keys(Range block) const {
    if (!is_local()) return {0, length_};
    return {block.begin - std::min(block.begin, scores_.window), std::min(length_, block.end + scores_.window)};
  }
  /// The largest number of keys that a block attends to.
  std::size_t most_keys() const { return !is_local() ? length_ : std::min(length_, block_rows + 2 * scores_.window); }

  /// p (queries of the block, keys of the block) = softmax(s).
  void probabilities(Range block, View p) {
    const Range seen = keys(block);
    const ConstView q = head_.q.row_range(block.begin, block.end);
    gemm(q, Transpose::no, head_.k.row_range(seen.begin, seen.end), Transpose::yes, p, scale_);
    const View query_scores = query_scores_.view().row_range(0, position_key_.empty() ? 0 : p.rows);
    if (!query_scores.empty()) gemm(q, Transpose::no, position_key_, Transpose::yes, query_scores, scale_);
    for (std::size_t i = 0; i < p.rows; ++i) {
      const std::size_t offset = distance_index(block.begin + i, seen.begin);
      if (bias_ != nullptr) kernels().add(bias_ + offset, p.columns, p.row(i));
      if (!query_scores.empty()) kernels().gather(query_scores.row(i), 0, &bucket_[offset], p.columns, p.row(i));
      if (!position_query_.empty())
        kernels().gather(key_scores_.row(seen.begin), rows_, &bucket_[offset], p.columns, p.row(i));
      hide(block.begin + i, seen, p.row(i));
      kernels().softmax(p.row(i), p.columns);
    }
  }

  /// Whether blocks of queries attend to different keys, so that the derivatives of keys and values accumulate from
  /// zero.
  bool is_local() const { return scores_.window < length_; }

  /// Computes the derivatives of the block's queries, and accumulates those of the keys, from ds = ∂F/∂s (queries of
  /// the block, keys of the block).
  void vjp(Range block, ConstView ds, const Head<float>& dhead) {
    const Range seen = keys(block);
    const ConstView q = head_.q.row_range(block.begin, block.end);
    const View dq = dhead.q.row_range(block.begin, block.end);
    gemm(ds, Transpose::no, head_.k.row_range(seen.begin, seen.end), Transpose::no, dq, scale_);
    gemm(ds, Transpose::yes, q, Transpose::no, dhead.k.row_range(seen.begin, seen.end), scale_,
         is_local() || block.begin > 0);
    if (!position_key_.empty()) {
      const View dquery_scores = query_scores_.view().row_range(0, ds.rows);
      fill(dquery_scores, 0);
      for (std::size_t i = 0; i < ds.rows; ++i) {
        const std::size_t offset = distance_index(block.begin + i, seen.begin);
        kernels().gather_vjp(ds.row(i), 0, &bucket_[offset], ds.columns, dquery_scores.row(i));
      }
      gemm(dquery_scores, Transpose::no, position_key_, Transpose::no, dq, scale_, true);
    }
    if (!position_query_.empty()) {
      if (dkey_scores_.rows() == 0) dkey_scores_ = Mat::zeros(length_, rows_);
      for (std::size_t i = 0; i < ds.rows; ++i) {
        const std::size_t offset = distance_index(block.begin + i, seen.begin);
        kernels().gather_vjp(ds.row(i), rows_, &bucket_[offset], ds.columns, dkey_scores_.row(seen.begin));
      }
    }
  }

  /// Adds the derivatives of the keys through their products with positions, after the last block.
  void finish_vjp(const Head<float>& dhead) const {
    if (dkey_scores_.rows() > 0)
      gemm(dkey_scores_, Transpose::no, position_query_, Transpose::no, dhead.k, scale_, true);
  }

 private:
  /// The index of the distance between tokens i and j in this sequence's tables; consecutive keys have consecutive
  /// indices.
  std::size_t distance_index(std::size_t i, std::size_t j) const { return length_ - 1 + j - i; }

  void hide(std::size_t query, Range seen, float* row) const {
    if (!is_local()) return;
    for (std::size_t j = seen.begin; j + scores_.window < query; ++j) row[j - seen.begin] = hidden;
    for (std::size_t j = query + scores_.window + 1; j < seen.end; ++j) row[j - seen.begin] = hidden;
  }

  static constexpr float hidden = -std::numeric_limits<float>::infinity();  // exp(hidden) is exactly 0

  const AttentionScores& scores_;
  const Head<const float>& head_;
  std::size_t length_, rows_ = 0;
  float scale_;
  const float* bias_ = nullptr;       // (2T − 1)
  std::vector<std::int32_t> bucket_;  // (2T − 1): rows of the two tables below
  ConstView position_key_, position_query_;
  Mat query_scores_;              // (block, R): scale · q·position_key, or the derivatives of these
  Mat key_scores_, dkey_scores_;  // (T, R): scale · k·position_query
};

/// Calls work(first row, end row, head) for each sequence and head, in parallel.
template <class Work>
void for_each_head(std::span<const std::size_t> row_begin, std::size_t heads, const Work& work) {
  parallel_for((row_begin.size() - 1) * heads,
               [&](std::size_t index) {
                 const std::size_t sequence = index / heads;
                 work(row_begin[sequence], row_begin[sequence + 1], index % heads);
               });
}

template <class Work>
void for_each_block(std::size_t length, const Work& work) {
  for (std::size_t begin = 0; begin < length; begin += block_rows)
    work(Range{begin, std::min(begin + block_rows, length)});
}

/// A contiguous (rows, columns) matrix at the start of a buffer's memory.
View part(Mat& buffer, std::size_t rows, std::size_t columns) { return {buffer.row(0), rows, columns}; }

}  // namespace

void attention(ConstView qkv, std::span<const std::size_t> row_begin, std::size_t heads, const AttentionScores& scores,
               View context) {
  const std::size_t width = context.columns / heads;
  for_each_head(row_begin, heads, [&](std::size_t first, std::size_t last, std::size_t index) {
    const Head<const float> head = head_of(qkv.row_range(first, last), heads, index);
    const View output = context.row_range(first, last).column_range(index * width, (index + 1) * width);
    Scores s(scores, head, heads, index);
    Mat buffer(std::min(block_rows, output.rows), s.most_keys());
    for_each_block(output.rows, [&](Range block) {
      const Range seen = s.keys(block);
      const View p = part(buffer, block.size(), seen.size());
      s.probabilities(block, p);
      gemm(p, Transpose::no, head.v.row_range(seen.begin, seen.end), Transpose::no,
           output.row_range(block.begin, block.end));
    });
  });
}

void attention_vjp(ConstView qkv, std::span<const std::size_t> row_begin, std::size_t heads,
                   const AttentionScores& scores, ConstView dcontext, View dqkv) {
  const std::size_t width = dcontext.columns / heads;
  for_each_head(row_begin, heads, [&](std::size_t first, std::size_t last, std::size_t index) {
    const Head<const float> head = head_of(qkv.row_range(first, last), heads, index);
    const Head<float> dhead = head_of(dqkv.row_range(first, last), heads, index);
    const ConstView doutput = dcontext.row_range(first, last).column_range(index * width, (index + 1) * width);
    Scores s(scores, head, heads, index);
    Mat buffer(std::min(block_rows, doutput.rows), s.most_keys()),
        dbuffer(std::min(block_rows, doutput.rows), s.most_keys());
    // The derivatives of keys and values accumulate over the blocks of queries.
    if (s.is_local()) {
      fill(dhead.k, 0);
      fill(dhead.v, 0);
    }
    for_each_block(doutput.rows, [&](Range block) {
      const Range seen = s.keys(block);
      const View p = part(buffer, block.size(), seen.size()), dp = part(dbuffer, block.size(), seen.size());
      s.probabilities(block, p);
      // output = p v
      const ConstView dblock = doutput.row_range(block.begin, block.end);
      gemm(dblock, Transpose::no, head.v.row_range(seen.begin, seen.end), Transpose::yes, dp);
      gemm(p, Transpose::yes, dblock, Transpose::no, dhead.v.row_range(seen.begin, seen.end), 1,
           s.is_local() || block.begin > 0);
      // p = softmax(s)
      for (std::size_t i = 0; i < p.rows; ++i) kernels().softmax_vjp(p.row(i), dp.row(i), p.columns);
      s.vjp(block, dp, dhead);
    });
    s.finish_vjp(dhead);
  });
}

void attention_probabilities(ConstView qkv, std::size_t heads, std::size_t head, const AttentionScores& scores,
                             View probabilities) {
  const Head<const float> part_of = head_of(qkv, heads, head);
  Scores s(scores, part_of, heads, head);
  for_each_block(qkv.rows, [&](Range block) {
    const Range seen = s.keys(block);
    const View rows = probabilities.row_range(block.begin, block.end);
    fill(rows, 0);
    s.probabilities(block, rows.column_range(seen.begin, seen.end));
  });
}

void attention_probabilities_vjp(ConstView qkv, std::size_t heads, std::size_t head, ConstView dcontext,
                                 View dprobabilities) {
  const std::size_t width = dcontext.columns / heads;
  // context = probabilities v
  gemm(dcontext.column_range(head * width, (head + 1) * width), Transpose::no, head_of(qkv, heads, head).v,
       Transpose::yes, dprobabilities);
}

}  // namespace limn
