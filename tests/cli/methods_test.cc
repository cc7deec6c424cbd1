// Every method from the command line: options, unusual texts, threads, and rejected values.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "cli/program.h"

namespace limn::cli_test::methods_test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

/// Returns all methods, from the message about an unknown one.
const std::vector<std::string>& all_methods() {
  static const std::vector<std::string> methods = [] {
    const std::string message = run({"explain", "-m", golden("bert-cls"), "--text", "a", "--method", "?"}).err;
    const std::string before = "expected ";
    std::istringstream list(message.substr(message.find(before) + before.size()));
    std::vector<std::string> names;
    for (std::string name; list >> name;) names.push_back(name.ends_with(',') ? name.substr(0, name.size() - 1) : name);
    return names;
  }();
  return methods;
}

Result explain(const std::string& model, const std::vector<std::string>& more) {
  std::vector<std::string> arguments = {"explain", "-m", model};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run(arguments);
}

Json explanation(const std::vector<std::string>& more) {
  const Result result = explain(golden("bert-cls"), more);
  EXPECT_EQ(result.code, 0) << result.err;
  return result.code == 0 ? json_lines(result.out).front() : Json();
}

TEST(Methods, MatchTheDocumentation) {
  EXPECT_EQ(all_methods().size(), 19u);
  for (const char* name : {"gradient", "smoothgrad", "vargrad", "squaregrad", "integrated-gradients",
                           "expected-gradients", "gradcam", "occlusion", "lime", "kernel-shap", "shapley",
                           "partition-shap", "rise", "sobol", "attention", "rollout", "grad-attention"})
    EXPECT_THAT(all_methods(), Contains(std::string(name)));
}

TEST(Methods, SameResultForAnyThreadCount) {
  const std::string text = "It is not a bad film, and the music by an unknown composer is far better than good.";
  for (const auto& method : all_methods()) {
    std::string first;
    for (const std::string threads : {"1", "2", "3"}) {
      const Result result =
          explain(golden("bert-cls"), {"--text", text, "--method", method, "--threads", threads, "--seed", "7"});
      ASSERT_EQ(result.code, 0) << method << ": " << result.err;
      if (first.empty()) first = without_seconds(result.out);
      EXPECT_EQ(without_seconds(result.out), first) << method << " with " << threads << " threads";
    }
  }
}

TEST(Methods, SeedChangesOnlyRandomDraws) {
  const std::string text = "It is not a bad film, and the music by an unknown composer is far better than good.";
  for (const auto& method : all_methods()) {
    const auto words = [&](const std::string& seed) {
      return explanation({"--text", text, "--method", method, "--seed", seed})["words"];
    };
    static const std::vector<std::string> random = {
        "smoothgrad", "squaregrad", "vargrad", "expected-gradients", "lime", "kernel-shap", "shapley", "rise", "sobol"};
    if (std::find(random.begin(), random.end(), method) != random.end())
      EXPECT_NE(words("1"), words("2")) << method;
    else
      EXPECT_EQ(words("1"), words("2")) << method;
    EXPECT_EQ(words("1"), words("1")) << method;
  }
}

/// Texts of one word, one unknown token, or only punctuation.
TEST(Methods, AcceptTheSmallestTexts) {
  for (const auto& method : all_methods()) {
    for (const std::string text : {"film", "☃", "?", "a"}) {
      const Json found = explanation({"--text", text, "--method", method});
      ASSERT_EQ(found["words"].size(), 1u) << method << ": " << text;
      ASSERT_EQ(found["tokens"].size(), 3u) << method << ": " << text;
      if (text == "☃") EXPECT_EQ(found["tokens"][1]["token"], "[UNK]");
      EXPECT_TRUE(found["words"][0]["score"].is_number()) << method << ": " << text;  // null if it is not finite
      for (const auto& token : found["tokens"]) EXPECT_TRUE(token["score"].is_number()) << method << ": " << text;
    }
    const Result question =
        run({"explain", "-m", golden("bert-qa"), "--question", "☃", "--context", "film", "--method", method});
    EXPECT_EQ(question.code, 0) << method << ": " << question.err;
    const Result token = run({"explain", "-m", golden("bert-token"), "--text", "☃", "--method", method});
    EXPECT_EQ(token.code, 0) << method << ": " << token.err;
  }
}

