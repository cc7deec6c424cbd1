// The command, HTTP and C++ are three ways to ask one question: they give the same JSON, but for the time it took.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "cli/program.h"
#include "limn/evaluate.h"
#include "limn/limn.h"
#include "limn/write.h"
#include "render/json.h"
#include "server/running_server.h"

namespace limn::server_test {
namespace {

using cli_test::run;
using OrderedJson = nlohmann::ordered_json;

const std::vector<std::string> models = {"bert-cls",        "bert-qa",        "bert-token",    "roberta-pair",
                                         "bert-multilabel", "modernbert-cls", "distilbert-qa", "deberta-v2-cls"};

const Model& model(const std::string& name) {
  static std::map<std::string, std::unique_ptr<Model>> loaded;
  auto& slot = loaded[name];
  if (!slot) slot = std::make_unique<Model>(Model::load(golden(name)));
  return *slot;
}

struct Question {
  std::string model;
  Input input;
  Json fields;  ///< what HTTP is asked; the command has the same options with dashes
  ChosenMethod method = {};
  ExplainOptions options = {};
};

const Input text = {.text = "A gorgeous, witty film.", .pair = {}};
const Input other = {.text = "Nobody would call it dull — or short.", .pair = {}};
const Input pair = {.text = "Anna met Ben in Rome.", .pair = "Ben was in Rome."};
const Input asked = {.text = "Who came to Rome?", .pair = "Anna came to Rome in May and met Ben there."};

/// Thirty questions: each method, each kind of option, each task.
std::vector<Question> questions() {
  using Statistic = SmoothGrad::Statistic;
  return {
      {"bert-cls", text, {}},
      {"bert-cls",
       text,
       {{"method", "gradient"}, {"reduce", "l2"}, {"normalize", "l1"}},
       Gradient{.reduce = Reduce::l2, .normalize = Normalize::l1}},
      {"bert-cls",
       text,
       {{"method", "gradient"}, {"reduce", "sum"}, {"absolute", true}, {"layer", "1"}},
       Gradient{.layer = {1}, .reduce = Reduce::sum, .absolute = true}},
      {"bert-cls",
       other,
       {{"method", "gradient"}, {"explain", "margin"}, {"raw", true}},
       Gradient{.explain = Scalar::margin},
       {.raw = true}},
      {"bert-cls", text, {{"method", "gradient-x-input"}, {"target", "1"}}, GradientXInput{}, {.target = "1"}},
      {"bert-cls",
       text,
       {{"method", "gradient-x-input"}, {"contrast", "0"}, {"target", "1"}},
       GradientXInput{},
       {.target = "1", .contrast = "0"}},
      {"bert-cls",
       text,
       {{"method", "smoothgrad"}, {"samples", 7}, {"seed", 3}, {"sigma", 0.25}},
       SmoothGrad{.samples = 7, .sigma = 0.25, .seed = 3}},
      {"bert-cls",
       text,
       {{"method", "vargrad"}, {"samples", 5}},
       SmoothGrad{.samples = 5, .statistic = Statistic::variance}},
      {"bert-cls",
       text,
       {{"method", "integrated-gradients"}, {"steps", 9}, {"baseline", "zero"}},
       IntegratedGradients{.baseline = {.kind = Baseline::Kind::zero}, .steps = 9}},
      {"bert-cls",
       text,
       {{"method", "integrated-gradients"}, {"baseline", "Hello there"}, {"tolerance", 0.05}},
       IntegratedGradients{.baseline = {.kind = Baseline::Kind::text, .text = "Hello there"}, .tolerance = 0.05}},
      {"bert-cls",
       text,
       {{"method", "sequential-integrated-gradients"}, {"steps", 4}},
       IntegratedGradients{.baseline = {.kind = Baseline::Kind::mask}, .steps = 4, .sequential = true}},
      {"bert-cls",
       text,
       {{"method", "expected-gradients"}, {"background", {"one", "two three"}}, {"samples", 6}},
       ExpectedGradients{.background = {"one", "two three"}, .samples = 6}},
      {"bert-cls", text, {{"method", "gradcam"}}, GradCam{}},
      {"bert-cls",
       text,
       {{"method", "occlusion"}, {"window", 2}, {"masking", "remove"}},
       Occlusion{.masking = Masking::remove, .window = 2}},
      {"bert-cls",
       text,
       {{"method", "lime"}, {"samples", 40}, {"seed", 5}, {"unit", "token"}},
       Lime{.samples = 40, .seed = 5},
       {.unit = Unit::token}},
      {"bert-cls",
       other,
       {{"method", "lime"}, {"flavour", "captum"}, {"kernel_width", 2.5}, {"features", 3}},
       Lime{.flavour = Lime::Flavour::captum, .features = 3, .kernel_width = 2.5}},
      {"bert-cls", text, {{"method", "kernel-shap"}, {"samples", 60}}, KernelShap{.samples = 60}},
      {"bert-cls", text, {{"method", "shapley"}, {"exact", true}}, ShapleySampling{.exact = true}},
      {"bert-cls", text, {{"method", "partition-shap"}, {"samples", 50}}, PartitionShap{.evaluations = 50}},
      {"bert-cls",
       text,
       {{"method", "rise"}, {"samples", 30}, {"present", 0.4}},
       Rise{.samples = 30, .probability = 0.4}},
      {"bert-cls",
       text,
       {{"method", "sobol"}, {"samples", 4}, {"order", "first"}},
       Sobol{.samples = 4, .total = false}},
      {"bert-cls", text, {{"method", "attention"}, {"layer", 1}, {"head", 2}}, Attention{.layer = 1, .head = 2}},
      {"bert-cls", text, {{"method", "rollout"}}, AttentionRollout{}},
      {"bert-cls",
       text,
       {{"method", "grad-attention"}, {"max_length", 6}},
       GradientAttention{},
       {.reading = {.max_length = 6}}},
      {"bert-qa", asked, {{"top", 3}}, Gradient{}, {.reading = {.top = 3}}},
      {"distilbert-qa",
       asked,
       {{"answer", "Anna"}, {"method", "gradient-x-input"}, {"word_score", "mean"}},
       GradientXInput{},
       {.answer = "Anna", .word_score = WordScore::mean}},
      {"bert-token", text, {{"target", "1:2"}, {"method", "gradient-x-input"}}, GradientXInput{}, {.target = "1:2"}},
      {"roberta-pair", pair, {{"method", "gradient"}, {"normalize", "none"}}, Gradient{.normalize = Normalize::none}},
      {"bert-multilabel",
       text,
       {{"target", "2"}, {"explain", "probability"}},
       Gradient{.explain = Scalar::probability},
       {.target = "2"}},
      {"modernbert-cls", other, {{"method", "gradient-x-input"}}, GradientXInput{}},
  };
}

OrderedJson without_seconds(OrderedJson json) {
  json.erase("seconds");
  return json;
}

/// The fields of the input, as HTTP has them.
Json input_fields(const std::string& model_name, const Input& input) {
  const bool answers = model(model_name).info().task == Task::question_answering;
  Json fields = {{answers ? "question" : "text", input.text}};
  if (input.pair) fields[answers ? "context" : "pair"] = *input.pair;
  return fields;
}

/// The same for the command: "max_length": 6 is --max-length 6, true is the flag alone, and a list is a file.
std::vector<std::string> arguments(const std::string& command, const std::string& model_name, const Json& fields,
                                   const cli_test::Folder& folder) {
  std::vector<std::string> result = {command, "-m", golden(model_name), "--format", "json"};
  for (const auto& [name, value] : fields.items()) {
    std::string flag = "--" + name;
    std::ranges::replace(flag, '_', '-');
    result.push_back(flag);
    if (value.is_array()) {
      std::string lines;
      for (const Json& one : value) lines += one.get<std::string>() + "\n";
      result.push_back(folder.write(name + ".txt", lines));
    } else if (!value.is_boolean()) {
      result.push_back(value.is_string() ? value.get<std::string>() : value.dump());
    }
  }
  return result;
}

Json merged(Json fields, const Json& more) {
  if (!more.is_null()) fields.update(more);
  return fields;
}

class FrontEnds : public testing::Test {
 protected:
  static void SetUpTestSuite() { server = std::make_unique<RunningServer>(nullptr, models); }
  static void TearDownTestSuite() { server.reset(); }

