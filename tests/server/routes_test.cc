// Each route on real models, and the headers of every response.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>

#include "limn/limn.h"
#include "options/methods.h"
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

TEST(Routes, ExplainMatchesPyTorch) {
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
    for (std::size_t i = 0; i < scores.size(); ++i)
      EXPECT_NEAR(why["tokens"][i]["score"].get<double>(), scores[i], 1e-4);
    const auto logits = expected["logits"].get<std::vector<double>>();
    for (std::size_t i = 0; i < logits.size(); ++i)
      EXPECT_NEAR(why["logits"][i].get<double>(), logits[i], 1e-4 * largest(logits));
  }
}

TEST(Routes, EntitiesOfALongTextAreExplainedInTheirWindows) {
  const RunningServer server(
      [](server::Server::Options& options) {
        options.models = {(std::filesystem::path(LIMN_SOURCE_DIR) / "models/minilm-l6-ner").string()};
      },
      {});
  std::string text;
  for (int i = 0; i < 8; ++i) text += "On Monday, Zoë Müller left Berlin. ";
  Json request = {{"text", text}, {"max_length", 48}, {"stride", 8}};
  const Json predicted = server.client().post("/v1/predict", request).json();
  const Json& entities = predicted["prediction"]["entities"];
  ASSERT_GE(entities.size(), 12u);
  EXPECT_THAT(predicted["warnings"].dump(), HasSubstr("windows were read"));
  request["method"] = "gradient";
  const Json explanations = server.client().post("/v1/explain", request).json()["explanations"];
  ASSERT_EQ(explanations.size(), entities.size());
  for (std::size_t i = 0; i < entities.size(); ++i) {
    const Json &why = explanations[i], &entity = entities[i];
    EXPECT_EQ(why["target"]["text"], entity["text"]);
    const std::size_t start = why["target"]["start_token"];
    EXPECT_EQ(why["tokens"][start]["begin"], entity["begin"]);
    EXPECT_EQ(why.value("window_begin", std::size_t{0}) + start, entity["start_token"]);
    EXPECT_THAT(why["warnings"].dump(), HasSubstr("windows were read, window "));
  }
  EXPECT_GT(explanations.back().value("window_begin", 0), 0);
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
  for (std::size_t i = 0; i < scores.size(); ++i)
    EXPECT_NEAR(why["tokens"][i]["score"].get<double>(), scores[i], 1e-4 * largest(scores));
}

TEST(Routes, PredictMatchesLogits) {
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
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], softmax[i], 1e-5);
}

TEST(Routes, TokenizeMatchesTheReference) {
  const RunningServer server;
  for (const Json& expected : golden_cases("bert-cls")) {
    const Json said = server.client().post("/v1/tokenize", {{"text", expected["input"]["text"]}}).json();
    std::vector<int> ids;
    for (const auto& token : said["tokens"]) ids.push_back(token["id"]);
    EXPECT_EQ(ids, expected["ids"].get<std::vector<int>>());
    for (std::size_t i = 0; i < ids.size(); ++i)
      EXPECT_EQ(Json({said["tokens"][i]["begin"], said["tokens"][i]["end"]}), expected["offsets"][i]);
  }
}

TEST(Routes, EntitiesAreExplainedSeparately) {
  const RunningServer server({}, {"bert-token"});
  const Json expected = golden_cases("bert-token").front();
  const Json said = server.client().post("/v1/explain", {{"text", expected["input"]["text"]}}).json();
  ASSERT_TRUE(said.contains("explanations")) << said;
  ASSERT_FALSE(said["explanations"].empty());
  const std::size_t entities = said["explanations"][0]["prediction"]["entities"].size();
  EXPECT_EQ(said["explanations"].size(), std::max<std::size_t>(entities, 1));
}

TEST(Routes, CompareReturnsEveryCellAndCorrelations) {
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
  EXPECT_EQ(said["correlations"].size(), 6u);  // pairs of four cells
}

/// Returns the result of the library call that corresponds to a request.
Json explained(const std::string& model, const std::string& text, const Method& method, ExplainOptions options = {}) {
  return Json::parse(to_json(Model::load(golden(model)).explain(text, method, options)));
}

void expect_scores(const Json& found, const Json& expected) {
  ASSERT_EQ(found["words"].size(), expected["words"].size()) << found;
  for (std::size_t i = 0; i < expected["words"].size(); ++i)
    EXPECT_NEAR(found["words"][i]["score"].get<double>(), expected["words"][i]["score"].get<double>(), 1e-6);
}

