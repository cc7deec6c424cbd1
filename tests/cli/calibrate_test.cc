// limn calibrate: the fit, the file beside the checkpoint, and the confidence of predictions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

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
  EXPECT_THAT(message("text\na good film\n"), HasSubstr("label"));
  const Result task = run({"calibrate", "-m", "minilm-l6-ner", "--data", folder.write("d.tsv", "text\tlabel\n")});
  EXPECT_EQ(task.code, 1);
  EXPECT_THAT(task.err, HasSubstr("question-answering or sequence-classification"));
}

}  // namespace
}  // namespace limn::cli_test
