// What people are shown of a text: entities, answers and words of tiny trained models whose tokenizers work
// differently. The models are those of XLM-R's and RobBERT's kind; their tokens' labels were read from PyTorch.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "limn/limn.h"

namespace limn {
namespace {

using testing::ElementsAre;

Model load(const std::string& name) { return Model::load(LIMN_SOURCE_DIR "/tests/task/data/models/" + name); }

std::vector<std::string> entities(const Model& model, const std::string& text, Aggregation aggregation) {
  std::vector<std::string> found;
  const Prediction prediction = model.predict(Input{text, {}}, {.aggregation = aggregation});
  for (const Entity& entity : std::get<EntityPrediction>(prediction).entities) {
    EXPECT_EQ(entity.text, text.substr(entity.begin, entity.end - entity.begin));
    found.push_back(entity.label + " " + entity.text);
  }
  return found;
}

std::vector<std::string> words(const Model& model, const std::string& text) {
  std::vector<std::string> found;
  const Explanation why = model.explain(Input{text, {}});
  for (const Word& word : why.words) found.emplace_back(why.text_of(word));
  return found;
}

TEST(ShownText, HasNoPunctuationThatMetaspaceKeepsInWords) {
  const Model model = load("ner-xlmr");
  for (const Aggregation aggregation :
       {Aggregation::simple, Aggregation::first, Aggregation::average, Aggregation::max}) {
    const auto found = [&](const std::string& text) { return entities(model, text, aggregation); };
    EXPECT_THAT(found("Lena Petrov, in Oslo."), ElementsAre("PER Lena Petrov", "LOC Oslo"));
    EXPECT_THAT(found("Lena Petrov (Oslo)"), ElementsAre("PER Lena Petrov", "LOC Oslo"));
    EXPECT_THAT(found("“Oslo” 'Anna'"), ElementsAre("LOC Oslo", "PER Anna"));
    EXPECT_THAT(found("(Oslo) and New York-Lena"), ElementsAre("LOC Oslo", "LOC New York", "PER Lena"));
    EXPECT_THAT(found("Lena's L'Anna"), ElementsAre("PER Lena", "PER Anna"));
    EXPECT_THAT(found("\u3000Oslo\n\nLena \t Petrov\u00a0"), ElementsAre("LOC Oslo", "PER Lena \t Petrov"));
  }
  EXPECT_THAT(words(model, "Lena's (Oslo), New York-Lena."),
              ElementsAre("Lena's", "(", "Oslo", ")", ",", "New", "York", "-", "Lena", "."));
}

TEST(ShownText, IsMadeOfSubwordsInScriptsWithoutSpaces) {
  const Model model = load("ner-xlmr");
  for (const Aggregation aggregation :
       {Aggregation::simple, Aggregation::first, Aggregation::average, Aggregation::max}) {
    EXPECT_THAT(entities(model, "北京今天天气很好。", aggregation), ElementsAre("LOC 北京"));
    EXPECT_THAT(entities(model, "今天 在北京", aggregation), ElementsAre("LOC 北京"));
  }
  EXPECT_THAT(words(model, "北京今天天气很好。"), ElementsAre("北京", "今天", "天气", "很", "好", "。"));
}

TEST(ShownText, HasEveryCharacterWhereABlankWasInserted) {
  const Model tagger = load("ner-robbert");
  EXPECT_THAT(entities(tagger, "lena woont in amsterdam in oslo", Aggregation::first),
              ElementsAre("PER lena", "LOC amsterdam", "LOC oslo"));
  EXPECT_THAT(words(tagger, "lena woont in amsterdam"), ElementsAre("lena", "woont", "in", "amsterdam"));

  const Model model = load("qa-robbert");
  const std::string context = "lena woont in amsterdam van nederland";
  const auto found =
      std::get<AnswerPrediction>(model.predict(Input{"wat is de hoofdstad", context}, {.null_allowed = false}));
  EXPECT_EQ(found.best.text, "amsterdam");
  EXPECT_EQ(found.best.begin, 14u);
  EXPECT_EQ(found.best.end, 23u);
  const Explanation why = model.explain("wat is de hoofdstad", context, Gradient{}, {.answer = "amsterdam"});
  EXPECT_EQ(why.target.text, "amsterdam");
}

}  // namespace
}  // namespace limn
