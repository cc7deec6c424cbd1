// config.json of every family: published files, old and new spellings, and invalid files.
#include <gmock/gmock.h>

#include <set>

#include "checkpoint_folder.h"
#include "model/config.h"

namespace limn::family_config_test {
namespace {

using test::Json;
using test::message_of;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using Kind = RelativePositions::Kind;

Config parse(const Json& json, const HasTensor& has_tensor = {}) {
  return parse_config(json, "config.json", has_tensor);
}
Config parse_text(const std::string& text) { return parse(Json::parse(text)); }
std::string message(const Json& json) {
  return message_of([&] { parse(json); });
}
Json with(Json json, const std::string& changes) {
  json.merge_patch(Json::parse(changes));  // null removes a field
  return json;
}

// ---- published files, only the fields that affect the computation --------------------------------------------------

TEST(PublishedConfig, MiniLm) {  // microsoft/MiniLM-L12-H384-uncased and cross-encoders derived from it
  const Config config =
      parse_text(R"({"architectures": ["BertForSequenceClassification"], "attention_probs_dropout_prob": 0.1,
    "hidden_act": "gelu", "hidden_dropout_prob": 0.1, "hidden_size": 384, "id2label": {"0": "LABEL_0"},
    "initializer_range": 0.02, "intermediate_size": 1536, "layer_norm_eps": 1e-12, "max_position_embeddings": 512,
    "model_type": "bert", "num_attention_heads": 12, "num_hidden_layers": 12, "pad_token_id": 0, "type_vocab_size": 2,
    "vocab_size": 30522})");
  EXPECT_EQ(config.encoder.hidden_size, 384u);
  EXPECT_TRUE(config.head.has_sigmoid());  // a single output
}

TEST(PublishedConfig, BertLargeWholeWordMasking) {  // bert-large-uncased-whole-word-masking-finetuned-squad
  const Config config =
      parse_text(R"({"architectures": ["BertForQuestionAnswering"], "attention_probs_dropout_prob": 0.1,
    "hidden_act": "gelu", "hidden_dropout_prob": 0.1, "hidden_size": 1024, "initializer_range": 0.02,
    "intermediate_size": 4096, "layer_norm_eps": 1e-12, "max_position_embeddings": 512, "model_type": "bert",
    "num_attention_heads": 16, "num_hidden_layers": 24, "pad_token_id": 0, "type_vocab_size": 2, "vocab_size": 30522})");
  EXPECT_EQ(config.encoder.layers, 24u);
  EXPECT_EQ(config.encoder.heads, 16u);
  EXPECT_EQ(config.head.task, Task::question_answering);
}

TEST(PublishedConfig, MultilingualBert) {  // bert-base-multilingual-cased
  const Config config = parse_text(R"({"architectures": ["BertForMaskedLM"], "attention_probs_dropout_prob": 0.1,
    "directionality": "bidi", "hidden_act": "gelu", "hidden_dropout_prob": 0.1, "hidden_size": 768,
    "initializer_range": 0.02, "intermediate_size": 3072, "layer_norm_eps": 1e-12, "max_position_embeddings": 512,
    "model_type": "bert", "num_attention_heads": 12, "num_hidden_layers": 12, "pad_token_id": 0, "pooler_fc_size": 768,
    "pooler_num_attention_heads": 12, "pooler_num_fc_layers": 3, "pooler_size_per_head": 128,
    "pooler_type": "first_token_transform", "type_vocab_size": 2, "vocab_size": 119547})");
  EXPECT_EQ(config.encoder.vocabulary, 119547u);
  EXPECT_EQ(config.head.task, Task::masked_lm);
}

const Json roberta = Json::parse(R"({"architectures": ["RobertaForMaskedLM"], "attention_probs_dropout_prob": 0.1,
  "bos_token_id": 0, "eos_token_id": 2, "hidden_act": "gelu", "hidden_dropout_prob": 0.1, "hidden_size": 768,
  "initializer_range": 0.02, "intermediate_size": 3072, "layer_norm_eps": 1e-05, "max_position_embeddings": 514,
  "model_type": "roberta", "num_attention_heads": 12, "num_hidden_layers": 12, "pad_token_id": 1,
  "type_vocab_size": 1, "vocab_size": 50265})");  // roberta-base

