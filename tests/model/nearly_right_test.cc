// Folders that are nearly a checkpoint: they load with a warning, or the message says what to do.
#include <gmock/gmock.h>

#include "checkpoint_folder.h"
#include "model/checkpoint.h"

namespace limn {
namespace {

using test::Json;
using test::message_of;
using test::TemporaryFolder;
using test::TestTensors;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TestTensors with_prefix(const std::string& prefix) {
  TestTensors tensors;
  for (const auto& [name, tensor] : test::tiny_bert_qa()) tensors[prefix + name] = tensor;
  return tensors;
}

void write(const TemporaryFolder& folder, const TestTensors& tensors) {
  folder.write("config.json", test::tiny_bert_config("BertForQuestionAnswering").dump());
  folder.write("model.safetensors", test::safetensors_text(tensors));
}

TEST(NearlyRight, PrefixesOfWrappersAreRemoved) {
  std::size_t count = 0;
  for (const char* prefix : {"_orig_mod.", "module.", "module._orig_mod.", "_orig_mod.module."}) {
    const TemporaryFolder folder;
    write(folder, with_prefix(prefix));
    const Checkpoint checkpoint = Checkpoint::load(folder.path());
    EXPECT_EQ(checkpoint.parameters(), test::tiny_bert_encoder_numbers + 10) << prefix;
    EXPECT_EQ(checkpoint.weights().layers[0].up.w.matrix()(5, 3), 24) << prefix;  // the tensors count 1, 2, 3, …
    EXPECT_THAT(checkpoint.config().warnings, ElementsAre("model.safetensors: the names of all tensors begin with '" +
                                                          std::string(prefix) + "', which was removed"));
    ++count;
  }
  EXPECT_EQ(count, 4u);
}

TEST(NearlyRight, OtherPrefixesStay) {
  const TemporaryFolder folder;
  write(folder, with_prefix(""));
  EXPECT_THAT(Checkpoint::load(folder.path()).config().warnings, IsEmpty());
  write(folder, with_prefix("student."));
  EXPECT_THAT(message_of([&] { Checkpoint::load(folder.path()); }), HasSubstr("no such tensor"));
}

TEST(NearlyRight, OneTensorWithoutThePrefixKeepsAll) {
  const TemporaryFolder folder;
  TestTensors tensors = with_prefix("module.");
  tensors["step"] = test::f32_tensor({1}, {7});
  write(folder, tensors);
  EXPECT_THAT(message_of([&] { Checkpoint::load(folder.path()); }), HasSubstr("no such tensor"));
}

TEST(NearlyRight, AnAdapterNeedsItsBaseModel) {
  const TemporaryFolder folder;
  folder.write("adapter_config.json", R"({"peft_type": "LORA", "base_model_name_or_path": "bert-base-uncased"})");
  EXPECT_THAT(
      message_of([&] { Checkpoint::load(folder.path()); }),
      AllOf(HasSubstr("a peft adapter without its base model \"bert-base-uncased\""), HasSubstr("merge_and_unload")));
  folder.write("config.json", test::tiny_bert_config("BertForQuestionAnswering").dump());
  EXPECT_THAT(message_of([&] { Checkpoint::load(folder.path()); }),
              AllOf(HasSubstr("only an adapter (adapter_config.json)"), HasSubstr("merge_and_unload")));
}

}  // namespace
}  // namespace limn
