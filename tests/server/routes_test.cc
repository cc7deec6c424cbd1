// Each route on real models, each refusal, and what every answer carries.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <regex>

#include "apps/cli/options.h"
#include "limn/limn.h"
#include "render/json.h"
#include "server/running_server.h"

namespace limn::server_test {
namespace {

using testing::HasSubstr;

double largest(const std::vector<double>& numbers) {
  double result = 0;
  for (const double number : numbers) result = std::max(result, std::abs(number));
  return result;
}

TEST(Routes, ExplainGivesTheScoresOfPyTorch) {
  const RunningServer server;
  Client client = server.client();
  for (const Json& expected : golden_cases("bert-cls")) {
    const Reply reply = client.post("/v1/explain", {{"text", expected["input"]["text"]},
                                                    {"target", std::to_string(expected["target"].get<int>())},
                                                    {"method", "gradient"},
                                                    {"reduce", "onehot-l2"},
                                                    {"normalize", "max"},
                                                    {"raw", true}});
    ASSERT_EQ(reply.status, 200) << reply.body;
    const Json why = reply.json();
    const auto scores = expected["explanations"]["onehot_l2_max"].get<std::vector<double>>();
    ASSERT_EQ(why["tokens"].size(), scores.size());
    // float32 against PyTorch's float32: rounding through two layers
    for (std::size_t i = 0; i < scores.size(); i++)
      EXPECT_NEAR(why["tokens"][i]["score"].get<double>(), scores[i], 1e-4);
    const auto logits = expected["logits"].get<std::vector<double>>();
    for (std::size_t i = 0; i < logits.size(); i++)
      EXPECT_NEAR(why["logits"][i].get<double>(), logits[i], 1e-4 * largest(logits));
  }
}

TEST(Routes, QuestionsAreExplainedWithTheirContext) {
  const RunningServer server({}, {"bert-qa"});
  const Json expected = golden_cases("bert-qa").front();
  const auto target = expected["target"].get<std::vector<int>>();
  const Reply reply =
      server.client().post("/v1/explain", {{"question", expected["input"]["question"]},
                                           {"context", expected["input"]["context"]},
                                           {"target", std::to_string(target[0]) + ":" + std::to_string(target[1])},
                                           {"method", "gradient-x-input"}});
  ASSERT_EQ(reply.status, 200) << reply.body;
  const auto scores = expected["explanations"]["grad_x_input"].get<std::vector<double>>();
  const Json why = reply.json();
  EXPECT_EQ(why["input"]["context"], expected["input"]["context"]);
  ASSERT_EQ(why["tokens"].size(), scores.size());
  for (std::size_t i = 0; i < scores.size(); i++)
    EXPECT_NEAR(why["tokens"][i]["score"].get<double>(), scores[i], 1e-4 * largest(scores));
}

TEST(Routes, PredictGivesTheProbabilitiesOfTheLogits) {
  const RunningServer server;
  const Json expected = golden_cases("bert-cls").front();
  const Json said = server.client().post("/v1/predict", {{"text", expected["input"]["text"]}}).json();
  double sum = 0;
  for (const double logit : expected["logits"]) sum += std::exp(logit);
  const auto& probabilities = said["prediction"]["probabilities"];
  ASSERT_EQ(probabilities.size(), expected["logits"].size());
  std::vector<double> found, softmax;
  for (const auto& [label, probability] : probabilities.items()) found.push_back(probability);
  for (const double logit : expected["logits"]) softmax.push_back(std::exp(logit) / sum);
  std::ranges::sort(found);  // parsed objects sort their labels
  std::ranges::sort(softmax);
  for (std::size_t i = 0; i < found.size(); i++) EXPECT_NEAR(found[i], softmax[i], 1e-5);
}

TEST(Routes, TokenizeGivesTheIdsAndOffsetsOfTheReference) {
  const RunningServer server;
  for (const Json& expected : golden_cases("bert-cls")) {
    const Json said = server.client().post("/v1/tokenize", {{"text", expected["input"]["text"]}}).json();
    std::vector<int> ids;
    for (const auto& token : said["tokens"]) ids.push_back(token["id"]);
    EXPECT_EQ(ids, expected["ids"].get<std::vector<int>>());
    for (std::size_t i = 0; i < ids.size(); i++)
      EXPECT_EQ(Json({said["tokens"][i]["begin"], said["tokens"][i]["end"]}), expected["offsets"][i]);
  }
}

TEST(Routes, EntitiesAreExplainedOneByOne) {
  const RunningServer server({}, {"bert-token"});
  const Json expected = golden_cases("bert-token").front();
  const Json said = server.client().post("/v1/explain", {{"text", expected["input"]["text"]}}).json();
  ASSERT_TRUE(said.contains("explanations")) << said;
  ASSERT_FALSE(said["explanations"].empty());
  const std::size_t entities = said["explanations"][0]["prediction"]["entities"].size();
  EXPECT_EQ(said["explanations"].size(), std::max<std::size_t>(entities, 1));
}

TEST(Routes, CompareGivesEachModelWithEachMethodAndTheirCorrelations) {
  const RunningServer server({}, {"bert-cls", "distilbert-cls"});
  const Json said = server.client()
                        .post("/v1/compare", {{"models", {"bert-cls", "distilbert-cls"}},
                                              {"methods", {"gradient", "occlusion"}},
                                              {"text", "I love you, I like you"}})
                        .json();
  ASSERT_EQ(said["explanations"].size(), 4u) << said;
  EXPECT_EQ(said["explanations"][1]["model"], "bert-cls");
  EXPECT_EQ(said["explanations"][1]["method"]["name"], "occlusion");
  EXPECT_EQ(said["explanations"][2]["model"], "distilbert-cls");
  EXPECT_EQ(said["correlations"].size(), 6u);  // pairs of four
}

/// What the command's own library call gives for the fields of a request.
Json explained(const std::string& model, const std::string& text, const Method& method, ExplainOptions options = {}) {
  return Json::parse(to_json(Model::load(golden(model)).explain(text, method, options)));
}

void expect_scores(const Json& found, const Json& expected) {
  ASSERT_EQ(found["words"].size(), expected["words"].size()) << found;
  for (std::size_t i = 0; i < expected["words"].size(); i++)
    EXPECT_NEAR(found["words"][i]["score"].get<double>(), expected["words"][i]["score"].get<double>(), 1e-6);
}

TEST(Routes, EveryKnobOfTheCommandIsAField) {
  const RunningServer server;
  const std::string text = "I love you, I like you";
  struct Case {
    Json fields;
    Method method;
    ExplainOptions options = {};
  };
  ExplainOptions mean;
  mean.pieces = Pieces::mean;
  const std::vector<Case> cases = {
      {{{"method", "lime"}, {"samples", 60}, {"features", 2}, {"kernel_width", 10}, {"flavour", "captum"}},
       Lime{.flavour = Lime::Flavour::captum, .samples = 60, .features = 2, .kernel_width = 10}},
      {{{"method", "rise"}, {"samples", 60}, {"present", 0.75}}, Rise{.samples = 60, .probability = 0.75}},
      {{{"method", "sobol"}, {"samples", 8}, {"order", "first"}}, Sobol{.samples = 8, .total = false}},
      {{{"method", "shapley"}, {"exact", true}}, ShapleySampling{.exact = true}},
      {{{"method", "gradient-x-input"}, {"absolute", true}, {"pieces", "mean"}},
       GradientXInput{.absolute = true},
       mean},
      {{{"method", "integrated-gradients"}, {"tolerance", 1e-9}, {"max_steps", 3}},
       IntegratedGradients{.tolerance = 1e-9, .max_steps = 3}},
      {{{"method", "expected-gradients"}, {"samples", 5}, {"background", {"a good film", "bad"}}},
       ExpectedGradients{.background = {"a good film", "bad"}, .samples = 5}}};
  for (const auto& [fields, method, options] : cases) {
    SCOPED_TRACE(fields.dump());
    Json request = fields;
    request["text"] = text;
    const Reply reply = server.client().post("/v1/explain", request);
    ASSERT_EQ(reply.status, 200) << reply.body;
    expect_scores(reply.json(), explained("bert-cls", text, method, options));
  }
}

TEST(Routes, APresetIsWhatItIsForTheModelsTask) {
  const RunningServer server({}, {"bert-cls", "bert-token"});
  std::size_t units = 0;
  for (const Preset& preset : presets()) {
    const bool serves_labels =
        preset.tasks.empty() || std::ranges::find(preset.tasks, Task::sequence_classification) != preset.tasks.end();
    Json request = {{"text", "I love you"}, {"preset", preset.name}};
    const Reply reply = server.client().post("/v1/explain", request);
    if (!serves_labels) continue;  // one of its name may serve them
    ASSERT_EQ(reply.status, 200) << preset.name << reply.body;
    EXPECT_EQ(reply.json()["method"]["preset"], preset.name);
    if (!preset.unit || *preset.unit == Unit::word) continue;
    units++;
    EXPECT_TRUE(reply.json()["method"].contains("unit")) << preset.name;
  }
  EXPECT_GT(units, 0u);
}

TEST(Routes, ComparesPresetsAndGivesEachMethodTheKnobsThatItHas) {
  const RunningServer server;
  const Reply reply = server.client().post(
      "/v1/compare",
      {{"methods", {"seed-classification", "lime", "occlusion"}}, {"samples", 20}, {"text", "I love you"}});
  ASSERT_EQ(reply.status, 200) << reply.body;
  const Json said = reply.json();
  EXPECT_EQ(said["explanations"][0]["method"]["preset"], "seed-classification");
  EXPECT_EQ(said["explanations"][1]["method"]["samples"], 20);
  const Reply refused =
      server.client().post("/v1/compare", {{"methods", {"gradient", "occlusion"}}, {"samples", 20}, {"text", "a"}});
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(refused.json()["field"], "samples");
}

TEST(Routes, AQuestionsEndsAreExplainedOneByOne) {
  const RunningServer server({}, {"bert-qa"});
  const Json expected = golden_cases("bert-qa").front();
  const Reply reply = server.client().post("/v1/explain", {{"question", expected["input"]["question"]},
                                                           {"context", expected["input"]["context"]},
                                                           {"explain", "max-logit"}});
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.json()["explanations"].size(), 2u) << reply.body;
}

TEST(Routes, AMethodsOwnNumbersKeepToTheLimits) {
  const RunningServer server([](auto& options) { options.service.limits.samples = options.service.limits.steps = 10; });
  const Reply refused = server.client().post("/v1/explain", {{"text", "a"}, {"method", "lime"}});
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(refused.json()["field"], "samples");
  const Json path =
      server.client()
          .post("/v1/explain", {{"text", "good"}, {"method", "integrated-gradients"}, {"tolerance", 1e-12}})
          .json();
  EXPECT_LE(path["method"]["steps"].get<int>(), 10) << path;
}

TEST(Routes, AttackChangesTheTextsThatItMay) {
  const RunningServer server({}, {"bert-qa"});
  const Json input = golden_cases("bert-qa").front()["input"];
  for (const char* change : {"question", "context"}) {
    Json request = input;
    request["kind"] = "input-reduction", request["change"] = change, request["max_steps"] = 2;
    const Json said = server.client().post("/v1/attack", request).json();
    const char* other = change == std::string_view("question") ? "context" : "question";
    EXPECT_EQ(said["output"][other], input[other]) << said;
  }
}

TEST(Routes, AttackGivesItsSteps) {
  const RunningServer server;
  for (const char* kind : {"hotflip", "input-reduction"}) {
    const Json said = server.client()
                          .post("/v1/attack", {{"text", "I love you, I like you"}, {"kind", kind}, {"max_steps", 3}})
                          .json();
    EXPECT_EQ(said["attack"], kind) << said;
    EXPECT_LE(said["steps"].size(), 3u);
  }
}

TEST(Routes, ManyInputsGiveAListInWhichTheBrokenOnesAreNamed) {
  const RunningServer server;
  const Reply reply =
      server.client().post("/v1/explain", {{"inputs", {{{"text", "good"}}, {{"text", ""}}, {{"text", "bad"}}}}});
  ASSERT_EQ(reply.status, 200);
  const Json results = reply.json()["results"];
  ASSERT_EQ(results.size(), 3u);
  EXPECT_EQ(results[0]["input"]["text"], "good");
  EXPECT_EQ(results[1]["error"]["status"], 422);
  EXPECT_EQ(results[2]["input"]["text"], "bad");
}

TEST(Routes, ModelsListsWhatThereIs) {
  const RunningServer server({}, {"bert-cls", "bert-qa"});
  const Json said = server.client().ask("GET", "/v1/models").json();
  EXPECT_EQ(said["models"][0]["name"], "bert-cls");
  EXPECT_EQ(said["models"][1]["task"], "question-answering");
  EXPECT_FALSE(said["models"][0].contains("folder"));  // whoever asks need not know where things lie
  EXPECT_THAT(said["methods"].get<std::vector<std::string>>(), testing::Contains("integrated-gradients"));
}

TEST(Routes, HealthReadinessAndPage) {
  const RunningServer server;
  Client client = server.client();
  EXPECT_EQ(client.ask("GET", "/healthz").json()["status"], "ok");
  EXPECT_EQ(client.ask("GET", "/readyz").json()["status"], "ok");
  const Reply page = client.ask("GET", "/?q=1");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.headers.at("content-type"), "text/html; charset=utf-8");
  const Reply head = client.ask("HEAD", "/");
  EXPECT_EQ(head.headers.at("content-length"), page.headers.at("content-length"));
  EXPECT_EQ(client.ask("GET", "/healthz").status, 200);  // nothing of a body came after the head
}

