// The HTTP protocol, byte by byte: accepted and rejected requests, and the life of connections.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <climits>

#include "server/running_server.h"

namespace limn::server_test {
namespace {

using testing::HasSubstr;

int status_of(const RunningServer& server, const std::string& request) {
  Client client = server.client();
  client.send(request);
  return client.read_reply().status;
}

TEST(Protocol, RejectsAmbiguousRequests) {
  const RunningServer server;
  const std::string post = "POST /v1/predict HTTP/1.1\r\nHost: limn\r\nContent-Type: application/json\r\n";
  EXPECT_EQ(status_of(server, post + "Transfer-Encoding: chunked\r\n\r\nc\r\n{\"text\":\"a\"}\r\n0\r\n\r\n"), 200);
  for (const char* encoding : {"gzip", "xchunked", "chunked, identity", "gzip, chunked"}) {
    EXPECT_EQ(status_of(server, post + "Transfer-Encoding: " + encoding + "\r\n\r\nc\r\n{\"text\":\"a\"}\r\n0\r\n\r\n"),
              400)
        << encoding;
  }
  EXPECT_EQ(status_of(server, post + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n"), 400);
  EXPECT_EQ(status_of(server, post + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x"), 400);
  EXPECT_EQ(status_of(server, "GET /healthz HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(status_of(server, "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), 400);
  EXPECT_EQ(status_of(server, "GET /healthz HTTP/1.0\r\n\r\n"), 200);
  EXPECT_EQ(status_of(server, "GET http://limn/healthz HTTP/1.1\r\nHost: limn\r\n\r\n"), 200);
}

TEST(Protocol, RejectsFoldedHeaders) {  // RFC 9112, section 5.2
  const RunningServer server;
  for (const char* folded : {"X: a\r\n b\r\n", "X: a\r\n\tb\r\n", "Transfer-Encoding:\r\n chunked\r\n"})
    EXPECT_EQ(status_of(server, std::string("GET /healthz HTTP/1.1\r\nHost: limn\r\n") + folded + "\r\n"), 400);
  EXPECT_EQ(status_of(server, "GET /healthz HTTP/1.1\r\n Host: limn\r\n\r\n"), 400);
}

TEST(Protocol, RefusesOtherProtocolsAtOnce) {
  const RunningServer server;
  for (const char* other : {"\x16\x03\x01", "GET /healthz\r\n", "SSH-2.0-OpenSSH_9.2\r\n"}) {
    Client client = server.client();
    client.send(other);
    EXPECT_EQ(client.read_reply().status, 400) << other;
  }
}

TEST(Protocol, TargetInAbsoluteFormNamesTheHost) {  // RFC 9112, section 3.2.2
  const RunningServer server([](auto& options) { options.service.hosts = {"limn"}; });
  const auto status = [&](const std::string& target, const std::string& host) {
    return status_of(server, "GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
  };
  EXPECT_EQ(status("http://limn/healthz", "other"), 200);
  EXPECT_EQ(status("http://limn:80/healthz?x", "other"), 200);
  EXPECT_EQ(status("http://other/healthz", "limn"), 421);
  EXPECT_EQ(status("http://limn@other/healthz", "limn"), 421);
  EXPECT_EQ(status("http://other?/limn", "limn"), 421);
}

TEST(Protocol, RefusesCompressedBodies) {
  const RunningServer server;
  const std::string json = R"({"text":"good"})";
  const auto reply = [&](const std::string& encoding) {
    return server.client().ask("POST", "/v1/predict", json,
                               Client::json_type + "Content-Encoding: " + encoding + "\r\n");
  };
  EXPECT_EQ(reply("identity").status, 200);
  for (const char* encoding : {"gzip", "br", "gzip, identity"}) {
    const Reply refused = reply(encoding);
    EXPECT_EQ(refused.status, 415);
    EXPECT_THAT(refused.body, HasSubstr("not compressed"));
  }
}

TEST(Protocol, CutTextHasAWarning) {
  const RunningServer server;
  std::string words;
  for (int i = 0; i < 200; ++i) words += "film ";
  const auto warning = [&](const Json& request) {
    return server.client().post("/v1/predict", request).json().at("warnings").at(0).get<std::string>();
  };
  EXPECT_THAT(warning({{"text", words}, {"long_text", "beginning"}}), HasSubstr("were not read"));
  EXPECT_THAT(warning({{"text", words}}), HasSubstr("windows were read"));
  EXPECT_FALSE(server.client().post("/v1/predict", {{"text", "film"}}).json().contains("warnings"));
}

TEST(Protocol, BoundsChunkHeadersAndTrailer) {
  const RunningServer server;
  const double before = server.metric("process_resident_memory_bytes");
  const std::string head = "POST /v1/predict HTTP/1.1\r\nHost: limn\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const char* begin : {"3;x=", "0\r\nX: "}) {
    Client client = server.client();
    ASSERT_TRUE(client.send(head + begin));
    const std::string more(64 * 1024, 'a');
    for (int i = 0; i < 1024 && client.send(more); ++i) {  // until the server rejects it
    }
    EXPECT_THAT(client.read_to_the_end(), testing::AnyOf(HasSubstr("431"), HasSubstr("400"), testing::IsEmpty()));
  }
  EXPECT_LT(server.metric("process_resident_memory_bytes") - before, 100e6);  // of 134 MB that would have been sent
  EXPECT_EQ(server.client().ask("GET", "/healthz").status, 200);
}

TEST(Protocol, RefusalsHaveSecurityHeaders) {
  const RunningServer server([](auto& options) {
    options.listener.largest_body = 100;
    options.service.origins = {"https://good.example"};
  });
  for (const std::string& request :
       {std::string("BAD\r\n\r\n"), "GET / HTTP/1.1\r\nHost: limn\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n",
        std::string("POST /v1/predict HTTP/1.1\r\nHost: limn\r\nOrigin: https://good.example\r\n"
                    "Content-Length: 1000\r\n\r\n")}) {
    Client client = server.client();
    client.send(request);
    const Reply reply = client.read_reply();
    EXPECT_GE(reply.status, 400);
    EXPECT_THAT(reply.headers.at("content-security-policy"), HasSubstr("default-src 'none'"));
    EXPECT_EQ(reply.headers.at("x-content-type-options"), "nosniff");
    if (reply.status == 413) EXPECT_EQ(reply.headers.at("access-control-allow-origin"), "https://good.example");
  }
}

TEST(Protocol, RefusalsDoNotReuseThePreviousRequest) {
  const RunningServer server;
  Client client = server.client();
  EXPECT_EQ(client.ask("HEAD", "/healthz").status, 200);
  client.send("BAD\r\n\r\n");
  const Reply refused = client.read_reply();
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.json()["status"], 400);
}

TEST(Protocol, IgnoresEmptyLinesBeforeARequest) {
  const RunningServer server;
  Client client = server.client();
  client.send("\r\n");
  std::this_thread::sleep_for(std::chrono::milliseconds(20));  // as a segment of its own
  client.send("\r\n\r\n" + Client::request("GET", "/healthz") + "\r\n\r\n" + Client::request("GET", "/readyz"));
  EXPECT_EQ(client.read_reply().status, 200);
  EXPECT_EQ(client.read_reply().status, 200);
}

TEST(Protocol, SendsContinueOnlyIfABodyFollows) {
  const RunningServer server;
  const std::string expect = "Expect: 100-continue\r\n";
  Client client = server.client();
  client.send("POST /v1/predict HTTP/1.1\r\nHost: limn\r\nContent-Type: application/json\r\n" + expect +
              "Content-Length: 12\r\n\r\n");
  EXPECT_THAT(client.read_until("\r\n\r\n"), HasSubstr("100 Continue"));
  client.send("{\"text\":\"a\"}");
  EXPECT_EQ(client.read_reply().status, 200);
  EXPECT_EQ(client.ask("GET", "/healthz", "", expect).status, 200);
  EXPECT_EQ(status_of(server, "POST /v1/tokenize HTTP/1.0\r\n" + Client::json_type + expect +
                                  "Content-Length: 12\r\n\r\n{\"text\":\"a\"}"),
            200);
}

TEST(Protocol, LogsMissingBody) {
  RunningServer server([](auto& options) { options.listener.read = std::chrono::milliseconds(50); });
  Client client = server.client();
  client.send("POST /v1/predict HTTP/1.1\r\nHost: limn\r\nContent-Length: 100\r\n\r\n{");
  EXPECT_EQ(client.read_to_the_end(), "");
  server.stop();
  const auto log = server.log();
  EXPECT_TRUE(std::ranges::any_of(log, [](const Json& line) { return line.value("status", 0) == 408; }));
}

TEST(Protocol, UnchangedPageIsNotSentAgain) {
  const RunningServer server;
  Client client = server.client();
  const Reply first = client.ask("GET", "/");
  const std::string known = "If-None-Match: " + first.headers.at("etag") + "\r\n";
  const Reply again = client.ask("GET", "/", "", known);
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, "");
  EXPECT_EQ(client.ask("GET", "/", "", "If-None-Match: \"other\"\r\n").status, 200);
}

TEST(Hosts, RejectsForeignHosts) {
  const RunningServer server([](auto& options) { options.service.hosts = {"localhost", "127.0.0.1", "[::1]"}; });
  const auto status = [&](const std::string& host) {
    return status_of(server, "GET /healthz HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
  };
  for (const char* host : {"localhost", "LocalHost:8080", "127.0.0.1:1", "[::1]:8080", "[::1]"})
    EXPECT_EQ(status(host), 200);
  for (const char* host : {"rebound.example", "localhost.example:80", "127.0.0.1.example", "[::2]:8080", "limn"})
    EXPECT_EQ(status(host), 421) << host;
}

TEST(Streams, FollowTheAcceptHeader) {
  const RunningServer server;
  const auto type = [&](const std::string& path, const std::string& accept) {
    Client client = server.client();
    client.send(Client::request("POST", path, R"({"text":"good"})", Client::json_type + "Accept: " + accept + "\r\n"));
    const std::string head = client.read_until("\r\n\r\n");
    const auto begin = head.find("Content-Type: ") + 14;
    return head.substr(begin, head.find("\r\n", begin) - begin);
  };
  EXPECT_EQ(type("/v1/explain", "text/event-stream"), "text/event-stream");
  EXPECT_EQ(type("/v1/explain", "Text/Event-Stream, application/json;q=0.9"), "text/event-stream");
  EXPECT_EQ(type("/v1/explain", "application/json, text/event-stream;q=0.5"), "application/json");
  EXPECT_EQ(type("/v1/explain", "text/event-stream;q=0"), "application/json");
  EXPECT_EQ(type("/v1/explain", "*/*"), "application/json");
  EXPECT_EQ(type("/v1/predict", "text/event-stream"), "application/json");  // predictions have no progress
}

TEST(Streams, LogTheStatusOfTheirProblem) {
  RunningServer server;
  Client client = server.client();
  client.send(
      Client::request("POST", "/v1/explain", R"({"text":""})", Client::json_type + "Accept: text/event-stream\r\n"));
  EXPECT_THAT(client.read_to_the_end(), HasSubstr("event: problem"));
  server.stop();
  const auto log = server.log();
  EXPECT_TRUE(std::ranges::any_of(log, [](const Json& line) { return line.value("status", 0) == 422; }));
}

TEST(Cancelling, DetectsDisconnectAfterAPipelinedRequest) {
  const RunningServer server;
  Client client = server.client();
  client.send(Client::request("POST", "/v1/explain", endless().dump(), Client::json_type) +
              Client::request("GET", "/healthz"));
  ASSERT_TRUE(eventually([&] { return server.metric("limn_work_running") == 1; }));
  client.close();
  EXPECT_TRUE(eventually([&] { return server.metric("limn_work_running") == 0; }));
  EXPECT_EQ(server.metric("limn_work_cancelled_total"), 1);
}

TEST(Connections, LongestIdleConnectionIsClosed) {
  const RunningServer server([](auto& options) { options.listener.connections = 3; });
  Client oldest = server.client(), busy = server.client(), newest = server.client();
  EXPECT_EQ(oldest.ask("GET", "/healthz").status, 200);
  EXPECT_EQ(busy.ask("GET", "/healthz").status, 200);
  EXPECT_EQ(newest.ask("GET", "/healthz").status, 200);
  EXPECT_EQ(busy.ask("GET", "/healthz").status, 200);
  EXPECT_EQ(server.client().ask("GET", "/healthz").status, 200);
  EXPECT_EQ(oldest.read_to_the_end(), "");
  EXPECT_EQ(newest.ask("GET", "/healthz").status, 200);
}

/// A connection whose body never arrives completely; the server is waiting for it.
Client slow_body(const RunningServer& server) {
  Client client = server.client();
  client.send(
      "POST /v1/predict HTTP/1.1\r\nHost: limn\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n"
      "Content-Length: 100\r\n\r\n");
  client.read_until("100 Continue\r\n\r\n");
  client.send("{");
  return client;
}

TEST(Connections, OldestUnfinishedBodyIsClosed) {
  RunningServer server([](auto& options) { options.listener.connections = 3; });
  std::vector<Client> slow;
  for (int i = 0; i < 3; ++i) slow.push_back(slow_body(server));
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(server.client().ask("GET", "/healthz").status, 200);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(15));  // the limit for a body is 30
  EXPECT_EQ(slow[0].read_to_the_end(), "");
  slow.clear();
  server.stop();
  const auto log = server.log();
  EXPECT_TRUE(std::ranges::any_of(log, [](const Json& line) { return line.value("status", 0) == 408; }));
}

TEST(Connections, OneAddressLeavesAQuarterToOthers) {
  const RunningServer server([](auto& options) { options.listener.connections = 8; });
  std::vector<Client> slow;
  for (int i = 0; i < 7; ++i) slow.push_back(slow_body(server));
  EXPECT_EQ(slow[0].read_to_the_end(), "");  // the seventh takes its place, although two connections are free
  EXPECT_EQ(server.client().ask("GET", "/healthz").status, 200);
}

TEST(Log, LinesAreShorterThanAPipeTakesAtOnce) {
  RunningServer server;
  std::size_t requests = 0;
  for (const std::string& request : {std::string(11'000, 'M') + " /healthz HTTP/1.1\r\nHost: limn\r\n\r\n",
                                     "GET /" + std::string(15'000, 'p') + " HTTP/1.1\r\nHost: limn\r\n\r\n",
                                     "GET /" + std::string(15'000, '\xFF') + " HTTP/1.1\r\nHost: limn\r\n\r\n"}) {
    Client client = server.client();
    client.send(request);
    EXPECT_GE(client.read_reply().status, 400);
    ++requests;
  }
  server.stop();
  std::size_t logged = 0;
  for (const Json& line : server.log()) {
    EXPECT_LT(line.dump().size(), std::size_t{PIPE_BUF});
    logged += line.contains("status") ? 1 : 0;
  }
  EXPECT_EQ(logged, requests);
}

TEST(Stopping, DoesNotWaitForClientsThatDoNotRead) {
  RunningServer server([](auto& options) { options.listener.read = std::chrono::milliseconds(200); });
  Client client = server.client();
  Json body = endless();
  client.send(Client::request("POST", "/v1/explain", body.dump(), Client::json_type + "Accept: text/event-stream\r\n"));
  client.read_until("event: progress\n");
  // The listener must live as long as the pending answers of the workers.
  client.close();
  server.stop();
  const auto log = server.log();
  EXPECT_EQ(log.back()["event"], "stopped");
}

}  // namespace
}  // namespace limn::server_test
