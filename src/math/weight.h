#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "math/kernels.h"
#include "math/mat.h"
#include "math/product.h"
#include "math/stored_view.h"
#include "math/weight_memory.h"

namespace limn {

/// Where the mapped weights of a model are packed.
class PackedWeights {
 public:
  /// Memory for a matrix, in bytes.
  char* take(std::size_t bytes) { return reinterpret_cast<char*>(memory_.take(bytes / sizeof(float))); }
  /// Releases the pages of a matrix, and again those of all before it: the system maps large pages, so that reading a
  /// matrix brings back parts of its neighbors.
  void packed(const StoredView& matrix);

 private:
  WeightMemory memory_;
  std::mutex mutex_;
  std::vector<StoredView> packed_;
};

/// The matrix (out, in) of a linear layer, in 32 or 16 bits: a view of memory that must outlive it. Copies share their
/// packing.
class Weight {
 public:
  Weight() = default;
  /// A matrix that is not packed: products pack a panel at a time while it is in the cache.
  Weight(const StoredView& matrix) : matrix_(matrix) {}
  Weight(ConstView matrix) : matrix_(matrix) {}
  Weight(const Mat& matrix) : matrix_(matrix) {}
  /// A matrix of a mapped file. The second product x wᵀ packs it (ProductKernels::pack) into `packed` and releases its
  /// pages; a process that needs it once would lose more time than it saves. Small ones are never packed.
  static Weight mapped(const StoredView& matrix, std::shared_ptr<PackedWeights> packed);
  /// A contiguous matrix in memory that is writable and read by copies of this object only. The first product packs it
  /// in place; matrix() is valid until then.
  static Weight owned(ConstView matrix);

  std::size_t outputs() const { return matrix_.rows; }
  std::size_t inputs() const { return matrix_.columns; }
  bool empty() const { return matrix_.empty(); }
  /// A range of the outputs, with a packing of its own.
  Weight output_range(std::size_t begin, std::size_t end) const;
  const StoredView& matrix() const { return matrix_; }

  /// Must be called before each product, x wᵀ or dy w, with the kernels of the product. May pack; safe from several
  /// threads at once. Does not change the results of products.
  void prepare(const Kernels& with, bool transposed) const;
  /// wᵀ (in, out), with which x is multiplied.
  Operand transposed(const Kernels& with) const;
  /// w (out, in), with which dy is multiplied.
  Operand operand(const Kernels& with) const;

 private:
  struct Packing;

  Weight(const StoredView& matrix, std::shared_ptr<PackedWeights> packed);

  StoredView matrix_;
  std::shared_ptr<Packing> packing_;
};

}  // namespace limn
