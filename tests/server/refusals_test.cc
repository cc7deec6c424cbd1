// Rejected requests, API keys and allowed origins.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "server/running_server.h"

namespace limn::server_test {
namespace {

using testing::HasSubstr;

struct Refusal {
  const char* name;
  Json body;
  int status;
  const char* field;  ///< the field that the problem names; empty: none
  const char* detail;
};

/// The server ends with its suite: a static one would still answer while the program's other objects are destroyed.
class Refusals : public testing::TestWithParam<Refusal> {
 protected:
  static void SetUpTestSuite() {
    server = std::make_unique<RunningServer>(nullptr, std::vector<std::string>{"bert-cls", "bert-qa"});
  }
  static void TearDownTestSuite() { server.reset(); }

  static inline std::unique_ptr<RunningServer> server;
};

TEST_P(Refusals, AreProblemDetailsWithHints) {
  const Refusal& refusal = GetParam();
  const Reply reply = server->client().post("/v1/explain", refusal.body);
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
  for (std::size_t i = 0; i < count; ++i) text += "so ";
  return text;
}

INSTANTIATE_TEST_SUITE_P(
    Requests, Refusals,
    testing::Values(
        Refusal{"NotAnObject", Json::array(), 422, "", "a JSON object"},
        Refusal{"UnknownModel", {{"model", "bert"}, {"text", "a"}}, 422, "model", "bert-cls, bert-qa"},
        Refusal{"UnknownField", {{"txt", "a"}, {"text", "a"}}, 422, "", "'txt', expected text"},
        Refusal{"NoText", Json::object(), 422, "text", "expected text"},
        Refusal{"EmptyText", {{"text", ""}}, 422, "", "empty"},
        Refusal{"NumberAsText", {{"text", 5}}, 422, "text", "expected a text"},
        Refusal{"QuestionForClassifier",
                {{"model", "bert-cls"}, {"question", "a"}, {"context", "b"}},
                422,
                "text",
                "does not answer questions"},
        Refusal{
            "TextForQuestionAnswering", {{"model", "bert-qa"}, {"text", "a"}}, 422, "question", "question and context"},
        Refusal{"UnknownMethod", {{"text", "a"}, {"method", "magic"}}, 422, "method", "integrated-gradients"},
        Refusal{"OptionOfAnotherMethod", {{"text", "a"}, {"steps", 5}}, 422, "steps", "a method that has this option"},
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

TEST(Refusals, DistinguishMalformedRequests) {
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

TEST(Routes, NaughtyStringsAreReturnedUnchangedOrRejected) {
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
    if (reply.status == 422) continue;  // a text without tokens
    ++explained;
    EXPECT_EQ(said["input"]["text"], text);
    const int asked = client.post("/v1/predict", {{"model", "bert-qa"}, {"question", text}, {"context", text}}).status;
    ASSERT_TRUE(asked == 200 || asked == 422) << text << asked;  // some texts are too long for a question
    // As a name, it is unknown or happens to be valid.
    for (const char* field : {"model", "method", "target", "preset", "baseline"}) {
      const int status = client.post("/v1/explain", {{"text", "a"}, {field, text}}).status;
      ASSERT_TRUE(status == 200 || status == 422) << field << text << status;
    }
  }
  EXPECT_GT(explained, 400u);
}

TEST(Refusals, HandleHostileBodiesQuickly) {
  const RunningServer server;
  const auto post = [&](const std::string& route, const std::string& body) {
    return server.client().ask("POST", route, body, Client::json_type);
  };
  const auto repeated = [](const std::string& part, std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "" : ",") + part;
    return text;
  };
  EXPECT_EQ(post("/v1/explain", "{\"inputs\":[" + repeated("{\"\":0}", 100'000) + "]}").status, 422);
  std::string names;
  for (std::size_t i = 0; i < 100'000; ++i) names += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\"";
  EXPECT_EQ(post("/v1/compare", "{\"text\":\"a\",\"methods\":[" + names + "]}").status, 422);
  const std::string megabyte(1'000'000, 'a');
  EXPECT_EQ(post("/v1/explain", "{\"" + megabyte + "\":1}").status, 422);
  const Reply model = post("/v1/explain", "{\"text\":\"a\",\"model\":\"" + megabyte + "\"}");
  EXPECT_EQ(model.status, 422);
  EXPECT_LT(model.body.size(), 2000u);
}

TEST(Refusals, RejectContextWithTooManyWindows) {
  const RunningServer server([](auto& options) { options.service.limits.rows = 16'000; }, {"bert-qa"});
  const auto ask = [&](const std::string& question, std::size_t count) {
    std::string context;
    for (std::size_t i = 0; i < count; ++i) context += "so ";
    return server.client().post("/v1/predict", {{"question", question}, {"context", context}});
  };
  EXPECT_EQ(ask("what?", 1000).status, 200);
  // The model has 80 positions: with this question, each window has only 10 new tokens.
  std::string question;
  for (std::size_t i = 0; i < 27; ++i) question += "so ";
  const Reply refused = ask(question, 4000);
  EXPECT_EQ(refused.status, 422) << refused.body;
  EXPECT_THAT(refused.body, HasSubstr("windows of"));
}

TEST(Refusals, RejectLongBodyBeforeReadingIt) {
  const RunningServer server([](auto& options) { options.listener.largest_body = 1000; });
  Client client = server.client();
  client.send(
      "POST /v1/predict HTTP/1.1\r\nHost: limn\r\nContent-Type: application/json\r\nContent-Length: "
      "1000000000\r\n\r\n");
  const Reply reply = client.read_reply();
  EXPECT_EQ(reply.status, 413);
  EXPECT_THAT(reply.json()["detail"].get<std::string>(), HasSubstr("at most 1000 bytes"));
  // The same in chunks, whose total size is not announced.
  Client chunked = server.client();
  chunked.send("POST /v1/predict HTTP/1.1\r\nHost: limn\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n" +
               std::string(2000, ' '));
  EXPECT_EQ(chunked.read_reply().status, 413);
}

TEST(Refusals, QuoteRequestedNamesUnchanged) {
  const RunningServer server;
  const Reply reply = server.client().post("/v1/explain", {{"text", "good"}, {"target", "--not-spam"}});
  EXPECT_EQ(reply.status, 422) << reply.body;
  const Json problem = reply.json();
  EXPECT_EQ(problem["field"], "target");
  EXPECT_EQ(problem["found"], "\"--not-spam\"");
  EXPECT_TRUE(problem["detail"].get<std::string>().starts_with("target: found \"--not-spam\", expected "));
}

// ---- keys and origins -------------------------------------------------------------------------------------

TEST(Keys, AreRequiredForModelRoutes) {
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

TEST(Cors, AllowsOnlyListedOrigins) {
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
