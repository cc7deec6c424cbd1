#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

/// Tokens and their ids, in one string and one hash table: no allocation per token.
class Vocabulary {
 public:
  struct Entry {
    std::string_view token;
    std::int32_t id;
  };

  /// The largest number of unused ids. A pruned vocabulary keeps its ids, but more gaps than this are a mistake.
  static constexpr std::size_t most_gaps = 300'000;

  /// Takes tokens one by one; ids may come in any order and with (moderate) gaps.
  class Builder {
   public:
    /// @param file, thing  the source for error messages, for example "tokenizer.json" and "model.vocab".
    Builder(std::string file, std::string thing);

    void reserve(std::size_t tokens, std::size_t bytes);
    /// @throws Error if the id is negative or implausibly large.
    void add(std::string_view token, std::int64_t id);
    /// What to do with a token that was added twice.
    enum class Repeated { refuse, last_wins };
    /// @throws Error for two tokens with the same id, repeated tokens (if refused), huge gaps between ids.
    Vocabulary build(Repeated repeated) &&;

   private:
    std::string file_, thing_, bytes_;
    std::vector<std::size_t> ends_;
    std::vector<std::int32_t> ids_;
  };

  /// The hash of a token extends the hash of its prefix, so that all prefixes of a word are cheap to hash.
  using Hash = std::uint64_t;
  static constexpr Hash empty_hash = 0xCBF29CE484222325;  // FNV-1a
  static constexpr Hash hash(std::string_view text, Hash beginning = empty_hash) {
    for (const char byte : text) beginning = (beginning ^ static_cast<unsigned char>(byte)) * 0x100000001B3;
    return beginning;
  }

  std::optional<std::int32_t> id(std::string_view token) const { return id("", token, hash(token)); }
  /// The id of prefix + rest; `hash` is the hash of both together.
  std::optional<std::int32_t> id(std::string_view prefix, std::string_view rest, Hash hash) const;
  /// Empty for an id that no token has.
  std::string_view token(std::int32_t id) const;

  std::size_t token_count() const { return token_count_; }
  std::size_t size() const { return begins_.empty() ? 0 : begins_.size() - 1; }  ///< the largest id + 1
  std::size_t longest_token_bytes() const { return longest_; }

 private:
  struct Slot {
    std::uint32_t tag = 0;  ///< the upper half of the hash
    std::int32_t id = free;
  };
  static constexpr std::int32_t free = -1;

  std::size_t first_slot(Hash hash) const { return (hash ^ (hash >> 32)) & (slots_.size() - 1); }

  std::string bytes_;                  ///< all tokens, in order of their ids
  std::vector<std::uint32_t> begins_;  ///< (V + 1) of each id's token in bytes_
  std::vector<Slot> slots_;            ///< a power of two, at most half full; linear probing
  std::size_t token_count_ = 0, longest_ = 0;
};

}  // namespace limn
