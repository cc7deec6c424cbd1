// How far explanations can be trusted: limn evaluate faithfulness and plausibility, explain --faithfulness, the methods
// auto and optimal-order, and comparison with saved explanations. Expected numbers come from PyTorch
// (tests/golden/*/faithfulness.json).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "cli/program.h"

namespace limn::cli_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

Json run_json(const std::vector<std::string>& arguments) {
  const Result result = run(arguments);
  EXPECT_EQ(result.code, 0) << result.err;
  return result.code == 0 ? Json::parse(result.out) : Json();
}

const Json& golden_faithfulness() {
  static const Json cases = Json::parse(read(golden("bert-cls") + "/faithfulness.json"))["cases"];
  return cases;
}

/// The texts of the golden cases, one per line.
std::string golden_texts() {
  std::string texts;
  for (const Json& row : golden_faithfulness()) texts += row["text"].get<std::string>() + "\n";
  return texts;
}

TEST(EvaluateFaithfulness, HasPyTorchsNumbersForEachTextAndTheirMeans) {
  const Folder folder;
  const Result result = run({"evaluate", "faithfulness", "-m", golden("bert-cls"), "--data",
                             folder.write("texts.txt", golden_texts()), "--method", "occlusion,shapley", "--exact",
                             "--explain", "probability", "--format", "json", "-o", folder / "rows.jsonl"});
  ASSERT_EQ(result.code, 0) << result.err;
  const auto rows = json_lines(read(folder / "rows.jsonl"));
  ASSERT_EQ(rows.size(), 5u);
  double sum = 0;
  std::size_t defined = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Json& expected = golden_faithfulness()[i];
    EXPECT_EQ(rows[i]["row"], i);
    EXPECT_EQ(rows[i]["text"], expected["text"]);
    EXPECT_EQ(rows[i]["exact"], true);
    for (const char* name : {"upper", "lower"})
      EXPECT_NEAR(rows[i][name].get<double>(), expected[name].get<double>(), 1e-4);
    EXPECT_EQ(rows[i]["best_order"], expected["best_order"]);
    for (const char* method : {"occlusion", "shapley"}) {
      const Json &found = rows[i]["methods"][method], &golden = expected["methods"][method];
      EXPECT_EQ(found["order"], golden["order"]);
      for (const char* name : {"comprehensiveness", "sufficiency", "deletion", "insertion", "infidelity"})
        EXPECT_NEAR(found[name].get<double>(), golden[name].get<double>(), 1e-4) << name;
    }
    const Json& normalised = expected["methods"]["shapley"]["normalised_comprehensiveness"];
    EXPECT_EQ(rows[i]["methods"]["shapley"]["normalised_comprehensiveness"].is_null(), normalised.is_null());
    if (normalised.is_null()) continue;  // the text of one word
    sum += normalised.get<double>();
    ++defined;
  }
  EXPECT_EQ(defined, 4u);
  const Json means = Json::parse(result.out);
  EXPECT_EQ(means["rows"], 5);
  EXPECT_EQ(means["unit"], "word");
  EXPECT_EQ(means["masking"], "mask");
  const Json& shapley = means["methods"]["shapley"];
  EXPECT_NEAR(shapley["normalised_comprehensiveness"].get<double>(), sum / 4, 1e-4);
  EXPECT_EQ(shapley["rows"]["normalised_comprehensiveness"], 4);
  EXPECT_EQ(shapley["rows"]["comprehensiveness"], 5);
  EXPECT_TRUE(shapley["standard_error"]["normalised_comprehensiveness"].is_number());
  EXPECT_LE(shapley["over_random"]["comprehensiveness"]["low"], shapley["over_random"]["comprehensiveness"]["mean"]);
  EXPECT_TRUE(means["random"]["comprehensiveness"].is_number());
}