  /// Asks the command and HTTP, and expects of both what C++ returned. @param direct the JSON of each result
  static void expect_same(const std::string& command, const std::string& model_name, const Json& fields,
                          const std::vector<std::string>& direct) {
    std::vector<std::string> expected;
    for (const auto& text : direct) expected.push_back(without_seconds(OrderedJson::parse(text)).dump());
    ASSERT_FALSE(expected.empty());

    const cli_test::Folder folder;
    const auto result = run(arguments(command, model_name, fields, folder));
    ASSERT_EQ(result.code, 0) << result.err;
    std::vector<std::string> lines;
    for (const auto& line : cli_test::lines(result.out))
      lines.push_back(without_seconds(OrderedJson::parse(line)).dump());
    EXPECT_EQ(lines, expected);

    Json body = fields;
    body["model"] = model_name;
    const Reply reply = server->client().post("/v1/" + command, body);
    ASSERT_EQ(reply.status, 200) << reply.body;
    const OrderedJson answer = OrderedJson::parse(reply.body);
    std::vector<std::string> answers;
    if (answer.contains("explanations"))
      for (const auto& one : answer["explanations"]) answers.push_back(without_seconds(one).dump());
    else
      answers.push_back(without_seconds(answer).dump());
    EXPECT_EQ(answers, expected);
  }

