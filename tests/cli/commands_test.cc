// Every command on small checkpoints: numbers from PyTorch (tests/golden), the documented fields, and help.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>

#include "cli/program.h"
#include "limn/options.h"

namespace limn::cli_test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Json run_json(const std::vector<std::string>& arguments, const Setting& setting = {}) {
  const Result result = run(arguments, setting);
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.err, "");
  return Json::parse(result.out, nullptr, false);
}

std::vector<std::string> keys(const Json& object) {
  std::vector<std::string> names;
  for (const auto& [key, value] : object.items()) names.push_back(key);
  return names;
}

// ---- explain, against PyTorch in float64 --------------------------------------------------------------------

struct GoldenOption {
  std::string field;
  std::vector<std::string> options;
};

std::vector<std::string> input_options(const Json& input) {
  std::vector<std::string> options;
  for (const auto& [name, value] : input.items()) {
    options.push_back("--" + name);
    options.push_back(value.get<std::string>());
  }
  return options;
}

class ExplainGolden : public testing::TestWithParam<std::string> {};

TEST_P(ExplainGolden, MatchesPyTorchScores) {
  const std::string& model = GetParam();
  const Json test = Json::parse(read(golden(model) + "/cases.json"))["cases"][0];
  const Json& target = test["target"];
  std::string target_text;
  if (target.is_array())
    target_text = std::to_string(target[0].get<int>()) + ":" + std::to_string(target[1].get<int>());
  else
    target_text = std::to_string(target.get<int>());
  double largest_gradient = 0;
  for (const double norm : test["explanations"]["gradient_l2"]) largest_gradient = std::max(largest_gradient, norm);
  const GoldenOption cases[] = {
      {"onehot_l2_max", {}},
      {"onehot_l2", {"--normalize", "none"}},
      {"gradient_l2", {"--reduce", "l2", "--normalize", "none"}},
      {"grad_x_input", {"--method", "gradient-x-input"}},
      {"grad_x_input_prob", {"--method", "gradient-x-input", "--explain", "probability"}},
      {"lit_grad_l2", {"--reduce", "l2", "--normalize", "l1", "--explain", "probability"}},
      {"allennlp_simple", {"--preset", "allennlp-simple"}},
      {"gradient_l2", {"--preset", "ecco-onehot", "--reduce", "l2", "--normalize", "none"}},
  };
  for (const auto& [field, options] : cases) {
    std::vector<std::string> arguments = {"explain", "-m", golden(model), "--target", target_text};
    const auto input = input_options(test["input"]);
    arguments.insert(arguments.end(), input.begin(), input.end());
    arguments.insert(arguments.end(), options.begin(), options.end());
    const Json explanation = run_json(arguments);
    const auto expected = test["explanations"][field].get<std::vector<double>>();
    ASSERT_EQ(explanation["tokens"].size(), expected.size());
    double largest = 0.01 * largest_gradient;
    for (const double score : expected) largest = std::max(largest, std::abs(score));
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_NEAR(explanation["tokens"][i]["score"].get<double>(), expected[i], 1e-4 * largest) << field << " " << i;
      EXPECT_EQ(explanation["tokens"][i]["id"], test["ids"][i]);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(, ExplainGolden, testing::Values("bert-cls", "bert-qa", "bert-token", "distilbert-cls"),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

// ---- explain: options -----------------------------------------------------------------------------------------

TEST(Explain, HasDocumentedFields) {
  const Json answer = run_json(
      {"explain", "-m", "minilm-l6-qa", "--question", "Who came to Rome?", "--context", "Anna came to Rome in May."});
  EXPECT_THAT(keys(answer),
              ElementsAre("limn", "model", "task", "input", "prediction", "target", "method", "value", "baseline_value",
                          "completeness_error", "passes", "seconds", "tokens", "words"));
  EXPECT_EQ(answer["model"], "minilm-l6-qa");
  EXPECT_EQ(answer["task"], "question-answering");
  EXPECT_EQ(answer["prediction"]["answer"], "Anna");
  EXPECT_EQ(answer["prediction"]["begin"], 0);
  EXPECT_EQ(answer["prediction"]["end"], 4);
  EXPECT_EQ(answer["method"]["preset"], nullptr);
  const Json label = run_json({"explain", "-m", "minilm-l6-sentiment", "--text", "A gorgeous, witty film."});
  EXPECT_EQ(label["prediction"]["label"], "positive");
  EXPECT_EQ(label["target"]["label"], "positive");
}

TEST(Explain, PresetIsNamedUnlessOverridden) {
  const auto method = [](const std::vector<std::string>& options) {
    std::vector<std::string> arguments = {"explain", "-m", golden("bert-cls"), "--text", "a good film"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return run_json(arguments)["method"];
  };
  EXPECT_EQ(method({"--preset", "seed-classification"})["preset"], "seed-classification");
  EXPECT_EQ(method({"--preset", "seed-classification", "--normalize", "max"})["preset"], "seed-classification");
  const Json changed = method({"--preset", "seed-classification", "--normalize", "l2"});
  EXPECT_EQ(changed["preset"], nullptr);
  EXPECT_EQ(changed["normalize"], "l2");
  EXPECT_EQ(changed["reduce"], "onehot-l2");
  const Json other = method({"--preset", "seed-classification", "--method", "gradient-x-input"});
  EXPECT_EQ(other["preset"], nullptr);
  EXPECT_EQ(other["name"], "gradient-x-input");
  EXPECT_EQ(method({"--seed", "7"})["seed"], 7);
}

TEST(Explain, EveryOverriddenPresetLosesItsName) {
  for (const auto& known : presets()) {
    const bool answers = known.tasks == std::vector<Task>{Task::question_answering};
    const auto named = [&](const std::vector<std::string>& options) {
      std::vector<std::string> arguments = {"explain", "-m", golden(answers ? "bert-qa" : "bert-cls")};
      for (const char* text : answers ? std::vector<const char*>{"--question", "Who won?", "--context", "Denver won."}
                                      : std::vector<const char*>{"--text", "a good film"})
        arguments.emplace_back(text);
      arguments.insert(arguments.end(), {"--preset", std::string(known.name), "--format", "json"});
      arguments.insert(arguments.end(), options.begin(), options.end());
      const Result result = run(arguments);
      EXPECT_EQ(result.code, 0) << result.err;
      // A preset with two explanations writes two lines.
      return Json::parse(result.out.substr(0, result.out.find('\n')))["method"]["preset"];
    };
    EXPECT_EQ(named({}), std::string(known.name));
    EXPECT_EQ(named({"--normalize", "minmax"}), nullptr) << known.name;
    if (known.unit) EXPECT_EQ(named({"--unit", "sentence"}), nullptr) << known.name;
  }
}

TEST(Explain, PresetErrorNamesSupportedTasks) {
  const Result result = run({"explain", "-m", golden("bert-cls"), "--text", "a good film", "--preset", "neuralqa"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, HasSubstr("'neuralqa' for a model of sequence-classification"));
  EXPECT_THAT(result.err, HasSubstr("a model of question-answering"));
}

TEST(Explain, AnswerTargetUnitRawAndContrast) {
  const std::vector<std::string> question = {
      "explain", "-m", "minilm-l6-qa", "--question", "Who?", "--context", "Anna came. Berta went away."};
  const auto with = [&](const std::vector<std::string>& options) {
    auto arguments = question;
    arguments.insert(arguments.end(), options.begin(), options.end());
    return run_json(arguments);
  };
  const Json answer = with({"--answer", "Berta", "--raw"});
  const Json& start = answer["tokens"][answer["target"]["start_token"].get<std::size_t>()];
  EXPECT_EQ(start["begin"], 11);
  EXPECT_EQ(answer["logits"]["start"].size(), answer["tokens"].size());
  EXPECT_EQ(with({"--unit", "sentence"})["words"].size(), 3u);  // the question and two sentences
  EXPECT_NE(with({"--always-answer"})["prediction"]["answer"], "");
  EXPECT_EQ(with({"--null-threshold", "-1000"})["prediction"]["answer"], "");
  EXPECT_EQ(with({"--top", "3", "--always-answer"})["prediction"]["answers"].size(), 3u);
  const Json contrast = run_json(
      {"explain", "-m", golden("bert-cls"), "--text", "a good film", "--target", "LABEL_1", "--contrast", "2"});
  EXPECT_EQ(contrast["target"]["label"], "LABEL_1");
  EXPECT_EQ(contrast["target"]["contrast"], "LABEL_2");
}

TEST(Explain, OneLinePerEntity) {
  const Result result = run({"explain", "-m", "minilm-l6-ner", "--text", "Angela Merkel lives in Berlin."});
  ASSERT_EQ(result.code, 0) << result.err;
  const auto explanations = json_lines(result.out);
  ASSERT_EQ(explanations.size(), 2u);
  EXPECT_EQ(explanations[0]["target"]["text"], "Angela Merkel");
  EXPECT_EQ(explanations[1]["target"]["text"], "Berlin");
}

TEST(Explain, AcceptsUtf8AndLeadingDashes) {
  const std::string text = "— ¿Qué? 日本語 👩‍👩‍👧 fin";
  const Json explanation = run_json({"explain", "-m", "minilm-l6-sentiment", "--text", text});
  EXPECT_EQ(explanation["input"]["text"], text);
  const Json& last = explanation["words"].back();
  EXPECT_EQ(last["text"], "fin");
  EXPECT_EQ(last["begin"], 18);  // code points
  for (const std::string dashed : {"--text", "-x", "--", "-", "++", "explain", "{a: [b, c]}", "a=b"})
    EXPECT_EQ(run_json({"explain", "-m", golden("bert-cls"), "--text", dashed})["input"]["text"], dashed);
}

TEST(Explain, ContextFromAFile) {
  Folder folder;
  const std::string file = folder.write("context.txt", "Anna came to Rome.\nIt rained.\n");
  const Json explanation =
      run_json({"explain", "-m", "minilm-l6-qa", "--question", "Who came to Rome?", "--context-file", file});
  EXPECT_EQ(explanation["input"]["context"], "Anna came to Rome.\nIt rained.\n");
  EXPECT_EQ(explanation["prediction"]["answer"], "Anna");
}

TEST(Explain, FormatFollowsFileExtension) {
  Folder folder;
  const auto write = [&](const std::string& name) {
    const Result result =
        run({"explain", "-m", "minilm-l6-sentiment", "--text", "<b>gorgeous</b> & witty", "-o", folder / name});
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_EQ(result.out, "");
    return read(folder / name);
  };
  EXPECT_EQ(Json::parse(write("a.json"))["limn"], 1);
  EXPECT_THAT(write("a.html"),
              AllOf(HasSubstr("<!DOCTYPE html>"), HasSubstr("gorgeous"), Not(HasSubstr("<b>gorgeous"))));
  EXPECT_THAT(write("a.svg"), AllOf(HasSubstr("<svg"), HasSubstr("gorgeous")));
  EXPECT_THAT(write("a.csv"),
              HasSubstr("row,label,probability,target,explanation,sequence,word,begin,end,score,error\r\n"));
  EXPECT_THAT(write("a.txt"), AllOf(HasSubstr("gorgeous"), Not(HasSubstr("\x1b"))));
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder.path())) ++files;
  EXPECT_EQ(files, 5u);  // no temporary file remains
}

TEST(Explain, DoesNotReplaceDevices) {
  const Result result = run({"explain", "-m", golden("bert-cls"), "--text", "a", "-o", "/dev/null"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST(Explain, ClosedPipeEndsSilently) {
  Folder folder;
  std::string rows;
  for (int i = 0; i < 2000; ++i) rows += "a good film\n";
  const std::string file = folder.write("rows.txt", rows);
  const std::string shell = std::string("'") + LIMN_PROGRAM + "' explain -m '" + golden("bert-cls") + "' --input '" +
                            file + "' 2>'" + (folder / "err") + "' | head -n 1 >'" + (folder / "out") + "'";
  ASSERT_EQ(std::system(shell.c_str()), 0);
  EXPECT_EQ(read(folder / "err"), "");
  EXPECT_EQ(lines(read(folder / "out")).size(), 1u);
}

// ---- the other commands ------------------------------------------------------------------------------------------

TEST(Predict, PredictsAnswersLabelsAndEntities) {
  const Json answer = run_json({"predict", "-m", "minilm-l6-qa", "--question", "Who came to Rome?", "--context",
                                "Anna came to Rome in May.", "--top", "3"});
  EXPECT_THAT(keys(answer), ElementsAre("limn", "model", "task", "input", "prediction"));
  EXPECT_EQ(answer["prediction"]["answer"], "Anna");
  EXPECT_EQ(answer["prediction"]["answers"].size(), 3u);
  const Json label = run_json({"predict", "-m", "minilm-l6-sentiment", "--text", "Dull and far too long."});
  EXPECT_EQ(label["prediction"]["label"], "negative");
  const Json entities = run_json({"predict", "-m", "minilm-l6-ner", "--text", "Angela Merkel lives in Berlin."});
  ASSERT_EQ(entities["prediction"]["entities"].size(), 2u);
  EXPECT_EQ(entities["prediction"]["entities"][0]["label"], "PER");
  EXPECT_EQ(entities["prediction"]["entities"][1]["text"], "Berlin");
}

TEST(Predict, MatchesPyTorchProbabilities) {
  const Json test = Json::parse(read(golden("bert-cls") + "/cases.json"))["cases"][0];
  const auto logits = test["logits"].get<std::vector<double>>();
  double sum = 0;
  for (const double logit : logits) sum += std::exp(logit);
  const Json prediction =
      run_json({"predict", "-m", golden("bert-cls"), "--text", test["input"]["text"].get<std::string>()})["prediction"];
  std::size_t i = 0;
  for (const auto& [label, probability] : prediction["probabilities"].items())
    EXPECT_NEAR(probability.get<double>(), std::exp(logits[i++]) / sum, 1e-5) << label;
  EXPECT_EQ(i, logits.size());
}

TEST(Tokenize, MatchesPythonIdsOffsetsAndWords) {
  const Json tests = Json::parse(read(golden("bert-pair") + "/cases.json"))["cases"];
  ASSERT_FALSE(tests.empty());
  for (const auto& test : tests) {
    std::vector<std::string> arguments = {"tokenize", "-m", golden("bert-pair")};
    const auto input = input_options(test["input"]);
    arguments.insert(arguments.end(), input.begin(), input.end());
    const Json result = run_json(arguments);
    ASSERT_EQ(result["tokens"].size(), test["ids"].size());
    EXPECT_EQ(result["type_ids"], test["type_ids"]);
    EXPECT_EQ(result["cut_tokens"], 0);
    for (std::size_t i = 0; i < test["ids"].size(); ++i) {
      const Json& token = result["tokens"][i];
      EXPECT_EQ(token["id"], test["ids"][i]);
      EXPECT_EQ(token["begin"], test["offsets"][i][0]);
      EXPECT_EQ(token["end"], test["offsets"][i][1]);
      EXPECT_EQ(token["word"], test["words"][i]);
      EXPECT_EQ(token["special"], test["special"][i] == 1);
    }
  }
}

TEST(Models, ListsAndDescribesModels) {
  const Json list = run_json({"models"});
  std::vector<std::string> names;
  for (const auto& model : list) names.push_back(model["name"]);
  EXPECT_THAT(names, ElementsAre("all-minilm-l6-v2", "minilm-l6-ner", "minilm-l6-qa", "minilm-l6-sentiment",
                                 "minilm-l6-sentiment-masked", "minilm-l6-squad1"));
  EXPECT_EQ(list[2]["task"], "question-answering");
  const Json ner = run_json({"models", "minilm-l6-ner"});
  EXPECT_EQ(ner["family"], "bert");
  EXPECT_EQ(ner["layers"], 6);
  EXPECT_EQ(ner["hidden_size"], 384);
  EXPECT_EQ(ner["heads"], 12);
  EXPECT_EQ(ner["vocabulary"], 30522);
  EXPECT_EQ(ner["labels"].size(), 7u);  // B- and I- of PER, ORG, LOC; O
  EXPECT_FALSE(ner["files"].empty());
}

TEST(Models, FindsModelsInHubCacheAndByFolder) {
  Folder folder;
  const fs::path repository = folder.path() / "hub" / "models--somebody--tiny-bert";
  fs::create_directories(repository / "refs");
  fs::create_directories(repository / "snapshots" / "old");
  std::ofstream(repository / "refs" / "main") << "0123abcd";
  fs::copy(golden("bert-cls"), repository / "snapshots" / "0123abcd");
  const auto model_of = [&](const std::string& name, const std::map<std::string, std::string>& environment) {
    return run_json({"models", name}, {.environment = environment})["folder"].get<std::string>();
  };
  const std::string snapshot = (repository / "snapshots" / "0123abcd").string();
  EXPECT_EQ(model_of("somebody/tiny-bert", {{"HF_HUB_CACHE", folder / "hub"}}), snapshot);
  EXPECT_EQ(model_of("somebody/tiny-bert", {{"HF_HOME", folder.path().string()}}), snapshot);
  EXPECT_EQ(model_of(golden("bert-cls"), {}), golden("bert-cls"));
  const Json list = run_json({"models"}, {.environment = {{"HF_HUB_CACHE", folder / "hub"}}});
  EXPECT_EQ(list.size(), 6u + 1);  // the bundled ones, and the one of the cache
}

TEST(Models, ReportsUnreadableModels) {
  Folder folder;
  fs::create_directories(folder.path() / "models" / "strange");
  folder.write("models/strange/config.json", R"({"model_type": "llama", "architectures": ["LlamaForCausalLM"]})");
  const Json list =
      run_json({"models"}, {.environment = {{"LIMN_MODELS", folder / "models"}}, .folder = folder.path()});
  const auto strange =
      std::find_if(list.begin(), list.end(), [](const Json& model) { return model["name"] == "strange"; });
  ASSERT_NE(strange, list.end());
  EXPECT_EQ((*strange)["task"], nullptr);
  EXPECT_THAT((*strange)["reason"].get<std::string>(), HasSubstr("llama"));
}

TEST(Bench, HasDocumentedFields) {
  Folder folder;
  const std::string file =
      folder.write("rows.jsonl", "{\"text\": \"a good film\"}\n{\"text\": \"a bad film\"}\n{\"text\": \"a\"}\n");
  for (const std::string method : {"forward", "gradient", "gradient-x-input"}) {
    for (const std::string batch : {"1", "0", "2"}) {
      const Json result = run_json({"bench", "-m", golden("bert-cls"), "--input", file, "--method", method, "--batch",
                                    batch, "--threads", "1", "--limit", "2"});
      EXPECT_THAT(keys(result), ElementsAre("method", "model", "items", "seconds", "items_per_s", "p50_ms", "p95_ms",
                                            "load_s", "peak_mb", "threads", "batch", "isa"));
      EXPECT_EQ(result["method"], method);
      EXPECT_EQ(result["items"], 2);
      EXPECT_EQ(result["threads"], 1);
      EXPECT_LE(result["p50_ms"], result["p95_ms"]);
      EXPECT_GT(result["peak_mb"], 1);
    }
  }
}

TEST(Evaluate, ScoresAnswers) {
  Folder folder;
  // "Anna" is the correct answer; the context does not mention Berta, so that question has no answer.
  const std::string squad = folder.write("squad.json", R"({"version": "v2.0", "data": [{"title": "t", "paragraphs": [
      {"context": "Anna came to Rome in May.", "qas": [
        {"id": "1", "question": "Who came to Rome?", "is_impossible": false, "answers": [{"text": "Anna", "answer_start": 0}]},
        {"id": "2", "question": "When did Anna come to Rome?", "is_impossible": false,
         "answers": [{"text": "in May", "answer_start": 18}]}]}]}]})");
  const Json answers = run_json({"evaluate", "squad", "-m", "minilm-l6-qa", "--data", squad});
  EXPECT_THAT(keys(answers), ElementsAre("questions", "em", "f1", "has_answer", "no_answer", "best_em",
                                         "best_em_threshold", "best_f1", "best_f1_threshold", "confidence", "seconds"));
  EXPECT_EQ(answers["questions"], 2);
  EXPECT_EQ(answers["em"], 50);                              // "Anna"; "May" is not "in May"
  EXPECT_NEAR(answers["f1"].get<double>(), 83.3333, 0.001);  // 1 and 2/3

  const std::string labels =
      folder.write("labels.tsv", "sentence\tlabel\nA gorgeous film.\t1\nDull and silly.\t0\nAwful.\t1\n");
  const Json classification = run_json({"evaluate", "classification", "-m", "minilm-l6-sentiment", "--data", labels});
  EXPECT_EQ(classification["rows"], 3);
  EXPECT_EQ(classification["cut_rows"], 0);
  const Json cut = run_json({"evaluate", "classification", "-m", "minilm-l6-sentiment", "--data", labels,
                             "--max-length", "5", "--long-text", "beginning"});
  EXPECT_EQ(cut["cut_rows"], 2);  // "Awful." fits with its full stop and two special tokens
  EXPECT_NEAR(classification["accuracy"].get<double>(), 66.6667, 0.001);
  const Json windows =
      run_json({"evaluate", "classification", "-m", "minilm-l6-sentiment", "--data", labels, "--max-length", "5"});
  EXPECT_EQ(windows["cut_rows"], 0);

  const std::string conll = folder.write("ner.txt", "Angela B-PER\nMerkel I-PER\nlives O\nin O\nBerlin B-LOC\n\n");
  const Json tokens = run_json({"evaluate", "tokens", "-m", "minilm-l6-ner", "--data", conll});
  EXPECT_EQ(tokens["sentences"], 1);
  EXPECT_EQ(tokens["f1"], 100);
  EXPECT_EQ(run_json({"evaluate", "squad", "-m", "minilm-l6-qa", "--data", squad, "--limit", "1"})["questions"], 1);
}

TEST(Evaluate, NamesTypesThatTheModelLacks) {
  Folder folder;
  const std::string data = folder.write("towns.conll", "Lena\tB-PER\n\nOslo\tB-TOWN\n");
  const Json scores = run_json({"evaluate", "tokens", "-m", "minilm-l6-ner", "--data", data});
  EXPECT_EQ(scores["labels"]["TOWN"]["support"], 1);
  EXPECT_EQ(scores["warnings"], Json({"the model has no label for TOWN of the data, which counts as missed"}));
}

TEST(Predict, SaysThatAQuestionIsReadAsAText) {
  const Result result =
      run({"predict", "-m", golden("bert-pair"), "--question", "Who came?", "--context", "Anna came."});
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.err, AllOf(HasSubstr("answers no questions"), HasSubstr("the context as its pair")));
}

TEST(Evaluate, RejectsModelOfAnotherTask) {
  const Result result = run({"evaluate", "tokens", "-m", "minilm-l6-qa", "--data", golden("README.md")});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, AllOf(HasSubstr("minilm-l6-qa"), HasSubstr("found question-answering"),
                                HasSubstr("token-classification")));
}