TEST(PublishedConfig, RobertaAndRelatedFamilies) {
  const std::pair<const char*, const char*> kin[] = {{"roberta", "RobertaForMaskedLM"},
                                                     {"xlm-roberta", "XLMRobertaForMaskedLM"},
                                                     {"camembert", "CamembertForMaskedLM"}};
  for (const auto& [model_type, architecture] : kin) {
    Json json = roberta;
    json["model_type"] = model_type;
    json["architectures"] = {architecture};
    const Config config = parse(json);
    EXPECT_EQ(config.encoder.max_positions, 512u);  // 514 rows, two of them for padding
    EXPECT_EQ(config.encoder.padding, 1u);
    EXPECT_EQ(config.encoder.token_types, 1u);
    EXPECT_EQ(config.encoder.norm_epsilon, 1e-5f);
  }
  EXPECT_EQ(parse(with(roberta, R"({"pad_token_id": null})")).encoder.padding, 1u);
  EXPECT_EQ(parse(with(roberta, R"({"pad_token_id": 0})")).encoder.max_positions, 513u);
}

TEST(PublishedConfig, Electra) {  // google/electra-small-discriminator
  const Json json = Json::parse(R"({"architectures": ["ElectraForSequenceClassification"], "embedding_size": 128,
    "hidden_act": "gelu", "hidden_size": 256, "intermediate_size": 1024, "layer_norm_eps": 1e-12,
    "max_position_embeddings": 512, "model_type": "electra", "num_attention_heads": 4, "num_hidden_layers": 12,
    "pad_token_id": 0, "summary_activation": "gelu", "summary_type": "first", "type_vocab_size": 2, "vocab_size": 30522})");
  EXPECT_EQ(parse(json).encoder.embedding_size, 128u);
  EXPECT_TRUE(parse(json).encoder.projection);
  const Config base = parse(with(json, R"({"hidden_size": 768, "embedding_size": 768, "num_attention_heads": 12})"));
  EXPECT_FALSE(base.encoder.projection);  // electra-base
}

const Json albert = Json::parse(R"({"architectures": ["AlbertForMaskedLM"], "attention_probs_dropout_prob": 0.1,
  "bos_token_id": 2, "classifier_dropout_prob": 0.1, "down_scale_factor": 1, "embedding_size": 128, "eos_token_id": 3,
  "gap_size": 0, "hidden_act": "gelu", "hidden_size": 768, "inner_group_num": 1, "intermediate_size": 3072,
  "layer_norm_eps": 1e-12, "max_position_embeddings": 512, "model_type": "albert", "net_structure_type": 0,
  "num_attention_heads": 12, "num_hidden_groups": 1, "num_hidden_layers": 12, "num_memory_blocks": 0,
  "pad_token_id": 0, "position_embedding_type": "absolute", "type_vocab_size": 2, "vocab_size": 30000})");  // albert-base-v1

TEST(PublishedConfig, Albert) {
  const EncoderConfig encoder = parse(albert).encoder;
  EXPECT_EQ(encoder.embedding_size, 128u);
  EXPECT_EQ(encoder.layers, 12u);
  EXPECT_EQ(encoder.layer_groups, 1u);
  EXPECT_EQ(parse(with(albert, R"({"architectures": ["AlbertForPreTraining"]})")).head.task, Task::masked_lm);
}

const Json mpnet = Json::parse(R"({"architectures": ["MPNetForMaskedLM"], "bos_token_id": 0, "eos_token_id": 2,
  "hidden_act": "gelu", "hidden_size": 768, "intermediate_size": 3072, "layer_norm_eps": 1e-05,
  "max_position_embeddings": 514, "model_type": "mpnet", "num_attention_heads": 12, "num_hidden_layers": 12,
  "pad_token_id": 1, "relative_attention_num_buckets": 32, "vocab_size": 30527})");  // microsoft/mpnet-base

TEST(PublishedConfig, Mpnet) {
  const EncoderConfig encoder = parse(mpnet).encoder;
  EXPECT_EQ(encoder.relative.kind, Kind::bias);
  EXPECT_EQ(encoder.max_positions, 512u);
  EXPECT_EQ(encoder.token_types, 0u);
}

// microsoft/deberta-v3-base, which does not name an architecture.
const Json deberta =
    Json::parse(R"({"architectures": ["DebertaV2ForSequenceClassification"], "model_type": "deberta-v2",
  "attention_probs_dropout_prob": 0.1, "hidden_act": "gelu", "hidden_dropout_prob": 0.1, "hidden_size": 768,
  "initializer_range": 0.02, "intermediate_size": 3072, "max_position_embeddings": 512, "relative_attention": true,
  "position_buckets": 256, "norm_rel_ebd": "layer_norm", "share_att_key": true, "pos_att_type": "p2c|c2p",
  "layer_norm_eps": 1e-7, "max_relative_positions": -1, "position_biased_input": false, "num_attention_heads": 12,
  "num_hidden_layers": 12, "type_vocab_size": 0, "vocab_size": 128100})");

