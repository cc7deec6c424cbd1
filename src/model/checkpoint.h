#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "model/config.h"
#include "model/randomize.h"
#include "model/tensor_files.h"
#include "model/weights.h"

namespace limn {

/// A checkpoint folder in memory: the config, the weights, and the memory that holds the weights.
/// Large F32 tensors and matrices of F16 or BF16 stay in the mapped file. Others (small, F64, transposed) are converted
/// to float32 in memory, and the file's pages are released.
class Checkpoint {
 public:
  /// @throws Error if a file is missing or invalid, or if the config and the weights do not match;
  /// tests/model/checkpoint_test.cc covers each case.
  static Checkpoint load(const std::filesystem::path& folder);
  /// The same with the parsed content of its config.json. @param modules of a sentence-transformers folder, or null.
  /// @param randomization of weights, after they have been read
  static Checkpoint load(const std::filesystem::path& folder, const nlohmann::json& config,
                         const SentenceModules* modules = nullptr, const Randomization& randomization = {});
  /// The same with weights that are already open. @param file of the config, in messages.
  static Checkpoint load(WeightFiles weights, const nlohmann::json& config, const std::string& file,
                         const Randomization& randomization = {});
  Checkpoint(Checkpoint&&) noexcept;
  Checkpoint& operator=(Checkpoint&&) noexcept;
  ~Checkpoint();

  const Config& config() const;
  const Weights& weights() const;
  std::size_t parameters() const;                                         ///< elements of all tensors in use
  const std::vector<std::pair<std::string, std::size_t>>& files() const;  ///< weight files: name, bytes

  /// Releases the memory of weights that stay in their mapped file and will not be read in full again soon. They remain
  /// readable: their pages are reloaded from the file on access. Weights converted in memory are unaffected.
  void release(const StoredView& weights) const;

  struct Implementation;

 private:
  explicit Checkpoint(std::unique_ptr<Implementation> implementation);
  /// @param open opens the weights, if they are not open; called before they are needed
  static Checkpoint read(std::unique_ptr<Implementation> checkpoint, const nlohmann::json& config,
                         const std::string& file, const SentenceModules* modules, const Randomization& randomization,
                         const std::function<void()>& open);
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace limn
