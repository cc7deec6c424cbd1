// What config.json says of a head's outputs. The expected labels are those of transformers 5.24's config.id2label for
// the same files, except where it refuses a file whose numbers are not in doubt, or gives two outputs one name.
#include "model/labels.h"

#include <gmock/gmock.h>

#include "checkpoint_folder.h"
#include "model/config.h"

namespace limn {
namespace {

using test::Json;
using test::tiny_bert_config;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// @param outputs of the classifier in the weights.
Config parse(const std::string& changes, std::optional<std::size_t> outputs = {}) {
  Json json = tiny_bert_config("BertForSequenceClassification");
  json.merge_patch(Json::parse(changes));
  return parse_config(json, "config.json", {},
                      [&](const std::string& name) { return name == "classifier.weight" ? outputs : std::nullopt; });
}

TEST(Labels, FewerNamesThanOutputs) {
  const Config config = parse(R"({"num_labels": 3, "id2label": {"0": "LABEL_0", "1": "LABEL_1"}})", 3);
  EXPECT_THAT(config.head.labels, ElementsAre("LABEL_0", "LABEL_1", "LABEL_2"));
  EXPECT_THAT(config.warnings, ElementsAre(HasSubstr("id2label names 2 of 3 outputs")));
}

TEST(Labels, TwoOutputsOfOneName) {
  const Config config = parse(R"({"id2label": {"0": "text", "1": "title", "2": "text"}})", 3);
  EXPECT_THAT(config.head.labels, ElementsAre("text", "title", "text (2)"));
  EXPECT_THAT(config.warnings, ElementsAre(HasSubstr("'text' twice; output 2 is called 'text (2)'")));
}

TEST(Labels, Booleans) {
  const Config config = parse(R"({"id2label": {"0": false, "1": true}})", 2);
  EXPECT_THAT(config.head.labels, ElementsAre("false", "true"));
  EXPECT_THAT(config.warnings, ElementsAre(HasSubstr("not strings")));
}

TEST(Labels, DigitsAreNames) {
  const Config config = parse(R"({"id2label": {"0": "1", "1": "2", "2": "0"}})", 3);
  EXPECT_THAT(config.head.labels, ElementsAre("1", "2", "0"));
  EXPECT_THAT(config.warnings, IsEmpty());
}

TEST(Labels, OnlyANumber) {
  const Config config = parse(R"({"num_labels": 3})", 3);
  EXPECT_THAT(config.head.labels, ElementsAre("LABEL_0", "LABEL_1", "LABEL_2"));
  EXPECT_THAT(config.warnings, IsEmpty());
}

TEST(Labels, NoneAndTwoOutputs) {
  const Config config = parse("{}", 2);
  EXPECT_THAT(config.head.labels, ElementsAre("LABEL_0", "LABEL_1"));
  EXPECT_THAT(config.warnings, IsEmpty());
}

TEST(Labels, NoneAndThreeOutputs) {
  const Config config = parse("{}", 3);
  EXPECT_THAT(config.head.labels, ElementsAre("LABEL_0", "LABEL_1", "LABEL_2"));
  EXPECT_THAT(config.warnings, ElementsAre(HasSubstr("the weights have 3 outputs")));
}

TEST(Labels, FromOne) {
  const Config config = parse(R"({"id2label": {"1": "a", "2": "b", "3": "c"}})", 3);
  EXPECT_THAT(config.head.labels, ElementsAre("a", "b", "c"));
  EXPECT_THAT(config.warnings, ElementsAre(HasSubstr("counts from 1")));
}

TEST(Labels, FromOneOfAHeadThatHasAZeroth) {
  const Config config = parse(R"({"id2label": {"1": "a", "2": "b"}})", 3);
  EXPECT_THAT(config.head.labels, ElementsAre("LABEL_0", "a", "b"));
  EXPECT_THAT(config.warnings, ElementsAre(HasSubstr("names 2 of 3 outputs")));
}

TEST(Labels, Hole) {
  const Config config = parse(R"({"id2label": {"0": "a", "2": "c"}})", 3);
  EXPECT_THAT(config.head.labels, ElementsAre("a", "LABEL_1", "c"));
}

TEST(Labels, List) {
  const Config config = parse(R"({"id2label": ["negative", "neutral", "positive"]})", 3);
  EXPECT_THAT(config.head.labels, ElementsAre("negative", "neutral", "positive"));
  EXPECT_THAT(config.warnings, ElementsAre(HasSubstr("is a list")));
}

TEST(Labels, OnlyTheInverse) {
  const Config config = parse(R"({"label2id": {"bad": 0, "so-so": 1, "good": 2}})", 3);
  EXPECT_THAT(config.head.labels, ElementsAre("bad", "so-so", "good"));
  EXPECT_THAT(config.warnings, ElementsAre(HasSubstr("label2id")));
}

TEST(Labels, ANumberThatIsWrong) {
  const Config config = parse(R"({"num_labels": 2, "id2label": {"0": "a", "1": "b", "2": "c"}})", 3);
  EXPECT_THAT(config.head.labels, ElementsAre("a", "b", "c"));
  EXPECT_THAT(config.warnings, ElementsAre(HasSubstr("num_labels is 2, but there are 3 outputs")));
}

TEST(Labels, MoreNamesThanOutputsStay) {  // the weights are refused for their shape: a name could be wrong
  EXPECT_EQ(parse(R"({"id2label": {"0": "a", "1": "b", "2": "c"}})", 2).head.labels.size(), 3u);
}

TEST(Labels, NamesOfASmallerHeadStay) {
  EXPECT_EQ(parse(R"({"id2label": {"0": "a", "1": "b"}})", 3).head.labels.size(), 2u);
  EXPECT_EQ(parse(R"({"id2label": {"0": "a", "1": "b"}, "num_labels": 2})", 3).head.labels.size(), 2u);
}

struct Meant {
  const char* changes;
  std::size_t outputs;
  OutputMeaning meaning;
};

/// The activations of transformers 5.24's text-classification pipeline and of sentence-transformers' CrossEncoder.
TEST(OutputMeaning, FollowsTheProblemTypeAndTheNumberOfOutputs) {
  const Meant cases[] = {
      {"{}", 2, OutputMeaning::classes},
      {"{}", 1, OutputMeaning::single},
      {R"({"problem_type": null})", 3, OutputMeaning::classes},
      {R"({"problem_type": "single_label_classification"})", 3, OutputMeaning::classes},
      {R"({"problem_type": "single_label_classification"})", 1, OutputMeaning::single},
      {R"({"problem_type": "multi_label_classification"})", 3, OutputMeaning::multi_label},
      {R"({"problem_type": "multi_label_classification"})", 1, OutputMeaning::multi_label},
      {R"({"problem_type": "regression"})", 1, OutputMeaning::value},
      {R"({"problem_type": "regression"})", 3, OutputMeaning::value},
      {R"({"sbert_ce_default_activation_function": "torch.nn.modules.linear.Identity"})", 1, OutputMeaning::value},
      {R"({"sbert_ce_default_activation_function": "torch.nn.modules.activation.Sigmoid"})", 1, OutputMeaning::single},
      {R"({"sentence_transformers": {"activation_fn": "torch.nn.modules.linear.Identity"}})", 1, OutputMeaning::value},
      {R"({"sentence_transformers": {"activation_fn": "torch.nn.modules.activation.Sigmoid"}})", 1,
       OutputMeaning::single},
      {R"({"sentence_transformers": {"version": "4.1.0"}})", 1, OutputMeaning::single},
      {R"({"sbert_ce_default_activation_function": "torch.nn.modules.activation.Sigmoid",
           "sentence_transformers": {"activation_fn": "torch.nn.modules.linear.Identity"}})",
       1, OutputMeaning::value},
      {R"({"sentence_transformers": {"activation_fn": "torch.nn.modules.linear.Identity"}})", 3,
       OutputMeaning::classes},
  };
  std::size_t count = 0;
  for (const auto& [changes, outputs, meaning] : cases) {
    const Config config = parse(changes, outputs);
    EXPECT_EQ(config.head.meaning, meaning) << changes << " with " << outputs;
    ++count;
  }
  EXPECT_EQ(count, 16u);
}