TEST(Routes, EveryCommandOptionIsAField) {
  const RunningServer server;
  const std::string text = "I love you, I like you";
  struct Case {
    Json fields;
    Method method;
    ExplainOptions options = {};
  };
  ExplainOptions mean;
  mean.word_score = WordScore::mean;
  const std::vector<Case> cases = {
      {{{"method", "lime"}, {"samples", 60}, {"features", 2}, {"kernel_width", 10}, {"flavour", "captum"}},
       Lime{.flavour = Lime::Flavour::captum, .samples = 60, .features = 2, .kernel_width = 10}},
      {{{"method", "rise"}, {"samples", 60}, {"present", 0.75}}, Rise{.samples = 60, .probability = 0.75}},
      {{{"method", "sobol"}, {"samples", 8}, {"order", "first"}}, Sobol{.samples = 8, .total = false}},
      {{{"method", "shapley"}, {"exact", true}}, ShapleySampling{.exact = true}},
      {{{"method", "gradient-x-input"}, {"absolute", true}, {"word_score", "mean"}},
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

TEST(Routes, PresetDependsOnTheModelsTask) {
  const RunningServer server({}, {"bert-cls", "bert-token"});
  std::size_t units = 0;
  for (const Preset& preset : presets()) {
    const bool serves_labels =
        preset.tasks.empty() || std::ranges::find(preset.tasks, Task::sequence_classification) != preset.tasks.end();
    Json request = {{"text", "I love you"}, {"preset", preset.name}};
    const Reply reply = server.client().post("/v1/explain", request);
    if (!serves_labels) continue;  // another preset of the same name may support them
    ASSERT_EQ(reply.status, 200) << preset.name << reply.body;
    EXPECT_EQ(reply.json()["method"]["preset"], preset.name);
    if (!preset.unit || *preset.unit == Unit::word) continue;
    ++units;
    EXPECT_TRUE(reply.json()["method"].contains("unit")) << preset.name;
  }
  EXPECT_GT(units, 0u);
}

TEST(Routes, ComparesPresetsAndAppliesOptionsPerMethod) {
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

TEST(Routes, StartAndEndOfAnAnswerAreExplainedSeparately) {
  const RunningServer server({}, {"bert-qa"});
  const Json expected = golden_cases("bert-qa").front();
  const Reply reply = server.client().post("/v1/explain", {{"question", expected["input"]["question"]},
                                                           {"context", expected["input"]["context"]},
                                                           {"explain", "max-logit"}});
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.json()["explanations"].size(), 2u) << reply.body;
}

TEST(Routes, ModelsSayHowLongARequestMayTake) {
  const RunningServer server([](auto& options) { options.service.time = std::chrono::seconds(7); });
  EXPECT_EQ(server.client().ask("GET", "/v1/models").json()["limits"]["seconds"], 7);
}

TEST(Routes, MethodDefaultsRespectLimits) {
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

TEST(Routes, AttackChangesOnlyAllowedTexts) {
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

TEST(Routes, AttackReturnsItsSteps) {
  const RunningServer server;
  for (const char* kind : {"hotflip", "input-reduction"}) {
    const Json said = server.client()
                          .post("/v1/attack", {{"text", "I love you, I like you"}, {"kind", kind}, {"max_steps", 3}})
                          .json();
    EXPECT_EQ(said["attack"], kind) << said;
    EXPECT_LE(said["steps"].size(), 3u);
  }
}

TEST(Routes, AttentionReturnsRowsThatSumToOne) {
  const RunningServer server;
  const Json said = server.client().post("/v1/attention", {{"text", "I love you"}}).json();
  const std::size_t layers = said["layers"], heads = said["heads"], tokens = said["tokens"].size();
  ASSERT_GT(tokens, 3u);
  // base64: four letters for three bytes.
  std::string bytes;
  const std::string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  unsigned held = 0, bits = 0;
  for (const char letter : said["weights"].get<std::string>()) {
    if (letter == '=') break;
    held = held << 6 | static_cast<unsigned>(letters.find(letter)), bits += 6;
    if (bits >= 8) bits -= 8, bytes += static_cast<char>(held >> bits & 255);
  }
  ASSERT_EQ(bytes.size(), layers * heads * tokens * tokens);
  for (std::size_t row = 0; row < layers * heads * tokens; ++row) {
    double sum = 0;
    for (std::size_t to = 0; to < tokens; ++to) {
      const double root = static_cast<unsigned char>(bytes[row * tokens + to]) / 255.0;
      sum += root * root;
    }
    EXPECT_NEAR(sum, 1, 0.02) << "row " << row;  // a byte's error of 1/510 in each root
  }
}

TEST(Routes, AttentionOfLongTextsIsRefused) {
  const RunningServer server([](auto& options) { options.service.limits.weights = 100; });
  const Reply reply = server.client().post("/v1/attention", {{"text", "I love you, I like you, I know you"}});
  EXPECT_EQ(reply.status, 422);
  EXPECT_EQ(reply.json()["expected"], "at most 100 attention weights");
}

TEST(Routes, SeveralInputsReturnResultsAndErrors) {
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

TEST(Routes, APlainStringIsATextUnlessTheModelAnswersQuestions) {
  const RunningServer server({}, {"bert-cls", "bert-qa"});
  const Json texts = server.client().post("/v1/predict", {{"inputs", {"good", "bad"}}}).json()["results"];
  const Json objects =
      server.client().post("/v1/predict", {{"inputs", {{{"text", "good"}}, {{"text", "bad"}}}}}).json()["results"];
  ASSERT_EQ(texts.size(), 2u);
  EXPECT_EQ(texts, objects);
  EXPECT_EQ(server.client().post("/v1/predict", {{"model", "bert-qa"}, {"inputs", {"good"}}}).status, 422);
}

TEST(Routes, ModelsListsModelsMethodsAndLimits) {
  const RunningServer server({}, {"bert-cls", "bert-qa"});
  const Json said = server.client().ask("GET", "/v1/models").json();
  EXPECT_EQ(said["models"][0]["name"], "bert-cls");
  EXPECT_EQ(said["models"][1]["task"], "question-answering");
  EXPECT_FALSE(said["models"][0].contains("folder"));  // clients need not know file locations
  std::vector<std::string> methods;
  for (const Json& method : said["methods"]) methods.push_back(method["name"]);
  EXPECT_THAT(methods, testing::Contains("integrated-gradients"));
}

// The page's tests use a recorded table, which must be a subset of the server's.
TEST(Routes, ModelsListsTheRecordedMethodsAndOptions) {
  const RunningServer server;
  const Json said = server.client().ask("GET", "/v1/models").json();
  const Json recorded = Json::parse(std::ifstream(std::string(LIMN_SOURCE_DIR) + "/tests/web/data/table.json"));
  std::size_t compared = 0;
  for (const char* list : {"methods", "options"}) {
    std::map<std::string, Json> rows;
    for (const Json& row : said[list]) rows[row["name"]] = row;
    for (const Json& row : recorded[list]) {
      Json& found = rows[row["name"]];
      for (const auto& [key, value] : row.items()) {
        if (key == "options")
          for (const auto& [option, usual] : value.items()) EXPECT_EQ(found[key][option], usual) << row["name"];
        else
          EXPECT_EQ(found[key], value) << row["name"] << ", " << key;
      }
      ++compared;
    }
  }
  EXPECT_GE(compared, 50U);
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
  EXPECT_EQ(client.ask("GET", "/healthz").status, 200);  // no body followed the head
}

// Whether the hashes are right, browsers say: tests/web opens both under this policy.
TEST(Routes, LaterViewsOfThePageAreAScriptThatThePolicyNames) {
  const RunningServer server;
  Client client = server.client();
  const Reply more = client.ask("GET", "/more.js");
  EXPECT_EQ(more.status, 200);
  EXPECT_EQ(more.headers.at("content-type"), "text/javascript; charset=utf-8");
  EXPECT_FALSE(more.headers.at("etag").empty());
  EXPECT_GT(more.body.size(), 10'000u);
  const std::regex scripts(R"(script-src 'sha256-[A-Za-z0-9+/]{43}=' 'sha256-[A-Za-z0-9+/]{43}=';)");
  EXPECT_TRUE(std::regex_search(more.headers.at("content-security-policy"), scripts));
}

TEST(Routes, ResponsesHaveSecurityHeaders) {
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

TEST(Routes, MetricsFollowThePrometheusFormat) {
  const RunningServer server;
  Client client = server.client();
  client.post("/v1/predict", {{"text", "good"}});
  const std::string text = client.ask("GET", "/metrics").body;
  const std::regex sample(R"re(^[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [-+0-9.eE]+$)re");
  std::istringstream stream(text);
  std::size_t samples = 0;
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with("#")) continue;
    ++samples;
    EXPECT_TRUE(std::regex_match(line, sample)) << line;
  }
  EXPECT_GT(samples, 30u);
  EXPECT_THAT(text, HasSubstr("limn_requests_total{route=\"/v1/predict\",status=\"200\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("limn_request_duration_seconds_bucket{route=\"/v1/predict\",le=\"+Inf\"} 1\n"));
  for (const char* name :
       {"limn_queue_length{lane=\"short\"} ", "limn_tokens_per_second ", "process_resident_memory_bytes "})
    EXPECT_THAT(text, HasSubstr("\n" + std::string(name)));
}

TEST(Routes, AccessLogHasOneLinePerRequestAndNoTexts) {
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

}  // namespace
}  // namespace limn::server_test
