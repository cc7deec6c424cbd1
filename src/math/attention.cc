#include "math/attention.h"

#include <algorithm>
#include <cmath>

#include "base/parallel.h"
#include "math/gemm.h"
#include "math/kernels.h"

namespace limn {
namespace {

// Queries are taken in blocks, so that a block of scores stays in the cache and long texts need no (T, T) matrix.
constexpr std::size_t block_rows = 128;

/// The three parts of one head's rows, each (T, D).
template <class T>
struct Head {
  BasicView<T> q, k, v;
};

template <class T>
Head<T> head_of(BasicView<T> qkv, std::size_t heads, std::size_t head) {
  const std::size_t channels = qkv.columns / 3, width = channels / heads;
  const auto part = [&](std::size_t index) {
    const std::size_t begin = index * channels + head * width;
    return qkv.column_range(begin, begin + width);
  };
  return {part(0), part(1), part(2)};
}

float scale_of(const Head<const float>& head) { return 1.f / std::sqrt(static_cast<float>(head.q.columns)); }

/// p = softmax(q kᵀ / √D) for the queries [begin, end).
void block_probabilities(const Head<const float>& head, std::size_t begin, std::size_t end, View p) {
  gemm(head.q.row_range(begin, end), Transpose::no, head.k, Transpose::yes, p, scale_of(head));
  for (std::size_t i = 0; i < p.rows; i++) kernels().softmax(p.row(i), p.columns);
}

/// Calls work(sequence's first row, end row, head) for every sequence and head, in parallel.
template <class Work>
void for_each_head(std::span<const std::size_t> row_begin, std::size_t heads, const Work& work) {
  parallel_for((row_begin.size() - 1) * heads, [&](std::size_t index) {
    const std::size_t sequence = index / heads;
    work(row_begin[sequence], row_begin[sequence + 1], index % heads);
  });
}

}  // namespace

void attention(ConstView qkv, std::span<const std::size_t> row_begin, std::size_t heads, View context) {
  const std::size_t width = context.columns / heads;
  for_each_head(row_begin, heads, [&](std::size_t first, std::size_t last, std::size_t index) {
    const Head<const float> head = head_of(qkv.row_range(first, last), heads, index);
    const View output = context.row_range(first, last).column_range(index * width, (index + 1) * width);
    const std::size_t length = last - first;
    Mat p(std::min(block_rows, length), length);
    for (std::size_t begin = 0; begin < length; begin += block_rows) {
      const std::size_t end = std::min(begin + block_rows, length);
      const View block = p.view().row_range(0, end - begin);
      block_probabilities(head, begin, end, block);
      gemm(block, Transpose::no, head.v, Transpose::no, output.row_range(begin, end));
    }
  });
}

void attention_vjp(ConstView qkv, std::span<const std::size_t> row_begin, std::size_t heads, ConstView dcontext, View dqkv) {
  const std::size_t width = dcontext.columns / heads;
  for_each_head(row_begin, heads, [&](std::size_t first, std::size_t last, std::size_t index) {
    const Head<const float> head = head_of(qkv.row_range(first, last), heads, index);
    const Head<float> dhead = head_of(dqkv.row_range(first, last), heads, index);
    const ConstView doutput = dcontext.row_range(first, last).column_range(index * width, (index + 1) * width);
    const std::size_t length = last - first;
    Mat p(std::min(block_rows, length), length), dp(std::min(block_rows, length), length);
    for (std::size_t begin = 0; begin < length; begin += block_rows) {
      const std::size_t end = std::min(begin + block_rows, length);
      const View block = p.view().row_range(0, end - begin), dblock = dp.view().row_range(0, end - begin);
      const bool more = begin > 0;  // k and v collect what every block of queries gives them
      block_probabilities(head, begin, end, block);
      // output = p v
      gemm(doutput.row_range(begin, end), Transpose::no, head.v, Transpose::yes, dblock);
      gemm(block, Transpose::yes, doutput.row_range(begin, end), Transpose::no, dhead.v, 1, more);
      // p = softmax(q kᵀ / √D)
      for (std::size_t i = 0; i < block.rows; i++) kernels().softmax_vjp(block.row(i), dblock.row(i), block.columns);
      gemm(dblock, Transpose::no, head.k, Transpose::no, dhead.q.row_range(begin, end), scale_of(head));
      gemm(dblock, Transpose::yes, head.q.row_range(begin, end), Transpose::no, dhead.k, scale_of(head), more);
    }
  });
}

void attention_probabilities(ConstView qkv, std::size_t heads, std::size_t head, View probabilities) {
  block_probabilities(head_of(qkv, heads, head), 0, qkv.rows, probabilities);
}

void attention_probabilities_vjp(ConstView qkv, std::size_t heads, std::size_t head, ConstView dcontext, View dprobabilities) {
  const std::size_t width = dcontext.columns / heads;
  // context = probabilities v
  gemm(dcontext.column_range(head * width, (head + 1) * width), Transpose::no, head_of(qkv, heads, head).v, Transpose::yes, dprobabilities);
}

}  // namespace limn
