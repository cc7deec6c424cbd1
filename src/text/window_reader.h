#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "text/encoding.h"
#include "text/sequence_layout.h"
#include "text/subwords.h"

namespace limn {

/// The tokens of a text in blocks of some kilobytes, which are tokenized when they are asked for, so that memory does
/// not grow with the text. Blocks begin where the tokens on both sides do not depend on each other: at a single space
/// between a letter, digit or full stop and a letter or digit. A text without such places is one block.
class TokenBlocks {
 public:
  static constexpr std::size_t usual_bytes = std::size_t{1} << 15;

  /// Appends the tokens of a text, whose words count from 0. @return how many words it has
  using Tokenize = std::function<std::int32_t(std::string_view text, Subwords& subwords)>;

  /// @param text valid UTF-8, which must outlive the blocks @param block_bytes about this many; 0: one block
  TokenBlocks(std::string_view text, Tokenize tokenize, std::size_t block_bytes);
  /// One block of known tokens.
  explicit TokenBlocks(Subwords tokens);

  /// How many tokens the text has.
  std::size_t size() const { return tokens_; }
  Subwords range(std::size_t begin, std::size_t end) const;
  /// Tokens from `first` to before `second`, among which are all that have some of these bytes of the text.
  std::pair<std::size_t, std::size_t> around(Span characters) const;

 private:
  struct Block {
    std::size_t byte = 0, token = 0;  ///< where it begins
    std::int32_t word = 0;            ///< index of its first word
  };
  struct Loaded {
    std::size_t block = 0;
    Subwords tokens = {};
    bool is_set = false;
  };
  std::size_t end_of(std::size_t block) const;
  std::size_t block_of(std::size_t token) const;
  std::int32_t read(std::size_t block, Subwords& tokens) const;
  const Subwords& loaded(std::size_t block) const;

  std::string_view text_;
  Tokenize tokenize_;
  std::vector<Block> blocks_;
  std::size_t tokens_ = 0;
  mutable std::array<Loaded, 2> loaded_;  // the last ones: a window is rarely longer than a block
};

/// The windows of a text, or of a question and its context, each encoded when it is asked for. Not for several threads
/// at once.
class WindowReader {
 public:
  using Encode = std::function<Encoding(SubwordRange)>;

  /// @param width the most tokens of a window @param stride tokens that neighbours share; less than width, unless there
  /// is one window
  WindowReader(TokenBlocks tokens, std::size_t width, std::size_t stride, Encode encode);

  std::size_t size() const { return size_; }
  Encoding operator[](std::size_t window) const;
  /// The window's share of the text's tokens: each token is shared equally by the windows that contain it. The shares
  /// of all windows add up to 1.
  double share(std::size_t window) const;
  /// Windows from `first` to before `second`, among which are all that have some of these bytes of the text.
  std::pair<std::size_t, std::size_t> around(Span characters) const;
  std::vector<Encoding> all() const;

 private:
  TokenBlocks tokens_;
  std::size_t width_, step_, size_ = 1;
  Encode encode_;
};

}  // namespace limn