TEST(EvaluateFaithfulness, OfPresetsCountsAndRemovesTokens) {
  const Folder folder;
  const std::string texts = folder.write("texts.txt", "a good film\n");
  for (const std::string preset : {"eraser", "ferret"}) {
    const Json means = run_json({"evaluate", "faithfulness", "-m", golden("bert-cls"), "--data", texts, "--preset",
                                 preset, "--method", "gradient"});
    EXPECT_EQ(means["unit"], "token");
    EXPECT_EQ(means["masking"], "remove");
    EXPECT_EQ(means["preset"], preset);
  }
  const Json masked = run_json(
      {"evaluate", "faithfulness", "-m", golden("bert-cls"), "--data", texts, "--preset", "naopc", "--unit", "word"});
  EXPECT_EQ(masked["unit"], "word");
  EXPECT_EQ(masked["masking"], "mask");
  const Result table = run({"evaluate", "faithfulness", "-m", golden("bert-cls"), "--data", texts, "--format",
                            "terminal", "--method", "gradient,auto"});
  EXPECT_THAT(table.out, AllOf(HasSubstr("norm. compr."), HasSubstr("\nauto "), HasSubstr("\nrandom ")));
}

TEST(EvaluateFaithfulness, ReportsBadInput) {
  const Folder folder;
  const std::string texts = folder.write("texts.jsonl", "{\"text\": \"good\"}\n{\"text\": \"\"}\n");
  const Result result = run({"evaluate", "faithfulness", "-m", golden("bert-cls"), "--data", texts, "--format", "json",
                             "-o", folder / "rows.jsonl"});
  EXPECT_EQ(result.code, 3);
  const auto rows = json_lines(read(folder / "rows.jsonl"));
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_TRUE(rows[0]["methods"]["gradient"]["normalised_comprehensiveness"].is_null());  // one word: undefined, not 0
  EXPECT_TRUE(rows[0]["methods"]["gradient"]["loo_kendall"].is_null());
  EXPECT_TRUE(rows[1].contains("error"));
  EXPECT_TRUE(Json::parse(result.out)["methods"]["gradient"]["normalised_comprehensiveness"].is_null());
  const auto error = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"evaluate", "faithfulness", "-m", golden("bert-cls"), "--data", texts};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Result failed = run(arguments);
    EXPECT_EQ(failed.code, 1);
    return failed.err;
  };
  EXPECT_THAT(error({"--preset", "x"}), HasSubstr("--preset: found 'x', expected eraser, ferret, naopc"));
  EXPECT_THAT(error({"--method", "x"}), HasSubstr("--method: found 'x'"));
  EXPECT_THAT(error({"--method", "gradient,gradient"}), HasSubstr("'gradient' twice"));
}

TEST(ExplainFaithfulness, IsThatOfPyTorch) {
  std::size_t checked = 0;
  for (const Json& row : golden_faithfulness()) {
    const Json found = run_json({"explain", "-m", golden("bert-cls"), "--text", row["text"], "--method", "occlusion",
                                 "--explain", "probability", "--faithfulness"})["faithfulness"];
    const Json& expected = row["methods"]["occlusion"];
    for (const char* name : {"upper", "lower"})
      EXPECT_NEAR(found[name].get<double>(), row[name].get<double>(), 1e-4) << name;
    for (const char* name : {"comprehensiveness", "sufficiency"})
      EXPECT_NEAR(found[name].get<double>(), expected[name].get<double>(), 1e-4) << name;
    for (const char* name : {"normalised_comprehensiveness", "normalised_sufficiency"}) {
      ASSERT_EQ(found[name].is_null(), expected[name].is_null()) << name;
      if (!found[name].is_null()) EXPECT_NEAR(found[name].get<double>(), expected[name].get<double>(), 1e-4) << name;
    }
    EXPECT_EQ(found["exact"], true);
    ++checked;
  }
  EXPECT_EQ(checked, 5u);
}

TEST(ExplainFaithfulness, IsAPhraseInTheLegendAndSurvivesSaving) {
  const Folder folder;
  const std::vector<std::string> explain = {
      "explain",  "-m",          "minilm-l6-sentiment", "--text", "A gorgeous, witty film.",
      "--method", "kernel-shap", "--faithfulness"};
  const auto with = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = explain;
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  };
  const Json why = Json::parse(with({"--format", "json"}).out);
  const std::string phrase = why["faithfulness"]["summary"];
  const double share =
      why["faithfulness"]["comprehensiveness"].get<double>() / why["faithfulness"]["upper"].get<double>();
  ASSERT_THAT(phrase, StartsWith("removes "));
  EXPECT_NEAR(std::stod(phrase.substr(8)), 100 * share, .5);
  EXPECT_THAT(phrase, HasSubstr("of what the best order would"));
  EXPECT_THAT(with({"--format", "terminal"}).out, HasSubstr(phrase));
  const std::string saved = folder.write("why.json", why.dump());
  EXPECT_THAT(run({"show", saved, "--format", "terminal"}).out, HasSubstr(phrase));
}