TEST(PublishedConfig, Deberta) {
  const EncoderConfig encoder = parse(deberta).encoder;
  EXPECT_EQ(encoder.relative.kind, Kind::disentangled);
  EXPECT_EQ(encoder.relative.buckets, 256u);
  EXPECT_EQ(encoder.relative.largest, 512u);
  EXPECT_TRUE(encoder.relative.content_to_position && encoder.relative.position_to_content);
  EXPECT_TRUE(encoder.relative.shared_projections && encoder.relative.norm);
  EXPECT_EQ(encoder.convolution.width, 0u);
  EXPECT_TRUE(encoder.normalizes_words_alone());
  EXPECT_EQ(encoder.norm_epsilon, 1e-7f);
  // deberta-v2-xxlarge has a convolution.
  const auto large = parse(with(deberta, R"({"conv_kernel_size": 3, "conv_act": "gelu", "attention_head_size": 64,
    "hidden_size": 1536, "num_attention_heads": 24, "pos_att_type": ["p2c", "c2p"], "type_vocab_size": 2})"));
  EXPECT_EQ(large.encoder.convolution.width, 3u);
  EXPECT_EQ(large.encoder.convolution.activation, Activation::gelu);
  EXPECT_FALSE(large.encoder.normalizes_words_alone());
}

// answerdotai/ModernBERT-base, as transformers 4.48 wrote it.
const Json modernbert = Json::parse(R"({"architectures": ["ModernBertForMaskedLM"], "attention_bias": false,
  "attention_dropout": 0.0, "classifier_activation": "gelu", "classifier_bias": false, "classifier_pooling": "mean",
  "cls_token_id": 50281, "decoder_bias": true, "deterministic_flash_attn": false, "global_attn_every_n_layers": 3,
  "global_rope_theta": 160000.0, "hidden_activation": "gelu", "hidden_size": 768, "intermediate_size": 1152,
  "layer_norm_eps": 1e-05, "local_attention": 128, "local_rope_theta": 10000.0, "max_position_embeddings": 8192,
  "mlp_bias": false, "model_type": "modernbert", "norm_bias": false, "norm_eps": 1e-05, "num_attention_heads": 12,
  "num_hidden_layers": 22, "pad_token_id": 50283, "position_embedding_type": "absolute", "sep_token_id": 50282,
  "tie_word_embeddings": true, "torch_dtype": "float32", "vocab_size": 50368})");

TEST(PublishedConfig, ModernBert) {
  const Config config = parse(modernbert);
  const EncoderConfig& encoder = config.encoder;
  EXPECT_EQ(encoder.rotary.global_theta, 160000);
  EXPECT_EQ(encoder.rotary.local_theta, 10000);
  EXPECT_EQ(encoder.rotary.window, 64u);
  ASSERT_EQ(encoder.rotary.is_local.size(), 22u);
  for (std::size_t layer = 0; layer < 22; ++layer) EXPECT_EQ(encoder.rotary.is_local[layer], layer % 3 != 0);
  EXPECT_TRUE(encoder.norm_first && encoder.gated);
  EXPECT_FALSE(encoder.attention_bias || encoder.feed_forward_bias || encoder.norm_bias || encoder.position_table);
  EXPECT_TRUE(encoder.normalizes_words_alone());
  EXPECT_TRUE(config.head.decoder_bias);
  EXPECT_FALSE(config.head.bias);
  EXPECT_FALSE(config.head.pooling);  // the head has outputs for every token
  const Config classifier = parse(with(modernbert, R"({"architectures": ["ModernBertForSequenceClassification"]})"));
  EXPECT_EQ(classifier.head.pooling, Pooling::mean);
}

// ---- spellings ------------------------------------------------------------------------------------------------

TEST(ConfigSpelling, RopeParametersReplaceRopeThetas) {
  const Json modern = with(modernbert, R"({"global_rope_theta": null, "local_rope_theta": null, "torch_dtype": null,
    "dtype": "float32", "layer_types": ["full_attention", "sliding_attention", "sliding_attention", "full_attention"],
    "num_hidden_layers": 4, "rope_parameters": {"full_attention": {"rope_theta": 80000.0, "rope_type": "default"},
                                                "sliding_attention": {"rope_theta": 5000, "rope_type": "default"}}})");
  const EncoderConfig encoder = parse(modern).encoder;
  EXPECT_EQ(encoder.rotary.global_theta, 80000);
  EXPECT_EQ(encoder.rotary.local_theta, 5000);
  EXPECT_THAT(encoder.rotary.is_local, ElementsAre(false, true, true, false));
}

