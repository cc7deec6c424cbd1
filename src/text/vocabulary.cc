#include "text/vocabulary.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/json.h"
#include "limn/error.h"

namespace limn {
namespace {

constexpr std::int64_t largest_id = 100'000'000;

}  // namespace

Vocabulary::Builder::Builder(std::string file, std::string thing) : file_(std::move(file)), thing_(std::move(thing)) {}

void Vocabulary::Builder::reserve(std::size_t tokens, std::size_t bytes) {
  ends_.reserve(tokens);
  ids_.reserve(tokens);
  bytes_.reserve(bytes);
}

void Vocabulary::Builder::add(std::string_view token, std::int64_t id) {
  if (id < 0 || id > largest_id) {
    throw Error({.file = file_,
                 .thing = thing_ + ", token " + shown_name(token),
                 .found = "id " + std::to_string(id),
                 .expected = "0 to " + std::to_string(largest_id)});
  }
  bytes_ += token;
  ends_.push_back(bytes_.size());
  ids_.push_back(static_cast<std::int32_t>(id));
}

Vocabulary Vocabulary::Builder::build(Repeated repeated) && {
  if (bytes_.size() > UINT32_MAX)
    throw Error({.file = file_, .thing = thing_, .found = "4 GiB of text or more", .expected = "less"});
  const std::size_t count = ids_.size();
  const std::size_t size = ids_.empty() ? 0 : static_cast<std::size_t>(std::ranges::max(ids_)) + 1;
  if (size > count + most_gaps) {
    throw Error({.file = file_,
                 .thing = thing_,
                 .found = std::to_string(count) + " tokens with ids up to " + std::to_string(size - 1),
                 .expected = "ids without large gaps"});
  }
  const auto token = [&](std::size_t index) {
    const std::size_t begin = index == 0 ? 0 : ends_[index - 1];
    return std::string_view(bytes_).substr(begin, ends_[index] - begin);
  };

  constexpr std::uint32_t none = UINT32_MAX;
  std::vector<std::uint32_t> of_id(size, none);  // index of each id's token
  for (std::size_t index = 0; index < count; ++index) {
    std::uint32_t& taken = of_id[static_cast<std::size_t>(ids_[index])];
    if (taken != none) {
      throw Error({.file = file_,
                   .thing = thing_ + ", id " + std::to_string(ids_[index]),
                   .found = "the tokens " + shown_name(token(taken)) + " and " + shown_name(token(index)),
                   .expected = "one token for each id"});
    }
    taken = static_cast<std::uint32_t>(index);
  }

  Vocabulary result;
  result.token_count_ = count;
  result.bytes_.reserve(bytes_.size());
  result.begins_.reserve(size + 1);
  result.slots_.resize(std::bit_ceil(std::max<std::size_t>(2 * count, 2)));
  result.begins_.push_back(0);
  for (std::size_t id = 0; id < size; ++id) {
    if (of_id[id] != none) result.bytes_ += token(of_id[id]);
    result.begins_.push_back(static_cast<std::uint32_t>(result.bytes_.size()));
  }
  for (std::size_t id = 0; id < size; ++id) {
    if (of_id[id] == none) continue;
    const std::string_view text = token(of_id[id]);
    const Hash hash = Vocabulary::hash(text);
    const auto tag = static_cast<std::uint32_t>(hash >> 32);
    std::size_t slot = result.first_slot(hash);
    for (; result.slots_[slot].id != free; slot = (slot + 1) & (result.slots_.size() - 1)) {
      if (result.slots_[slot].tag != tag || result.token(result.slots_[slot].id) != text) continue;
      if (repeated == Repeated::last_wins) break;
      throw Error({.file = file_,
                   .thing = thing_ + ", token " + shown_name(text),
                   .found = "the ids " + std::to_string(result.slots_[slot].id) + " and " + std::to_string(id),
                   .expected = "one id for each token"});
    }
    result.slots_[slot] = {tag, static_cast<std::int32_t>(id)};
    result.longest_ = std::max(result.longest_, text.size());
  }
  return result;
}

std::optional<std::int32_t> Vocabulary::id(std::string_view prefix, std::string_view rest, Hash hash) const {
  if (slots_.empty()) return {};
  const auto tag = static_cast<std::uint32_t>(hash >> 32);
  for (std::size_t slot = first_slot(hash); slots_[slot].id != free; slot = (slot + 1) & (slots_.size() - 1)) {
    if (slots_[slot].tag != tag) continue;
    const std::string_view found = token(slots_[slot].id);
    if (found.size() == prefix.size() + rest.size() && found.starts_with(prefix) && found.ends_with(rest))
      return slots_[slot].id;
  }
  return {};
}

std::string_view Vocabulary::token(std::int32_t id) const {
  const auto index = static_cast<std::size_t>(id);
  if (id < 0 || index >= size()) return {};
  return std::string_view(bytes_).substr(begins_[index], begins_[index + 1] - begins_[index]);
}

}  // namespace limn
