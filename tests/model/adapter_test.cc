// LoRA adapters merged into their base model, and checkpoints from memory.
#include "model/adapter.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "checkpoint_folder.h"

namespace limn {
namespace {

using test::message_of;
using test::TemporaryFolder;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string in_encoder = "base_model.model.bert.encoder.query";

WeightFiles base_weights(const std::vector<float>& query) {
  MemoryCheckpoint checkpoint{.name = "base", .config = "", .tokenizer = ""};
  checkpoint.tensors.push_back(
      {.name = "bert.encoder.query.weight", .type = "F32", .shape = {2, 3}, .bytes = std::as_bytes(std::span(query))});
  return weights_in_memory(std::move(checkpoint));
}

std::vector<float> numbers_of(const WeightFiles& weights, const std::string& name) {
  const Tensor& tensor = weights.tensors.at(name);
  std::vector<float> numbers(*count_numbers(tensor.shape));
  read_numbers(tensor, numbers);
  return numbers;
}

/// W (2, 3), A (2, 3), B (2, 2).
void write_adapter(const TemporaryFolder& folder, const std::string& config) {
  folder.write("adapter_config.json", config);
  folder.write("adapter_model.safetensors",
               test::safetensors_text({{in_encoder + ".lora_A.weight", test::f32_tensor({2, 3}, {1, 0, 2, 0, 3, 0})},
                                       {in_encoder + ".lora_B.weight", test::f32_tensor({2, 2}, {1, 2, 0, 1})},
                                       {"base_model.model.classifier.bias", test::f32_tensor({2}, {7, 8})}}));
}

TEST(Adapter, AddsTheScaledProduct) {
  const std::vector<float> query = {1, 1, 1, 1, 1, 1};
  // B A = (1 6 2; 0 3 0); scale = 3 ÷ 2, or 3 ÷ √2.
  for (const auto& [config, scale] :
       {std::pair(R"({"peft_type": "LORA", "r": 2, "lora_alpha": 3})", 1.5),
        std::pair(R"({"peft_type": "LORA", "r": 2, "lora_alpha": 3, "use_rslora": true})", 2.1213203435596424)}) {
    const TemporaryFolder folder;
    write_adapter(folder, config);
    WeightFiles weights = base_weights(query);
    merge_adapter(weights, folder.path());
    const std::vector<float> product = {1, 6, 2, 0, 3, 0}, merged = numbers_of(weights, "bert.encoder.query.weight");
    ASSERT_EQ(merged.size(), product.size());
    for (std::size_t i = 0; i < product.size(); ++i) EXPECT_NEAR(merged[i], 1 + scale * product[i], 1e-5);
    EXPECT_THAT(numbers_of(weights, "classifier.bias"), ElementsAre(7, 8));
  }
}

TEST(Adapter, FindsTensorsOfTheEncoderAlone) {
  const TemporaryFolder folder;
  write_adapter(folder, R"({"peft_type": "LORA", "r": 2, "lora_alpha": 2})");
  const std::vector<float> query(6, 0);
  WeightFiles weights = base_weights(query);
  auto node = weights.tensors.extract("bert.encoder.query.weight");
  node.key() = "encoder.query.weight";
  weights.tensors.insert(std::move(node));
  merge_adapter(weights, folder.path());
  EXPECT_THAT(numbers_of(weights, "encoder.query.weight"), ElementsAre(1, 6, 2, 0, 3, 0));
}

TEST(Adapter, NamesWhatItDoesNotMerge) {
  const std::vector<float> query(6, 0);
  std::size_t count = 0;
  for (const auto& [config, said] :
       {std::pair(R"({"peft_type": "IA3"})", "peft_type"), std::pair(R"({"peft_type": "LORA"})", "lora_alpha"),
        std::pair(R"({"peft_type": "LORA", "lora_alpha": 2, "use_dora": true})", "use_dora"),
        std::pair(R"({"peft_type": "LORA", "lora_alpha": 2, "alpha_pattern": {"query": 4}})", "alpha_pattern")}) {
    const TemporaryFolder folder;
    write_adapter(folder, config);
    WeightFiles weights = base_weights(query);
    EXPECT_THAT(message_of([&] { merge_adapter(weights, folder.path()); }), HasSubstr(said));
    ++count;
  }
  EXPECT_EQ(count, 4u);
}

TEST(Adapter, MustFitTheBaseModel) {
  const TemporaryFolder folder;
  write_adapter(folder, R"({"peft_type": "LORA", "r": 2, "lora_alpha": 2})");
  WeightFiles weights = base_weights(std::vector<float>(6, 0));
  weights.tensors.at("bert.encoder.query.weight").shape = {3, 2};
  EXPECT_THAT(message_of([&] { merge_adapter(weights, folder.path()); }), HasSubstr("shapes that fit"));
  weights.tensors.clear();
  EXPECT_THAT(message_of([&] { merge_adapter(weights, folder.path()); }), HasSubstr("no weight of this module"));
}

TEST(Adapter, TaskDecidesTheHead) {
  const TemporaryFolder folder;
  folder.write("adapter_config.json", R"({"peft_type": "LORA", "task_type": "SEQ_CLS"})");
  for (const char* architecture : {"BertForMaskedLM", "BertModel", "BertForSequenceClassification"}) {
    const nlohmann::json config = {{"architectures", {architecture}}};
    EXPECT_EQ(adapted_config(config, folder.path())["architectures"][0], "BertForSequenceClassification");
  }
}

TEST(Adapter, FindsItsBaseBesideItself) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder.path() / "base");
  folder.write("adapter_config.json", R"({"peft_type": "LORA", "base_model_name_or_path": "base"})");
  EXPECT_EQ(adapter_base(folder.path()), "base");
  EXPECT_EQ(adapter_base_folder(folder.path()), folder.path() / "base");
  folder.write("adapter_config.json", R"({"peft_type": "LORA", "base_model_name_or_path": "org/name"})");
  EXPECT_EQ(adapter_base_folder(folder.path()), std::nullopt);
}

TEST(MemoryCheckpoint, SizesAreChecked) {
  const std::vector<float> numbers(5);
  MemoryCheckpoint checkpoint{.name = "in memory", .config = "", .tokenizer = ""};
  checkpoint.tensors.push_back(
      {.name = "w", .type = "F32", .shape = {2, 3}, .bytes = std::as_bytes(std::span(numbers))});
  EXPECT_THAT(message_of([&] { weights_in_memory(checkpoint); }), HasSubstr("20 bytes"));
  checkpoint.tensors.front().shape = {5};
  checkpoint.tensors.push_back(checkpoint.tensors.front());
  EXPECT_THAT(message_of([&] { weights_in_memory(checkpoint); }), HasSubstr("two of this name"));
}

}  // namespace
}  // namespace limn
