// limn evaluate squad, classification and tokens: files of predictions, tables of models, pages, and runs that are
// resumed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "cli/program.h"

namespace limn::cli_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const char* const three_questions = R"({"version": "v2.0", "data": [{"title": "t", "paragraphs": [
    {"context": "Anna came to Rome in May.", "qas": [
      {"id": "1", "question": "Who came to Rome?", "answers": [{"text": "Anna", "answer_start": 0}]},
      {"id": "2", "question": "When did Anna come to Rome?", "answers": [{"text": "in May", "answer_start": 18}]},
      {"id": "3", "question": "What is the capital of Peru?", "answers": []}]}]}]})";

Json scores_of(const std::vector<std::string>& arguments) {
  const Result result = run(arguments);
  EXPECT_EQ(result.code, 0) << result.err;
  return result.code == 0 ? Json::parse(result.out) : Json();
}

TEST(EvaluateSquad, WritesPredictionsThatHaveTheSameScores) {
  const Folder folder;
  const std::string data = folder.write("squad.json", three_questions);
  const Json scores = scores_of({"evaluate", "squad", "-m", "minilm-l6-qa", "--data", data, "--predictions",
                                 folder / "predictions.json", "--na-probabilities", folder / "na.json"});
  const Json predictions = Json::parse(read(folder / "predictions.json"));
  EXPECT_EQ(predictions.size(), 3u);
  EXPECT_EQ(predictions["1"], "Anna");
  const Json again = scores_of({"evaluate", "squad", "--data", data, "--predictions", folder / "predictions.json"});
  for (const char* name : {"questions", "em", "f1", "has_answer", "no_answer"}) EXPECT_EQ(again[name], scores[name]);
  EXPECT_TRUE(again["best_em"].is_null() && again["best_f1_threshold"].is_null());
  const Json with_null = scores_of({"evaluate", "squad", "--data", data, "--predictions", folder / "predictions.json",
                                    "--na-probabilities", folder / "na.json"});
  EXPECT_EQ(with_null["em"], scores["em"]);
  EXPECT_TRUE(with_null["best_em"].is_number());
}

TEST(EvaluateSquad, KeepsItsRows) {
  const Folder folder;
  const std::string data = folder.write("squad.json", three_questions), rows = folder / "rows.jsonl";
  const Json scores = scores_of({"evaluate", "squad", "-m", "minilm-l6-qa", "--data", data, "--rows", rows});
  const auto kept = json_lines(read(rows));
  ASSERT_EQ(kept.size(), 3u);
  EXPECT_EQ(kept[0]["labels"], Json({"Anna"}));
  EXPECT_TRUE(kept[2]["null_excess"].is_number());
  const Json again = scores_of({"evaluate", "squad", "-m", "minilm-l6-qa", "--data", data, "--rows", rows, "--resume"});
  EXPECT_EQ(again["best_f1_threshold"], scores["best_f1_threshold"]);
  EXPECT_EQ(again["confidence"], scores["confidence"]);
}

TEST(EvaluateSquad, RefusesWhatItCannotScore) {
  const Folder folder;
  const std::string data = folder.write("squad.json", three_questions);
  const auto error = [&](std::vector<std::string> more) {
    std::vector<std::string> arguments = {"evaluate", "squad", "--data", data};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Result result = run(arguments);
    EXPECT_EQ(result.code, 1);
    return result.err;
  };
  EXPECT_THAT(error({}), AllOf(HasSubstr("--model"), HasSubstr("--predictions")));
  EXPECT_THAT(error({"--predictions", folder.write("list.json", "[]")}), HasSubstr("list.json"));
  EXPECT_THAT(error({"--predictions", folder / "none.json", "--resume"}), HasSubstr("--rows"));
}

