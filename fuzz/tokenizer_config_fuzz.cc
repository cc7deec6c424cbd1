// Files that change a valid tokenizer must produce an Error or a tokenizer whose ids are in its vocabulary.
// Input, separated by bytes 0xFF: tokenizer_config.json, special_tokens_map.json, added_tokens.json, a text.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/output_file.h"
#include "checkpoint_folder.h"
#include "limn/error.h"
#include "text/tokenizer.h"

namespace {

constexpr std::string_view vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n##a\n##b\nanna\n";
constexpr std::string_view tokenizer_json =
    R"({"added_tokens": [{"id": 2, "content": "[CLS]", "special": true}], "normalizer": {"type": "BertNormalizer"},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                  "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "a": 4, "##b": 5}}})";

void check(std::string_view text) {
  try {
    const auto tokenizer = limn::Tokenizer::load(folder());
    const limn::Encoding encoding = tokenizer.encode(text, text, 16);
    require(encoding.size() <= 16);
    for (std::size_t i = 0; i < encoding.size(); ++i) {
      require(encoding.ids[i] >= 0 && static_cast<std::size_t>(encoding.ids[i]) < tokenizer.vocabulary_size());
      require(encoding.offsets[i].begin <= encoding.offsets[i].end && encoding.offsets[i].end <= text.size());
    }
  } catch (const limn::Error&) {
    // Invalid input, reported as a user's mistake.
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  for (const char* name : {"tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"}) {
    const std::string_view part = next_part(rest);
    if (part.empty())
      std::filesystem::remove(folder() / name);
    else
      limn::write_file(folder() / name, part);
  }
  limn::write_file(folder() / "vocab.txt", vocabulary);
  std::filesystem::remove(folder() / "tokenizer.json");
  check(rest);
  limn::write_file(folder() / "tokenizer.json", tokenizer_json);
  check(rest);
  return 0;
}
