// Models whose outputs are numbers: regression, and cross-encoders without an activation. The expected numbers are the
// logits of PyTorch in tests/golden/bert-single/cases.json, which such a model shows as they are.
#include <gmock/gmock.h>
#include <unistd.h>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "limn/evaluate.h"
#include "limn/limn.h"
#include "limn/write.h"
#include "render/explanation_reader.h"

namespace limn::outputs_test {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

const fs::path golden = fs::path(LIMN_SOURCE_DIR) / "tests/golden/bert-single";

Json read(const fs::path& path) {
  std::ifstream file(path);
  return Json::parse(file);
}

/// tests/golden/bert-single with changes of its config.json.
class ChangedModel {
 public:
  explicit ChangedModel(const Json& changes)
      : folder_(fs::path(testing::TempDir()) /
                ("limn-outputs-" + std::to_string(::getpid()) + "-" + std::to_string(count_++))) {
    fs::create_directories(folder_);
    for (const char* name : {"model.safetensors", "tokenizer.json", "tokenizer_config.json"})
      fs::copy_file(golden / name, folder_ / name);
    Json config = read(golden / "config.json");
    config.merge_patch(changes);
    std::ofstream(folder_ / "config.json") << config.dump();
  }
  ~ChangedModel() { fs::remove_all(folder_); }
  Model load() const { return Model::load(folder_); }
  const fs::path& folder() const { return folder_; }

