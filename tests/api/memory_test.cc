// A checkpoint from memory gives what the same checkpoint gives from its folder.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "limn/limn.h"
#include "model/tensor_files.h"

namespace limn {
namespace {

std::string content(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

TEST(Memory, GivesTheSameScores) {
  const std::filesystem::path golden = std::filesystem::path(LIMN_SOURCE_DIR) / "tests" / "golden";
  std::size_t count = 0;
  for (const char* name : {"bert-cls", "roberta-cls", "deberta-v2-cls"}) {
    const auto files = std::make_shared<WeightFiles>(open_weights(golden / name));
    MemoryCheckpoint checkpoint{.name = name,
                                .config = content(golden / name / "config.json"),
                                .tokenizer = content(golden / name / "tokenizer.json"),
                                .tokenizer_config = content(golden / name / "tokenizer_config.json")};
    for (const auto& [tensor, found] : files->tensors)
      checkpoint.tensors.push_back({.name = tensor, .type = found.type, .shape = found.shape, .bytes = found.bytes});
    checkpoint.owner = files;
    const Explanation from_memory = Model::load(std::move(checkpoint)).explain("I love you"),
                      from_folder = Model::load(golden / name).explain("I love you");
    ASSERT_EQ(from_memory.tokens.size(), from_folder.tokens.size());
    for (std::size_t i = 0; i < from_folder.tokens.size(); ++i, ++count)
      EXPECT_EQ(from_memory.tokens[i].score, from_folder.tokens[i].score);
  }
  EXPECT_GT(count, 9u);
}

TEST(Memory, NamesTheModelInErrors) {
  try {
    Model::load(MemoryCheckpoint{.name = "mine", .config = "{", .tokenizer = "{}"});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.parts().file, "mine: config");
  }
}

}  // namespace
}  // namespace limn
