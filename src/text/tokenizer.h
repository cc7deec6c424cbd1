#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.h"
#include "text/encoding.h"

namespace limn {

/// Text to Encoding and back to names, as the `tokenizers` package does it; immutable and shared by threads.
class Tokenizer {
 public:
  /// Reads tokenizer.json, or else older files (docs/tokenizers.md), with tokenizer_config.json if there is one.
  /// The `truncation` and `padding` sections are not applied: published files carry leftovers.
  static Tokenizer load(const std::filesystem::path& folder);

  /// One input (a pair if `pair` is there) of at most max_length tokens, special ones counted (0: no limit). What does
  /// not fit is cut: of a pair from its longer sequence first, as `tokenizers` does by default; cut_tokens says how
  /// much.
  /// @throws Error for invalid UTF-8, or a max_length too small for the template's own tokens.
  Encoding encode(std::string_view text, std::optional<std::string_view> pair = {}, std::size_t max_length = 0) const;

  /// Question and context in windows of max_length tokens: the whole question in each, the context cut so that
  /// neighbours share `stride` tokens (`truncation="only_second"`, `return_overflowing_tokens`). Offsets of the context
  /// count from the start of the whole context, words likewise.
  /// @throws Error if the question leaves no room (or only as much as the stride) for the context.
  std::vector<Encoding> windows(std::string_view question, std::string_view context, std::size_t max_length,
                                std::size_t stride) const;

  /// A text that is already split into words (`is_split_into_words=True`): words[i] has word index i and its offsets
  /// count within words[i].
  Encoding encode_words(std::span<const std::string> words, std::size_t max_length = 0) const;

  std::size_t vocabulary_size() const;            ///< the largest id + 1
  std::string_view token(std::int32_t id) const;  ///< as in the vocabulary; id must be in range
  std::optional<std::int32_t> id(std::string_view token) const;

  /// Ids of the special tokens by role, where the files name them.
  struct Special {
    std::optional<std::int32_t> unknown, cls_token, sep_token, pad, mask;
  };
  const Special& special() const;
  /// From tokenizer_config.json's model_max_length; nothing if it names none (or the huge placeholder).
  std::optional<std::size_t> max_length() const;

  struct Implementation;

 private:
  explicit Tokenizer(std::shared_ptr<const Implementation> implementation);
  std::shared_ptr<const Implementation> implementation_;
};

}  // namespace limn
