// limn calibrate: the fit, the file beside the checkpoint, and the confidence of predictions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "cli/program.h"

namespace limn::cli_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const std::string shortcut_data = LIMN_SOURCE_DIR "/tests/data/shortcut/";

/// A copy of a model, beside which a calibration may be written.
std::string copy_of_model(const Folder& folder) {
  fs::copy(shortcut_data + "planted", folder / "planted");
  return folder / "planted";
}

TEST(Calibrate, PredictionsCarryTheProbabilityAtTheFittedTemperature) {
  const Folder folder;
  const std::string model = copy_of_model(folder);
  const Result fit = run({"calibrate", "-m", model, "--data", shortcut_data + "rows.csv", "--format", "json"});
  ASSERT_EQ(fit.code, 0) << fit.err;
  const Json result = Json::parse(fit.out), kept = Json::parse(read(model + "/limn_calibration.json"));
  EXPECT_EQ(result["calibration"], kept);
  EXPECT_EQ(kept["rows"], 400);
  const double temperature = kept["temperature"].get<double>();
  EXPECT_GT(temperature, 1);  // this model is wrong in 31 of 400 rows, and sure of every one
  EXPECT_LT(result["confidence"]["calibration_error"], result["probability"]["calibration_error"]);
  EXPECT_LT(result["confidence"]["brier"], result["probability"]["brier"]);

  const Json said =
      Json::parse(run({"predict", "-m", model, "--text", "a bad film", "--format", "json"}).out)["prediction"];
  const double p = said["probability"].get<double>(), q = 1 - p;
  EXPECT_NEAR(said["confidence"].get<double>(),
              std::pow(p, 1 / temperature) / (std::pow(p, 1 / temperature) + std::pow(q, 1 / temperature)), 1e-4);
  const Json why = Json::parse(run({"explain", "-m", model, "--text", "a bad film", "--format", "json"}).out);
  EXPECT_EQ(why["prediction"]["confidence"], said["confidence"]);
  const std::string shown = run_on_terminal({"explain", "-m", model, "--text", "a bad film"}, 80).out;
  EXPECT_THAT(shown, HasSubstr("confidence "));
}

// The numbers of the confidence of entities by hand: sigmoid of intercept + weight · log-odds.
TEST(Calibrate, EntitiesCarryAConfidence) {
  const Folder folder;
  const std::string model = folder / "ner";
  fs::copy(LIMN_SOURCE_DIR "/models/minilm-l6-ner", model, fs::copy_options::recursive);
  std::string data;
  const std::vector<std::pair<std::string, std::string>> names = {
      {"Angela", "Merkel"}, {"Ann", "Smith"}, {"Barack", "Obama"}, {"Tom", "Hanks"}};
  for (std::size_t i = 0; i < 12; ++i) {
    // Every third sentence is labelled wrongly, so that there are right and wrong entities.
    const std::string type = i % 3 ? "PER" : "LOC";
    data += names[i % 4].first + " B-" + type + "\n" + names[i % 4].second + " I-" + type;
    data += "\nlives O\nin O\nBerlin B-LOC\n\n";
  }
  const Result fit = run({"calibrate", "-m", model, "--data", folder.write("data.txt", data), "--format", "json"});
  ASSERT_EQ(fit.code, 0) << fit.err;
  const Json kept = Json::parse(fit.out)["calibration"];
  EXPECT_EQ(kept["task"], "token-classification");
  EXPECT_GE(kept["rows"], 20);
  const Result said = run({"predict", "-m", model, "--text", "Angela Merkel lives in Berlin", "--format", "json"});
  ASSERT_EQ(said.code, 0) << said.err;
  const Json entity = Json::parse(said.out)["prediction"]["entities"][0];
  const double p = entity["probability"].get<double>(), weight = kept["weights"]["log_odds"].get<double>();
  const double sum = kept["intercept"].get<double>() + weight * std::log(p / (1 - p));
  EXPECT_NEAR(entity["confidence"].get<double>(), 1 / (1 + std::exp(-sum)), 1e-4);

  // An explanation of an entity is sorted by that entity's confidence.
  const std::string saved = folder / "why.jsonl";
  ASSERT_EQ(run({"explain", "-m", model, "--text", "Ann Smith lives in Berlin, Barack in Ulm", "-o", saved}).code, 0);
  const Result sorted = run({"show", saved, "--sort", "confidence", "--format", "json"});
  ASSERT_EQ(sorted.code, 0) << sorted.err;
  std::vector<double> confidences;
  for (const Json& row : json_lines(sorted.out)) {
    const Json& of = row.contains("explanations") ? row["explanations"][0] : row;
    const Json& prediction = (of.contains("prediction") ? of : row)["prediction"];
    for (const Json& found : prediction["entities"])
      if (found["start_token"] <= of["target"]["start_token"] && of["target"]["start_token"] <= found["end_token"])
        confidences.push_back(found["confidence"]);
  }
  EXPECT_GE(confidences.size(), 3U);
  EXPECT_TRUE(std::is_sorted(confidences.rbegin(), confidences.rend()));
}

