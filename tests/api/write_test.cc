// Every result can be written to a string, a stream and a file, in each of its formats.
#include "limn/write.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "limn/evaluate.h"
#include "limn/limn.h"

namespace limn {
namespace {

const std::map<Format, std::string> endings = {
    {Format::json, ".json"}, {Format::html, ".html"}, {Format::svg, ".svg"},     {Format::csv, ".csv"},
    {Format::tsv, ".tsv"},   {Format::latex, ".tex"}, {Format::terminal, ".txt"}};

class Writing : public testing::Test {
 protected:
  Writing() : model_(Model::load(std::filesystem::path(LIMN_SOURCE_DIR) / "tests/golden/bert-cls")) {
    std::filesystem::create_directories(folder_);
  }
  ~Writing() override { std::filesystem::remove_all(folder_); }

  static std::string content(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    return text.str();
  }

  /// Writes the result to every destination, and checks that all get the same text for `formats` and an Error for other
  /// formats.
  template <class T>
  void try_matrix(const T& result, const std::set<Format>& formats) {
    for (const auto& [format, ending] : endings) {
      SCOPED_TRACE(ending);
      const std::filesystem::path by_format = folder_ / "result", by_ending = folder_ / ("result" + ending);
      std::ostringstream stream;
      if (formats.contains(format)) {
        const std::string text = to_text(result, format);
        EXPECT_FALSE(text.empty());
        write(result, format, stream);
        write(result, format, by_format);
        write(result, by_ending);
        EXPECT_EQ(stream.str(), text);
        EXPECT_EQ(content(by_format), text);
        EXPECT_EQ(content(by_ending), text);
        ++written_;
      } else {
        EXPECT_THROW(to_text(result, format), Error);
        EXPECT_THROW(write(result, format, stream), Error);
        EXPECT_THROW(write(result, by_ending), Error);
        EXPECT_FALSE(std::filesystem::exists(by_ending));
        ++refused_;
      }
      std::filesystem::remove(by_format);
      std::filesystem::remove(by_ending);
    }
  }

  const Model model_;
  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("limn_write_" + std::to_string(::getpid()));
  std::size_t written_ = 0, refused_ = 0;
};

TEST_F(Writing, EveryTypeHasEveryDestination) {
  const Explanation one = model_.explain("a good film"), other = model_.explain("a bad end");
  const std::set<Format> all = {Format::json, Format::html,  Format::svg,     Format::csv,
                                Format::tsv,  Format::latex, Format::terminal};
  try_matrix(one, all);
  try_matrix(std::vector<Explanation>{one, other}, all);
  // PDF needs a program; tests/cli/pdf_test.cc reads it.
  std::ostringstream ignored;
  EXPECT_THROW(write(SquadScores(), Format::pdf, ignored), Error);
  try_matrix(model_.hotflip(Input{.text = "a good film", .pair = {}}), {Format::json, Format::html, Format::terminal});
  try_matrix(model_.attention(Input{.text = "a good film", .pair = {}}), {Format::json, Format::html});
  const Input input = {.text = "a good film", .pair = {}};
  const Prediction prediction = model_.predict(input);
  try_matrix(NamedPrediction{prediction, input, "bert-cls"}, {Format::json, Format::terminal});
  const Comparison comparison({{"bert-cls", model_}}, {{"gradient", Gradient{}}, {"occlusion", Occlusion{}}});
  try_matrix(comparison.table({input}),
             {Format::json, Format::html, Format::svg, Format::csv, Format::tsv, Format::terminal});
  try_matrix(SquadScores(), {Format::json, Format::html, Format::svg, Format::terminal});
  try_matrix(ClassificationScores(), {Format::json, Format::html, Format::svg, Format::terminal});
  try_matrix(EntityScores(), {Format::json, Format::html, Format::terminal});
  EXPECT_EQ(written_, 7u + 7u + 3u + 2u + 2u + 6u + 4u + 4u + 3u);
  EXPECT_EQ(refused_, 4u + 5u + 5u + 1u + 3u + 3u + 4u);
}

TEST_F(Writing, MatchesRenderFunctions) {
  const Explanation why = model_.explain("a good film");
  EXPECT_EQ(to_text(why, Format::json), to_json(why) + "\n");
  EXPECT_EQ(to_text(why, Format::html), to_html(why));
  EXPECT_EQ(to_text(why, Format::svg), to_svg(why));
  EXPECT_EQ(to_text(why, Format::csv), to_csv(why));
  EXPECT_EQ(to_text(why, Format::terminal, {.width = 40}), to_terminal(why, {.width = 40}));
}

TEST_F(Writing, WritesSeveralExplanations) {
  const std::vector<Explanation> two = {model_.explain("a good film"), model_.explain("a bad end")};
  EXPECT_EQ(to_json(two), "[" + to_json(two[0]) + "," + to_json(two[1]) + "]");
  EXPECT_EQ(to_terminal(two), to_terminal(two[0]) + "\n" + to_terminal(two[1]));
  EXPECT_NE(to_csv(two).find("\n1,"), std::string::npos);
  for (const std::string& text : {to_svg(two), to_html(two)}) {
    EXPECT_NE(text.find("good"), std::string::npos);
    EXPECT_NE(text.find("end"), std::string::npos);
  }
}

TEST_F(Writing, PredictionsAreTextAndJson) {
  const Input input = {.text = "a good film", .pair = {}};
  const Prediction said = model_.predict(input);
  const auto& label = std::get<LabelPrediction>(said);
  EXPECT_NE(to_json(said, input, "bert-cls").find("\"label\":\"" + label.label + '"'), std::string::npos);
  EXPECT_TRUE(to_terminal(said).starts_with(label.label + "\n"));
}

TEST_F(Writing, RejectsUnknownExtension) {
  const Explanation why = model_.explain("a good film");
  EXPECT_THROW(write(why, folder_ / "result.docx"), Error);
  EXPECT_THROW(write(why, folder_ / "result"), Error);
}

TEST_F(Writing, ReportsStreamFailure) {
  const Explanation why = model_.explain("a good film");
  std::ostringstream stream;
  stream.setstate(std::ios::badbit);
  EXPECT_THROW(write(why, Format::json, stream), Error);
}

}  // namespace
}  // namespace limn
