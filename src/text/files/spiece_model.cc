#include "text/files/spiece_model.h"

#include <bit>
#include <cmath>

#include "limn/error.h"
#include "text/tokenizer.h"

namespace limn {
namespace {

/// One field of a message in protobuf's wire format.
struct Field {
  std::uint64_t number = 0, value = 0;  // value: of a number; 0 for bytes
  std::string_view bytes;
};

/// Reads a message field by field.
class Message {
 public:
  Message(std::string_view bytes, const std::string& file) : rest_(bytes), file_(file) {}

  bool next(Field& field) {
    if (rest_.empty()) return false;
    const std::uint64_t tag = variable();
    field = {tag >> 3, 0, {}};
    switch (tag & 7) {
      case 0:
        field.value = variable();
        break;
      case 1:
        field.value = fixed(8);
        break;
      case 2:
        field.bytes = take(variable());
        break;
      case 5:
        field.value = fixed(4);
        break;
      default:
        refuse("a field of wire type " + std::to_string(tag & 7));
    }
    return true;
  }

  [[noreturn]] void refuse(std::string found) const {
    throw Error({.file = file_, .found = std::move(found), .expected = "a SentencePiece model"});
  }

 private:
  std::uint64_t variable() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(take(1)[0]);
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    refuse("a number of more than 64 bits");
  }
  std::uint64_t fixed(std::size_t size) {
    std::uint64_t value = 0;
    const std::string_view bytes = take(size);
    for (std::size_t i = size; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
  }
  std::string_view take(std::uint64_t size) {
    if (size > rest_.size()) refuse("a field that extends beyond the end of the file");
    const std::string_view bytes = rest_.substr(0, static_cast<std::size_t>(size));
    rest_.remove_prefix(bytes.size());
    return bytes;
  }

  std::string_view rest_;
  const std::string& file_;
};

SpieceModel::Piece read_piece(std::string_view bytes, std::size_t id, const std::string& file) {
  SpieceModel::Piece piece;
  Message message(bytes, file);
  for (Field field; message.next(field);) {
    if (field.number == 1) piece.text = field.bytes;
    if (field.number == 2) piece.score = std::bit_cast<float>(static_cast<std::uint32_t>(field.value));
    if (field.number == 3) {
      if (field.value < 1 || field.value > 6) message.refuse("a token of type " + std::to_string(field.value));
      piece.type = static_cast<SpieceModel::PieceType>(field.value);
    }
  }
  check_utf8(piece.text, file + ": token " + std::to_string(id));
  if (!std::isfinite(piece.score)) message.refuse("a token whose score is not finite");
  return piece;
}

void read_trainer(std::string_view bytes, const std::string& file, SpieceModel& model) {
  Message message(bytes, file);
  for (Field field; message.next(field);) {
    if (field.number == 3) {
      if (field.value != 1 && field.value != 2) message.refuse("a model that is neither unigram nor BPE");
      model.type = static_cast<SpieceModel::ModelType>(field.value);
    }
    if (field.number == 35) model.byte_fallback = field.value != 0;
    if (field.number == 40) model.unknown_id = static_cast<std::size_t>(field.value);
  }
}

}  // namespace

SpieceModel SpieceModel::parse(std::string_view bytes, const std::string& file) {
  SpieceModel model;
  Message message(bytes, file);
  for (Field field; message.next(field);) {
    if (field.number == 1) model.pieces.push_back(read_piece(field.bytes, model.pieces.size(), file));
    if (field.number == 2) read_trainer(field.bytes, file, model);
    if (field.number == 3) {
      Message normalizer(field.bytes, file);
      for (Field part; normalizer.next(part);)
        if (part.number == 2) model.charsmap = part.bytes;
    }
  }
  if (model.pieces.empty()) message.refuse("no tokens");
  if (model.unknown_id >= model.pieces.size()) message.refuse("an unk_id beyond the last token");
  return model;
}

}  // namespace limn