TEST(Methods, RejectEmptyText) {
  for (const auto& method : all_methods()) {
    for (const std::string text : {"", " \t\n"}) {
      const Result result = explain(golden("bert-cls"), {"--text", text, "--method", method});
      EXPECT_EQ(result.code, 1) << method;
      EXPECT_EQ(result.out, "");
      EXPECT_THAT(result.err, HasSubstr("the text")) << method;
    }
  }
}

/// Options that each method rejects because of their value, or does not have.
TEST(Methods, RejectInvalidOptions) {
  const auto expect = [](const std::string& method, const std::string& option, const std::string& value,
                         const std::vector<std::string>& parts) {
    const Result result = explain(golden("bert-cls"), {"--text", "a film", "--method", method, option, value});
    EXPECT_EQ(result.code, 1) << method << " " << option << ": " << result.err;
    EXPECT_EQ(result.out, "");
    for (const auto& part : parts) EXPECT_THAT(result.err, HasSubstr(part)) << method << " " << option;
  };
  for (const auto& method : {"integrated-gradients", "sequential-integrated-gradients"}) {
    expect(method, "--steps", "0", {"--steps", "found 0", "at least 1"});
    expect(method, "--tolerance", "0", {"--tolerance", "found 0", "above 0"});
    expect(method, "--tolerance", "-1", {"--tolerance", "found -1", "above 0"});
    expect(method, "--tolerance", "nan", {"--tolerance", "nan"});
    expect(method, "--max-steps", "0", {"--max-steps", "found 0", "at least 1"});
  }
  for (const auto& method : {"smoothgrad", "squaregrad", "vargrad"}) {
    expect(method, "--sigma", "-0.1", {"--sigma", "found -0.1", "0 or more"});
    expect(method, "--samples", "0", {"--samples", "found 0", "at least 1"});
  }
  for (const auto& method : {"expected-gradients", "lime", "kernel-shap", "shapley", "partition-shap", "rise", "sobol"})
    expect(method, "--samples", "0", {"--samples", "found 0", "at least 1"});
  for (const auto& method :
       {"gradient-x-input", "smoothgrad", "integrated-gradients", "expected-gradients", "gradcam"}) {
    expect(method, "--layer", "77", {"--layer", "found 77", "1 to 3"});
    expect(method, "--layer", "-2", {"--layer", "'-2'", "word, embeddings"});
    expect(method, "--layer", "9999999999", {"--layer", "'9999999999'"});
  }
  expect("gradient", "--layer", "2",
         {"--reduce: found onehot-l2 at layer 2", "the layer word", "l2 works at every layer"});
  expect("attention", "--layer", "4", {"--layer", "found 4", "1 to 3"});
  expect("attention", "--layer", "embeddings", {"--layer", "'embeddings'", "the number of a layer"});
  expect("attention", "--head", "5", {"--head", "found 5", "1 to 4"});
  expect("attention", "--head", "0", {"--head", "found 0", "at least 1"});
  expect("occlusion", "--window", "0", {"--window", "found 0", "at least 1"});
  expect("lime", "--kernel-width", "0", {"--kernel-width", "above 0"});
  expect("lime", "--flavour", "mint", {"--flavour", "'mint'", "marcotcr, captum"});
  expect("rise", "--present", "1", {"--present", "between 0 and 1"});
  expect("sobol", "--order", "second", {"--order", "'second'", "total, first"});
  expect("gradient", "--word-score", "max", {"--word-score", "'max'", "sum, mean, absmax"});
  expect("expected-gradients", "--background", "/no/such/file.txt", {"/no/such/file.txt"});
}