TEST(AutoMethod, IsExactForShortTextsAndNamesTheMethod) {
  const Json brief = run_json({"explain", "-m", golden("bert-cls"), "--text", "a good film", "--method", "auto"});
  EXPECT_EQ(brief["method"]["name"], "shapley");
  EXPECT_EQ(brief["method"]["options"]["exact"], true);
  EXPECT_EQ(brief["method"]["auto"], true);
  const Json exact =
      run_json({"explain", "-m", golden("bert-cls"), "--text", "a good film", "--method", "shapley", "--exact"});
  EXPECT_EQ(brief["words"], exact["words"]);
  const Json longer = run_json({"explain", "-m", golden("bert-cls"), "--method", "auto", "--text",
                                "one two three four five six seven eight nine ten eleven twelve thirteen"});
  EXPECT_EQ(longer["method"]["name"], "kernel-shap");
  EXPECT_EQ(longer["method"]["auto"], true);
}

TEST(OptimalOrder, IsPyTorchsBestOrder) {
  std::size_t checked = 0;
  for (const Json& row : golden_faithfulness()) {
    const Json why =
        run_json({"explain", "-m", golden("bert-cls"), "--text", row["text"], "--method", "optimal-order"});
    const std::size_t n = row["best_order"].size();
    ASSERT_EQ(why["words"].size(), n);
    for (std::size_t k = 0; k < n; ++k) {
      const auto unit = row["best_order"][k].get<std::size_t>();
      EXPECT_NEAR(why["words"][unit]["score"].get<double>(), static_cast<double>(n - k) / static_cast<double>(n),
                  1e-12);
    }
    EXPECT_NEAR(why["method"]["comprehensiveness"].get<double>(), row["upper"].get<double>(), 1e-4);
    ++checked;
  }
  EXPECT_EQ(checked, 5u);
  const Result longer = run({"explain", "-m", golden("bert-cls"), "--method", "optimal-order", "--text",
                             "one two three four five six seven eight nine ten eleven twelve thirteen"});
  EXPECT_EQ(longer.code, 1);
  EXPECT_THAT(longer.err, HasSubstr("the optimal order: found 13 units, expected at most 12"));
}

TEST(EvaluatePlausibility, ComparesWithRationales) {
  const Folder folder;
  const std::string data = folder.write("data.csv", "text,rationale\na good film,2-6\nfilm,0-4\nno rationale,\n");
  const Json scores = run_json(
      {"evaluate", "plausibility", "-m", golden("bert-cls"), "--data", data, "--method", "gradient,occlusion"});
  EXPECT_EQ(scores["rows"], 2);
  EXPECT_EQ(scores["left_out"], 1);
  EXPECT_DOUBLE_EQ(scores["share"].get<double>(), 2. / 4);  // of four words
  EXPECT_EQ(scores["methods"].size(), 2u);
  for (const auto& [name, metrics] : scores["methods"].items())
    EXPECT_GE(metrics["auprc"].get<double>(), .5) << name;  // the text of one word has 1
  const Result bad = run({"evaluate", "plausibility", "-m", golden("bert-cls"), "--data",
                          folder.write("bad.csv", "text,rationale\na good film,2-60\n")});
  EXPECT_EQ(bad.code, 1);
  EXPECT_THAT(bad.err, HasSubstr("line 2: found a rationale from 2 to 60, expected a range of characters"));
}

