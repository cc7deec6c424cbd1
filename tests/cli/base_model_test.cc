// A base model as after pre-training: an encoder without a head.
#include <gmock/gmock.h>

#include "cli/program.h"

namespace limn::cli_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// A golden checkpoint without its head, whose config declares a BertModel.
class BaseModel : public testing::Test {
 protected:
  BaseModel() {
    for (const char* name : {"tokenizer.json", "tokenizer_config.json"})
      fs::copy_file(fs::path(golden("bert-qa")) / name, folder_.path() / name);
    std::string weights = read(golden("bert-qa") + "/model.safetensors");
    std::size_t hidden = 0;  // the head's tensors get names that no family has
    for (std::size_t at; (at = weights.find("\"qa_outputs.")) != weights.npos; ++hidden) weights.replace(at, 3, "\"xx");
    EXPECT_EQ(hidden, 2U);
    folder_.write("model.safetensors", weights);
    Json config = Json::parse(read(golden("bert-qa") + "/config.json"));
    config["architectures"] = {"BertModel"};
    folder_.write("config.json", config.dump());
  }
  Folder folder_;
};

TEST_F(BaseModel, TokenizesLikeTheFullModel) {
  const Result whole = run({"tokenize", "-m", golden("bert-cls"), "--text", "A gorgeous, witty film."});
  const Result base = run({"tokenize", "-m", folder_.path().string(), "--text", "A gorgeous, witty film."});
  EXPECT_EQ(base.code, 0);
  EXPECT_THAT(base.err, AllOf(HasSubstr("only the tokenizer can be used"), HasSubstr("without a head")));
  Json expected = Json::parse(whole.out), found = Json::parse(base.out);
  EXPECT_FALSE(expected["tokens"].empty());
  EXPECT_EQ(found["tokens"], expected["tokens"]);
  EXPECT_EQ(found["type_ids"], expected["type_ids"]);
}

TEST_F(BaseModel, PredictReportsMissingHead) {
  const Result result = run({"predict", "-m", folder_.path().string(), "--text", "A gorgeous, witty film."});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err,
              AllOf(HasSubstr("architectures: found \"BertModel\""), HasSubstr("an encoder without a head")));
}

TEST_F(BaseModel, RejectsHeadWithoutWeights) {
  Json config = Json::parse(read(folder_ / "config.json"));
  config["architectures"] = {"BertForTokenClassification"};  // the weights have another head
  folder_.write("config.json", config.dump());
  const Result result = run({"predict", "-m", folder_.path().string(), "--text", "A gorgeous, witty film."});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, AllOf(HasSubstr("'classifier.weight'"), HasSubstr("found no such tensor")));
}

}  // namespace
}  // namespace limn::cli_test