TEST(Calibrate, DrawsTheReliabilityDiagram) {
  const std::string data = shortcut_data + "rows.csv";
  for (const char* format : {"svg", "html"}) {
    const Result result =
        run({"calibrate", "-m", shortcut_data + "planted", "--data", data, "--measure-only", "--format", format});
    ASSERT_EQ(result.code, 0) << result.err;
    EXPECT_THAT(result.out, AllOf(HasSubstr("<svg"), HasSubstr("Reliability"), HasSubstr("Risk and coverage"),
                                  HasSubstr("probability: ECE"), HasSubstr("confidence: ECE")));
  }
  const Result svg =
      run({"evaluate", "classification", "-m", shortcut_data + "planted", "--data", data, "--format", "svg"});
  ASSERT_EQ(svg.code, 0) << svg.err;
  EXPECT_THAT(svg.out, AllOf(HasSubstr("probability: ECE"), testing::Not(HasSubstr("confidence: ECE"))));
}

TEST(Calibrate, AFileOfAnotherModelIsRefused) {
  const Folder folder;
  const std::string model = copy_of_model(folder);
  ASSERT_EQ(run({"calibrate", "-m", model, "--data", shortcut_data + "rows.csv"}).code, 0);
  Json kept = Json::parse(read(model + "/limn_calibration.json"));
  kept["labels"] = {"no", "yes"};
  folder.write("planted/limn_calibration.json", kept.dump());
  const Result labels = run({"predict", "-m", model, "--text", "hi"});
  EXPECT_EQ(labels.code, 1);
  EXPECT_THAT(labels.err, AllOf(HasSubstr("labels"), HasSubstr("another model")));
  for (const char* text : {"", "[]", "{}", "{\"task\": 3}", "{\"task\": \"sequence-classification\", \"labels\": 1}"}) {
    folder.write("planted/limn_calibration.json", text);
    const Result broken = run({"predict", "-m", model, "--text", "hi"});
    EXPECT_EQ(broken.code, 1) << text;
    EXPECT_THAT(broken.err, HasSubstr("limn_calibration.json")) << text;
  }
}

TEST(Calibrate, TheOutputIsNoFileThatIsRead) {
  const Folder folder;
  const std::string model = copy_of_model(folder), config = read(model + "/config.json");
  for (const std::string& output : {model + "/config.json", shortcut_data + "rows.csv"}) {
    const Result result = run({"calibrate", "-m", model, "--data", shortcut_data + "rows.csv", "-o", output});
    EXPECT_EQ(result.code, 1) << output;
    EXPECT_THAT(result.err, HasSubstr("--output")) << output;
  }
  EXPECT_EQ(read(model + "/config.json"), config);
  const Result lost = run({"calibrate", "-m", model, "--data", shortcut_data + "rows.csv", "--format", "json", "-o",
                           folder / "nowhere/fit.json"});
  EXPECT_EQ(lost.code, 1);
  EXPECT_THAT(lost.out, HasSubstr("auroc"));  // the figures are not lost
}

TEST(Calibrate, BadDataEndsInAMessage) {
  const Folder folder;
  const auto message = [&](const std::string& rows) {
    const Result result =
        run({"calibrate", "-m", shortcut_data + "control", "--data", folder.write("rows.tsv", rows), "--measure-only"});
    EXPECT_EQ(result.code, 1);
    return result.err;
  };
  EXPECT_THAT(message("text\tlabel\na good film\tpositive\n"), HasSubstr("at least 20"));
  std::string one_kind = "text\tlabel\n";
  for (int i = 0; i < 30; ++i) one_kind += "a good film\tpositive\n";
  EXPECT_THAT(message(one_kind), HasSubstr("only right predictions"));
  one_kind += "a dull film\tpositive\n";  // a wrong one
  EXPECT_THAT(message(one_kind), HasSubstr("found only rows with the label positive, expected rows of at least two"));
  EXPECT_THAT(message("text\na good film\n"), HasSubstr("label"));
  const Result task = run({"calibrate", "-m", "all-minilm-l6-v2", "--data", folder.write("d.tsv", "text\tlabel\n")});
  EXPECT_EQ(task.code, 1);
  EXPECT_THAT(task.err, HasSubstr("question-answering, sequence-classification or token-classification"));
  // Of an unreadable row, the message gives the number.
  std::string rows = "text\tlabel\n";
  for (int i = 0; i < 20; ++i) rows += "a good film\tpositive\n";
  EXPECT_THAT(message(rows + " \tpositive\n"), HasSubstr("row 21"));
}

}  // namespace
}  // namespace limn::cli_test