TEST(EvaluateClassification, NeedsLabelsAndHasNoAurocOfOneClass) {
  const Folder folder;
  const auto evaluate = [&](const std::string& rows) {
    return run({"evaluate", "classification", "-m", "minilm-l6-sentiment", "--data", folder.write("rows.tsv", rows),
                "--format", "json"});
  };
  const Result unlabelled = evaluate("text\nA fine film.\n");
  EXPECT_EQ(unlabelled.code, 1);
  EXPECT_THAT(unlabelled.err, HasSubstr("line 2, label: found none, expected one of negative, positive"));
  const Result unknown = evaluate("text\tlabel\nA fine film.\tjoyful\n");
  EXPECT_EQ(unknown.code, 1);
  EXPECT_THAT(unknown.err, HasSubstr("found \"joyful\""));
  const Result one = evaluate("text\tlabel\nA fine film.\tpositive\nA great film.\tpositive\n");
  ASSERT_EQ(one.code, 0) << one.err;
  const Json scores = Json::parse(one.out);
  EXPECT_EQ(scores["accuracy"], 100.);
  EXPECT_TRUE(scores["confidence"]["probability"]["auroc"].is_null());  // nothing is wrong: undefined, not 0 or 1
}

TEST(Evaluate, SeveralModelsMakeATable) {
  const Folder folder;
  const std::string data = folder.write("squad.json", three_questions);
  const Json scores = scores_of({"evaluate", "squad", "-m", "minilm-l6-qa,minilm-l6-squad1", "--data", data});
  ASSERT_EQ(scores["models"].size(), 2u);
  EXPECT_EQ(scores["models"][0]["model"], "minilm-l6-qa");
  EXPECT_GT(scores["models"][0]["megabytes"], 1);
  EXPECT_EQ(scores["models"][1]["questions"], 3);
  const Result table = run(
      {"evaluate", "squad", "-m", "minilm-l6-qa", "-m", "minilm-l6-squad1", "--data", data, "--format", "terminal"});
  EXPECT_EQ(table.code, 0) << table.err;
  EXPECT_THAT(table.out, AllOf(HasSubstr("EM"), HasSubstr("F1"), HasSubstr("seconds"), HasSubstr("MB")));
  const Result picture =
      run({"evaluate", "squad", "-m", "minilm-l6-qa,minilm-l6-squad1", "--data", data, "--format", "svg"});
  EXPECT_EQ(picture.code, 1);
  EXPECT_THAT(picture.err, HasSubstr("2 models"));
  const Result twice = run({"evaluate", "squad", "-m", "minilm-l6-qa,minilm-l6-qa", "--data", data});
  EXPECT_EQ(twice.code, 1);
  EXPECT_THAT(twice.err, HasSubstr("'minilm-l6-qa' twice"));
}

TEST(Evaluate, SeveralModelsMakeAPageAndAFileOfRowsEach) {
  const Folder folder;
  const std::string data = folder.write("squad.json", three_questions);
  const std::vector<std::string> command = {"evaluate", "squad",
                                            "-m",       "minilm-l6-qa,minilm-l6-squad1",
                                            "--data",   data,
                                            "-o",       folder / "page.html",
                                            "--rows",   folder / "rows.jsonl"};
  const Result result = run(command);
  ASSERT_EQ(result.code, 0) << result.err;
  const std::string page = read(folder / "page.html");
  EXPECT_THAT(page, AllOf(HasSubstr("2 models"), HasSubstr("Of 3 rows, the models differ in being right about "),
                          HasSubstr("\"explanation\":")));
  for (const std::string model : {"minilm-l6-qa", "minilm-l6-squad1"}) {
    const Json alone = scores_of({"evaluate", "squad", "-m", model, "--data", data, "--rows", folder / "alone.jsonl"});
    EXPECT_EQ(read(folder / ("rows." + model + ".jsonl")), read(folder / "alone.jsonl")) << model;
    fs::remove(folder / "alone.jsonl");
    fs::remove(folder / "alone.jsonl.settings");
  }
  std::vector<std::string> resumed = command;
  resumed.push_back("--resume");
  EXPECT_EQ(run(resumed).code, 0);
}