TEST(Routes, EveryAnswerTellsBrowsersToBeStrict) {
  const RunningServer server;
  Client client = server.client();
  for (const char* path : {"/", "/healthz", "/nothing"}) {
    const Reply reply = client.ask("GET", path);
    EXPECT_THAT(reply.headers.at("content-security-policy"), HasSubstr("default-src 'none'"));
    EXPECT_THAT(reply.headers.at("content-security-policy"), HasSubstr("frame-ancestors 'none'"));
    EXPECT_THAT(reply.headers.at("content-security-policy"), HasSubstr("script-src 'sha256-"));
    EXPECT_THAT(reply.headers.at("content-security-policy"), testing::Not(HasSubstr("unsafe")));
    EXPECT_EQ(reply.headers.at("x-content-type-options"), "nosniff");
    EXPECT_EQ(reply.headers.at("referrer-policy"), "no-referrer");
  }
}

TEST(Routes, MetricsAreWhatPrometheusReads) {
  const RunningServer server;
  Client client = server.client();
  client.post("/v1/predict", {{"text", "good"}});
  const std::string text = client.ask("GET", "/metrics").body;
  const std::regex sample(R"re(^[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [-+0-9.eE]+$)re");
  std::istringstream stream(text);
  std::size_t samples = 0;
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with("#")) continue;
    samples++;
    EXPECT_TRUE(std::regex_match(line, sample)) << line;
  }
  EXPECT_GT(samples, 30u);
  EXPECT_THAT(text, HasSubstr("limn_requests_total{route=\"/v1/predict\",status=\"200\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("limn_request_duration_seconds_bucket{route=\"/v1/predict\",le=\"+Inf\"} 1\n"));
  for (const char* name :
       {"limn_queue_length{lane=\"short\"} ", "limn_tokens_per_second ", "process_resident_memory_bytes "})
    EXPECT_THAT(text, HasSubstr("\n" + std::string(name)));
}

