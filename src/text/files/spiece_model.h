#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

/// What a SentencePiece model file says, as far as encoders need it (sentencepiece_model.proto).
struct SpieceModel {
  enum class PieceType { normal = 1, unknown = 2, control = 3, user_defined = 4, unused = 5, byte = 6 };
  enum class ModelType { unigram = 1, bpe = 2 };
  struct Piece {
    std::string text;
    double score = 0;
    PieceType type = PieceType::normal;
  };

  std::vector<Piece> subwords;  ///< by their ids
  ModelType type = ModelType::unigram;
  std::size_t unknown_id = 0;
  bool byte_fallback = false;
  std::string charsmap;  ///< see charsmap.h; empty: none

  /// @param file  how messages name it.
  /// @throws Error for bytes that are no such model, for types that limn does not have, for tokens that are no UTF-8.
  static SpieceModel parse(std::string_view bytes, const std::string& file);
};

}  // namespace limn
