#pragma once

#include <cstddef>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "apps/server/http.h"

namespace limn::server {

/// A cache of answers to earlier requests; evicts the least recently used ones when it exceeds its size. Thread-safe.
class Cache {
 public:
  /// @param most bytes of keys and bodies together; 0 disables the cache.
  explicit Cache(std::size_t most) : most_(most) {}

  /// Returns null if the key is not in the cache.
  Body find(const std::string& key);
  void add(const std::string& key, Body body);
  void clear();

  struct Figures {
    std::size_t entries = 0, bytes = 0;
  };
  Figures figures() const;

 private:
  struct Entry {
    std::string key;
    Body body;
  };
  static std::size_t bytes_of(const Entry& entry);

  const std::size_t most_;
  mutable std::mutex mutex_;
  std::list<Entry> entries_;  // most recently used first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_key_;
  std::size_t bytes_ = 0;
};

}  // namespace limn::server
