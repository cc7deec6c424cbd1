// Folders of sentence-transformers: the spellings of its versions, and what is refused.
#include "model/sentence_modules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/checkpoint.h"
#include "model/checkpoint_folder.h"

namespace limn {
namespace {

using test::Json;
using test::message_of;
using test::TemporaryFolder;
using testing::ElementsAre;
using testing::HasSubstr;
using enum Pooling;

/// A folder with modules.json and the configs of its modules.
class SentenceFolder {
 public:
  explicit SentenceFolder(const std::vector<std::string>& types, const std::string& encoder = "") {
    Json modules = Json::array();
    for (std::size_t i = 0; i < types.size(); ++i) {
      const std::string short_name = types[i].substr(types[i].rfind('.') + 1);
      const std::string path = i == 0 ? encoder : std::to_string(i) + "_" + short_name;
      if (!path.empty()) std::filesystem::create_directory(folder_.path() / path);
      modules.push_back({{"idx", i}, {"name", std::to_string(i)}, {"path", path}, {"type", types[i]}});
    }
    write("modules.json", modules);
  }
  void write(const std::string& name, const Json& json) const { folder_.write(name, json.dump()); }
  std::optional<SentenceModules> read() const { return read_sentence_modules(folder_.path()); }
  const std::filesystem::path& path() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
};

constexpr const char* transformer = "sentence_transformers.models.Transformer";
constexpr const char* pooling = "sentence_transformers.models.Pooling";
constexpr const char* dense = "sentence_transformers.models.Dense";
constexpr const char* normalize = "sentence_transformers.models.Normalize";

TEST(SentenceModules, ReadFlagsOfVersionsBefore6InTheirOrder) {
  const SentenceFolder folder({transformer, pooling, normalize});
  folder.write("1_Pooling/config.json", {{"word_embedding_dimension", 4},
                                         {"pooling_mode_cls_token", true},
                                         {"pooling_mode_mean_tokens", true},
                                         {"pooling_mode_max_tokens", true},
                                         {"pooling_mode_mean_sqrt_len_tokens", false}});
  folder.write("sentence_bert_config.json", {{"max_seq_length", 256}, {"do_lower_case", true}});
  folder.write("config_sentence_transformers.json", {{"prompts", {{"query", "query: "}, {"passage", "passage: "}}},
                                                     {"default_prompt_name", "query"},
                                                     {"similarity_fn_name", "dot"}});
  const SentenceModules modules = folder.read().value();
  EXPECT_THAT(modules.poolings, ElementsAre(first, max, mean));
  EXPECT_EQ(modules.pooling_size, 4u);
  EXPECT_EQ(modules.max_length, 256u);
  EXPECT_TRUE(modules.lowercase);
  EXPECT_TRUE(modules.compares_by_dot);
  EXPECT_EQ(modules.default_prompt, "query: ");
  EXPECT_EQ(modules.prompts.at("passage"), "passage: ");
  ASSERT_EQ(modules.layers.size(), 1u);
  EXPECT_TRUE(modules.layers[0].unit_length);
}

TEST(SentenceModules, ReadTheSpellingsOfOtherVersions) {
  const std::pair<const char*, Pooling> modes[] = {{"cls", first},
                                                   {"max", max},
                                                   {"mean", mean},
                                                   {"mean_sqrt_len_tokens", mean_sqrt_length},
                                                   {"weightedmean", weighted_mean},
                                                   {"lasttoken", last}};
  std::size_t read = 0;
  for (const auto& [name, mode] : modes) {
    const SentenceFolder folder({"sentence_transformers.base.modules.transformer.Transformer",
                                 "sentence_transformers.sentence_transformer.modules.pooling.Pooling"});
    folder.write("1_Pooling/config.json", {{"embedding_dimension", 4}, {"pooling_mode", name}});
    EXPECT_THAT(folder.read()->poolings, ElementsAre(mode)) << name;
    ++read;
  }
  EXPECT_EQ(read, 6u);
  // Version 1: a folder of its own for the encoder, a class for each family.
  const SentenceFolder old({"sentence_transformers.models.BERT", pooling}, "0_BERT");
  old.write("1_Pooling/config.json", {{"word_embedding_dimension", 4}, {"pooling_mode_mean_tokens", true}});
  old.write("0_BERT/sentence_bert_config.json", {{"max_seq_length", 128}});
  EXPECT_EQ(old.read()->encoder, "0_BERT");
  EXPECT_EQ(old.read()->max_length, 128u);
}

TEST(SentenceModules, OtherFoldersAreNone) {
  const TemporaryFolder plain;
  EXPECT_FALSE(read_sentence_modules(plain.path()));
  EXPECT_FALSE(SentenceFolder({transformer}).read());  // a cross-encoder
}

TEST(SentenceModules, RefuseWhatIsNotSupported) {
  const auto message = [](const SentenceFolder& folder) { return message_of([&] { folder.read(); }); };
  const Json mean_pooling = {{"embedding_dimension", 4}, {"pooling_mode", "mean"}};
  const SentenceFolder lstm({transformer, "sentence_transformers.models.LSTM", pooling});
  EXPECT_THAT(message(lstm), HasSubstr("LSTM"));
  const SentenceFolder unknown({transformer, pooling});
  unknown.write("1_Pooling/config.json", {{"embedding_dimension", 4}, {"pooling_mode", "median"}});
  EXPECT_THAT(message(unknown), testing::AllOf(HasSubstr("median"), HasSubstr("weightedmean")));
  const SentenceFolder layers({transformer, pooling, dense});
  layers.write("1_Pooling/config.json", mean_pooling);
  layers.write("2_Dense/config.json",
               {{"in_features", 4}, {"out_features", 2}, {"activation_function", "torch.nn.Softsign"}});
  EXPECT_THAT(message(layers), HasSubstr("Softsign"));
  for (const char* path : {"../elsewhere", "/etc", "a/../../b"}) {
    const SentenceFolder outside({transformer, pooling});
    outside.write("modules.json", Json::array({{{"type", transformer}, {"path", path}}, {{"type", pooling}}}));
    EXPECT_THAT(message(outside), HasSubstr("inside")) << path;
  }
  const SentenceFolder list({transformer, pooling});
  list.write("modules.json", {{"type", 1}});
  EXPECT_THAT(message(list), HasSubstr("a list of modules"));
}

TEST(SentenceModules, SizesMustMatchTheEncoder) {
  const SentenceFolder folder({transformer, pooling});
  folder.write("config.json", test::tiny_bert_config("BertModel"));
  folder.write("1_Pooling/config.json", {{"embedding_dimension", 5}, {"pooling_mode", "mean"}});
  EXPECT_THAT(message_of([&] { read_config(folder.path()); }), HasSubstr("hidden size, 4"));
  folder.write("1_Pooling/config.json", {{"embedding_dimension", 4}, {"pooling_mode", "mean"}});
  EXPECT_EQ(read_config(folder.path()).head.task, Task::sentence_embedding);
}

}  // namespace
}  // namespace limn
