#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

/// The parts of a SentencePiece model file (sentencepiece_model.proto) that encoders need.
struct SpieceModel {
  enum class PieceType { normal = 1, unknown = 2, control = 3, user_defined = 4, unused = 5, byte = 6 };
  enum class ModelType { unigram = 1, bpe = 2 };
  struct Piece {
    std::string text;
    double score = 0;
    PieceType type = PieceType::normal;
  };

  std::vector<Piece> pieces;  ///< (V) by id
  ModelType type = ModelType::unigram;
  std::size_t unknown_id = 0;
  bool byte_fallback = false;
  std::string charsmap;  ///< see charsmap.h; empty: none

  /// @param file  its name, for error messages.
  /// @throws Error for bytes that are not such a model, for unsupported types, for tokens that are not valid UTF-8.
  static SpieceModel parse(std::string_view bytes, const std::string& file);
};

}  // namespace limn