TEST(ConfigSpelling, RopeThetasCompleteRopeParameters) {
  const Json both = with(modernbert, R"({"local_rope_theta": 7000, "global_rope_theta": 9000, "rope_parameters":
    {"full_attention": {"rope_type": "default"}}})");
  EXPECT_EQ(parse(both).encoder.rotary.global_theta, 9000);
  EXPECT_EQ(parse(both).encoder.rotary.local_theta, 7000);
}

TEST(ConfigSpelling, EpsilonHasTwoNames) {
  const Json old = with(roberta, R"({"layer_norm_eps": null, "layer_norm_epsilon": 1e-6})");
  EXPECT_EQ(parse(old).encoder.norm_epsilon, 1e-6f);
  EXPECT_EQ(parse(with(roberta, R"({"layer_norm_eps": null})")).encoder.norm_epsilon, 1e-12f);
  EXPECT_EQ(parse(with(deberta, R"({"layer_norm_eps": null})")).encoder.norm_epsilon, 1e-7f);
}

TEST(ConfigSpelling, ModelClassReplacesMissingModelType) {
  EXPECT_EQ(parse(with(roberta, R"({"model_type": null})")).model_type, "roberta");
  EXPECT_EQ(parse(with(mpnet, R"({"model_type": null})")).model_type, "mpnet");
  EXPECT_EQ(parse(with(modernbert, R"({"model_type": null})")).model_type, "modernbert");
  // "XLMRoberta…" does not start with "Roberta".
  EXPECT_EQ(parse(with(roberta, R"({"model_type": null, "architectures": ["XLMRobertaForMaskedLM"]})")).model_type,
            "xlm-roberta");
}

/// The architecture that is detected from the names of the weights, without `architectures`.
std::string head_of(Json json, const std::set<std::string>& tensors, const std::string& changes = "{}") {
  json.erase("architectures");
  return parse(with(json, changes), [&](const std::string& name) { return tensors.contains(name); }).architecture;
}

TEST(ConfigSpelling, TensorsReplaceMissingArchitectures) {
  const Json bert = test::tiny_bert_config("");
  EXPECT_EQ(head_of(bert, {"qa_outputs.weight"}), "BertForQuestionAnswering");
  EXPECT_EQ(head_of(bert, {"bert.pooler.dense.weight", "qa_outputs.weight"}), "BertForQuestionAnswering");
  EXPECT_EQ(head_of(bert, {"classifier.weight"}), "BertForTokenClassification");
  EXPECT_EQ(head_of(bert, {"bert.pooler.dense.weight", "classifier.weight"}), "BertForSequenceClassification");
  EXPECT_EQ(head_of(bert, {"cls.predictions.transform.dense.weight", "cls.predictions.bias"}), "BertForMaskedLM");
  EXPECT_EQ(head_of(roberta, {"classifier.dense.weight", "classifier.out_proj.weight"}),
            "RobertaForSequenceClassification");
  EXPECT_EQ(head_of(roberta, {"classifier.weight"}), "RobertaForTokenClassification");
  EXPECT_EQ(head_of(deberta, {"lm_predictions.lm_head.dense.weight", "lm_predictions.lm_head.bias"}),
            "DebertaV2ForMaskedLM");
}

TEST(ConfigSpelling, LabelsDistinguishTagsFromClasses) {
  // Before transformers 3.1, models for token classification also contained the encoder's pooler.
  const std::set<std::string> tensors = {"bert.pooler.dense.weight", "classifier.weight"};
  const char* tags = R"({"id2label": {"0": "O", "1": "B-PER", "2": "I-PER"}})";
  EXPECT_EQ(head_of(test::tiny_bert_config(""), tensors, tags), "BertForTokenClassification");
}

TEST(ConfigSpelling, RejectsWeightsThatFitSeveralHeads) {
  const std::set<std::string> tensors = {"head.dense.weight", "classifier.weight"};
  EXPECT_EQ(head_of(modernbert, tensors, R"({"id2label": {"0": "O", "1": "I-LOC"}})"),
            "ModernBertForTokenClassification");
  EXPECT_THAT(message_of([&] { head_of(modernbert, tensors); }), HasSubstr("the weights fit more than one of them"));
}