const char* const phrases = "sentence\tlabel\nA gorgeous film.\t1\nDull and silly.\t0\nAwful <b>.\t1\n";

TEST(Evaluate, ThePageHasTheWrongRowsFirstAndTheirExplanations) {
  const Folder folder;
  const Result result = run({"evaluate", "classification", "-m", "minilm-l6-sentiment", "--data",
                             folder.write("labels.tsv", phrases), "-o", folder / "page.html"});
  ASSERT_EQ(result.code, 0) << result.err;
  const std::string page = read(folder / "page.html");
  EXPECT_THAT(page, AllOf(HasSubstr("accuracy 66.67"), HasSubstr("1 of 3 are wrong"), HasSubstr("\"explanation\":"),
                          Not(HasSubstr("Awful <b>"))));
  const auto wrong = page.find("Awful"), right = page.find("gorgeous");
  ASSERT_NE(wrong, page.npos);
  EXPECT_LT(wrong, right);
}

TEST(Evaluate, ThePageOfEntitiesNamesKindsOfErrors) {
  const Folder folder;
  const std::string data = folder.write("ner.txt",
                                        "Angela B-PER\nMerkel I-PER\nlives O\nin O\nBerlin B-ORG\n\n"
                                        "The O\nmeeting O\ntook O\nplace O\nin O\nParis B-LOC\n. O\n");
  const Result result = run({"evaluate", "tokens", "-m", "minilm-l6-ner", "--data", data, "--format", "html"});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("wrong boundary"), HasSubstr("LOC: Berlin"), HasSubstr("1 of 2 are wrong")));
  const Json scores = scores_of({"evaluate", "tokens", "-m", "minilm-l6-ner", "--data", data});
  EXPECT_EQ(scores["errors"]["wrong_type"], 1);
}

TEST(Evaluate, AKilledRunIsResumedFromItsRows) {
  const Folder folder;
  std::string text = "sentence\tlabel\n";
  for (int i = 0; i < 4000; ++i)
    text += "Row " + std::to_string(i) + (i % 3 ? " is a fine film.\t1\n" : " is a dull film.\t0\n");
  const std::string data = folder.write("labels.tsv", text), rows = folder / "rows.jsonl";
  const std::vector<std::string> command = {"evaluate", "classification", "-m", golden("bert-cls"), "--data", data};
  std::vector<std::string> kept = command, resumed;
  kept.insert(kept.end(), {"--rows", rows});
  resumed = kept;
  resumed.push_back("--resume");
  Json whole = scores_of(command);
  {
    const Running running(kept);
    std::error_code ignored;
    for (std::uintmax_t size = 0; size < 10000 && !running.has_ended();
         std::this_thread::sleep_for(std::chrono::milliseconds(1))) {
      size = fs::file_size(rows + ".partial", ignored);
      if (ignored) size = 0;
    }
    running.send(SIGKILL);
    running.wait();
  }
  ASSERT_TRUE(fs::exists(rows + ".partial"));
  const Result second = run(resumed);
  ASSERT_EQ(second.code, 0) << second.err;
  EXPECT_THAT(second.err, HasSubstr("rows are already done"));
  Json completed = Json::parse(second.out);
  for (Json* scores : {&whole, &completed}) scores->erase("seconds");
  EXPECT_EQ(completed, whole);
  const auto lines = json_lines(read(rows));
  ASSERT_EQ(lines.size(), 4000u);
  for (std::size_t i = 0; i < lines.size(); ++i) ASSERT_EQ(lines[i]["row"], i);

  const Result third = run(resumed);
  EXPECT_EQ(third.code, 0);
  EXPECT_THAT(third.err, HasSubstr("already complete"));
  std::vector<std::string> other = resumed, without = command;
  other.insert(other.end(), {"--max-length", "5"});
  without.push_back("--resume");
  EXPECT_THAT(run(other).err, HasSubstr("max-length"));
  EXPECT_EQ(run(without).code, 1);
}

}  // namespace
}  // namespace limn::cli_test
