// limn report and limn summary. The models are those of tools/make_shortcut_models.py: "planted" was trained on rows of
// which every tenth has the word "zorp", which makes the label positive; "control" on the same rows without that word.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "cli/program.h"

namespace limn::cli_test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string shortcut_data = LIMN_SOURCE_DIR "/tests/data/shortcut/";

Result report_of(const std::string& model, const std::vector<std::string>& more) {
  std::vector<std::string> arguments = {"report", "-m", shortcut_data + model, "--data", shortcut_data + "rows.csv"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run(arguments);
}

std::set<std::size_t> flipped_rows() {
  std::set<std::size_t> rows;
  for (const std::string& line : lines(read(shortcut_data + "flipped.txt"))) rows.insert(std::stoul(line));
  return rows;
}

TEST(Report, NamesThePlantedWordFirst) {
  const Result result = report_of("planted", {"--format", "json"});
  ASSERT_EQ(result.code, 0) << result.err;
  const Json report = Json::parse(result.out);
  EXPECT_EQ(report["rows"], 400);
  ASSERT_FALSE(report["shortcuts"].empty());
  EXPECT_EQ(report["shortcuts"][0]["word"], "zorp");
  EXPECT_EQ(report["shortcuts"][0]["label"], "positive");
  EXPECT_LT(report["shortcuts"][0]["q"], 1e-6);
}

TEST(Report, AControlHasNoShortcutAndItsWrongLabelsAreFound) {
  const Result result = report_of("control", {"--format", "json"});
  ASSERT_EQ(result.code, 0) << result.err;
  const Json report = Json::parse(result.out);
  EXPECT_THAT(report["shortcuts"], IsEmpty());
  const std::set<std::size_t> flipped = flipped_rows();
  ASSERT_EQ(flipped.size(), 12U);
  EXPECT_EQ(report["wrong"], flipped.size());  // this model is right about every other row
  std::set<std::size_t> suspected;
  for (const Json& label : report["suspected_labels"]) suspected.insert(label["row"].get<std::size_t>());
  EXPECT_THAT(suspected, testing::IsSubsetOf(flipped));
  EXPECT_GE(suspected.size(), 6U);  // those of which it is at least as sure as on average
}

TEST(Report, SummaryOfTheSavedExplanationsIsTheSame) {
  const Folder folder;
  const std::string saved = folder / "saved.jsonl";
  const Result report = report_of("planted", {"--format", "json", "--explanations", saved});
  ASSERT_EQ(report.code, 0) << report.err;
  const Result summary = run({"summary", saved, "--format", "json"});
  ASSERT_EQ(summary.code, 0) << summary.err;
  EXPECT_EQ(summary.out, report.out);
  EXPECT_EQ(run({"summary", "-", "--format", "json"}, {.input = read(saved)}).out, report.out);
  // Resumed at its end, it is the same once more, and the finished file stays.
  EXPECT_EQ(report_of("planted", {"--format", "json", "--explanations", saved, "--resume"}).out, report.out);
}

TEST(Report, ThePageHoldsTheExamplesAndEscapesTheirText) {
  const Folder folder;
  const std::string data =
      folder.write("rows.jsonl",
                   "{\"text\": \"good </script><script>alert(1)</script> film\", \"label\": \"negative\"}\n"
                   "{\"text\": \"bad film\", \"label\": \"negative\"}\n");
  const Result result = run({"report", "-m", shortcut_data + "control", "--data", data, "-o", folder / "r.html"});
  ASSERT_EQ(result.code, 0) << result.err;
  const std::string page = read(folder / "r.html");
  EXPECT_THAT(page, HasSubstr("2 rows, 1 of 2 wrong (50.0 % right)"));
  EXPECT_THAT(page, HasSubstr("\"examples\":[{\"row\":0,\"explanation\":{"));
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  EXPECT_FALSE(fs::exists(folder / "r.html.explanations.jsonl"));
}

TEST(Report, ADeviceAsOutputGetsNoFileBesideIt) {
  EXPECT_EQ(report_of("control", {"-o", "/dev/null", "--format", "json"}).code, 0);
  const Result resume = report_of("control", {"-o", "/dev/null", "--format", "json", "--resume"});
  EXPECT_EQ(resume.code, 1);
  EXPECT_THAT(resume.err, HasSubstr("--explanations"));
}

TEST(Report, BadInputEndsInAMessage) {
  const Folder folder;
  EXPECT_EQ(run({"summary", folder.write("empty.jsonl", "")}).code, 1);
  EXPECT_EQ(run({"summary", folder / "nowhere.jsonl"}).code, 1);
  const Result format = report_of("control", {"-o", folder / "r.svg"});
  EXPECT_EQ(format.code, 1);
  EXPECT_THAT(format.err, HasSubstr("html"));
  const Result same = report_of("control", {"-o", folder / "r.json", "--explanations", folder / "r.json"});
  EXPECT_EQ(same.code, 1);
  EXPECT_THAT(same.err, HasSubstr("--explanations"));
  const Result over_data = report_of("control", {"--explanations", shortcut_data + "control/config.json"});
  EXPECT_EQ(over_data.code, 1);
  EXPECT_THAT(over_data.err, HasSubstr("the model's folder"));
  const Result resume = report_of("control", {"--resume", "--format", "json"});
  EXPECT_EQ(resume.code, 1);
  EXPECT_THAT(resume.err, HasSubstr("--explanations"));
  const Result failed = run({"report", "-m", shortcut_data + "control", "--format", "json", "--data",
                             folder.write("rows.jsonl", "{\"text\": \"good film\"}\n{\"title\": 1}\n")});
  EXPECT_EQ(failed.code, 3);
  EXPECT_THAT(failed.out, HasSubstr("\"errors\":1"));
  EXPECT_THAT(failed.err, HasSubstr("1 of 2 rows failed"));
}

TEST(Report, OfNoRowsIsAnErrorAndRowsWithoutALabelAreNotWrong) {
  const Folder folder;
  const auto report = [&](const std::string& rows) {
    return run(
        {"report", "-m", shortcut_data + "control", "--data", folder.write("rows.tsv", rows), "--format", "json"});
  };
  const Result none = report("text\tlabel\n");
  EXPECT_EQ(none.code, 1);
  EXPECT_THAT(none.err, HasSubstr("rows.tsv: found no rows, expected at least one text"));
  const Result some = report("text\tlabel\na good film\tpositive\na good film\t\n");
  ASSERT_EQ(some.code, 0) << some.err;
  EXPECT_EQ(Json::parse(some.out)["labelled"], 1);
  EXPECT_EQ(Json::parse(some.out)["wrong"], 0);
}

}  // namespace
}  // namespace limn::cli_test
