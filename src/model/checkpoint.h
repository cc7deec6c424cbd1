#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/config.h"
#include "model/weights.h"

namespace limn {

/// A checkpoint folder in memory: the config, the weights, and what keeps the weights alive.
/// F32 tensors stay in the mapped file; others (F16, BF16, F64, transposed) become float32 in memory, and the file's
/// pages are given back.
class Checkpoint {
 public:
  /// @throws Error for whatever is missing, broken or does not fit; tests/model/checkpoint_test.cc has each case.
  static Checkpoint load(const std::filesystem::path& folder);
  Checkpoint(Checkpoint&&) noexcept;
  Checkpoint& operator=(Checkpoint&&) noexcept;
  ~Checkpoint();

  const Config& config() const;
  const Weights& weights() const;
  std::size_t parameters() const;                                         ///< numbers in all tensors that are used
  const std::vector<std::pair<std::string, std::size_t>>& files() const;  ///< weight files: name, bytes

  /// Gives back the memory of weights that stay in their mapped file and will not be read whole again soon. They can
  /// still be read: pages come back from the file. Others stay as they are.
  void release(ConstView weights) const;

  struct Implementation;

 private:
  explicit Checkpoint(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace limn
