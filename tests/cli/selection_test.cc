// limn show: which explanations, in which order, and how many on a page; how much of a text on a terminal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/program.h"

namespace limn::cli_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// Explanations of five reviews, of which rows 1 and 3 have a label that the model contradicts.
std::string saved_reviews(const Folder& folder) {
  const std::string data = folder.write("reviews.csv",
                                        "text,label,source,stars\n"
                                        "A gorgeous witty film.,positive,web,5\n"
                                        "Dull and far too long.,positive,web,4\n"
                                        "A bad film.,negative,print,1\n"
                                        "A wonderful surprise.,0,print,10\n"
                                        "It is a film about a man who may or may not be good.,1,web,3\n");
  const std::string saved = folder / "saved.jsonl";
  const Result result = run({"explain", "-m", "minilm-l6-sentiment", "--input", data, "-o", saved});
  EXPECT_EQ(result.code, 0) << result.err;
  return saved;
}

std::vector<int> rows_of(const std::string& json) {
  std::vector<int> rows;
  for (const Json& row : json_lines(json)) rows.push_back(row["row"]);
  return rows;
}

TEST(Selection, WhereKeepsWhatFulfilsAllConditions) {
  const Folder folder;
  const std::string saved = saved_reviews(folder);
  const auto where = [&](const std::vector<std::string>& conditions) {
    std::vector<std::string> command = {"show", saved, "--format", "json"};
    for (const std::string& condition : conditions) command.insert(command.end(), {"--where", condition});
    const Result result = run(command);
    EXPECT_EQ(result.code, 0) << result.err;
    return rows_of(result.out);
  };
  const std::vector<int> wrong = where({"wrong"}), right = where({"right"});
  EXPECT_THAT(wrong, testing::IsSupersetOf({1, 3}));
  EXPECT_THAT(right, testing::IsSupersetOf({0, 2}));
  EXPECT_EQ(wrong.size() + right.size(), 5U);
  EXPECT_EQ(where({"wrong", "source=print"}), std::vector<int>({3}));
  EXPECT_EQ(where({"stars<4"}), std::vector<int>({2, 4}));  // as numbers: 10 is not less than 4
  EXPECT_EQ(where({"stars>=5"}), std::vector<int>({0, 3}));
  EXPECT_EQ(where({"source!=web", "label=positive"}), std::vector<int>({3}));  // label: the prediction
  EXPECT_EQ(where({"input_label=positive"}), std::vector<int>({0, 1}));        // and that of the data
  EXPECT_EQ(where({"row=2"}), std::vector<int>({2}));
  EXPECT_EQ(where({"probability>1"}), std::vector<int>());
}

TEST(Selection, SortsByProbabilityHighestFirst) {
  const Folder folder;
  const std::string saved = saved_reviews(folder);
  const auto probabilities = [&](const std::vector<std::string>& how) {
    std::vector<std::string> command = {"show", saved, "--format", "json"};
    command.insert(command.end(), how.begin(), how.end());
    std::vector<double> found;
    for (const Json& row : json_lines(run(command).out)) found.push_back(row["prediction"]["probability"]);
    return found;
  };
  std::vector<double> sorted = probabilities({}), reversed = sorted;
  ASSERT_EQ(sorted.size(), 5U);
  std::sort(sorted.begin(), sorted.end(), std::greater<>());
  EXPECT_EQ(probabilities({"--sort", "probability"}), sorted);
  std::reverse(sorted.begin(), sorted.end());
  EXPECT_EQ(probabilities({"--sort", "probability", "--reverse"}), sorted);
  std::reverse(reversed.begin(), reversed.end());
  EXPECT_EQ(probabilities({"--reverse"}), reversed);
  EXPECT_EQ(rows_of(run({"show", saved, "--format", "json", "--sort", "stars"}).out),
            std::vector<int>({2, 4, 1, 0, 3}));
  const Result page = run({"show", saved, "--where", "wrong", "--sort", "probability", "-o", folder / "wrong.html"});
  EXPECT_THAT(page.err, HasSubstr("of 5 explanations fulfil"));
  EXPECT_THAT(read(folder / "wrong.html"), AllOf(HasSubstr("wonderful"), Not(HasSubstr("gorgeous"))));
}