TEST(Show, ConvertsSavedExplanationsToEveryFormat) {
  Folder folder;
  std::string all;
  for (const auto& arguments : std::vector<std::vector<std::string>>{
           {"explain", "-m", "minilm-l6-qa", "--question", "Who came, é?", "--context", "👩 Anna came.", "--raw",
            "--top", "2"},
           {"explain", "-m", "minilm-l6-qa", "--question", "Why?", "--context", "Anna came."},
           {"explain", "-m", "minilm-l6-sentiment", "--text", "A gorgeous\u2009film.", "--method", "gradient-x-input"},
           {"explain", "-m", "minilm-l6-ner", "--text", "Angela Merkel lives in Berlin.", "--layer", "2", "--reduce",
            "l2"},
           {"explain", "-m", golden("bert-multilabel"), "--text", "good film", "--target", "1", "--preset",
            "seed-classification"}})
    all += run(arguments).out;
  const std::string file = folder.write("all.jsonl", all);
  ASSERT_EQ(lines(all).size(), 6u);
  // The round trip is lossless: reading and writing the JSON again gives the same text.
  EXPECT_EQ(run({"show", file, "--format", "json"}).out, all);
  EXPECT_THAT(run({"show", file}).out, AllOf(HasSubstr("positive"), HasSubstr("Angela")));
  EXPECT_THAT(run({"show", file, "--format", "html"}).out, AllOf(HasSubstr("<!DOCTYPE html>"), HasSubstr("Berlin")));
  EXPECT_THAT(run({"show", file, "--format", "csv"}).out, HasSubstr("\n5,"));
  EXPECT_EQ(run({"show", "-", "--format", "json"}, {.input = all}).out, all);
  EXPECT_EQ(run({"show", file, file, "--format", "json"}).out, all + all);
  // Indented JSON is accepted too.
  const std::string indented = Json::parse(lines(all)[0]).dump(2) + "\n";
  EXPECT_EQ(run({"show", folder.write("indented.json", indented), "--format", "json"}).out, lines(all)[0] + "\n");
}