TEST(Methods, RejectOptionsOfOtherMethods) {
  for (const auto& [method, option] :
       std::vector<std::pair<std::string, std::vector<std::string>>>{{"gradient", {"--steps", "5"}},
                                                                     {"gradient", {"--masking", "mask"}},
                                                                     {"attention", {"--explain", "loss"}},
                                                                     {"rollout", {"--samples", "5"}},
                                                                     {"occlusion", {"--layer", "1"}},
                                                                     {"lime", {"--tolerance", "1"}},
                                                                     {"kernel-shap", {"--exact"}},
                                                                     {"kernel-shap", {"--background", "a.txt"}},
                                                                     {"shapley", {"--flavour", "captum"}}}) {
    std::vector<std::string> more = {"--text", "a film", "--method", method};
    more.insert(more.end(), option.begin(), option.end());
    const Result result = explain(golden("bert-cls"), more);
    EXPECT_EQ(result.code, 1);
    EXPECT_THAT(result.err,
                AllOf(HasSubstr(option[0] + ": found method " + method), HasSubstr("a method that has this option")));
  }
}

TEST(Methods, UnreachableToleranceWarnsWithTheError) {
  for (const std::string method : {"integrated-gradients", "sequential-integrated-gradients"}) {
    const Json found = explanation(
        {"--text", "a good film with a bad end", "--method", method, "--tolerance", "1e-9", "--max-steps", "12"});
    const double error = found["completeness_error"];
    ASSERT_GT(error, 0) << method;
    ASSERT_EQ(found["warnings"].size(), 1u) << method;
    const std::string warning = found["warnings"][0];
    EXPECT_THAT(warning, AllOf(HasSubstr("the completeness error is"), HasSubstr("1e-07 % was not met"))) << method;
    // The figure in the warning is the result's, rounded to two digits.
    EXPECT_NEAR(std::stod(warning.substr(warning.find(" is ") + 4)), error, 0.06 * error) << warning;
  }
  // A reachable tolerance gives no warning and is met.
  const Json fine =
      explanation({"--text", "a good film with a bad end", "--method", "integrated-gradients", "--tolerance", "0.001"});
  EXPECT_FALSE(fine.contains("warnings"));
  double sum = 0;
  for (const auto& token : fine["tokens"]) sum += token["score"].get<double>();
  const double change = fine["value"].get<double>() - fine["baseline_value"].get<double>();
  EXPECT_NEAR(sum, change, 0.001 * std::abs(change) + 1e-5);
}

TEST(Methods, OptionsReachTheMethod) {
  const auto method = [](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"--text", "a good film with a bad end"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return explanation(arguments);
  };
  EXPECT_EQ(method({"--method", "integrated-gradients", "--steps", "7"})["method"]["steps"], 7);
  EXPECT_EQ(method({"--method", "smoothgrad", "--samples", "3"})["passes"], 4);  // plus one to predict
  EXPECT_EQ(method({"--method", "lime", "--samples", "33"})["method"]["samples"], 33);
  EXPECT_EQ(method({"--method", "lime", "--kernel-width", "3.5"})["method"]["kernel_width"], 3.5);
  EXPECT_EQ(method({"--method", "lime", "--flavour", "captum"})["method"]["kernel_width"], 100);
  EXPECT_EQ(method({"--method", "rise", "--present", "0.25"})["method"]["probability"], 0.25);
  EXPECT_EQ(method({"--method", "occlusion", "--masking", "pad"})["method"]["baseline"], "pad");
  EXPECT_EQ(method({"--method", "gradcam", "--layer", "2"})["method"]["layer"], "2");
  EXPECT_EQ(method({"--method", "shapley", "--unit", "sentence"})["words"].size(), 1u);
  // Seven units: 2⁷ coalitions; the whole text was already needed for the prediction.
  EXPECT_EQ(method({"--method", "shapley", "--exact"})["passes"], 128);
  const Json limited = method({"--method", "lime", "--features", "2"});
  EXPECT_LE(std::count_if(limited["words"].begin(), limited["words"].end(),
                          [](const Json& word) { return word["score"] != 0; }),
            3);
  EXPECT_NE(method({"--method", "sobol", "--order", "first"})["words"], method({"--method", "sobol"})["words"]);
  const Json absolute = method({"--method", "gradient-x-input", "--absolute"});
  EXPECT_EQ(absolute["tokens"].size(), 9u);
  for (const auto& token : absolute["tokens"]) EXPECT_GE(token["score"], 0);
  EXPECT_EQ(method({"--method", "attention", "--layer", "1", "--head", "2"})["tokens"].size(), 9u);
  EXPECT_NE(method({"--method", "attention", "--head", "2"})["words"],
            method({"--method", "attention", "--head", "3"})["words"]);
}

