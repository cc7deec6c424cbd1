// An untrusted SentencePiece model and an untrusted text must produce an Error or valid encodings.
// Input: a byte that chooses the tokenizer class; a text that ends with a byte 0xFF; the model.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/output_file.h"
#include "checkpoint_folder.h"
#include "limn/error.h"
#include "text/tokenizer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr const char* classes[] = {"AlbertTokenizer", "CamembertTokenizer", "DebertaV2Tokenizer", "T5Tokenizer",
                                     "XLMRobertaTokenizer"};
  if (size == 0) return 0;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const std::string name = classes[data[0] % std::size(classes)];
  rest.remove_prefix(1);
  const std::string_view text = next_part(rest);
  try {
    limn::write_file(folder() / "spiece.model", rest);
    limn::write_file(folder() / "tokenizer_config.json", R"({"tokenizer_class": ")" + name + R"("})");
    const auto tokenizer = limn::Tokenizer::load(folder());
    const limn::Encoding encoding = tokenizer.encode(text, text);
    for (std::size_t i = 0; i < encoding.size(); ++i) {
      require(encoding.ids[i] >= 0 && static_cast<std::size_t>(encoding.ids[i]) < tokenizer.vocabulary_size());
      require(encoding.offsets[i].begin <= encoding.offsets[i].end && encoding.offsets[i].end <= text.size());
    }
  } catch (const limn::Error&) {
    // Invalid input, reported as a user's mistake.
  }
  return 0;
}
