#include "apps/server/temporary_collections.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>
#include <vector>

namespace limn::server {
namespace {

constexpr std::string_view name_prefix = "temporary-";

}  // namespace

TemporaryCollections::TemporaryCollections(Options options) : options_(options), sweeper_([this] { sweep(); }) {}

TemporaryCollections::~TemporaryCollections() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  sweeper_.join();
}

bool TemporaryCollections::is_name(std::string_view name) { return name.starts_with(name_prefix); }

std::string TemporaryCollections::new_name() {
  std::array<std::uint64_t, 2> bits{};
  if (::getentropy(bits.data(), sizeof bits) != 0)
    throw std::system_error(errno, std::generic_category(), "getentropy");
  return fmt::format("{}{:016x}{:016x}", name_prefix, bits[0], bits[1]);
}

void TemporaryCollections::Place::release() {
  const std::lock_guard lock(owner_->mutex_);
  if (!std::exchange(is_taken_, true)) --owner_->reserved_;
}

std::shared_ptr<TemporaryCollections::Place> TemporaryCollections::reserve() {
  const std::lock_guard lock(mutex_);
  if (kept_.size() + reserved_ >= options_.most) return nullptr;
  auto place = std::make_shared<Place>(shared_from_this());
  ++reserved_;
  return place;
}

void TemporaryCollections::add(std::shared_ptr<const ServedCollection> collection, Place& place) {
  const std::lock_guard lock(mutex_);
  if (!std::exchange(place.is_taken_, true)) --reserved_;
  const std::string name = collection->name();
  kept_.insert_or_assign(name, Kept{std::move(collection), std::chrono::steady_clock::now()});
}

std::shared_ptr<const ServedCollection> TemporaryCollections::find(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto found = kept_.find(name);
  const auto now = std::chrono::steady_clock::now();
  // The sweeper may be late.
  if (found == kept_.end() || now - found->second.used > options_.idle) return nullptr;
  found->second.used = now;
  return found->second.collection;
}

bool TemporaryCollections::remove(const std::string& name) {
  Kept removed;  // destroyed after the lock
  const std::lock_guard lock(mutex_);
  const auto found = kept_.find(name);
  if (found == kept_.end()) return false;
  removed = std::move(found->second);
  kept_.erase(found);
  return true;
}

std::size_t TemporaryCollections::count() const {
  const std::lock_guard lock(mutex_);
  return kept_.size();
}

void TemporaryCollections::sweep() {
  using std::chrono::milliseconds;
  const milliseconds pause = std::clamp(options_.idle / 4, milliseconds(10), milliseconds(15'000));
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, pause, [&] { return ending_; })) {
    std::vector<Kept> expired;
    const auto oldest = std::chrono::steady_clock::now() - options_.idle;
    std::erase_if(kept_, [&](auto& entry) {
      if (entry.second.used >= oldest) return false;
      expired.push_back(std::move(entry.second));
      return true;
    });
    lock.unlock();
    expired.clear();  // may take a while
    lock.lock();
  }
}

}  // namespace limn::server
