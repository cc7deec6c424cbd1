#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "apps/server/collections.h"

namespace limn::server {

/// Collections of uploaded files. They are in memory only, so they end with the process however it ends; who does not
/// know the name of one cannot find it. One that nobody has used for a while is removed. Thread-safe.
class TemporaryCollections : public std::enable_shared_from_this<TemporaryCollections> {
 public:
  struct Options {
    std::size_t most = 16;                      ///< at the same time; 0: none
    std::chrono::milliseconds idle{3'600'000};  ///< without a request, after which one is removed
  };
  explicit TemporaryCollections(Options options);
  TemporaryCollections(const TemporaryCollections&) = delete;
  TemporaryCollections& operator=(const TemporaryCollections&) = delete;
  ~TemporaryCollections();

  /// Whether a name is one of a temporary collection, which may have expired.
  static bool is_name(std::string_view name);
  /// Returns a name that cannot be guessed: it has 128 random bits.
  static std::string new_name();

  /// A place for one collection, which the destructor gives back unless a collection has taken it.
  class Place {
   public:
    explicit Place(std::shared_ptr<TemporaryCollections> owner) : owner_(std::move(owner)) {}
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() { release(); }
    /// Gives the place back now.
    void release();

   private:
    friend class TemporaryCollections;
    std::shared_ptr<TemporaryCollections> owner_;
    bool is_taken_ = false;
  };
  /// Returns a place; null if there is none.
  std::shared_ptr<Place> reserve();
  /// @param place from reserve(); for one collection only
  void add(std::shared_ptr<const ServedCollection> collection, Place& place);
  /// Returns the collection with this name, which counts as a use of it; null if there is none.
  std::shared_ptr<const ServedCollection> find(const std::string& name);
  /// @return whether there was one with this name
  bool remove(const std::string& name);

  std::size_t count() const;
  const Options& options() const { return options_; }

 private:
  struct Kept {
    std::shared_ptr<const ServedCollection> collection;
    std::chrono::steady_clock::time_point used;
  };
  void sweep();

  const Options options_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::map<std::string, Kept> kept_;
  std::size_t reserved_ = 0;
  bool ending_ = false;
  std::thread sweeper_;
};

}  // namespace limn::server