TEST(ConfigSpelling, RejectsWeightsWithoutAHead) {
  Json json = roberta;
  json.erase("architectures");
  const HasTensor none = [](const std::string&) { return false; };
  EXPECT_THAT(message_of([&] { parse(json, none); }),
              AllOf(HasSubstr("architectures: found nothing, expected a list with one of RobertaForQuestionAnswering"),
                    HasSubstr("the weights contain no head")));
}

// ---- the limn block -------------------------------------------------------------------------------------------

TEST(LimnBlock, DescribesAHead) {
  Json json = with(test::tiny_bert_config("MyClassifier"), R"({"num_labels": 3, "limn": {"pooling": "max",
    "layers": ["hidden", "classifier.out"], "activation": "relu", "prefix": "encoder."}})");
  const Config config = parse(json);
  EXPECT_EQ(config.architecture, "MyClassifier");
  EXPECT_EQ(config.prefix, "encoder.");
  EXPECT_EQ(config.head.task, Task::sequence_classification);  // the only task with one row of outputs per text
  EXPECT_EQ(config.head.pooling, Pooling::max);
  ASSERT_EQ(config.head.layers.size(), 2u);
  EXPECT_EQ(config.head.layers[0].linear, "hidden");
  EXPECT_EQ(config.head.layers[0].activation, Activation::relu);
  EXPECT_EQ(config.head.layers[1].activation, Activation::identity);
  json["limn"] = {{"task", "question-answering"}, {"layers", {"spans"}}};
  EXPECT_EQ(parse(json).head.pooling, Pooling::none);
  EXPECT_THAT(parse(json).head.labels, ElementsAre("start", "end"));
}

// ---- invalid configs ------------------------------------------------------------------------------------------

struct BadFamilyConfig {
  const char* what;
  const Json& config;
  const char* changes;
  const char* message;
};
void PrintTo(const BadFamilyConfig& config, std::ostream* stream) { *stream << config.changes; }

class FamilyConfigField : public testing::TestWithParam<BadFamilyConfig> {};

TEST_P(FamilyConfigField, IsRejected) {
  EXPECT_THAT(message(with(GetParam().config, GetParam().changes)), HasSubstr(GetParam().message));
}

const Json bert = test::tiny_bert_config("BertForSequenceClassification");