TEST(OutputMeaning, WarnsOfAnActivationThatIsNotApplied) {
  const Config config = parse(R"({"sentence_transformers": {"activation_fn": "torch.nn.modules.activation.Tanh"}})", 1);
  EXPECT_EQ(config.head.meaning, OutputMeaning::value);
  EXPECT_THAT(config.warnings, testing::Contains(HasSubstr("Tanh' is not applied")));
}

Config parse_architectures(const Json& architectures, const std::vector<std::string>& tensors) {
  Json json = tiny_bert_config("");
  json["architectures"] = architectures;
  return parse_config(json, "config.json", [&](const std::string& name) {
    return std::find(tensors.begin(), tensors.end(), name) != tensors.end();
  });
}

TEST(InferredHead, ComesFromTheTensorsAndIsReported) {
  const std::vector<std::string> classifier = {"bert.pooler.dense.weight", "classifier.weight"};
  std::size_t count = 0;
  for (const Json& architectures : {Json(), Json::array(), Json::array({"BertModel"})}) {
    const Config config = parse_architectures(architectures, classifier);
    EXPECT_EQ(config.head.task, Task::sequence_classification) << architectures;
    EXPECT_EQ(config.architecture, "BertForSequenceClassification") << architectures;
    EXPECT_THAT(config.warnings, ElementsAre(HasSubstr("the weights have the head of BertForSequenceClassification")));
    ++count;
  }
  EXPECT_EQ(count, 3u);
  EXPECT_THROW(parse_architectures(Json::array({"BertModel"}), {"bert.pooler.dense.weight"}), Error);
  EXPECT_THROW(parse_architectures(Json::array(), {"bert.pooler.dense.weight"}), Error);
  EXPECT_THROW(parse_architectures(Json::array({"BertForNextSentencePrediction"}), classifier), Error);
}

}  // namespace
}  // namespace limn
