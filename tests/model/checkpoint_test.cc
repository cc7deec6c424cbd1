#include "model/checkpoint.h"

#include <gmock/gmock.h>

#include <array>
#include <cmath>
#include <limits>

#include "checkpoint_folder.h"
#include "model/names.h"

namespace limn {
namespace {

using test::counting_tensor;
using test::f32_tensor;
using test::half_tensor;
using test::Json;
using test::message_of;
using test::safetensors_text;
using test::TemporaryFolder;
using test::TestTensors;
using test::tiny_bert_config;
using test::tiny_bert_encoder;
using test::tiny_bert_encoder_numbers;
using test::tiny_bert_qa;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Pair;
using testing::UnorderedElementsAre;

const std::filesystem::path source_folder = LIMN_SOURCE_DIR;

void write(const TemporaryFolder& folder, const Json& config, const TestTensors& tensors) {
  folder.write("config.json", config.dump());
  folder.write("model.safetensors", safetensors_text(tensors));
}
std::string load_message(const TemporaryFolder& folder) {
  return message_of([&] { Checkpoint::load(folder.path()); });
}

// ---- golden folders and bundled models: values from Python's safetensors package ----------------------------------

struct GoldenWeights {
  const char* folder;
  std::size_t outputs, parameters;
  float word, query, down, head;
};

// import sys; from safetensors import safe_open
// f = safe_open(sys.argv[1] + "/model.safetensors", "np"); t = f.get_tensor; "%.9g" % NUMBER for
//   t("bert.embeddings.word_embeddings.weight")[100, 3], t("bert.encoder.layer.1.attention.self.query.weight")[2, 5],
//   t("bert.encoder.layer.2.output.dense.bias")[7], t("classifier.weight")[0, 4]     (question answering:
//   "qa_outputs.weight") parameters: sum(t(k).size for k in f.keys())
// DistilBERT: distilbert.transformer.layer.1.attention.q_lin, distilbert.transformer.layer.2.ffn.lin2.
constexpr GoldenWeights golden_weights[] = {
    {"bert-cls", 3, 154355, 0.298407972f, 0.861840308f, 0.287363738f, -0.109285221f},
    {"bert-multilabel", 4, 154388, 0.298407972f, 0.861840308f, 0.287363738f, -0.109285221f},
    {"bert-pair", 3, 154355, 0.298407972f, 0.861840308f, 0.287363738f, -0.109285221f},
    {"bert-qa", 2, 153266, 0.298407972f, 0.861840308f, 0.287363738f, 0.125740767f},
    {"bert-single", 1, 154289, 0.298407972f, 0.861840308f, 0.287363738f, -0.109285221f},
    {"bert-token", 5, 153365, 0.298407972f, 0.861840308f, 0.287363738f, 0.125740767f},
    {"distilbert-cls", 3, 154291, 0.298407972f, -0.311625481f, -0.127548411f, 0.397891164f},
    {"distilbert-qa", 2, 153202, 0.298407972f, -0.311625481f, -0.127548411f, 0.189574227f},
    {"distilbert-token", 5, 153301, 0.298407972f, -0.311625481f, -0.127548411f, 0.189574227f},
};

class GoldenCheckpoint : public testing::TestWithParam<GoldenWeights> {};

TEST_P(GoldenCheckpoint, MatchesPythonsShapesAndValues) {
  const GoldenWeights& golden = GetParam();
  const Checkpoint checkpoint = Checkpoint::load(source_folder / "tests/golden" / golden.folder);
  EXPECT_EQ(checkpoint.parameters(), golden.parameters);
  const Weights& weights = checkpoint.weights();
  EXPECT_EQ(weights.embeddings.word.rows, 4000u);
  EXPECT_EQ(weights.embeddings.word.columns, 32u);
  EXPECT_EQ(weights.embeddings.position.rows, 80u);
  EXPECT_EQ(weights.embeddings.token_type.rows, checkpoint.config().model_type == "bert" ? 2u : 0u);
  ASSERT_EQ(weights.layers.size(), 3u);
  for (const LayerWeights& layer : weights.layers) {
    for (const Linear* linear : {&layer.query, &layer.key, &layer.value, &layer.output}) {
      EXPECT_EQ(linear->w.outputs(), 32u);
      EXPECT_EQ(linear->w.inputs(), 32u);
      EXPECT_EQ(linear->b.size(), 32u);
    }
    EXPECT_EQ(layer.up.w.outputs(), 48u);
    EXPECT_EQ(layer.up.b.size(), 48u);
    EXPECT_EQ(layer.down.w.inputs(), 48u);
    EXPECT_EQ(layer.attention_norm.w.size(), 32u);
    EXPECT_EQ(layer.feed_forward_norm.b.size(), 32u);
    EXPECT_EQ(layer.feed_forward_norm.epsilon, 1e-12f);
  }
  EXPECT_EQ(weights.embeddings.word(100, 3), golden.word);
  EXPECT_EQ(weights.layers[1].query.w.matrix()(2, 5), golden.query);
  EXPECT_EQ(weights.layers[2].down.b[7], golden.down);
  const Linear& last = weights.head.steps.back().linear;
  EXPECT_EQ(last.w.outputs(), golden.outputs);
  EXPECT_EQ(last.b.size(), golden.outputs);
  EXPECT_EQ(last.w.matrix()(0, 4), golden.head);
}

INSTANTIATE_TEST_SUITE_P(, GoldenCheckpoint, testing::ValuesIn(golden_weights), [](const auto& info) {
  std::string name = info.param.folder;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

// The same for the two files of each folder, with t("bert.embeddings.word_embeddings.weight")[30521, 383] and layer 5's
// output.dense.bias[7].
constexpr GoldenWeights bundled_weights[] = {
    {"minilm-l6-qa", 2, 22566146, 0.00457000732f, 0.058013916f, 0.00495147705f, 0.045715332f},
    {"minilm-l6-squad1", 2, 22566146, 0.00457000732f, 0.0573120117f, 0.00560379028f, 0.0439453125f},
    {"minilm-l6-sentiment", 2, 22713986, 0.00457000732f, 0.0589904785f, 0.00699996948f, -0.00178527832f},
    {"minilm-l6-sentiment-masked", 2, 22713986, 0.00457000732f, 0.05581665f, 0.0071868896f, -0.0024147034f},
    {"minilm-l6-ner", 7, 22568071, 0.00457000732f, 0.0549316406f, 0.00543212891f, -0.020324707f},
};

TEST(Checkpoint, ReadsTheBundledHalfPrecisionShards) {
  for (const GoldenWeights& golden : bundled_weights) {
    const std::filesystem::path folder = source_folder / "models" / golden.folder;
    const Checkpoint checkpoint = Checkpoint::load(folder);
    const Weights& weights = checkpoint.weights();
    EXPECT_EQ(checkpoint.parameters(), golden.parameters);
    EXPECT_EQ(weights.embeddings.word(30521, 383), golden.word) << golden.folder;
    EXPECT_EQ(weights.layers[1].query.w.matrix()(2, 5), golden.query);
    EXPECT_EQ(weights.layers[5].down.b[7], golden.down);
    EXPECT_EQ(weights.head.steps.back().linear.w.matrix()(0, 4), golden.head);
    EXPECT_EQ(weights.head.steps.back().linear.w.outputs(), golden.outputs);
    EXPECT_THAT(
        checkpoint.files(),
        UnorderedElementsAre(
            Pair("encoder.safetensors", std::filesystem::file_size(folder / "encoder.safetensors")),
            Pair("word_embeddings.safetensors", std::filesystem::file_size(folder / "word_embeddings.safetensors"))));
  }
}

// ---- heads and names ---------------------------------------------------------------------------------------------

TEST(Checkpoint, LoadsTinyModel) {
  const TemporaryFolder folder;
  write(folder, tiny_bert_config("BertForQuestionAnswering"), tiny_bert_qa());
  Checkpoint first = Checkpoint::load(folder.path());
  const Checkpoint checkpoint = std::move(first);  // views stay valid
  EXPECT_EQ(checkpoint.parameters(), tiny_bert_encoder_numbers + 10);
  EXPECT_EQ(checkpoint.weights().layers[0].up.w.matrix()(5, 3), 24);  // the tensors count 1, 2, 3, …
  EXPECT_TRUE(checkpoint.weights().head.poolings.empty());
  ASSERT_EQ(checkpoint.weights().head.steps.size(), 1u);
  EXPECT_EQ(checkpoint.weights().head.steps[0].activation, Activation::identity);
}

TEST(Checkpoint, PoolsForSequenceClassification) {
  TestTensors tensors = tiny_bert_encoder();
  tensors["bert.pooler.dense.weight"] = counting_tensor({4, 4});
  tensors["bert.pooler.dense.bias"] = counting_tensor({4});
  tensors["classifier.weight"] = counting_tensor({3, 4});
  tensors["classifier.bias"] = counting_tensor({3});
  Json config = tiny_bert_config("BertForSequenceClassification");
  config["num_labels"] = 3;
  const TemporaryFolder folder;
  write(folder, config, tensors);
  const Checkpoint checkpoint = Checkpoint::load(folder.path());
  const Head& head = checkpoint.weights().head;
  EXPECT_EQ(head.poolings, std::vector{Pooling::first});
  ASSERT_EQ(head.steps.size(), 2u);
  EXPECT_EQ(head.steps[0].activation, Activation::tanh);
  EXPECT_EQ(head.steps[1].linear.w.outputs(), 3u);
}

TestTensors tiny_bert_masked_lm(const std::string& bias) {
  TestTensors tensors = tiny_bert_encoder();
  tensors["cls.predictions.transform.dense.weight"] = counting_tensor({4, 4});
  tensors["cls.predictions.transform.dense.bias"] = counting_tensor({4});
  tensors["cls.predictions.transform.LayerNorm.weight"] = counting_tensor({4});
  tensors["cls.predictions.transform.LayerNorm.bias"] = counting_tensor({4});
  tensors[bias] = counting_tensor({10});
  return tensors;
}

TEST(Checkpoint, TiesTheMaskedLmDecoderToTheEmbeddings) {
  for (const char* bias : {"cls.predictions.bias", "cls.predictions.decoder.bias"}) {
    const TemporaryFolder folder;
    write(folder, tiny_bert_config("BertForMaskedLM"), tiny_bert_masked_lm(bias));
    const Checkpoint checkpoint = Checkpoint::load(folder.path());
    const Weights& weights = checkpoint.weights();
    ASSERT_EQ(weights.head.steps.size(), 2u);
    EXPECT_EQ(weights.head.steps[0].activation, Activation::gelu);
    ASSERT_TRUE(weights.head.steps[0].norm.has_value());
    EXPECT_EQ(weights.head.steps[0].norm->w[3], 4);
    EXPECT_EQ(weights.head.steps[1].linear.w.matrix().data, weights.embeddings.word.data);
    EXPECT_EQ(weights.head.steps[1].linear.b.size(), 10u);
    EXPECT_EQ(checkpoint.parameters(), tiny_bert_encoder_numbers + 20 + 8 + 10);
  }
}

TEST(Checkpoint, PrefersUntiedMaskedLmDecoder) {
  TestTensors tensors = tiny_bert_masked_lm("cls.predictions.bias");
  tensors["cls.predictions.decoder.weight"] = f32_tensor({10, 4}, std::vector<float>(40, 7));
  const TemporaryFolder folder;
  write(folder, tiny_bert_config("BertForPreTraining"), tensors);
  EXPECT_EQ(Checkpoint::load(folder.path()).weights().head.steps[1].linear.w.matrix()(9, 3), 7);
}

TEST(Checkpoint, AcceptsNamesWithoutPrefixAndOlderNormNames) {
  TestTensors tensors;
  for (auto& [name, tensor] : tiny_bert_encoder("")) {
    std::string older = name;
    if (const auto at = older.find("LayerNorm.weight"); at != older.npos) older.replace(at, 16, "LayerNorm.gamma");
    if (const auto at = older.find("LayerNorm.bias"); at != older.npos) older.replace(at, 14, "LayerNorm.beta");
    tensors[older] = tensor;
  }
  tensors["qa_outputs.weight"] = counting_tensor({2, 4});
  tensors["qa_outputs.bias"] = counting_tensor({2});
  const TemporaryFolder folder;
  write(folder, tiny_bert_config("BertForQuestionAnswering"), tensors);
  EXPECT_EQ(Checkpoint::load(folder.path()).weights().layers[0].feed_forward_norm.b[3], 4);
}

TEST(Names, CoverEveryHeadOfEveryFamily) {
  for (const char* family : {"bert", "distilbert", "roberta", "xlm-roberta", "camembert", "electra", "albert", "mpnet",
                             "deberta-v2", "modernbert"}) {
    const FamilyNames& names = family_names(family);
    EXPECT_EQ(names.model_type, family);
    EXPECT_TRUE(names.word.starts_with(names.prefix));
    for (const Task task :
         {Task::question_answering, Task::sequence_classification, Task::token_classification, Task::masked_lm})
      EXPECT_GE(std::ranges::count(names.heads, task, &HeadNames::task), 1) << family;
    for (const std::string& slot :
         {names.query, names.output, names.attention_norm, names.up, names.down, names.feed_forward_norm})
      EXPECT_EQ(std::ranges::count(slot, '#'), 1) << slot;
  }
}

TEST(Names, ReplaceThePrefix) {
  const FamilyNames names = renamed(family_names("bert"), "encoder.");
  EXPECT_EQ(names.query, "encoder.encoder.layer.#.attention.self.query");
  EXPECT_EQ(spellings(names, names.word).back(), "embeddings.word_embeddings");
  EXPECT_EQ(spellings(renamed(names, ""), "embeddings.word_embeddings").size(), 1u);
}

// ---- element types -----------------------------------------------------------------------------------------------

TEST(Checkpoint, MixesElementTypesAndIgnoresUnusedTensors) {
  TestTensors tensors = tiny_bert_qa();
  tensors["bert.embeddings.position_ids"] = {"I64", {1, 5}, std::string(40, '\0')};
  tensors["unused"] = {"F8_E4M3", {3}, "abc"};
  tensors["qa_outputs.weight"] =
      half_tensor("F16", {2, 4}, {0x3c00, 0xc000, 0x3555, 0x0001, 0, 0x8000, 0x7bff, 0x0400});
  tensors["qa_outputs.bias"] = half_tensor("BF16", {2}, {0x3f80, 0xc049});
  const TemporaryFolder folder;
  write(folder, tiny_bert_config("BertForQuestionAnswering"), tensors);
  const Checkpoint checkpoint = Checkpoint::load(folder.path());
  const Linear& head = checkpoint.weights().head.steps[0].linear;
  const float expected[] = {1, -2, 0.333251953125f, 0x1p-24f, 0, -0.0f, 65504, 0x1p-14f};
  for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(head.w.matrix()(i / 4, i % 4), expected[i]);
  EXPECT_EQ(head.b[0], 1);
  EXPECT_EQ(head.b[1], -3.140625f);
  EXPECT_EQ(checkpoint.weights().layers[0].query.w.matrix()(3, 3), 16);
}

TEST(Checkpoint, CopiesUnalignedFloats) {
  for (const std::size_t modulo : {1u, 2u, 3u}) {
    const TemporaryFolder folder;
    folder.write("config.json", tiny_bert_config("BertForQuestionAnswering").dump());
    folder.write("model.safetensors", safetensors_text(tiny_bert_qa(), modulo));
    const Checkpoint checkpoint = Checkpoint::load(folder.path());
    EXPECT_EQ(checkpoint.weights().embeddings.word(9, 3), 40);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(checkpoint.weights().embeddings.word.data) % alignof(float), 0u);
  }
}

TEST(Checkpoint, RejectsUnsupportedElementTypes) {
  TestTensors tensors = tiny_bert_qa();
  tensors["qa_outputs.bias"] = {"I32", {2}, std::string(8, '\0')};
  const TemporaryFolder folder;
  write(folder, tiny_bert_config("BertForQuestionAnswering"), tensors);
  EXPECT_THAT(
      load_message(folder),
      EndsWith(
          "model.safetensors: tensor 'qa_outputs.bias': found elements of type 'I32', expected F32, F16, BF16 or F64"));
}

TEST(Checkpoint, RejectsElementsThatAreNotFinite) {
  const float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
  const std::pair<test::TestTensor, const char*> cases[] = {
      {f32_tensor({2, 4}, {0, 0, 0, 0, 0, nan, 0, infinity}), "at (1, 1): found NaN, expected finite numbers"},
      {f32_tensor({2, 4}, {0, 0, 0, infinity, 0, 0, 0, 0}), "at (0, 3): found infinity"},
      {f32_tensor({2, 4}, {0, 0, 0, 0, 0, 0, 0, -infinity}), "at (1, 3): found -infinity"},
      {half_tensor("F16", {2, 4}, {0, 0, 0x7bff, 0x7e00, 0, 0, 0, 0}), "at (0, 3): found NaN"},
      {half_tensor("F16", {2, 4}, {0, 0x7c00, 0, 0, 0, 0, 0, 0}), "at (0, 1): found infinity"},
      {half_tensor("F16", {2, 4}, {0xfc00, 0, 0, 0, 0, 0, 0, 0}), "at (0, 0): found -infinity"},
      {half_tensor("BF16", {2, 4}, {0, 0, 0, 0x7f7f, 0, 0, 0x7f81, 0}), "at (1, 2): found NaN"},
      {half_tensor("BF16", {2, 4}, {0, 0, 0, 0, 0x7f80, 0, 0, 0}), "at (1, 0): found infinity"},
      {half_tensor("BF16", {2, 4}, {0, 0, 0, 0, 0, 0xff80, 0, 0}), "at (1, 1): found -infinity"},
  };
  for (const auto& [tensor, message] : cases) {
    TestTensors tensors = tiny_bert_qa();
    tensors["qa_outputs.weight"] = tensor;
    const TemporaryFolder folder;
    write(folder, tiny_bert_config("BertForQuestionAnswering"), tensors);
    EXPECT_THAT(load_message(folder),
                HasSubstr("model.safetensors: tensor 'qa_outputs.weight' " + std::string(message)));
  }
}

TEST(Checkpoint, NamesTheFirstInvalidElementOfALongTensor) {
  Json config = tiny_bert_config("BertForQuestionAnswering");
  config["vocab_size"] = 200'000;  // 800,000 elements, read in several chunks
  std::vector<float> words(800'000, 0.5f);
  words[4 * 150'000 + 2] = words[4 * 199'999] = std::numeric_limits<float>::quiet_NaN();
  TestTensors tensors = tiny_bert_qa();
  tensors["bert.embeddings.word_embeddings.weight"] = f32_tensor({200'000, 4}, words);
  const TemporaryFolder folder;
  write(folder, config, tensors);
  EXPECT_THAT(load_message(folder),
              HasSubstr("tensor 'bert.embeddings.word_embeddings.weight' at (150000, 2): found NaN"));
}

// ---- files that do not match -------------------------------------------------------------------------------------

TEST(Checkpoint, RejectsMissingTensorsAndListsTheirNames) {
  TestTensors tensors = tiny_bert_qa();
  tensors.erase("bert.encoder.layer.0.output.LayerNorm.bias");
  const TemporaryFolder folder;
  write(folder, tiny_bert_config("BertForQuestionAnswering"), tensors);
  EXPECT_THAT(
      load_message(folder),
      EndsWith(
          "model.safetensors: tensor 'bert.encoder.layer.0.output.LayerNorm.bias': found no such tensor, "
          "expected one of 'bert.encoder.layer.0.output.LayerNorm.bias', "
          "'encoder.layer.0.output.LayerNorm.bias', 'bert.encoder.layer.0.output.LayerNorm.beta', "
          "'encoder.layer.0.output.LayerNorm.beta'; config.json and the weights may come from different checkpoints"));
}

TEST(Checkpoint, RejectsWeightsWithoutTheHead) {
  const TemporaryFolder folder;
  write(folder, tiny_bert_config("BertForQuestionAnswering"), tiny_bert_encoder());
  EXPECT_THAT(load_message(folder), HasSubstr("model.safetensors: tensor 'qa_outputs.weight': found no such tensor"));
  write(folder, tiny_bert_config("BertModel"), tiny_bert_encoder());
  EXPECT_THAT(load_message(folder),
              AllOf(HasSubstr("config.json: architectures: found \"BertModel\""), HasSubstr("without a head")));
}

TEST(Checkpoint, RejectsWrongShapes) {
  TestTensors tensors = tiny_bert_qa();
  tensors["qa_outputs.weight"] = counting_tensor({3, 4});
  const TemporaryFolder folder;
  write(folder, tiny_bert_config("BertForQuestionAnswering"), tensors);
  EXPECT_THAT(
      load_message(folder),
      EndsWith("model.safetensors: tensor 'qa_outputs.weight': found shape (3, 4), expected (2, 4); config.json "
               "and the weights may come from different checkpoints"));
  tensors["qa_outputs.weight"] = counting_tensor({8});  // the same number of elements
  write(folder, tiny_bert_config("BertForQuestionAnswering"), tensors);
  EXPECT_THAT(load_message(folder), HasSubstr("found shape (8), expected (2, 4)"));
}

TEST(Checkpoint, RejectsMoreLayersThanInTheFile) {
  Json config = tiny_bert_config("BertForQuestionAnswering");
  config["num_hidden_layers"] = 1'024;  // the most that config.json may ask for
  const TemporaryFolder folder;
  write(folder, config, tiny_bert_qa());
  EXPECT_THAT(load_message(folder),
              HasSubstr("tensor 'bert.encoder.layer.1.attention.self.query.weight': found no such tensor"));
}

TEST(Checkpoint, RejectsTruncatedFile) {
  const std::string text = safetensors_text(tiny_bert_qa());
  const TemporaryFolder folder;
  folder.write("config.json", tiny_bert_config("BertForQuestionAnswering").dump());
  for (const std::size_t size : std::array<std::size_t, 4>{0, 5, 100, text.size() - 1}) {
    folder.write("model.safetensors", text.substr(0, size));
    EXPECT_THAT(load_message(folder), AllOf(HasSubstr("model.safetensors"), HasSubstr("the file may be cut off")))
        << size;
  }
}

// ---- shards ------------------------------------------------------------------------------------------------------

struct Shards {
  TemporaryFolder folder;
  Json map = Json::object();

  Shards() {
    TestTensors first, second;
    for (auto& [name, tensor] : tiny_bert_qa()) {
      const bool head = name.starts_with("qa_outputs");
      (head ? second : first)[name] = tensor;
      map[name] = head ? "second.safetensors" : "first.safetensors";
    }
    folder.write("config.json", tiny_bert_config("BertForQuestionAnswering").dump());
    folder.write("first.safetensors", safetensors_text(first));
    folder.write("second.safetensors", safetensors_text(second));
  }
  void write_index() const { folder.write("model.safetensors.index.json", Json{{"weight_map", map}}.dump()); }
  std::string message() const {
    write_index();
    return load_message(folder);
  }
};

TEST(Shards, LoadAsOneModel) {
  const Shards shards;
  shards.write_index();
  const Checkpoint checkpoint = Checkpoint::load(shards.folder.path());
  EXPECT_EQ(checkpoint.parameters(), tiny_bert_encoder_numbers + 10);
  EXPECT_EQ(checkpoint.weights().head.steps[0].linear.w.matrix()(1, 3), 8);
  EXPECT_EQ(checkpoint.files().size(), 2u);
}

TEST(Shards, MayBeSymbolicLinks) {
  const Shards shards;
  const TemporaryFolder elsewhere;
  std::filesystem::rename(shards.folder.path() / "second.safetensors", elsewhere.path() / "blob");
  std::filesystem::create_symlink(elsewhere.path() / "blob", shards.folder.path() / "second.safetensors");
  shards.write_index();
  EXPECT_EQ(Checkpoint::load(shards.folder.path()).weights().head.steps[0].linear.w.matrix()(1, 3), 8);
}

TEST(Shards, MustExist) {
  Shards shards;
  std::filesystem::remove(shards.folder.path() / "second.safetensors");
  EXPECT_THAT(shards.message(), HasSubstr("model.safetensors.index.json: tensor 'qa_outputs.bias': found the file "
                                          "'second.safetensors', which does not exist"));
}

TEST(Shards, MustContainTheTensorsOfTheIndex) {
  Shards shards;
  shards.map["qa_outputs.bias"] = "first.safetensors";
  EXPECT_THAT(shards.message(), HasSubstr("first.safetensors: tensor 'qa_outputs.bias': found no such tensor, expected "
                                          "the tensor that model.safetensors.index.json lists for this file"));
}

TEST(Shards, MustStayInTheFolder) {
  Shards shards;
  shards.map["qa_outputs.bias"] = "../" + shards.folder.path().filename().string() + "/second.safetensors";
  EXPECT_THAT(shards.message(), HasSubstr("expected the name of a file in the same folder"));
}

TEST(Shards, IndexMustListEachTensor) {
  Shards shards;
  shards.map.erase("qa_outputs.bias");
  EXPECT_THAT(shards.message(),
              HasSubstr("model.safetensors.index.json: tensor 'qa_outputs.bias': found no such tensor"));
}

}  // namespace
}  // namespace limn
