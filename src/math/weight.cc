#include "math/weight.h"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cstring>
#include <mutex>
#include <span>
#include <utility>

#include "base/mapped_file.h"
#include "base/parallel.h"
#include "math/scratch.h"

namespace limn {
namespace {

void release(const StoredView& matrix) { MappedFile::release_pages(matrix.bytes()); }

}  // namespace

void PackedWeights::packed(const StoredView& matrix) {
  const std::lock_guard lock(mutex_);
  packed_.push_back(matrix);
  std::ranges::for_each(packed_, release);
}

struct Weight::Packing {
  explicit Packing(std::shared_ptr<PackedWeights> place) : place(std::move(place)) {}

  const std::shared_ptr<PackedWeights> place;  // null: packed in place
  std::atomic<std::size_t> products = 0;       // x wᵀ so far
  std::once_flag once;
  const ProductKernels* kernels = nullptr;    // those that packed
  std::atomic<const char*> panels = nullptr;  // null: not packed yet

  void pack(const StoredView& matrix, const Kernels& with);
};

void Weight::Packing::pack(const StoredView& matrix, const Kernels& with) {
  const std::size_t width = with.products.panel_outputs;
  const std::size_t bytes = with.products.panel_bytes(matrix.columns, matrix.type);
  const std::size_t count = (matrix.rows + width - 1) / width;
  const Operand w = {.data = matrix.data, .type = matrix.type, .stride = matrix.stride, .columns_contiguous = true};
  char* const target = place ? place->take(count * bytes) : nullptr;
  parallel_for(count, [&](std::size_t i) {
    char* const panel = target != nullptr ? target + i * bytes : scratch(bytes);
    with.products.pack(w, matrix.columns, matrix.rows, i * width, panel);
    if (target == nullptr) std::memcpy(static_cast<char*>(const_cast<void*>(matrix.data)) + i * bytes, panel, bytes);
  });
  kernels = &with.products;
  panels.store(target != nullptr ? target : reinterpret_cast<const char*>(matrix.data), std::memory_order_release);
  if (place) place->packed(matrix);
}

Weight::Weight(const StoredView& matrix, std::shared_ptr<PackedWeights> packed) : matrix_(matrix) {
  // A whole number of panels of any instruction set takes the same memory as the matrix.
  constexpr std::size_t side = 32;
  if (matrix.rows < least_prepared_side || matrix.columns < least_prepared_side) return;
  if (matrix.rows % side != 0 || matrix.columns % side != 0) return;
  packing_ = std::make_shared<Packing>(std::move(packed));
}

Weight Weight::mapped(const StoredView& matrix, std::shared_ptr<PackedWeights> packed) {
  return {matrix, std::move(packed)};
}

Weight Weight::owned(ConstView matrix) {
  assert(matrix.stride == matrix.columns);
  return {StoredView(matrix), nullptr};
}

Weight Weight::output_range(std::size_t begin, std::size_t end) const {
  const StoredView range = matrix_.row_range(begin, end);
  return packing_ ? Weight(range, packing_->place) : Weight(range);
}

void Weight::prepare(const Kernels& with, bool transposed) const {
  if (!packing_) return;
  const bool mapped = packing_->place != nullptr;
  if (mapped && (!transposed || packing_->products.fetch_add(1, std::memory_order_relaxed) == 0)) return;
  std::call_once(packing_->once, [&] { packing_->pack(matrix_, with); });
}

Operand Weight::transposed(const Kernels& with) const {
  Operand operand = this->operand(with);
  operand.columns_contiguous = true;
  return operand;
}

Operand Weight::operand(const Kernels& with) const {
  const char* const panels = packing_ ? packing_->panels.load(std::memory_order_acquire) : nullptr;
  if (panels != nullptr && packing_->kernels == &with.products)
    return {.data = panels, .type = matrix_.type, .stride = matrix_.columns, .packed = true};
  assert(panels == nullptr || packing_->place != nullptr);
  return {.data = matrix_.data, .type = matrix_.type, .stride = matrix_.stride};
}

}  // namespace limn