TEST(Routes, TheAccessLogHasALineForEachRequestAndNoTexts) {
  RunningServer server;
  server.client().post("/v1/predict", {{"text", "a secret"}});
  server.client().ask("GET", "/nothing");
  server.stop();
  std::vector<Json> requests;
  for (const Json& line : server.log()) {
    EXPECT_THAT(line.dump(), testing::Not(HasSubstr("secret")));
    if (line.contains("path")) requests.push_back(line);
  }
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0]["status"], 200);
  EXPECT_EQ(requests[0]["method"], "POST");
  EXPECT_EQ(requests[0]["client"], "127.0.0.1");
  EXPECT_EQ(requests[1]["status"], 404);
}

TEST(OpenApi, DescribesEveryRouteAndAllNames) {
  const RunningServer server;
  const Json document = server.client().ask("GET", "/openapi.json").json();
  EXPECT_EQ(document["openapi"], "3.1.0");
  for (const char* path : {"/v1/explain", "/v1/predict", "/v1/compare", "/v1/tokenize", "/v1/attack"})
    EXPECT_TRUE(document["paths"][path].contains("post"));
  for (const char* path : {"/v1/models", "/healthz", "/readyz", "/metrics", "/openapi.json"})
    EXPECT_TRUE(document["paths"][path].contains("get"));
  EXPECT_EQ(document["components"]["schemas"]["Method"]["enum"].size(), cli::methods().size());
  // null is the same as nothing, in the document as in requests.
  const Json& head = document["components"]["schemas"]["ExplainRequest"]["properties"]["head"];
  EXPECT_EQ(head["type"], Json({"integer", "null"}));
  EXPECT_EQ(server.client().post("/v1/explain", {{"text", "good"}, {"head", nullptr}, {"method", nullptr}}).status,
            200);
  // A name that is referred to is there.
  const std::string text = document.dump();
  const std::regex reference(R"re("#/components/(\w+)/(\w+)")re");
  for (std::sregex_iterator match(text.begin(), text.end(), reference), end; match != end; ++match)
    EXPECT_TRUE(document["components"][(*match)[1].str()].contains((*match)[2].str())) << match->str();
}

// ---- refusals ---------------------------------------------------------------------------------------------

struct Refusal {
  const char* name;
  Json body;
  int status;
  const char* field;  ///< that the problem names; empty: none
  const char* detail;
};

class Refusals : public testing::TestWithParam<Refusal> {};

TEST_P(Refusals, AreProblemDetailsThatSayWhatToDo) {
  static const RunningServer server({}, {"bert-cls", "bert-qa"});
  const Refusal& refusal = GetParam();
  const Reply reply = server.client().post("/v1/explain", refusal.body);
  EXPECT_EQ(reply.status, refusal.status) << reply.body;
  EXPECT_EQ(reply.headers.at("content-type"), "application/problem+json");
  const Json problem = reply.json();
  EXPECT_EQ(problem["status"], refusal.status);
  EXPECT_EQ(problem["type"], "about:blank");
  EXPECT_EQ(problem.value("field", ""), refusal.field);
  EXPECT_THAT(problem["detail"].get<std::string>(), HasSubstr(refusal.detail));
  EXPECT_THAT(problem["detail"].get<std::string>(), testing::Not(HasSubstr("--")));
}

const std::string words(const std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; i++) text += "so ";
  return text;
}