// ---- help -----------------------------------------------------------------------------------------------------

TEST(Help, ListsOptionsExamplesAndExitCodes) {
  const std::map<std::string, std::vector<std::string>> options = {
      {"explain",
       {"--model",        "--threads",    "--text",   "--pair",     "--question", "--context", "--context-file",
        "--input",        "--method",     "--preset", "--explain",  "--layer",    "--reduce",  "--normalize",
        "--seed",         "--target",     "--answer", "--contrast", "--unit",     "--special", "--raw",
        "--top",          "--max-length", "--stride", "--format",   "--output",   "--resume",  "--null-threshold",
        "--always-answer"}},
      {"predict", {"--model", "--text", "--question", "--input", "--top", "--max-length", "--output", "--resume"}},
      {"tokenize", {"--model", "--text", "--question", "--input", "--max-length", "--output"}},
      {"models", {"MODEL", "--format"}},
      {"bench", {"--model", "--input", "--method", "--batch", "--limit", "--threads", "--format"}},
      {"show", {"FILE", "--format", "--output", "--special"}},
      {"evaluate squad", {"--model", "--data", "--limit", "--null-threshold", "--stride", "--format"}},
      {"evaluate classification", {"--model", "--data", "--limit", "--max-length", "--format"}},
      {"evaluate tokens", {"--model", "--data", "--limit", "--max-length", "--format"}}};
  for (const auto& [command, names] : options) {
    std::vector<std::string> arguments;
    std::istringstream words(command);
    for (std::string word; words >> word;) arguments.push_back(word);
    arguments.push_back("--help");
    const Result help = run(arguments);
    EXPECT_EQ(help.code, 0);
    EXPECT_EQ(help.err, "");
    for (const auto& name : names) EXPECT_THAT(help.out, HasSubstr(name)) << command;
    EXPECT_THAT(help.out, AllOf(HasSubstr("Examples:\n  limn " + command), HasSubstr("Exit codes:"),
                                HasSubstr("LIMN_MODELS"), HasSubstr("NO_COLOR")));
    for (const auto& line : lines(help.out)) EXPECT_LE(line.size(), 110u) << line;
  }
}

TEST(Help, ProgramHelpListsCommands) {
  const Result help = run({"--help"});
  EXPECT_EQ(help.code, 0);
  for (const char* command : {"explain", "predict", "tokenize", "models", "evaluate", "bench", "show"})
    EXPECT_THAT(help.out, HasSubstr(std::string("\n  ") + command));
  EXPECT_THAT(run({"--version"}).out, testing::MatchesRegex("limn [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

}  // namespace
}  // namespace limn::cli_test