TEST(Selection, WrongNamesAreMistakes) {
  const Folder folder;
  const std::string saved = saved_reviews(folder);
  const auto mistake = [&](const std::vector<std::string>& how) {
    std::vector<std::string> command = {"show", saved, "--format", "json"};
    command.insert(command.end(), how.begin(), how.end());
    const Result result = run(command);
    EXPECT_EQ(result.code, 1);
    return result.err;
  };
  EXPECT_THAT(mistake({"--where", "colour=red"}), AllOf(HasSubstr("--where"), HasSubstr("'colour'")));
  EXPECT_THAT(mistake({"--sort", "colour"}), AllOf(HasSubstr("--sort"), HasSubstr("'colour'")));
  EXPECT_THAT(mistake({"--where", "nonsense"}), HasSubstr("probability<0.6"));
  EXPECT_THAT(mistake({"--where", "=5"}), HasSubstr("'=5'"));
  EXPECT_THAT(mistake({"--where", "probability<high"}), HasSubstr("a number after <"));
  const std::string unlabelled = folder / "unlabelled.json";
  ASSERT_EQ(run({"explain", "-m", "minilm-l6-sentiment", "--text", "Dull.", "-o", unlabelled}).code, 0);
  EXPECT_THAT(run({"show", unlabelled, "--where", "wrong"}).err, HasSubstr("'label' or 'answer'"));
}

TEST(Terminal, LongTextsFitOnAScreenUnlessTheyAreWanted) {
  const Folder folder;
  std::string text;
  for (int i = 0; i < 600; ++i) text += "Nothing happened on day " + std::to_string(i) + ". ";
  text += "Anna came to Rome. ";
  for (int i = 0; i < 100; ++i) text += "Later, nobody came on day " + std::to_string(i) + ". ";
  std::vector<std::string> command = {"explain",           "-m",
                                      "minilm-l6-qa",      "--question",
                                      "Who came to Rome?", "--always-answer",
                                      "--context-file",    folder.write("long.txt", text)};
  const Setting plain = {.environment = {{"NO_COLOR", "1"}}};
  const Result screen = run_on_terminal(command, 100, plain);
  EXPECT_EQ(screen.code, 0) << screen.out;
  EXPECT_LT(lines(screen.out).size(), 50U);  // the terminal has fifty lines
  EXPECT_THAT(screen.out, AllOf(HasSubstr("characters before"), HasSubstr("characters after"), HasSubstr("Anna")));
  command.push_back("--whole");
  const Result whole = run_on_terminal(command, 100, plain);
  EXPECT_GT(lines(whole.out).size(), 150U);
  EXPECT_THAT(whole.out, Not(HasSubstr("characters before")));
  // A pipe gets everything.
  command.back() = "--format=terminal";
  EXPECT_THAT(run(command).out,
              AllOf(HasSubstr("day 0"), HasSubstr("on day 99."), Not(HasSubstr("characters before"))));
}

TEST(Formats, LatexAndComparisonsAsSvg) {
  const Folder folder;
  const Result latex =
      run({"explain", "-m", "minilm-l6-sentiment", "--text", "100% gorgeous & {witty}.", "-o", folder / "text.tex"});
  EXPECT_EQ(latex.code, 0) << latex.err;
  EXPECT_THAT(read(folder / "text.tex"), AllOf(HasSubstr("\\colorbox[HTML]{"), HasSubstr("\\%"), HasSubstr("\\{")));
  const std::string data = folder.write("a.txt", "A gorgeous film.\nDull.\n");
  const auto compare = [&](const std::vector<std::string>& input) {
    std::vector<std::string> command = {"compare",  "-m", "minilm-l6-sentiment", "--method", "gradient,occlusion",
                                        "--format", "svg"};
    command.insert(command.end(), input.begin(), input.end());
    return run(command);
  };
  const Result svg = compare({"--text", "A gorgeous film."});
  EXPECT_EQ(svg.code, 0) << svg.err;
  EXPECT_THAT(svg.out, AllOf(testing::StartsWith("<svg "), HasSubstr(">gradient: positive"),
                             HasSubstr(">occlusion: positive"), HasSubstr("gradient and occlusion: τ")));
  const Result many = compare({"--input", data});
  EXPECT_EQ(many.code, 1);
  EXPECT_THAT(many.err, HasSubstr("more than one input"));
}

}  // namespace
}  // namespace limn::cli_test