INSTANTIATE_TEST_SUITE_P(
    Requests, Refusals,
    testing::Values(
        Refusal{"NoObject", Json::array(), 422, "", "a JSON object"},
        Refusal{"UnknownModel", {{"model", "bert"}, {"text", "a"}}, 422, "model", "bert-cls, bert-qa"},
        Refusal{"UnknownField", {{"txt", "a"}, {"text", "a"}}, 422, "", "'txt', expected text"},
        Refusal{"NoText", Json::object(), 422, "text", "expected text"},
        Refusal{"EmptyText", {{"text", ""}}, 422, "", "empty"},
        Refusal{"TextThatIsANumber", {{"text", 5}}, 422, "text", "expected a text"},
        Refusal{
            "QuestionForAClassifier", {{"question", "a"}, {"context", "b"}}, 422, "text", "does not answer questions"},
        Refusal{"TextForAQuestion", {{"model", "bert-qa"}, {"text", "a"}}, 422, "question", "question and context"},
        Refusal{"UnknownMethod", {{"text", "a"}, {"method", "magic"}}, 422, "method", "integrated-gradients"},
        Refusal{"KnobOfAnotherMethod", {{"text", "a"}, {"steps", 5}}, 422, "steps", "a method that has this option"},
        Refusal{
            "NoSteps", {{"text", "a"}, {"method", "integrated-gradients"}, {"steps", 0}}, 422, "steps", "1 to 1000"},
        Refusal{"TooManySteps",
                {{"text", "a"}, {"method", "integrated-gradients"}, {"steps", 1001}},
                422,
                "steps",
                "1 to 1000"},
        Refusal{"TooManySamples", {{"text", "a"}, {"method", "lime"}, {"samples", 5001}}, 422, "samples", "1 to 5000"},
        Refusal{"TooManyMasks",
                {{"text", words(300)}, {"method", "sobol"}, {"samples", 2000}},
                422,
                "samples",
                "for 302 tokens"},
        Refusal{"NegativeSeed", {{"text", "a"}, {"method", "lime"}, {"seed", -1}}, 422, "seed", "from 0"},
        Refusal{"TooManyTokens", {{"text", words(8200)}}, 422, "text", "at most 8192"},
        Refusal{"UnknownLabel", {{"text", "a"}, {"target", "none"}}, 422, "target", "none"},
        Refusal{"InputsAndText", {{"text", "a"}, {"inputs", {{{"text", "b"}}}}}, 422, "inputs", "one of them"},
        Refusal{"NoInputs", {{"inputs", Json::array()}}, 422, "inputs", "a list of 1 to 64"},
        Refusal{"DeepNesting", Json::parse(std::string(600, '[') + std::string(600, ']')), 400, "", "nested"}),
    [](const auto& info) { return info.param.name; });

