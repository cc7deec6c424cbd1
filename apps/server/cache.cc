#include "apps/server/cache.h"

#include <utility>

namespace limn::server {

std::size_t Cache::bytes_of(const Entry& entry) {
  constexpr std::size_t nodes = 200;  // overhead of the list, the table and the strings
  return entry.key.size() + entry.body->size() + nodes;
}

Body Cache::find(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->body;
}

void Cache::add(const std::string& key, Body body) {
  Entry entry{key, std::move(body)};
  const std::size_t bytes = bytes_of(entry);
  const std::lock_guard lock(mutex_);
  if (bytes > most_ || by_key_.contains(key)) return;
  entries_.push_front(std::move(entry));
  by_key_.emplace(entries_.front().key, entries_.begin());
  for (bytes_ += bytes; bytes_ > most_; entries_.pop_back()) {
    bytes_ -= bytes_of(entries_.back());
    by_key_.erase(entries_.back().key);
  }
}

void Cache::clear() {
  const std::lock_guard lock(mutex_);
  by_key_.clear();
  entries_.clear();
  bytes_ = 0;
}

Cache::Figures Cache::figures() const {
  const std::lock_guard lock(mutex_);
  return {entries_.size(), bytes_};
}

}  // namespace limn::server
