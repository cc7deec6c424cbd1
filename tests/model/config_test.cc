#include "model/config.h"

#include <gmock/gmock.h>

#include "checkpoint_folder.h"

namespace limn {
namespace {

using test::Json;
using test::message_of;
using test::TemporaryFolder;
using test::tiny_bert_config;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

Config parse(const Json& json) { return parse_config(json, "config.json"); }
std::string message(const Json& json) {
  return message_of([&] { parse(json); });
}
Json with(Json json, const std::string& changes) {
  json.merge_patch(Json::parse(changes));  // null removes a field
  return json;
}

const Json classifier = tiny_bert_config("BertForSequenceClassification");

TEST(Config, ReadsBert) {
  const Config config = parse(with(classifier, R"({"layer_norm_eps": 1e-5, "hidden_act": "gelu_new"})"));
  EXPECT_EQ(config.model_type, "bert");
  EXPECT_EQ(config.architecture, "BertForSequenceClassification");
  EXPECT_EQ(config.encoder.layers, 1u);
  EXPECT_EQ(config.encoder.hidden_size, 4u);
  EXPECT_EQ(config.encoder.heads, 2u);
  EXPECT_EQ(config.encoder.intermediate_size, 6u);
  EXPECT_EQ(config.encoder.vocabulary, 10u);
  EXPECT_EQ(config.encoder.max_positions, 5u);
  EXPECT_EQ(config.encoder.token_types, 2u);
  EXPECT_EQ(config.encoder.activation, Activation::gelu_tanh);
  EXPECT_EQ(config.encoder.norm_epsilon, 1e-5f);
}

TEST(Config, ReadsBothSpellingsOfDistilBert) {
  Json old = {{"model_type", "distilbert"},
              {"architectures", {"DistilBertForMaskedLM"}},
              {"n_layers", 6},
              {"dim", 12},
              {"n_heads", 3},
              {"hidden_dim", 24},
              {"vocab_size", 9},
              {"max_position_embeddings", 7},
              {"activation", "relu"}};
  Json modern = {{"model_type", "distilbert"},
                 {"architectures", {"DistilBertForMaskedLM"}},
                 {"num_hidden_layers", 6},
                 {"hidden_size", 12},
                 {"num_attention_heads", 3},
                 {"intermediate_size", 24},
                 {"vocab_size", 9},
                 {"max_position_embeddings", 7},
                 {"hidden_act", "relu"},
                 {"layer_norm_eps", nullptr}};
  for (const Json& json : {old, modern}) {
    const Config config = parse(json);
    EXPECT_EQ(config.head.task, Task::masked_lm);
    EXPECT_EQ(config.encoder.layers, 6u);
    EXPECT_EQ(config.encoder.hidden_size, 12u);
    EXPECT_EQ(config.encoder.heads, 3u);
    EXPECT_EQ(config.encoder.intermediate_size, 24u);
    EXPECT_EQ(config.encoder.token_types, 0u);
    EXPECT_EQ(config.encoder.activation, Activation::relu);
    EXPECT_EQ(config.encoder.norm_epsilon, 1e-12f);
  }
}

TEST(Config, AcceptsEverySpellingOfActivations) {
  const std::pair<const char*, Activation> names[] = {
      {"gelu", Activation::gelu},          {"gelu_python", Activation::gelu},
      {"gelu_new", Activation::gelu_tanh}, {"gelu_pytorch_tanh", Activation::gelu_tanh},
      {"relu", Activation::relu},          {"silu", Activation::silu},
      {"swish", Activation::silu}};
  for (const auto& [name, activation] : names)
    EXPECT_EQ(parse(with(classifier, Json{{"hidden_act", name}}.dump())).encoder.activation, activation) << name;
  EXPECT_EQ(parse(with(classifier, R"({"hidden_act": null})")).encoder.activation, Activation::gelu);
}

TEST(Config, TakesTheTaskFromTheArchitecture) {
  const std::pair<const char*, Task> tasks[] = {{"BertForQuestionAnswering", Task::question_answering},
                                                {"BertForSequenceClassification", Task::sequence_classification},
                                                {"BertForTokenClassification", Task::token_classification},
                                                {"BertForMaskedLM", Task::masked_lm},
                                                {"BertForPreTraining", Task::masked_lm}};
  for (const auto& [name, task] : tasks) EXPECT_EQ(parse(tiny_bert_config(name)).head.task, task) << name;
}

TEST(Config, QuestionAnsweringHasTwoOutputs) {
  const HeadConfig head = parse(with(tiny_bert_config("BertForQuestionAnswering"), R"({"id2label": {"0": "x"}})")).head;
  EXPECT_THAT(head.labels, ElementsAre("start", "end"));
  EXPECT_FALSE(head.has_sigmoid());
}

TEST(Config, SortsLabelsByNumber) {
  Json json = classifier;
  for (int i = 0; i < 12; ++i) json["id2label"][std::to_string(i)] = "name " + std::to_string(i);
  const auto labels = parse(json).head.labels;
  ASSERT_EQ(labels.size(), 12u);
  EXPECT_EQ(labels[2], "name 2");  // as strings, "10" and "11" sort before "2"
  EXPECT_EQ(labels[11], "name 11");
}

TEST(Config, NamesMissingLabels) {
  EXPECT_THAT(parse(classifier).head.labels, ElementsAre("LABEL_0", "LABEL_1"));
  EXPECT_THAT(parse(with(classifier, R"({"num_labels": 3})")).head.labels,
              ElementsAre("LABEL_0", "LABEL_1", "LABEL_2"));
  EXPECT_THAT(parse(with(classifier, R"({"id2label": {"0": "no", "1": 7}, "num_labels": 2})")).head.labels,
              ElementsAre("no", "7"));
}

// ---- invalid configs ---------------------------------------------------------------------------------------------

struct BadConfig {
  const char* what;
  const char* changes;
  const char* message;
};

void PrintTo(const BadConfig& config, std::ostream* stream) { *stream << config.changes; }

class ConfigField : public testing::TestWithParam<BadConfig> {};

TEST_P(ConfigField, IsRejected) {
  EXPECT_THAT(message(with(classifier, GetParam().changes)),
              AllOf(StartsWith("config.json: "), HasSubstr(GetParam().message)));
}

INSTANTIATE_TEST_SUITE_P(
    , ConfigField,
    testing::Values(
        BadConfig{"UnknownFamily", R"({"model_type": "gpt2"})",
                  "model_type: found \"gpt2\", expected one of bert, distilbert"},
        BadConfig{"NoFamily", R"({"model_type": null, "architectures": ["ForMaskedLM"]})",
                  "model_type: found nothing, expected one of bert, distilbert"},
        BadConfig{"FamilyNumber", R"({"model_type": 5})", "model_type: found 5, expected a string"},
        BadConfig{"NoArchitectures", R"({"architectures": null})",
                  "architectures: found nothing, expected a list with one of BertForQuestionAnswering, "
                  "BertForSequenceClassification, BertForTokenClassification, BertForMaskedLM, BertForPreTraining; "},
        BadConfig{"EmptyArchitectures", R"({"architectures": []})",
                  "architectures: found a list, expected a list with one of BertForQuestionAnswering"},
        BadConfig{"ArchitecturesText", R"({"architectures": "BertForMaskedLM"})",
                  "architectures: found \"BertForMaskedLM\", expected a list with one of"},
        BadConfig{"UnknownHead", R"({"architectures": ["BertForNextSentencePrediction"]})",
                  "architectures: found \"BertForNextSentencePrediction\", expected one of Bert"},
        BadConfig{"OtherFamilysHead", R"({"architectures": ["DistilBertForMaskedLM"]})",
                  "architectures: found \"DistilBertForMaskedLM\", expected one of Bert"},
        BadConfig{"NoHead", R"({"architectures": ["BertModel"]})", "the checkpoint is an encoder without a head"},
        BadConfig{"ZeroLayers", R"({"num_hidden_layers": 0})",
                  "num_hidden_layers: found 0, expected a whole number from 1"},
        BadConfig{"TooManyLayers", R"({"num_hidden_layers": 1025})",
                  "num_hidden_layers: found 1025, expected a whole number from 1 to 1024"},
        BadConfig{"NegativeChannels", R"({"hidden_size": -4})",
                  "hidden_size: found -4, expected a whole number from 1"},
        BadConfig{"HugeVocabulary", R"({"vocab_size": 1e30})",
                  "vocab_size: found 1e+30, expected a whole number from 1"},
        BadConfig{"LargeVocabulary", R"({"vocab_size": 16777217})",
                  "vocab_size: found 16777217, expected a whole number from 1"},
        BadConfig{"Past64Bits", R"({"max_position_embeddings": 18446744073709551620})",
                  "max_position_embeddings: found 1.8"},
        BadConfig{"SizeText", R"({"intermediate_size": "3072"})",
                  "intermediate_size: found \"3072\", expected a whole number from 1"},
        BadConfig{"SizeList", R"({"type_vocab_size": [2]})",
                  "type_vocab_size: found a list, expected a whole number from 1"},
        BadConfig{"SizeMissing", R"({"hidden_size": null})",
                  "hidden_size: found nothing, expected a whole number from 1"},
        BadConfig{"HeadsDoNotDivide", R"({"num_attention_heads": 3})",
                  "num_attention_heads: found 3, expected a divisor of the hidden size, which is 4"},
        BadConfig{"Activation", R"({"hidden_act": "mish"})",
                  "hidden_act: found \"mish\", expected one of gelu, gelu_python, gelu_new, gelu_pytorch_tanh, relu, "
                  "silu, swish"},
        BadConfig{"EpsilonZero", R"({"layer_norm_eps": 0})",
                  "layer_norm_eps: found 0, expected a number between 0 and 1"},
        BadConfig{"EpsilonTooSmall", R"({"layer_norm_eps": 1e-60})",
                  "layer_norm_eps: found 1e-60, expected a number between 0 and 1"},
        BadConfig{"EpsilonText", R"({"layer_norm_eps": "1e-12"})", "layer_norm_eps: found \"1e-12\""},
        BadConfig{"Positions", R"({"position_embedding_type": "relative_key"})",
                  "position_embedding_type: found \"relative_key\", expected \"absolute\""},
        BadConfig{"Decoder", R"({"is_decoder": true})", "is_decoder: found true, expected false"},
        BadConfig{"LabelObject", R"({"id2label": {"0": {"name": "a"}}})",
                  "id2label: found an object, expected each label to be a string"},
        BadConfig{"NumLabelsZero", R"({"num_labels": 0})", "num_labels: found 0, expected a whole number from 1"},
        BadConfig{"NumLabelsHuge", R"({"num_labels": 4000000000})",
                  "num_labels: found 4000000000, expected a whole number from 1 to 65536"},
        BadConfig{"ProblemType", R"({"problem_type": "ranking"})",
                  "problem_type: found \"ranking\", expected single_label_classification, multi_label_classification"},
        BadConfig{"LabelKey", R"({"id2label": {"zero": "a"}})",
                  "id2label: found the key 'zero', expected the numbers of the outputs, from 0 to 65535"},
        BadConfig{"LabelText", R"({"id2label": "a, b"})", "id2label: found \"a, b\", expected an object of labels"},
        BadConfig{"RegressionOfTokens",
                  R"({"architectures": ["BertForTokenClassification"], "problem_type": "regression"})",
                  "problem_type: found \"regression\""}),
    [](const auto& info) { return info.param.what; });

TEST(Config, MessagesUseTheSpellingInTheFile) {
  EXPECT_THAT(message({{"model_type", "distilbert"}, {"architectures", {"DistilBertForMaskedLM"}}, {"n_layers", 0}}),
              HasSubstr("config.json: n_layers: found 0"));
}

TEST(ConfigFile, NamesMissingFolderAndFile) {
  EXPECT_EQ(message_of([] { read_config("/no/such/folder"); }),
            "/no/such/folder: found no such folder, expected a checkpoint folder, which has config.json, the weights "
            "and the tokenizer");
  const TemporaryFolder folder;
  EXPECT_THAT(message_of([&] { read_config(folder.path()); }), HasSubstr("config.json: found no such file"));
  folder.write("config.json", "{}");
  EXPECT_THAT(message_of([&] { read_config(folder.path() / "config.json"); }),
              HasSubstr("found a file, expected a checkpoint folder"));
}

TEST(ConfigFile, RejectsInvalidJsonWithItsPosition) {
  const TemporaryFolder folder;
  const auto file_message = [&](const std::string& text) {
    folder.write("config.json", text);
    return message_of([&] { read_config(folder.path()); });
  };
  EXPECT_THAT(file_message("{\n  \"model_type\": \"bert\",\n  \"dim\" 3\n}"),
              HasSubstr("config.json: line 3, column 9: found number literal, expected valid JSON"));
  EXPECT_THAT(file_message("{\n  \"model_type\": \"be"),
              AllOf(HasSubstr("config.json: line 2, column "), HasSubstr("the file may be cut off")));
  EXPECT_THAT(file_message(""), HasSubstr("config.json: line 1, column 1: found end of input"));
  EXPECT_THAT(file_message("[1, 2]"), HasSubstr("config.json: found a list, expected an object"));
  EXPECT_THAT(file_message(R"({"vocab_size": 1e999})"), HasSubstr("expected valid JSON"));
  EXPECT_THAT(file_message(R"({"dim": 1, "dim": 2})"), HasSubstr("config.json: key 'dim': found twice"));
}

}  // namespace
}  // namespace limn