TEST(Refusals, MalformedRequestsAreToldApart) {
  const RunningServer server;
  const auto post = [&](const std::string& body, const std::string& headers = Client::json_type) {
    return server.client().ask("POST", "/v1/predict", body, headers);
  };
  EXPECT_EQ(post("{\"text\":").status, 400);
  EXPECT_EQ(post("{\"text\":\"a\",\"text\":\"b\"}").status, 400);
  EXPECT_EQ(post("{\"text\":\"\xff\"}").status, 400);
  EXPECT_EQ(post("{\"text\":\"a\"}", "Content-Type: text/plain\r\n").status, 415);
  EXPECT_EQ(post("{\"text\":\"a\"}", "").status, 415);
  EXPECT_EQ(post("{\"text\":\"a\"}", "Content-Type: application/json; charset=utf-8\r\n").status, 200);
  EXPECT_EQ(server.client().ask("GET", "/nothing").status, 404);
  const Reply wrong_method = server.client().ask("GET", "/v1/predict");
  EXPECT_EQ(wrong_method.status, 405);
  EXPECT_EQ(wrong_method.headers.at("allow"), "POST, OPTIONS");
  Client nonsense = server.client();
  nonsense.send("who is there?\r\n\r\n");
  EXPECT_EQ(nonsense.read_reply().status, 400);
  Client long_head = server.client();
  long_head.send("GET / HTTP/1.1\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n");
  EXPECT_EQ(long_head.read_reply().status, 431);
}

