#include "text/subword_model.h"

namespace limn {
namespace {

struct Tokenize {
  const Vocabulary& vocabulary;
  std::span<const Character> text;
  std::int32_t word;
  SubwordScratch& scratch;
  Subwords& subwords;

  void operator()(const WordPiece& model) const { model.tokenize(vocabulary, text, word, scratch.wordpiece, subwords); }
  void operator()(const Bpe& model) const { model.tokenize(vocabulary, text, word, scratch.bpe, subwords); }
  void operator()(const Unigram& model) const { model.tokenize(vocabulary, text, word, scratch.unigram, subwords); }
};

struct UnknownId {
  std::optional<std::int32_t> operator()(const WordPiece& model) const { return model.unknown; }
  std::optional<std::int32_t> operator()(const Bpe& model) const { return model.options().unknown; }
  std::optional<std::int32_t> operator()(const Unigram& model) const { return model.options().unknown; }
};

}  // namespace

void tokenize(const SubwordModel& model, const Vocabulary& vocabulary, std::span<const Character> text,
              std::int32_t word, SubwordScratch& scratch, Subwords& subwords) {
  std::visit(Tokenize{vocabulary, text, word, scratch, subwords}, model);
}

std::optional<std::int32_t> unknown_id(const SubwordModel& model) { return std::visit(UnknownId{}, model); }

}  // namespace limn
