// Models in all weight formats (tools/make_weight_files.py) have the same tensors, and the logits of PyTorch.
#include <gmock/gmock.h>

#include <cmath>
#include <fstream>

#include "checkpoint_folder.h"
#include "limn/limn.h"
#include "model/formats/tensorflow_file.h"
#include "model/formats/torch_file.h"
#include "model/tensor_files.h"

namespace limn {
namespace {

namespace fs = std::filesystem;
using test::Json;
using test::message_of;
using test::TemporaryFolder;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const fs::path weights_folder = fs::path(LIMN_SOURCE_DIR) / "tests/model/data/weights";

void copy_as(const fs::path& file, const fs::path& to) {
  fs::copy_file(file, to, fs::copy_options::overwrite_existing);
}

/// Makes a checkpoint folder with the config and tokenizer of a model, and its weights in one format.
void copy_model(const std::string& model, const std::string& weights, const std::string& as,
                const TemporaryFolder& folder) {
  for (const char* name : {"config.json", "tokenizer.json"})
    copy_as(weights_folder / model / name, folder.path() / name);
  copy_as(weights_folder / model / weights, folder.path() / as);
}

std::vector<float> numbers(const Tensor& tensor) {
  std::vector<float> result(*count_numbers(tensor.shape));
  read_numbers(tensor, result);
  return result;
}

/// Expects every tensor of the model's safetensors file, which PyTorch wrote, with the same shape and elements.
void expect_same_tensors(const std::string& model, const Tensors& found) {
  const WeightFiles expected = open_weights(weights_folder / model);
  ASSERT_FALSE(expected.tensors.empty());
  for (const auto& [name, tensor] : expected.tensors) {
    const auto entry = found.find(name);
    ASSERT_NE(entry, found.end()) << name;
    EXPECT_EQ(entry->second.shape, tensor.shape) << name;
    EXPECT_EQ(numbers(entry->second), numbers(tensor)) << name;
  }
}

void expect_near(const std::vector<double>& found, const std::vector<double>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  double largest = 0, worst = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    largest = std::max(largest, std::abs(expected[i]));
    worst = std::max(worst, std::abs(found[i] - expected[i]));
  }
  EXPECT_LE(worst, 1e-5 * largest);  // float32 compared with float64
}

std::vector<double> flat(const Json& numbers) {
  std::vector<double> result;
  for (const Json& number : numbers) {
    const auto inner = number.is_array() ? flat(number) : std::vector<double>{number.get<double>()};
    result.insert(result.end(), inner.begin(), inner.end());
  }
  return result;
}

void expect_pytorchs_logits(const std::string& model, const fs::path& folder) {
  const Model loaded = Model::load(folder);
  const Json cases = Json::parse(std::ifstream(weights_folder / model / "cases.json"));
  ASSERT_FALSE(cases.empty());
  for (const Json& row : cases) {
    ExplainOptions options;
    options.raw = true;
    const Explanation why =
        loaded.explain(Input{.text = row["question"], .pair = row["context"].get<std::string>()}, Gradient{}, options);
    if (row["logits"].is_object())
      for (const std::string side : {"start", "end"}) expect_near(why.logits.at(side), flat(row["logits"][side]));
    else
      expect_near(why.logits.at("logits"), flat(row["logits"]));
  }
}

// ---- the same model in each format ----------------------------------------------------------------------------------

class TorchFile : public testing::TestWithParam<const char*> {};

TEST_P(TorchFile, MatchesTensorsAndLogitsOfPyTorch) {
  const TemporaryFolder folder;
  copy_model("bert-qa", GetParam() + std::string(".bin"), "pytorch_model.bin", folder);
  const WeightFiles files = open_weights(folder.path());
  expect_same_tensors("bert-qa", files.tensors);
  expect_pytorchs_logits("bert-qa", folder.path());
}

INSTANTIATE_TEST_SUITE_P(, TorchFile,
                         testing::Values("zip", "old", "protocol4", "parameters", "training", "views", "old_views",
                                         "half", "bfloat16", "double"),
                         [](const auto& info) { return info.param; });

TEST(TorchFiles, MayBeSharded) {
  const TemporaryFolder folder;
  copy_model("bert-qa", "pytorch_model.bin.index.json", "pytorch_model.bin.index.json", folder);
  for (const char* part : {"pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin"}) {
    EXPECT_THAT(message_of([&] { open_weights(folder.path()); }), HasSubstr("which does not exist"));
    copy_as(weights_folder / "bert-qa" / part, folder.path() / part);
  }
  expect_same_tensors("bert-qa", open_weights(folder.path()).tensors);
  expect_pytorchs_logits("bert-qa", folder.path());
}

class KerasFile : public testing::TestWithParam<const char*> {};

TEST_P(KerasFile, MatchesTensorsOfPyTorch) {
  const TemporaryFolder folder;
  copy_model(GetParam(), "tf_model.h5", "tf_model.h5", folder);
  expect_same_tensors(GetParam(), open_weights(folder.path()).tensors);
}

INSTANTIATE_TEST_SUITE_P(, KerasFile,
                         testing::Values("bert-qa", "bert-mlm", "distilbert-cls", "roberta-cls", "electra-token",
                                         "albert-qa", "mpnet-qa"),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

TEST(KerasFiles, MatchLogitsOfPyTorch) {
  for (const char* model : {"bert-qa", "distilbert-cls"}) {
    SCOPED_TRACE(model);
    const TemporaryFolder folder;
    copy_model(model, "tf_model.h5", "tf_model.h5", folder);
    expect_pytorchs_logits(model, folder.path());
  }
}

TEST(KerasFiles, MayHaveAnAxisOfHeads) {
  const TemporaryFolder folder;
  copy_model("bert-qa", "heads.h5", "tf_model.h5", folder);
  expect_same_tensors("bert-qa", open_weights(folder.path()).tensors);
}

TEST(KerasFiles, NamesAreConvertedToPyTorch) {
  // The names of transformers 4 in TensorFlow and in PyTorch.
  EXPECT_EQ(pytorch_name("bert/tf_bert_model/bert/embeddings/word_embeddings/weight:0"),
            "bert.embeddings.word_embeddings.weight");
  EXPECT_EQ(pytorch_name("bert/tf_bert_model/bert/embeddings/position_embeddings/embeddings:0"),
            "bert.embeddings.position_embeddings.weight");
  EXPECT_EQ(pytorch_name("mlm___cls/tf_bert_for_masked_lm/mlm___cls/predictions/transform/LayerNorm/gamma:0"),
            "cls.predictions.transform.LayerNorm.weight");
  EXPECT_EQ(pytorch_name("bert/tf_bert_model_1/bert/encoder/layer_._11/output/LayerNorm/beta:0"),
            "bert.encoder.layer.11.output.LayerNorm.bias");
  EXPECT_EQ(pytorch_name("weight:0"), "weight");
  EXPECT_EQ(pytorch_name(""), "");
}

TEST(WeightFiles, PreferSafetensorsToBinAndBinToH5) {
  const TemporaryFolder folder;
  copy_model("bert-qa", "tf_model.h5", "tf_model.h5", folder);
  const auto chosen = [&] { return open_weights(folder.path()).files.front().name; };
  EXPECT_EQ(chosen(), "tf_model.h5");
  copy_as(weights_folder / "bert-qa/zip.bin", folder.path() / "pytorch_model.bin");
  EXPECT_EQ(chosen(), "pytorch_model.bin");
  copy_as(weights_folder / "bert-qa/model.safetensors", folder.path() / "model.safetensors");
  EXPECT_EQ(chosen(), "model.safetensors");
}

TEST(WeightFiles, MissingWeightsAreReported) {
  const TemporaryFolder folder;
  EXPECT_THAT(message_of([&] { open_weights(folder.path()); }),
              HasSubstr("found no weights, expected model.safetensors, pytorch_model.bin, tf_model.h5"));
  folder.write("flax_model.msgpack", "");
  EXPECT_THAT(message_of([&] { open_weights(folder.path()); }),
              AllOf(HasSubstr("found only flax_model.msgpack"), HasSubstr("save_pretrained")));
}

// ---- hostile and invalid files --------------------------------------------------------------------------------------

std::string text_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}
std::string torch_message(const std::string& text) {
  return message_of([&] { read_torch(std::as_bytes(std::span(text)), "file"); });
}
std::string keras_message(const std::string& text) {
  return message_of([&] { read_tensorflow(std::as_bytes(std::span(text)), "file"); });
}
std::string hostile(const char* name) { return text_of(weights_folder / "hostile" / name); }

TEST(HostileTorchFile, NeverRunsCode) {
  EXPECT_THAT(torch_message(hostile("system.bin")), AllOf(HasSubstr("'posix.system'"), HasSubstr("never runs code")));
  EXPECT_THAT(torch_message(hostile("system.pkl")), HasSubstr("'posix.system'"));
  EXPECT_THAT(torch_message(hostile("eval.bin")), HasSubstr("'builtins.eval'"));
  EXPECT_FALSE(fs::exists("/tmp/limn-was-here"));
}

TEST(HostileTorchFile, IsRejectedWithItsReason) {
  EXPECT_THAT(torch_message(hostile("big_endian.bin")), HasSubstr("found big-endian numbers"));
  EXPECT_THAT(torch_message(hostile("compressed.bin")), HasSubstr("found compressed data"));
  EXPECT_THAT(torch_message(hostile("short.bin")),
              HasSubstr("storage '0': found 8 bytes, expected 6 elements of 4 bytes"));
  EXPECT_THAT(torch_message(""), HasSubstr("found neither a zip file nor a pickle"));
  EXPECT_THAT(torch_message("\x80\x02N.\x80\x02N.\x80\x02N."), HasSubstr("a pickle that PyTorch did not write"));
  EXPECT_THAT(torch_message("version https://git-lfs.github.com/spec/v1\n"), HasSubstr("Git LFS pointer"));
}

/// Changes the sizes and strides of a (2, 3) matrix in a zip file.
TEST(HostileTorchFile, RejectsTensorsBeyondTheirStorage) {
  const std::string whole = hostile("short.bin");
  const std::string pattern("K\0K\2K\3\x86", 7);  // offset 0, shape (2, 3)
  const std::size_t at = whole.find(pattern);
  ASSERT_NE(at, std::string::npos);
  const auto with = [&](std::size_t byte, char value) {
    std::string changed = whole;
    changed[at + byte] = value;
    return torch_message(changed);
  };
  EXPECT_THAT(with(1, 1), HasSubstr("from element 1, expected a range within its storage's 6 elements"));
  EXPECT_THAT(with(3, 3), HasSubstr("shape (3, 3) with strides (3, 1) from element 0"));
  const std::size_t strides = whole.find('K', at + 7);
  ASSERT_EQ(whole.substr(strides, 4), "K\3K\1");
  EXPECT_THAT(with(strides - at + 1, 0), HasSubstr("expected no two elements at the same place"));
  EXPECT_THAT(with(strides - at + 1, 100), HasSubstr("strides (100, 1)"));
}

TEST(HostileTorchFile, RejectsTruncatedFiles) {
  for (const char* name : {"zip.bin", "old.bin"}) {
    const std::string whole = text_of(weights_folder / "bert-qa" / name);
    for (std::size_t size = 0; size < whole.size(); size += 7)
      EXPECT_THAT(torch_message(whole.substr(0, size)), HasSubstr("file: ")) << name << size;
  }
}

TEST(HostileKerasFile, IsRejectedWithItsReason) {
  EXPECT_THAT(keras_message(hostile("filters.h5")), AllOf(HasSubstr("'l/m/a:0'"), HasSubstr("found filters")));
  EXPECT_THAT(keras_message(hostile("chunks.h5")), HasSubstr("found chunked data, expected contiguous data"));
  EXPECT_THAT(keras_message(hostile("newest.h5")), HasSubstr("superblock"));
  EXPECT_THAT(keras_message(hostile("external_link.h5")), Not(HasSubstr("no Error")));
  EXPECT_THAT(keras_message(hostile("soft_link.h5")), HasSubstr("'l': found a link"));
  EXPECT_THAT(keras_message(hostile("circle.h5")), HasSubstr("belongs to itself"));
  EXPECT_THAT(keras_message(hostile("external_data.h5")), HasSubstr("data in another file"));
  EXPECT_THAT(keras_message(""), HasSubstr("expected an HDF5 file"));
  EXPECT_THAT(keras_message("version https://git-lfs.github.com/spec/v1\n"), HasSubstr("Git LFS pointer"));
}

TEST(HostileKerasFile, RejectsTruncatedFiles) {
  // The data of the last dataset may end before the end of the file, so a file that lacks a few bytes can be complete.
  const std::string whole = text_of(weights_folder / "distilbert-cls/tf_model.h5");
  for (std::size_t size = 0; size < whole.size() - 4096; size += 101)
    EXPECT_THAT(keras_message(whole.substr(0, size)), HasSubstr("file: ")) << size;
}

TEST(HostileKerasFile, RejectsShapesBeyondTheirData) {
  const std::string whole = text_of(weights_folder / "bert-qa/tf_model.h5");
  // The word embeddings are (23, 8).
  const std::string shape("\x17\0\0\0\0\0\0\0\x08\0\0\0\0\0\0\0", 16);
  const std::size_t at = whole.find(shape);
  ASSERT_NE(at, std::string::npos);
  std::string changed = whole;
  changed[at] = 0x18;
  EXPECT_THAT(keras_message(changed), HasSubstr("found 736 bytes, expected 768 bytes for shape (24, 8)"));
  for (std::size_t i = 0; i < 16; ++i) changed[at + i] = '\xff';
  EXPECT_THAT(keras_message(changed), HasSubstr("expected a shape whose size in bytes fits into 64 bits"));
}

}  // namespace
}  // namespace limn