TEST(Routes, NaughtyStringsComeBackAsTheyAreOrAreRefused) {
  const RunningServer server({}, {"bert-cls", "bert-qa"});
  Client client = server.client();
  const Json strings =
      Json::parse(std::ifstream(std::string(LIMN_SOURCE_DIR) + "/tests/web/data/naughty_strings.json"));
  ASSERT_GT(strings.size(), 500u);
  std::size_t explained = 0;
  for (const Json& text : strings) {
    const Reply reply = client.post("/v1/explain", {{"text", text}});
    ASSERT_TRUE(reply.status == 200 || reply.status == 422) << text << reply.status;
    const Json said = reply.json();
    if (reply.status == 422) continue;  // a text without a token
    explained++;
    EXPECT_EQ(said["input"]["text"], text);
    const int asked = client.post("/v1/predict", {{"model", "bert-qa"}, {"question", text}, {"context", text}}).status;
    ASSERT_TRUE(asked == 200 || asked == 422) << text << asked;  // some are too long for a question
    // As names it is one that nobody knows, or the model's own.
    for (const char* field : {"model", "method", "target", "preset", "baseline"}) {
      const int status = client.post("/v1/explain", {{"text", "a"}, {field, text}}).status;
      ASSERT_TRUE(status == 200 || status == 422) << field << text << status;
    }
  }
  EXPECT_GT(explained, 400u);
}