TEST(Methods, WordScoresFollowSubwordAggregation) {
  const auto of = [](const std::string& how) {
    return explanation({"--text", "Macedonia", "--method", "gradient-x-input", "--word-score", how});
  };
  const Json sum = of("sum"), mean = of("mean"), absmax = of("absmax");
  double total = 0, most = 0;
  std::size_t count = 0;
  for (const auto& token : sum["tokens"]) {
    if (token["special"].get<bool>()) continue;
    const double score = token["score"];
    total += score, count++;
    if (std::abs(score) > std::abs(most)) most = score;
  }
  ASSERT_GT(count, 1u);
  EXPECT_NEAR(sum["words"][0]["score"].get<double>(), total, 1e-12);
  EXPECT_NEAR(mean["words"][0]["score"].get<double>(), total / static_cast<double>(count), 1e-12);
  EXPECT_EQ(absmax["words"][0]["score"], most);
}

TEST(Methods, ExpectedGradientsReadBackgroundFile) {
  Folder folder;
  const std::vector<std::string> method = {"--text",    "a good film", "--method", "expected-gradients",
                                           "--samples", "20"};
  const auto with = [&](const std::string& file) {
    std::vector<std::string> arguments = method;
    arguments.insert(arguments.end(), {"--background", file});
    return explanation(arguments);
  };
  const Json plain = with(folder.write("a.txt", "a bad end\nsome words\n"));
  EXPECT_EQ(plain["words"],
            with(folder.write("a.jsonl", "{\"text\": \"a bad end\"}\n{\"text\": \"some words\"}\n"))["words"]);
  EXPECT_EQ(plain["words"], with(folder.write("a.csv", "text,label\na bad end,1\nsome words,2\n"))["words"]);
  EXPECT_NE(plain["words"], explanation(method)["words"]);
  // With the text as its own background, nothing changes, so all scores are zero.
  const Json same = with(folder.write("same.txt", "a good film\n"));
  EXPECT_EQ(same["words"].size(), 3u);
  for (const auto& word : same["words"]) EXPECT_NEAR(word["score"].get<double>(), 0, 1e-6);
  std::vector<std::string> arguments = method;
  arguments.insert(arguments.end(), {"--background", folder.write("empty.txt", "\n")});
  const Result empty = explain(golden("bert-cls"), arguments);
  EXPECT_EQ(empty.code, 1);
  EXPECT_THAT(empty.err, AllOf(HasSubstr("empty.txt"), HasSubstr("no text")));
}

TEST(Methods, StandardErrorsSurviveJsonRoundTrip) {
  Folder folder;
  const std::string text = "It is not a bad film, and the music by an unknown composer is far better than good.";
  const Result result = explain(golden("bert-cls"), {"--text", text, "--method", "kernel-shap", "--samples", "400"});
  ASSERT_EQ(result.code, 0) << result.err;
  const Json shap = json_lines(result.out)[0];
  EXPECT_GE(shap["words"].size(), 18u);
  for (const auto& word : shap["words"]) EXPECT_GT(word["standard_error"], 0);
  EXPECT_EQ(run({"show", folder.write("a.json", result.out), "--format", "json"}).out, result.out);
}

TEST(Methods, AttentionWarnsThatItIsNoProof) {
  for (const std::string method : {"attention", "rollout", "grad-attention"}) {
    const Json found = explanation({"--text", "a good film", "--method", method});
    ASSERT_TRUE(found.contains("warnings")) << method;
    EXPECT_THAT(found["warnings"][0].get<std::string>(), HasSubstr("not a proven explanation")) << method;
  }
}

}  // namespace
}  // namespace limn::cli_test::methods_test
