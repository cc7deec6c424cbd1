#pragma once

#include <cstddef>
#include <memory>

namespace limn {

struct ReturnBlock {
  std::size_t floats = 0;
  void operator()(float* block) const;
};

/// Memory for matrices, not initialized. The calling thread keeps blocks that are no longer needed for its next pass,
/// so that passes of similar sizes allocate nothing: the system would fill new pages with zeros, which takes a tenth of
/// a pass.
using Block = std::unique_ptr<float[], ReturnBlock>;
Block take_block(std::size_t floats);

}  // namespace limn
