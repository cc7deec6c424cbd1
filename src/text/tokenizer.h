#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.h"
#include "text/encoding.h"
#include "text/window_reader.h"

namespace limn {

/// Turns text into an Encoding and ids into tokens, as the `tokenizers` package does; immutable and shared by threads.
class Tokenizer {
 public:
  /// Reads tokenizer.json, or else older files (docs/tokenizers.md), with tokenizer_config.json if it exists. The
  /// `truncation` and `padding` sections are ignored: in published files they are leftovers.
  static Tokenizer load(const std::filesystem::path& folder);
  /// The same with the parsed content of config.json, which decides the family if the tokenizer's files do not.
  static Tokenizer load(const std::filesystem::path& folder, const nlohmann::json& model_config);
  /// The same from the content of a tokenizer.json and its tokenizer_config.json (empty: none). @param name in messages
  static Tokenizer parse(std::string_view tokenizer, std::string_view tokenizer_config,
                         const nlohmann::json& model_config, const std::string& name);

  /// One input (a pair if `pair` is given) of at most max_length tokens including special tokens (0: no limit). Longer
  /// inputs are truncated, a pair in its longer sequence first, as `tokenizers` does by default; cut_tokens counts the
  /// tokens removed.
  /// @throws Error for invalid UTF-8, or a max_length too small for the special tokens.
  Encoding encode(std::string_view text, std::optional<std::string_view> pair = {}, std::size_t max_length = 0) const;

  /// Question and context in windows of max_length tokens: each has the whole question, and adjacent windows share
  /// `stride` tokens of the context (`truncation="only_second"`, `return_overflowing_tokens`). Offsets and word indices
  /// of the context count from the start of the whole context.
  /// @throws Error if the question leaves no more room for the context than the stride.
  std::vector<Encoding> windows(std::string_view question, std::string_view context, std::size_t max_length,
                                std::size_t stride) const;

  /// A single text in such windows (`truncation=True`, `return_overflowing_tokens`); one if it fits, or if max_length
  /// is 0.
  /// @throws Error if max_length leaves no more room for the text than the stride.
  std::vector<Encoding> windows(std::string_view text, std::size_t max_length, std::size_t stride) const;
  /// The same for a text that is already split into words (`is_split_into_words=True`): words[i] has word index i, and
  /// its offsets are relative to words[i].
  std::vector<Encoding> windows(std::span<const std::string> words, std::size_t max_length, std::size_t stride) const;

  /// windows() of texts of any length: each is encoded when it is asked for. The tokenizer and the second text must
  /// outlive the reader.
  WindowReader window_reader(std::string_view question, std::string_view context, std::size_t max_length,
                             std::size_t stride, std::size_t block_bytes = TokenBlocks::usual_bytes) const;
  /// The same for a single text.
  WindowReader window_reader(std::string_view text, std::size_t max_length, std::size_t stride,
                             std::size_t block_bytes = TokenBlocks::usual_bytes) const;
  /// Whether long texts are tokenized in blocks: not if a word may extend over a space, or a step may not be local.
  bool has_blocks() const;

  /// The same tokenizer for lowercased texts; itself if it already begins by lowercasing.
  Tokenizer lowercased() const;

  std::size_t vocabulary_size() const;            ///< the largest id + 1
  std::string_view token(std::int32_t id) const;  ///< as in the vocabulary; id must be in range
  std::optional<std::int32_t> id(std::string_view token) const;

  /// Ids of the special tokens by role, if the files name them.
  struct Special {
    std::optional<std::int32_t> unknown, cls_token, sep_token, pad, mask;
  };
  const Special& special() const;
  /// tokenizer_config.json's model_max_length; nothing if it is missing or the huge placeholder.
  std::optional<std::size_t> max_length() const;
  /// Where the tokenizer's files contradict each other, and which one counts.
  const std::vector<std::string>& warnings() const;

  struct Implementation;

 private:
  explicit Tokenizer(std::shared_ptr<const Implementation> implementation);
  std::shared_ptr<const Implementation> implementation_;
};

}  // namespace limn