TEST(Refusals, BodiesThatAreMadeToTakeLong) {
  const RunningServer server;
  const auto post = [&](const std::string& route, const std::string& body) {
    return server.client().ask("POST", route, body, Client::json_type);
  };
  const auto repeated = [](const std::string& part, std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; i++) text += (i == 0 ? "" : ",") + part;
    return text;
  };
  EXPECT_EQ(post("/v1/explain", "{\"inputs\":[" + repeated("{\"\":0}", 100'000) + "]}").status, 422);
  std::string names;
  for (std::size_t i = 0; i < 100'000; i++) names += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\"";
  EXPECT_EQ(post("/v1/compare", "{\"text\":\"a\",\"methods\":[" + names + "]}").status, 422);
  const std::string megabyte(1'000'000, 'a');
  EXPECT_EQ(post("/v1/explain", "{\"" + megabyte + "\":1}").status, 422);
  const Reply model = post("/v1/explain", "{\"text\":\"a\",\"model\":\"" + megabyte + "\"}");
  EXPECT_EQ(model.status, 422);
  EXPECT_LT(model.body.size(), 2000u);
}

TEST(Refusals, AContextOfVeryManyWindows) {
  const RunningServer server([](auto& options) { options.service.limits.rows = 16'000; }, {"bert-qa"});
  const auto ask = [&](const std::string& question, std::size_t count) {
    std::string context;
    for (std::size_t i = 0; i < count; i++) context += "so ";
    return server.client().post("/v1/predict", {{"question", question}, {"context", context}});
  };
  EXPECT_EQ(ask("what?", 1000).status, 200);
  // The model has 80 positions: this question leaves each window 10 tokens that the one before had not.
  std::string question;
  for (std::size_t i = 0; i < 27; i++) question += "so ";
  const Reply refused = ask(question, 4000);
  EXPECT_EQ(refused.status, 422) << refused.body;
  EXPECT_THAT(refused.body, HasSubstr("windows of"));
}

TEST(Refusals, ABodyThatIsTooLongIsRefusedBeforeItIsRead) {
  const RunningServer server([](auto& options) { options.listener.largest_body = 1000; });
  Client client = server.client();
  client.send(
      "POST /v1/predict HTTP/1.1\r\nHost: limn\r\nContent-Type: application/json\r\nContent-Length: "
      "1000000000\r\n\r\n");
  const Reply reply = client.read_reply();
  EXPECT_EQ(reply.status, 413);
  EXPECT_THAT(reply.json()["detail"].get<std::string>(), HasSubstr("at most 1000 bytes"));
  // The same in chunks, whose sum nobody tells.
  Client chunked = server.client();
  chunked.send("POST /v1/predict HTTP/1.1\r\nHost: limn\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n" +
               std::string(2000, ' '));
  EXPECT_EQ(chunked.read_reply().status, 413);
}

// ---- who may ask ------------------------------------------------------------------------------------------

TEST(Keys, AreNeededWhereModelsWork) {
  const RunningServer server([](auto& options) { options.service.api_keys = {"first", "second"}; });
  const auto status = [&](const std::string& header) {
    return server.client().post("/v1/predict", {{"text", "a"}}, header).status;
  };
  EXPECT_EQ(status(""), 401);
  EXPECT_EQ(status("Authorization: Bearer wrong\r\n"), 401);
  EXPECT_EQ(status("Authorization: Bearer firs\r\n"), 401);
  EXPECT_EQ(status("Authorization: Bearer firstt\r\n"), 401);
  EXPECT_EQ(status("Authorization: Bearer \r\n"), 401);
  EXPECT_EQ(status("X-Api-Key: firstfirst\r\n"), 401);
  EXPECT_EQ(status("Authorization: Bearer first\r\n"), 200);
  EXPECT_EQ(status("Authorization: bearer second\r\n"), 200);
  EXPECT_EQ(status("X-Api-Key: second\r\n"), 200);
  EXPECT_EQ(server.client().ask("GET", "/metrics").status, 401);
  EXPECT_EQ(server.client().ask("GET", "/healthz").status, 200);
  EXPECT_EQ(server.client().ask("GET", "/").status, 200);
  EXPECT_TRUE(server.client().ask("GET", "/openapi.json").json()["paths"]["/v1/predict"]["post"].contains("security"));
}

TEST(Cors, OnlyListedSitesAreLetIn) {
  const RunningServer server([](auto& options) { options.service.origins = {"https://good.example"}; });
  const auto allowed = [&](const std::string& origin) {
    const Reply reply = server.client().ask("OPTIONS", "/v1/predict", "", "Origin: " + origin + "\r\n");
    EXPECT_EQ(reply.status, 204);
    EXPECT_EQ(reply.headers.at("vary"), "Origin");
    const auto found = reply.headers.find("access-control-allow-origin");
    return found == reply.headers.end() ? "" : found->second;
  };
  EXPECT_EQ(allowed("https://good.example"), "https://good.example");
  EXPECT_EQ(allowed("https://bad.example"), "");
  EXPECT_EQ(allowed("https://good.example.org"), "");
  const RunningServer closed;
  EXPECT_FALSE(closed.client()
                   .ask("GET", "/healthz", "", "Origin: https://good.example\r\n")
                   .headers.contains("access-control-allow-origin"));
}

}  // namespace
}  // namespace limn::server_test