INSTANTIATE_TEST_SUITE_P(
    , FamilyConfigField,
    testing::Values(
        BadFamilyConfig{"FewPositions", roberta, R"({"max_position_embeddings": 2})",
                        "max_position_embeddings: found 2, expected more than 2, the first position"},
        BadFamilyConfig{"HugePadding", roberta, R"({"pad_token_id": 16777217})", "pad_token_id: found 16777217"},
        BadFamilyConfig{"RelativeKeys", roberta, R"({"position_embedding_type": "relative_key_query"})",
                        "position_embedding_type: found \"relative_key_query\", expected \"absolute\""},
        BadFamilyConfig{"InnerGroups", albert, R"({"inner_group_num": 2})", "inner_group_num: found 2, expected 1"},
        BadFamilyConfig{"MoreGroupsThanLayers", albert, R"({"num_hidden_groups": 13})",
                        "num_hidden_groups: found 13, expected a whole number from 1 to 12"},
        BadFamilyConfig{"MpnetBuckets", mpnet, R"({"relative_attention_num_buckets": 64})",
                        "relative_attention_num_buckets: found 64, expected 32"},
        BadFamilyConfig{"Products", deberta, R"({"pos_att_type": "c2p|p2p"})",
                        "pos_att_type: found \"c2p|p2p\", expected c2p, p2c or both"},
        BadFamilyConfig{"ProductsNumber", deberta, R"({"pos_att_type": 3})", "pos_att_type: found 3"},
        BadFamilyConfig{"NotRelative", deberta, R"({"relative_attention": false})",
                        "relative_attention: found false, expected true, since pos_att_type is not empty"},
        BadFamilyConfig{"Buckets", deberta, R"({"position_buckets": 1})",
                        "position_buckets: found 1, expected at least 2"},
        BadFamilyConfig{"ManyBuckets", deberta, R"({"position_buckets": 1022, "max_relative_positions": 512})",
                        "position_buckets: found 1022, expected at least 2, and fewer than twice the 512 distances"},
        BadFamilyConfig{"RelativeNorm", deberta, R"({"norm_rel_ebd": "batch_norm"})",
                        "norm_rel_ebd: found \"batch_norm\", expected none or layer_norm"},
        BadFamilyConfig{"EmbeddingSize", deberta, R"({"embedding_size": 128})",
                        "embedding_size: found 128, expected 768"},
        BadFamilyConfig{"HeadSize", deberta, R"({"attention_head_size": 32})",
                        "attention_head_size: found 32, expected 64"},
        BadFamilyConfig{"PoolerSize", deberta, R"({"pooler_hidden_size": 32})", "pooler_hidden_size: found 32"},
        BadFamilyConfig{"PoolerActivation", deberta, R"({"pooler_hidden_act": "mish"})",
                        "pooler_hidden_act: found \"mish\""},
        BadFamilyConfig{"EvenConvolution", deberta, R"({"conv_kernel_size": 4})",
                        "conv_kernel_size: found 4, expected an odd number"},
        BadFamilyConfig{"WideConvolution", deberta, R"({"conv_kernel_size": 33})",
                        "conv_kernel_size: found 33, expected a whole number from 1 to 31"},
        BadFamilyConfig{"ManyProjections", deberta,
                        R"({"position_buckets": 100000, "max_relative_positions": 16000000})",
                        "position_buckets: found 100000, expected few enough to store their projections"},
        BadFamilyConfig{"ConvolutionGroups", deberta, R"({"conv_groups": 7})",
                        "conv_groups: found 7, expected a divisor"},
        BadFamilyConfig{"LayerTypes", modernbert, R"({"layer_types": ["full_attention"]})",
                        "layer_types: found a list, expected a list of one type for each of the 22 layers"},
        BadFamilyConfig{"LayerType", modernbert, R"({"num_hidden_layers": 1, "layer_types": ["chunked_attention"]})",
                        "layer_types: found \"chunked_attention\", expected full_attention or sliding_attention"},
        BadFamilyConfig{"RopeType", modernbert, R"({"rope_parameters": {"full_attention": {"rope_type": "yarn"}}})",
                        "rope_parameters.full_attention.rope_type: found \"yarn\", expected \"default\""},
        BadFamilyConfig{"RopeList", modernbert, R"({"rope_parameters": []})",
                        "rope_parameters: found a list, expected an object"},
        BadFamilyConfig{"RopeScaling", modernbert, R"({"rope_scaling": {"factor": 2}})",
                        "rope_scaling: found an object, expected null"},
        BadFamilyConfig{"Theta", modernbert, R"({"global_rope_theta": -1})",
                        "global_rope_theta: found -1, expected a number between 1"},
        BadFamilyConfig{"OddHeads", modernbert, R"({"hidden_size": 36})",
                        "num_attention_heads: found 12, expected heads of an even size"},
        BadFamilyConfig{"Pooling", modernbert, R"({"classifier_pooling": "max"})",
                        "classifier_pooling: found \"max\", expected cls or mean"},
        BadFamilyConfig{"BlockText", bert, R"({"limn": "mean"})", "limn: found \"mean\", expected an object"},
        BadFamilyConfig{"BlockPooling", bert, R"({"limn": {"pooling": "last", "layers": ["a"]}})",
                        "limn.pooling: found \"last\", expected one of none, first, mean, max"},
        BadFamilyConfig{"BlockTask", bert, R"({"limn": {"layers": ["a"]}})",
                        "limn.task: found nothing, expected one of question-answering, sequence-classification"},
        BadFamilyConfig{"BlockPooledTask", bert,
                        R"({"limn": {"task": "token-classification", "pooling": "mean", "layers": ["a"]}})",
                        "limn.pooling: found \"mean\", expected none, since this task has outputs for every token"},
        BadFamilyConfig{"BlockUnpooledTask", bert, R"({"limn": {"task": "sequence-classification", "layers": ["a"]}})",
                        "limn.pooling: found nothing, expected first, mean or max"},
        BadFamilyConfig{"BlockLayers", bert, R"({"limn": {"pooling": "mean", "layers": []}})",
                        "limn.layers: found a list, expected a list of the head's linear layers"},
        BadFamilyConfig{"BlockActivation", bert,
                        R"({"limn": {"pooling": "mean", "layers": ["a"], "activation": "mish"}})",
                        "limn.activation: found \"mish\", expected one of gelu"},
        BadFamilyConfig{"BlockPrefix", bert, R"({"limn": {"pooling": "mean", "layers": ["a"], "prefix": 3}})",
                        "limn.prefix: found 3, expected a string"}),
    [](const auto& info) { return info.param.what; });

}  // namespace
}  // namespace limn::family_config_test
