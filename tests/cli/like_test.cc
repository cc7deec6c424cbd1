// A saved explanation records how it was made, so that it can be reproduced.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "cli/program.h"
#include "options/methods.h"

namespace limn::cli_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const std::string text = "It is not a bad film.";

/// A tiny model and an input for it.
struct Subject {
  std::string model;
  std::vector<std::string> input;
};
const Subject classified = {"bert-cls", {"--text", text}};
const Subject answered = {"bert-qa", {"--question", "Who came?", "--context", "Anna came to Rome in May."}};
const Subject tagged = {"bert-token", {"--text", text, "--target", "2:1"}};

Result explain(const std::vector<std::string>& more, const Subject& subject = classified) {
  std::vector<std::string> arguments = {"explain", "--format", "json"};
  arguments.insert(arguments.end(), subject.input.begin(), subject.input.end());
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run(arguments);
}

/// Explains, saves the result, and explains again like the saved result.
void expect_reproducible(const std::vector<std::string>& more, const Subject& subject = classified) {
  Folder folder;
  std::vector<std::string> arguments = {"-m", golden(subject.model)};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const Result first = explain(arguments, subject);
  ASSERT_EQ(first.code, 0) << first.err;
  const Result again = explain({"-m", golden(subject.model), "--like", folder.write("saved.json", first.out)}, subject);
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(without_seconds(again.out), without_seconds(first.out)) << testing::PrintToString(more);
}

TEST(Like, RepeatsEveryMethod) {
  for (const NamedMethod& known : methods()) {
    expect_reproducible({"--method", std::string(known.name), "--seed", "3"});
    expect_reproducible({"--method", std::string(known.name), "--unit", "token", "--word-score", "mean"});
  }
}

TEST(Like, RepeatsEveryPreset) {
  std::size_t count = 0;
  for (const Preset& known : presets()) {
    const bool serves = known.tasks.empty() || std::ranges::count(known.tasks, Task::sequence_classification) > 0;
    if (!serves) continue;
    expect_reproducible({"--preset", std::string(known.name)});
    ++count;
  }
  EXPECT_GE(count, 29u);
}

TEST(Like, RepeatsAnswersAndTags) {
  for (const Subject& subject : {answered, tagged}) {
    for (const std::string method : {"gradient", "gradient-x-input", "integrated-gradients", "occlusion", "attention"})
      expect_reproducible({"--method", method}, subject);
    expect_reproducible({"--method", "lime", "--samples", "40", "--seed", "2"}, subject);
  }
  std::size_t count = 0;
  for (const Preset& known : presets()) {
    if (std::ranges::count(known.tasks, Task::question_answering) == 0) continue;
    expect_reproducible({"--preset", std::string(known.name)}, answered);
    ++count;
  }
  EXPECT_GE(count, 2u);
}

TEST(Like, RepeatsOptionsThatOverrideAPreset) {
  expect_reproducible({"--preset", "lit-ig", "--steps", "7"});
  expect_reproducible({"--method", "integrated-gradients", "--baseline", "a good end", "--explain", "margin"});
  expect_reproducible({"--method", "lime", "--flavour", "ferret", "--samples", "50", "--kernel-width", "7.5"});
}

TEST(Like, OtherOptionsOverrideSavedOnes) {
  Folder folder;
  const std::string saved = folder.write(
      "saved.json", explain({"-m", golden("bert-cls"), "--method", "lime", "--samples", "50", "--seed", "3"}).out);
  const Json changed = json_lines(explain({"-m", golden("bert-cls"), "--like", saved, "--samples", "60"}).out)[0];
  EXPECT_EQ(changed["method"]["options"], (Json{{"samples", 60}, {"seed", 3}}));
  const Json other = json_lines(explain({"-m", golden("bert-cls"), "--like", saved, "--method", "gradient"}).out)[0];
  EXPECT_EQ(other["method"]["name"], "gradient");
}

TEST(Like, RejectsExplanationsWithoutMethodInfo) {
  Folder folder;
  const auto refusal = [&](const std::string& saved) {
    const Result result = explain({"-m", golden("bert-cls"), "--like", folder.write("saved.json", saved)});
    EXPECT_EQ(result.code, 1);
    return result.err;
  };
  const Json good = json_lines(explain({"-m", golden("bert-cls")}).out)[0];
  Json bad = good;
  bad["method"].erase("options");
  EXPECT_THAT(refusal(bad.dump()), AllOf(HasSubstr("saved.json"), HasSubstr("no 'options'")));
  bad = good;
  bad["method"]["options"]["flavour"] = "captum";
  EXPECT_THAT(refusal(bad.dump()), HasSubstr("the option 'flavour' of gradient"));
  bad["method"]["options"] = {{"reduce", "l3"}};
  EXPECT_THAT(refusal(bad.dump()), AllOf(HasSubstr("'l3'"), HasSubstr("sum, l1, l2")));
  bad["method"]["options"] = {{"nonsense", 1}};
  EXPECT_THAT(refusal(bad.dump()), HasSubstr("nonsense"));
  bad["method"]["name"] = "divination";
  EXPECT_THAT(refusal(bad.dump()), HasSubstr("divination"));
  EXPECT_THAT(refusal("{\"limn\": 2}"), HasSubstr("no \"limn\": 1"));
  EXPECT_THAT(refusal(good.dump().substr(0, 100)), HasSubstr("invalid JSON"));
  EXPECT_THAT(refusal(""), HasSubstr("nothing"));
}

TEST(FormerNames, ErrorsGiveTheNewName) {
  for (const auto& [former, name] : {std::pair("--absent", "--masking"), std::pair("--pieces", "--word-score")}) {
    const Result result = explain({"-m", golden("bert-cls"), former, "mask"});
    EXPECT_EQ(result.code, 1);
    EXPECT_THAT(result.err, AllOf(HasSubstr(former), HasSubstr(name)));
  }
}

}  // namespace
}  // namespace limn::cli_test