TEST(EvaluateSanity, FindsThatAttentionDoesNotDependOnTheLabel) {
  const Folder folder;
  const std::string data = folder.write("texts.txt", "a good film with a bad end\nan unbelievably dull plot\n");
  const Json scores = run_json({"evaluate", "sanity", "-m", golden("bert-cls"), "--data", data, "--method",
                                "gradient-x-input,attention", "--format", "json"});
  EXPECT_EQ(scores["inputs"], 2);
  const Json& attention = scores["methods"]["attention"];
  EXPECT_DOUBLE_EQ(attention["other_label"]["spearman"].get<double>(), 1);
  EXPECT_LT(scores["methods"]["gradient-x-input"]["other_label"]["spearman"].get<double>(), 1);
  const Json& steps = attention["randomized"];
  ASSERT_EQ(steps.size(), 5u);  // three layers
  EXPECT_EQ(steps[0]["change"], "head");
  EXPECT_DOUBLE_EQ(steps[0]["spearman"].get<double>(), 1);  // attention is below the head
  EXPECT_EQ(steps[1]["change"], "layer 3");
  EXPECT_EQ(steps[4]["change"], "embeddings");
  EXPECT_LT(steps[4]["spearman"].get<double>(), 1);
  // An uncased model with a tokenizer that splits at white space reads the same.
  for (const auto& [name, method] : scores["methods"].items())
    for (const std::size_t i : {std::size_t{0}, std::size_t{2}})
      EXPECT_DOUBLE_EQ(method["perturbed"][i]["spearman"].get<double>(), 1) << name;
  ASSERT_EQ(run({"evaluate", "sanity", "-m", golden("bert-cls"), "--data", data, "-o", folder / "sanity.svg"}).code, 0);
  EXPECT_THAT(read(folder / "sanity.svg"), AllOf(StartsWith("<svg "), HasSubstr("<polyline "), HasSubstr(">layer 3<")));
  ASSERT_EQ(run({"evaluate", "sanity", "-m", golden("bert-cls"), "--data", data, "-o", folder / "sanity.html"}).code,
            0);
  EXPECT_THAT(read(folder / "sanity.html"), AllOf(StartsWith("<!DOCTYPE html>"), HasSubstr("<td>")));
}

TEST(Drift, OfTheSameModelIsNothing) {
  const Folder folder;
  const std::string texts = folder.write("texts.txt", "a good film with a bad end\nan unbelievably dull plot\n");
  ASSERT_EQ(run({"explain", "-m", golden("bert-cls"), "--input", texts, "-o", folder / "saved.jsonl"}).code, 0);
  const Result same = run({"compare", "-m", golden("bert-cls"), "--baseline", folder / "saved.jsonl", "--fail-above",
                           "0.01", "-o", folder / "rows.jsonl", "--format", "json"});
  EXPECT_EQ(same.code, 0) << same.err;
  const Json scores = Json::parse(same.out);
  EXPECT_EQ(scores["inputs"], 2);
  EXPECT_EQ(scores["changed_predictions"], 0);
  EXPECT_NEAR(scores["drift"].get<double>(), 0, 1e-12);
  EXPECT_TRUE(scores["gained"].empty());
  const auto rows = json_lines(read(folder / "rows.jsonl"));
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1]["row"], 1);
  EXPECT_EQ(rows[1]["before"], rows[1]["after"]);

  const Result other = run({"compare", "-m", golden("distilbert-cls"), "--baseline", folder / "saved.jsonl",
                            "--fail-above", "0.01", "--format", "json"});
  EXPECT_EQ(other.code, 3);
  EXPECT_THAT(other.err, HasSubstr("is above 0.01"));
  EXPECT_GT(Json::parse(other.out)["drift"].get<double>(), .01);
  EXPECT_EQ(
      run({"compare", "-m", golden("distilbert-cls"), "--baseline", folder / "saved.jsonl", "--fail-above", "2"}).code,
      0);
}

TEST(Drift, ReportsWhatCannotBeCompared) {
  const Folder folder;
  ASSERT_EQ(run({"explain", "-m", golden("bert-cls"), "--text", "good", "-o", folder / "saved.json"}).code, 0);
  const Result task = run({"compare", "-m", golden("bert-qa"), "--baseline", folder / "saved.json"});
  EXPECT_EQ(task.code, 1);
  EXPECT_THAT(task.err, HasSubstr("explanation 1: found sequence-classification, expected question-answering"));
  const Result unknown =
      run({"compare", "-m", golden("bert-cls"), "--baseline", folder / "saved.json", "--fail-above", "1"});
  EXPECT_EQ(unknown.code, 3);  // one word has no rank correlation
  EXPECT_THAT(unknown.err, HasSubstr("the drift is unknown"));
  EXPECT_EQ(run({"compare", "-m", golden("bert-cls"), "--baseline", folder / "saved.json", "--text", "a"}).code, 2);
  EXPECT_EQ(run({"compare", "-m", golden("bert-cls")}).code, 2);
}

}  // namespace
}  // namespace limn::cli_test