  static inline std::unique_ptr<RunningServer> server;
};

TEST_F(FrontEnds, ThirtyExplanationsAreTheSame) {
  const auto all = questions();
  EXPECT_EQ(all.size(), 30u);
  for (const auto& [name, input, fields, method, options] : all) {
    SCOPED_TRACE(name + " " + fields.dump());
    expect_same("explain", name, merged(input_fields(name, input), fields),
                {to_json(model(name).explain(input, method, options))});
  }
}

TEST_F(FrontEnds, EveryPresetIsTheSame) {
  std::size_t compared = 0;
  for (const Preset& preset : presets()) {
    SCOPED_TRACE(preset.name);
    const Task task = preset.tasks.empty() ? Task::sequence_classification : preset.tasks.front();
    const std::string name = task == Task::question_answering     ? "bert-qa"
                             : task == Task::token_classification ? "bert-token"
                                                                  : "bert-cls";
    const Input& input = task == Task::question_answering ? asked : text;
    Json fields = {{"preset", std::string(preset.name)}};
    ExplainOptions options;
    if (task == Task::token_classification) fields["target"] = *(options.target = "1:2");  // one explanation, not many
    std::vector<std::string> direct;  // two of a question where a preset explains start and end apart
    const auto all = model(name).explain_all(input, limn::preset(preset.name, task), options);
    for (const Explanation& why : all) direct.push_back(to_json(why));
    expect_same("explain", name, merged(input_fields(name, input), fields), direct);
    ++compared;
  }
  EXPECT_EQ(compared, presets().size());
  EXPECT_GT(compared, 30u);
}

TEST_F(FrontEnds, PredictionsAreTheSame) {
  const std::vector<std::pair<std::string, Input>> asked_for = {{"bert-cls", text},        {"bert-qa", asked},
                                                                {"bert-token", other},     {"roberta-pair", pair},
                                                                {"bert-multilabel", text}, {"deberta-v2-cls", text}};
  for (const auto& [name, input] : asked_for) {
    SCOPED_TRACE(name);
    expect_same("predict", name, input_fields(name, input), {to_json(model(name).predict(input), input, name)});
  }
  EXPECT_EQ(asked_for.size(), 6u);
}

// Windows or the beginning, with everything that is said of them.
TEST_F(FrontEnds, LongTextsAreTheSame) {
  std::string words;
  for (int i = 0; i < 30; ++i) words += "A gorgeous, witty film " + std::to_string(i) + ". ";
  const Input input = {.text = words, .pair = {}};
  for (const char* name : {"bert-cls", "bert-multilabel"})
    for (const LongText read : {LongText::windows, LongText::beginning}) {
      SCOPED_TRACE(name);
      ExplainOptions options = {.reading = {.max_length = 40, .stride = 10}};
      options.reading.long_text = read;
      Json fields = {{"max_length", 40}, {"stride", 10}};
      if (read == LongText::beginning) fields["long_text"] = "beginning";
      fields = merged(input_fields(name, input), fields);
      expect_same("predict", name, fields,
                  {to_json(model(name).predict(input, options.reading), input, name, -1,
                           model(name).warnings(input, options.reading))});
      for (const char* explain : {"logit", "probability"}) {
        const Explanation why = model(name).explain(
            input, GradientXInput{.explain = *explain == 'l' ? Scalar::logit : Scalar::probability}, options);
        EXPECT_EQ(why.document.has_value(), read == LongText::windows);
        expect_same("explain", name, merged(fields, {{"method", "gradient-x-input"}, {"explain", explain}}),
                    {to_json(why)});
      }
    }
}

/// Times differ from run to run, wherever they stand.
OrderedJson without_times(const OrderedJson& json) {
  if (!json.is_structured()) return json;
  OrderedJson result = json.is_array() ? OrderedJson::array() : OrderedJson::object();
  for (const auto& [name, value] : json.items())
    if (json.is_array())
      result.push_back(without_times(value));
    else if (name != "seconds")
      result[name] = without_times(value);
  return result;
}

TEST_F(FrontEnds, ComparisonsAreTheSame) {
  const Comparison comparison({{"bert-cls", model("bert-cls")}, {"deberta-v2-cls", model("deberta-v2-cls")}},
                              {{"gradient", Gradient{}}, {"occlusion", Occlusion{}}});
  const OrderedJson direct = without_times(OrderedJson::parse(to_json(comparison.table({text}))));
  const auto result = run({"compare", "-m", golden("bert-cls"), "-m", golden("deberta-v2-cls"), "--method",
                           "gradient,occlusion", "--text", text.text, "--format", "json"});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(without_times(OrderedJson::parse(result.out)).dump(), direct.dump());
  const Reply reply = server->client().post(
      "/v1/compare",
      {{"models", {"bert-cls", "deberta-v2-cls"}}, {"methods", {"gradient", "occlusion"}}, {"text", text.text}});
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(without_times(OrderedJson::parse(reply.body)).dump(), direct.dump());
}

TEST_F(FrontEnds, EvaluationsAreTheSame) {
  cli_test::Folder folder;
  const auto evaluated = [](const std::string& kind, const std::string& name, const std::string& file) {
    const auto result = run({"evaluate", kind, "-m", golden(name), "--data", file, "--format", "json"});
    EXPECT_EQ(result.code, 0) << result.err;
    return without_times(OrderedJson::parse(result.code == 0 ? result.out : "{}")).dump();
  };
  const auto direct = [](const auto& scores) { return without_times(OrderedJson::parse(to_json(scores))).dump(); };
  const std::string rows = folder.write("rows.csv", "text,label\na good film,1\na bad one,0\nso so,1\n");
  EXPECT_EQ(evaluated("classification", "bert-cls", rows), direct(evaluate_classification(model("bert-cls"), rows)));
  const std::string words = folder.write("words.txt", "Anna B-PER\nmet O\nBen B-PER\n\nRome B-LOC\n");
  EXPECT_EQ(evaluated("tokens", "bert-token", words), direct(evaluate_tokens(model("bert-token"), words)));
  const Json question = {{"id", "q"}, {"question", asked.text}, {"answers", {{{"text", "Anna"}, {"answer_start", 0}}}}};
  const Json data = {{"data", {{{"paragraphs", {{{"context", *asked.pair}, {"qas", {question}}}}}}}}};
  const std::string squad = folder.write("squad.json", data.dump());
  EXPECT_EQ(evaluated("squad", "bert-qa", squad), direct(evaluate_squad(model("bert-qa"), squad)));
}

}  // namespace
}  // namespace limn::server_test
