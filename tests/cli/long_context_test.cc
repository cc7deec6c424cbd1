// Contexts that are much longer than what the model reads at once: memory, and one explanation of the whole.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "cli/program.h"

namespace limn::cli_test::long_context_test {
namespace {

using testing::HasSubstr;

constexpr const char* question = "Who came?";

std::string context_of(std::size_t bytes) {
  std::string context;
  for (std::size_t i = 0; context.size() < bytes; ++i)
    context += "Anna came to Rome in the year " + std::to_string(i) + ". ";
  return context;
}

double peak_of(std::size_t bytes, const Folder& folder) {
  const std::string file =
      folder.write("questions.jsonl", Json{{"question", question}, {"context", context_of(bytes)}}.dump() + "\n");
  const Result result = run(
      {"bench", "-m", golden("bert-qa"), "--input", file, "--method", "gradient", "--batch", "1", "--format", "json"});
  EXPECT_EQ(result.code, 0) << result.err;
  return Json::parse(result.out)["peak_mb"];
}

// The texts themselves are held some times (the row, the input, the explanation), encodings only of one pass.
TEST(LongContext, MemoryDoesNotGrowWithTheWindows) {
  const Folder folder;
  const double small = peak_of(50'000, folder), large = peak_of(550'000, folder);
  EXPECT_LT(large - small, 10 * 0.5) << small << " and " << large << " MiB";
}

TEST(LongContext, HeatOfTheWholeText) {
  const Folder folder;
  const std::string file = folder.write("context.txt", context_of(20'000));
  const std::vector<std::string> arguments = {
      "explain",      "-m", golden("bert-qa"), "--question", question,   "--context-file",   file,
      "--max-length", "40", "--stride",        "8",          "--method", "gradient-x-input", "--explain-document"};
  const auto with = [&](std::vector<std::string> more) {
    std::vector<std::string> all = arguments;
    all.insert(all.end(), more.begin(), more.end());
    return all;
  };
  const Result json = run(with({"--format", "json"}));
  ASSERT_EQ(json.code, 0) << json.err;
  const Json why = Json::parse(json.out);
  const Json& document = why["document"];
  EXPECT_GT(document["windows"], 50);
  EXPECT_GE(document["weight"], 0.999);
  EXPECT_LE(document["weight"], 1.0001);
  double value = 0, sum = 0;
  for (const auto& window : document["explained"]) {
    value += window["weight"].get<double>() * window["value"].get<double>();
    sum += window["weight"].get<double>();
    EXPECT_LT(window["begin"], window["end"]);
  }
  EXPECT_NEAR(why["value"], value, 1e-9);
  EXPECT_NEAR(document["weight"], sum, 1e-9);
  EXPECT_FALSE(why["target"].contains("start_token"));
  EXPECT_EQ(why["method"]["options"].dump().find("document"), std::string::npos);

  const Result terminal = run_on_terminal(with({"--format", "terminal"}), 80);
  EXPECT_EQ(terminal.code, 0) << terminal.err;
  EXPECT_LE(std::ranges::count(terminal.out, '\n'), 60) << "no more than a screen";
  EXPECT_THAT(terminal.out, HasSubstr("are explained together"));
  const Result html = run(with({"--format", "html"}));
  EXPECT_EQ(html.code, 0) << html.err;
  EXPECT_THAT(html.out, HasSubstr("are explained together"));
  const Result refused = run(with({"--answer", "Anna"}));
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, HasSubstr("--explain-document"));
}

}  // namespace
}  // namespace limn::cli_test::long_context_test
