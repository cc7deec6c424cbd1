// Many concurrent clients: batches, the cache, the queue, streams, slow clients, and shutdown.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>

#include "server/running_server.h"

namespace limn::server_test {
namespace {

using testing::HasSubstr;

const std::string as_stream = "Accept: text/event-stream\r\n";

/// Sends a request that runs until it is cancelled, and waits for the first sign that a model processes it.
Client begin_endless(const RunningServer& server) {
  Client client = server.client();
  client.send(Client::request("POST", "/v1/explain", endless().dump(), Client::json_type + as_stream));
  EXPECT_THAT(client.read_until("event: progress\n"), HasSubstr("200 OK"));
  return client;
}

/// Compares two answers to one request, one from a shared pass: they differ only by the rounding of sums in a different
/// order.
void expect_same(const Json& a, const Json& b) {
  ASSERT_EQ(a["tokens"].size(), b["tokens"].size());
  EXPECT_EQ(a["input"], b["input"]);
  EXPECT_EQ(a["target"], b["target"]);
  EXPECT_EQ(a["prediction"]["label"], b["prediction"]["label"]);
  EXPECT_NEAR(a["value"].get<double>(), b["value"].get<double>(), 1e-5);  // a logit: a sum of terms of about 1
  for (std::size_t i = 0; i < a["tokens"].size(); ++i) {
    EXPECT_EQ(a["tokens"][i]["id"], b["tokens"][i]["id"]);
    EXPECT_NEAR(a["tokens"][i]["score"].get<double>(), b["tokens"][i]["score"].get<double>(),
                1e-5);  // the largest is 1
  }
}

TEST(Batching, MatchesSingleRequests) {
  const RunningServer alone([](auto& options) { options.service.cache_bytes = 0; });
  const RunningServer together([](auto& options) { options.service.cache_bytes = 0; });
  constexpr std::size_t clients = 12, rounds = 4;
  std::vector<std::vector<Json>> answers(clients);
  std::vector<std::thread> threads;
  const auto text = [](std::size_t client, std::size_t round) {
    std::string words = "the film number " + std::to_string(client * rounds + round) + " is";
    for (std::size_t i = 0; i <= client; ++i) words += " very";
    return words + " good";
  };
  for (std::size_t i = 0; i < clients; ++i) {
    threads.emplace_back([&, i] {
      Client client = together.client();
      for (std::size_t round = 0; round < rounds; ++round)
        answers[i].push_back(client.post("/v1/explain", {{"text", text(i, round)}}).json());
    });
  }
  for (auto& thread : threads) thread.join();
  Client client = alone.client();
  for (std::size_t i = 0; i < clients; ++i)
    for (std::size_t round = 0; round < rounds; ++round)
      expect_same(answers[i][round], client.post("/v1/explain", {{"text", text(i, round)}}).json());
  EXPECT_EQ(alone.metric("limn_batches_total"), alone.metric("limn_batch_inputs_total"));
  EXPECT_EQ(together.metric("limn_batch_inputs_total"), clients * rounds);
}

TEST(CachedAnswers, AreIdentical) {
  const RunningServer server;
  Client client = server.client();
  const Reply first = client.post("/v1/explain", {{"text", "good"}, {"method", "lime"}, {"samples", 50}});
  const Reply again =
      client.ask("POST", "/v1/explain", R"({ "samples" : 50, "method":"lime",   "text":"good"})", Client::json_type);
  EXPECT_EQ(first.body, again.body);
  EXPECT_FALSE(first.headers.contains("cache-status"));
  EXPECT_EQ(again.headers.at("cache-status"), "limn; hit");
  EXPECT_FALSE(client.post("/v1/explain", {{"text", "good"}, {"method", "lime"}, {"samples", 51}})
                   .headers.contains("cache-status"));
  EXPECT_FALSE(client.post("/v1/predict", {{"text", "good"}}).headers.contains("cache-status"));
  EXPECT_EQ(server.metric("limn_cache_hits_total"), 1);
}

TEST(Queue, FullQueueReturnsRetryAfter) {
  const RunningServer server([](auto& options) { options.service.scheduler.queue = 1; });
  Client working = begin_endless(server), waiting = server.client();
  Json second = endless();
  second["seed"] = 1;
  waiting.send(Client::request("POST", "/v1/explain", second.dump(), Client::json_type));
  ASSERT_TRUE(eventually([&] { return server.metric("limn_queue_length{lane=\"long\"}") == 1; }));
  Json third = endless();
  third["seed"] = 2;
  const Reply refused = server.client().post("/v1/explain", third);
  EXPECT_EQ(refused.status, 503);
  EXPECT_GE(std::stoi(refused.headers.at("retry-after")), 1);
  EXPECT_EQ(refused.headers.at("content-type"), "application/problem+json");
  EXPECT_EQ(server.client().ask("GET", "/healthz").status, 200);
  EXPECT_EQ(server.client().post("/v1/predict", {{"text", "good"}}).status, 200);  // short work has its own queue
  EXPECT_EQ(server.metric("limn_queue_refused_total"), 1);
}

TEST(Streams, SendScoresSoFarWithTheirStandardErrors) {
  // With ThreadSanitizer on a busy machine, 5,000 samples take more than a minute.
  const RunningServer server([](auto& options) { options.service.time = std::chrono::minutes(10); });
  const std::string text = "one, two three four five six seven eight nine ten eleven twelve thirteen fourteen";
  const Json body = {{"text", text}, {"method", "kernel-shap"}, {"samples", 5000}};
  Client client = server.client();
  client.send(Client::request("POST", "/v1/explain", body.dump(), Client::json_type + as_stream));
  const std::string stream = client.read_to_the_end();
  std::size_t events = 0, with_words = 0;
  for (std::size_t at = 0; (at = stream.find("event: progress\ndata: ", at)) != std::string::npos; ++events) {
    at += std::string_view("event: progress\ndata: ").size();
    const Json progress = Json::parse(stream.substr(at, stream.find('\n', at) - at));
    EXPECT_LE(progress["done"], progress["total"]);
    if (!progress.contains("words")) continue;
    ++with_words;
    ASSERT_EQ(progress["words"].size(), 15U);
    EXPECT_EQ(progress["words"][2]["text"], "two");
    EXPECT_EQ(progress["words"][2]["begin"], 5);
    for (const Json& word : progress["words"]) EXPECT_GE(word["standard_error"], 0);
  }
  EXPECT_GE(events, 2U);
  EXPECT_GE(with_words, 1U);
  EXPECT_THAT(stream, HasSubstr("event: result\ndata: "));
}

TEST(Streams, SendProgressThenResult) {
  const RunningServer server;
  const Json body = {{"text", "one two three four five six seven eight nine ten eleven twelve thirteen"},
                     {"method", "lime"},
                     {"samples", 500}};
  Client client = server.client();
  client.send(Client::request("POST", "/v1/explain", body.dump(), Client::json_type + as_stream));
  const std::string stream = client.read_to_the_end();
  EXPECT_THAT(stream, HasSubstr("Content-Type: text/event-stream\r\n"));
  EXPECT_THAT(stream, HasSubstr("event: progress\ndata: {\"done\":"));
  const auto begin = stream.find("event: result\ndata: ");
  ASSERT_NE(begin, std::string::npos) << stream;
  const Json streamed = Json::parse(stream.substr(begin + 20));
  EXPECT_EQ(streamed, server.client().post("/v1/explain", body).json());  // from the cache
}

TEST(Streams, EndWithProblemOnFailure) {
  const RunningServer server;
  Client client = server.client();
  client.send(Client::request("POST", "/v1/explain", R"({"text":""})", Client::json_type + as_stream));
  EXPECT_THAT(client.read_to_the_end(), HasSubstr("event: problem\ndata: {\"type\":\"about:blank\""));
  // Errors in the request itself are detected before a stream begins.
  EXPECT_EQ(server.client().post("/v1/explain", {{"texts", ""}}, as_stream).status, 422);
}

TEST(Streams, EndEvenIfTheResultIsImmediate) {
  const RunningServer server;
  std::atomic<std::size_t> ended = 0;
  std::vector<std::thread> clients;
  constexpr std::size_t count = 8, rounds = 40;
  for (std::size_t i = 0; i < count; ++i) {
    clients.emplace_back([&, i] {
      for (std::size_t round = 0; round < rounds; ++round) {
        Json body = {{"text", "text " + std::to_string(i * rounds + round)}};
        if (round % 2 == 0) body["layer"] = "12";  // the model has fewer
        Client client = server.client();
        client.send(Client::request("POST", "/v1/explain", body.dump(), Client::json_type + as_stream));
        const std::string stream = client.read_to_the_end();
        if (stream.find(round % 2 == 0 ? "event: problem" : "event: result") != std::string::npos) ++ended;
      }
    });
  }
  for (auto& client : clients) client.join();
  EXPECT_EQ(ended, count * rounds);
}

TEST(Cancelling, ClientDisconnectEndsItsWork) {
  const RunningServer server;
  {
    const Client client = begin_endless(server);
    EXPECT_EQ(server.metric("limn_work_running"), 1);
  }
  EXPECT_TRUE(eventually([&] { return server.metric("limn_work_running") == 0; }));
  EXPECT_EQ(server.metric("limn_work_cancelled_total"), 1);
  // The same without a stream.
  Client client = server.client();
  client.send(Client::request("POST", "/v1/explain", endless().dump(), Client::json_type));
  ASSERT_TRUE(eventually([&] { return server.metric("limn_work_running") == 1; }));
  client.close();
  EXPECT_TRUE(eventually([&] { return server.metric("limn_work_running") == 0; }));
}

TEST(Cancelling, RequestSentInPartsIsNotCancelled) {
  const RunningServer server([](auto& options) { options.service.cache_bytes = 0; });
  std::atomic<std::size_t> right = 0, wrong = 0;
  std::vector<std::thread> clients;
  constexpr std::size_t count = 16, rounds = 60;
  for (std::size_t i = 0; i < count; ++i) {
    clients.emplace_back([&, i] {
      Client client = server.client();
      for (std::size_t round = 0; round < rounds; ++round) {
        const std::string body = Json{{"text", "text " + std::to_string(i * rounds + round)}}.dump();
        const std::string request = Client::request("POST", "/v1/explain", body, Client::json_type);
        const std::size_t cut = request.size() - body.size() * (round % 3) / 2;
        client.send(request.substr(0, cut));
        if (cut < request.size()) client.send(request.substr(cut));
        (client.read_reply().status == 200 ? right : wrong)++;
      }
    });
  }
  for (auto& client : clients) client.join();
  EXPECT_EQ(wrong, 0u);
  EXPECT_EQ(right, count * rounds);
  EXPECT_EQ(server.metric("limn_work_cancelled_total"), 0);
}

TEST(Cancelling, TimeLimitEndsWork) {
  const RunningServer server([](auto& options) { options.service.time = std::chrono::milliseconds(200); });
  const Reply reply = server.client().post("/v1/explain", endless());
  EXPECT_EQ(reply.status, 422);
  EXPECT_THAT(reply.json()["detail"].get<std::string>(), HasSubstr("fewer samples or steps"));
}

TEST(Connections, SlowAndIdleOnesDoNotDelayOthers) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  // Both ends of each connection are open files of this process.
  const std::size_t room = static_cast<std::size_t>(std::min<rlim_t>(files.rlim_cur, 4096));
  const std::size_t idle_count = std::min<std::size_t>(1000, room / 4),
                    slow_count = std::min<std::size_t>(200, room / 16);
  const RunningServer server;
  const std::string request = Client::request("POST", "/v1/predict", R"({"text":"slow"})", Client::json_type);
  std::vector<Client> idle, slow;
  for (std::size_t i = 0; i < idle_count; ++i) ASSERT_TRUE(idle.emplace_back(server.port()).connected());
  for (std::size_t i = 0; i < slow_count; ++i) ASSERT_TRUE(slow.emplace_back(server.port()).send(request.substr(0, 1)));
  Client client = server.client();
  for (std::size_t byte = 1; byte < request.size(); ++byte) {
    for (auto& one : slow) ASSERT_TRUE(one.send(request.substr(byte, 1)));
    if (byte % 16 == 0) EXPECT_EQ(client.post("/v1/predict", {{"text", "quick " + std::to_string(byte)}}).status, 200);
  }
  for (auto& one : slow) EXPECT_EQ(one.read_reply().status, 200);
  EXPECT_GE(server.metric("limn_connections"), static_cast<double>(idle_count + slow_count));
  for (auto& one : idle) EXPECT_EQ(one.ask("GET", "/healthz").status, 200);
}

TEST(Connections, SilentClientsAreDisconnected) {
  const RunningServer server(
      [](auto& options) { options.listener.idle = options.listener.read = std::chrono::milliseconds(100); });
  Client idle = server.client(), half_a_body = server.client();
  half_a_body.send("POST /v1/predict HTTP/1.1\r\nHost: limn\r\nContent-Length: 100\r\n\r\n{");
  EXPECT_EQ(idle.read_to_the_end(), "");
  EXPECT_EQ(half_a_body.read_to_the_end(), "");
  EXPECT_EQ(server.client().ask("GET", "/healthz").status, 200);
}

TEST(Connections, ExcessConnectionsWait) {
  const RunningServer server([](auto& options) { options.listener.connections = 2; });
  Client first = server.client(), third = server.client();
  EXPECT_EQ(first.ask("GET", "/healthz").status, 200);
  {
    Client second = server.client();
    third.close();
    EXPECT_EQ(second.ask("GET", "/healthz").status, 200);
  }
  EXPECT_EQ(server.client().ask("GET", "/healthz").status, 200);
}

TEST(Connections, KeepAliveAndPipelining) {
  const RunningServer server;
  Client client = server.client();
  client.send(Client::request("GET", "/healthz") + Client::request("GET", "/nothing") +
              Client::request("GET", "/readyz"));
  EXPECT_EQ(client.read_reply().status, 200);
  EXPECT_EQ(client.read_reply().status, 404);
  EXPECT_EQ(client.read_reply().status, 200);
  EXPECT_EQ(client.ask("GET", "/healthz", "", "Connection: close\r\n").status, 200);
  EXPECT_EQ(client.read_to_the_end(), "");
}

TEST(Stopping, LosesNoRequestUnderLoad) {
  RunningServer server([](auto& options) { options.service.cache_bytes = 0; });
  EndlessLoad load(server.port(), 8);
  ASSERT_TRUE(eventually([&] { return load.answered > 50; }));
  server.stop();
  load.join();
  EXPECT_EQ(load.lost, 0u);
  EXPECT_GT(load.answered, 50u);
}

TEST(Stopping, WaitsForLongWork) {
  RunningServer server;
  Client client = server.client();
  const Json body = {{"text", "one two three four five six seven eight nine ten eleven twelve thirteen"},
                     {"method", "lime"},
                     {"samples", 2000}};
  client.send(Client::request("POST", "/v1/explain", body.dump(), Client::json_type + as_stream));
  client.read_until("event: progress\n");
  server.stop();
  EXPECT_THAT(client.read_to_the_end(), HasSubstr("event: result\n"));
}

TEST(Reloading, ReplacesModelsUnderLoad) {
  RunningServer server([](auto& options) { options.service.cache_bytes = 0; });
  std::atomic<bool> done = false;
  std::atomic<std::size_t> answered = 0, lost = 0;
  std::vector<std::thread> clients;
  for (std::size_t i = 0; i < 4; ++i) {
    clients.emplace_back([&, i] {
      Client client = server.client();
      for (std::size_t round = 0; !done; ++round)
        (client.post("/v1/predict", {{"text", "text " + std::to_string(i) + " " + std::to_string(round)}}).status == 200
             ? answered
             : lost)++;
    });
  }
  for (int i = 1; i <= 3; ++i) {
    (*server).reload();
    ASSERT_TRUE(eventually([&] { return server.metric("limn_model_reloads_total") == i; }));
  }
  const std::size_t before = answered;
  ASSERT_TRUE(eventually([&] { return answered > before; }));
  done = true;
  for (auto& client : clients) client.join();
  EXPECT_EQ(lost, 0u);
}

TEST(Reloading, FailureKeepsTheOldModels) {
  const auto folder = std::filesystem::temp_directory_path() / ("limn_reload_" + std::to_string(::getpid()));
  std::filesystem::copy(golden("bert-cls"), folder);
  {
    RunningServer server([&](auto& options) { options.models = {folder.string()}; });
    std::filesystem::remove(folder / "config.json");
    (*server).reload();
    ASSERT_TRUE(eventually([&] {
      const auto log = server.log();
      return std::ranges::any_of(log, [](const Json& line) { return line.value("event", "") == "reload failed"; });
    }));
    EXPECT_EQ(server.client().post("/v1/predict", {{"text", "good"}}).status, 200);
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace limn::server_test