 private:
  inline static int count_ = 0;
  fs::path folder_;
};

const Json regression = {{"problem_type", "regression"}};
const Json identity = {{"sentence_transformers", {{"activation_fn", "torch.nn.modules.linear.Identity"}}}};

TEST(Outputs, ValuesAreTheLogits) {
  std::size_t compared = 0;
  const Json cases = read(golden / "cases.json");
  for (const Json& changes : {regression, identity}) {
    const Model model = ChangedModel(changes).load();
    EXPECT_EQ(model.info().outputs, OutputMeaning::value);
    for (const Json& row : cases["cases"]) {
      const Input input = {.text = row["input"]["text"].get<std::string>(), .pair = {}};
      const double expected = row["logits"][0].get<double>();
      const Prediction prediction = model.predict(input);
      const auto& found = std::get<LabelPrediction>(prediction);
      ASSERT_EQ(found.values.size(), 1U);
      EXPECT_NEAR(found.values[0].second, expected, 1e-5 * std::max(1.0, std::abs(expected)));
      EXPECT_TRUE(found.label.empty());
      EXPECT_TRUE(found.probabilities.empty());

      const Json json = Json::parse(to_json(prediction, input, "m"))["prediction"];
      EXPECT_EQ(json.size(), 2U) << json;
      EXPECT_EQ(json["value"], found.values[0].second);
      EXPECT_EQ(json["values"]["LABEL_0"], found.values[0].second);
      EXPECT_EQ(to_terminal(prediction).find('%'), std::string::npos);
      ++compared;
    }
  }
  EXPECT_EQ(compared, 8U);
}

TEST(Outputs, TheActivationSigmoidGivesAProbability) {
  const Model model =
      ChangedModel(Json::object({{"sbert_ce_default_activation_function", "torch.nn.modules.activation.Sigmoid"}}))
          .load();
  const Json row = read(golden / "cases.json")["cases"][0];
  const Prediction prediction = model.predict(Input{.text = row["input"]["text"].get<std::string>(), .pair = {}});
  EXPECT_NEAR(std::get<LabelPrediction>(prediction).probability, 1 / (1 + std::exp(-row["logits"][0].get<double>())),
              1e-5);
}

TEST(Outputs, TheNumberItselfIsExplained) {
  const Model model = ChangedModel(regression).load();
  const Json row = read(golden / "cases.json")["cases"][0];
  const Input input = {.text = row["input"]["text"].get<std::string>(), .pair = {}};
  const Explanation plain = model.explain(input, Gradient{});
  EXPECT_NEAR(plain.value, row["logits"][0].get<double>(), 1e-5);
  EXPECT_THAT(plain.warnings, testing::IsEmpty());
  const std::string shown = to_terminal(plain);
  EXPECT_NE(shown.find("a higher value"), std::string::npos) << shown;
  EXPECT_EQ(shown.find("LABEL_0\n"), std::string::npos) << shown;
  const Explanation asked = model.explain(input, Gradient{.explain = Scalar::probability});
  EXPECT_EQ(asked.value, plain.value);
  EXPECT_EQ(asked.target.explain, "logit");
  EXPECT_THAT(asked.warnings, testing::Contains(testing::HasSubstr("a number, not a probability")));

  std::istringstream stream(to_json(plain));
  Explanation again;
  const auto keep = [&](Explanation explanation, const SavedRow&) { again = std::move(explanation); };
  ASSERT_EQ(read_explanations(stream, "saved", keep), 0U);  // no row is an error
  EXPECT_EQ(std::get<LabelPrediction>(again.prediction).meaning, OutputMeaning::value);
  EXPECT_EQ(std::get<LabelPrediction>(again.prediction).values, std::get<LabelPrediction>(plain.prediction).values);
}

TEST(Outputs, AttacksAndEvaluationRefuseNumbers) {
  const Model model = ChangedModel(regression).load();
  EXPECT_THROW(model.hotflip(Input{.text = "I love you", .pair = {}}), Error);
  EXPECT_THROW(model.reduce_input(Input{.text = "I love you", .pair = {}}), Error);
  EXPECT_THROW(evaluate_classification(model, golden / "cases.json"), Error);
}

TEST(Outputs, WarningsReachTheModelsInformation) {
  EXPECT_THAT(ChangedModel(Json::object()).load().info().warnings, testing::IsEmpty());
  EXPECT_THAT(ChangedModel(Json::object({{"architectures", Json::array({"BertModel"})}})).load().info().warnings,
              testing::ElementsAre(testing::HasSubstr("the weights have the head of BertForSequenceClassification")));
}

/// Multiplies the weights of the classifier by a number. @return the count of the weights
std::size_t scale_classifier(const fs::path& folder, float factor) {
  std::fstream file(folder / "model.safetensors", std::ios::in | std::ios::out | std::ios::binary);
  std::uint64_t header_bytes = 0;  // little-endian, as this machine
  file.read(reinterpret_cast<char*>(&header_bytes), sizeof header_bytes);
  std::string header(header_bytes, ' ');
  file.read(header.data(), static_cast<std::streamsize>(header.size()));
  const Json tensor = Json::parse(header)["classifier.weight"];
  const std::size_t begin = tensor["data_offsets"][0], end = tensor["data_offsets"][1];
  std::vector<float> weights((end - begin) / sizeof(float));
  const auto position = static_cast<std::streamoff>(sizeof header_bytes + header_bytes + begin);
  file.seekg(position);
  file.read(reinterpret_cast<char*>(weights.data()), static_cast<std::streamsize>(end - begin));
  for (float& weight : weights) weight *= factor;
  file.seekp(position);
  file.write(reinterpret_cast<const char*>(weights.data()), static_cast<std::streamsize>(end - begin));
  return file ? weights.size() : 0;
}

TEST(Outputs, ASaturatedProbabilityIsSaidWithTheLogitAsTheWayOut) {
  const ChangedModel changed(
      Json::object({{"sbert_ce_default_activation_function", "torch.nn.modules.activation.Sigmoid"}}));
  ASSERT_GT(scale_classifier(changed.folder(), 1e6F), 0U);
  const Model model = changed.load();
  const Input input = {.text = "a charming film", .pair = {}};
  const auto saturated = testing::Contains(testing::HasSubstr("all scores are 0: the probability is so close"));
  EXPECT_THAT(model.explain(input, Gradient{.explain = Scalar::probability}).warnings, saturated);
  EXPECT_THAT(model.explain(input, Gradient{.explain = Scalar::logit}).warnings, testing::Not(saturated));
}

}  // namespace
}  // namespace limn::outputs_test
