#include "evaluate/near_duplicates.h"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>

#include "base/fingerprint.h"

namespace limn {
namespace {

constexpr std::size_t shortest = 6;           // words
constexpr std::size_t agreement = 13;         // of the values of two signatures
constexpr std::size_t most_in_a_bucket = 64;  // texts compared in pairs: a bound for boilerplate

/// One of several hash functions of a hash (the finalizer of MurmurHash3, with a seed).
std::uint64_t mixed(std::uint64_t value, std::uint64_t seed) {
  value ^= seed * 0x9e3779b97f4a7c15u;
  value = (value ^ (value >> 33)) * 0xff51afd7ed558ccdu;
  value = (value ^ (value >> 33)) * 0xc4ceb9fe1a85ec53u;
  return value ^ (value >> 33);
}

/// Sets of numbers that are joined one by one.
class Sets {
 public:
  explicit Sets(std::size_t count) : parent_(count) { std::iota(parent_.begin(), parent_.end(), std::size_t{0}); }
  std::size_t find(std::size_t one) {
    while (parent_[one] != one) one = parent_[one] = parent_[parent_[one]];
    return one;
  }
  void join(std::size_t a, std::size_t b) {
    const std::size_t one = find(a), other = find(b);
    parent_[std::max(one, other)] = std::min(one, other);
  }

 private:
  std::vector<std::size_t> parent_;
};

}  // namespace

std::size_t NearDuplicates::add(const std::vector<std::string>& words) {
  Text text;
  text.is_short = words.size() < shortest;
  Fingerprint whole;
  std::array<std::uint64_t, hashes> least;
  least.fill(std::numeric_limits<std::uint64_t>::max());
  for (std::size_t i = 0; i < words.size(); ++i) {
    whole.add(words[i]);
    whole.add(" ");
    if (i == 0) continue;
    const std::uint64_t pair = fingerprint(words[i - 1] + " " + words[i]);
    for (std::size_t h = 0; h < hashes; ++h) least[h] = std::min(least[h], mixed(pair, h + 1));
  }
  text.whole = whole.value();
  for (std::size_t h = 0; h < hashes; ++h) text.signature[h] = static_cast<std::uint16_t>(least[h]);
  texts_.push_back(text);
  return texts_.size() - 1;
}

std::vector<NearDuplicates::Group> NearDuplicates::groups() const {
  Sets sets(texts_.size());
  std::unordered_map<std::uint64_t, std::size_t> first_of;
  for (std::size_t i = 0; i < texts_.size(); ++i) {
    const auto [found, is_new] = first_of.try_emplace(texts_[i].whole, i);
    if (!is_new) sets.join(found->second, i);
  }
  constexpr std::size_t width = hashes / bands;
  for (std::size_t band = 0; band < bands; ++band) {
    std::unordered_map<std::uint64_t, std::vector<std::size_t>> buckets;
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      if (texts_[i].is_short || first_of.at(texts_[i].whole) != i) continue;
      std::uint64_t key = 0;
      for (std::size_t h = 0; h < width; ++h) key = key << 16 | texts_[i].signature[band * width + h];
      std::vector<std::size_t>& bucket = buckets[key];
      for (const std::size_t other : bucket) {
        std::size_t equal = 0;
        for (std::size_t h = 0; h < hashes; ++h) equal += texts_[i].signature[h] == texts_[other].signature[h];
        if (equal >= agreement) sets.join(i, other);
      }
      if (bucket.size() < most_in_a_bucket) bucket.push_back(i);
    }
  }
  std::map<std::size_t, Group> found;
  for (std::size_t i = 0; i < texts_.size(); ++i) found[sets.find(i)].texts.push_back(i);
  std::vector<Group> result;
  for (auto& [first, group] : found) {
    if (group.texts.size() < 2) continue;
    group.exact = std::ranges::all_of(
        group.texts, [&, first = first](std::size_t i) { return texts_[i].whole == texts_[first].whole; });
    result.push_back(std::move(group));
  }
  std::ranges::stable_sort(result, std::ranges::greater{}, [](const Group& group) { return group.texts.size(); });
  return result;
}

}  // namespace limn
