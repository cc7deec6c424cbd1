// limn index, search, ask and evaluate ask with a collection on a server, over real sockets.
#include <gmock/gmock.h>

#include "cli/program.h"
#include "hub/encrypted_server.h"
#include "hub/test_server.h"
#include "retrieve/fake_search_server.h"

namespace limn::remote_cli_test {
namespace {

using namespace cli_test;
using cli_test::Result;  // not limn::Result
using hub_test::Request;
using hub_test::Response;
using hub_test::Server;
using test::FakeSearchServer;
using testing::HasSubstr;
using testing::Not;

/// A fake server of Elasticsearch or OpenSearch that listens.
class Listening {
 public:
  explicit Listening(FakeSearchServer::Kind kind) : fake_(kind) {}
  std::string address() const { return server_.address() + "/notes"; }
  std::vector<Request> requests() const { return server_.requests(); }

 private:
  Response answer(const Request& request) {
    const auto type = request.headers.find("content-type");
    const HttpReply reply = send_({.method = request.method,
                                   .url = "http://search:9200" + request.target,
                                   .content_type = type == request.headers.end() ? "" : type->second,
                                   .body = request.body,
                                   .largest_answer = 0});
    return {.status = reply.status, .headers = {{"Content-Type", "application/json"}}, .body = reply.body};
  }

  FakeSearchServer fake_;
  HttpSend send_ = fake_.send();
  Server server_{[this](const Request& request) { return answer(request); }};
};

class RemoteCommands : public testing::TestWithParam<FakeSearchServer::Kind> {
 protected:
  RemoteCommands() {
    fs::create_directory(folder_ / "documents");
    folder_.write("documents/rulers.txt", "Alexander the Great ruled Macedonia. Darius the Third ruled Persia.");
    folder_.write("documents/weather.md", "# Weather\n\nIt rains in Bergen on most days of the year.");
  }
  Folder folder_;
  Listening server_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Servers, RemoteCommands,
                         testing::Values(FakeSearchServer::Kind::elasticsearch, FakeSearchServer::Kind::opensearch));

TEST_P(RemoteCommands, IndexSearchAndAskAsWithAFile) {
  const std::string documents = folder_ / "documents", file = folder_ / "own.limn";
  const Result first = run({"index", documents, "-o", server_.address(), "--format", "json"});
  ASSERT_EQ(first.code, 0) << first.err;
  const Json report = Json::parse(first.out);
  EXPECT_EQ(report["collection"], server_.address());
  EXPECT_EQ(report["documents"], 2);
  EXPECT_EQ(report["added"], 2);
  EXPECT_EQ(report["bytes"], nullptr);
  EXPECT_EQ(report["embedder"], "all-minilm-l6-v2");
  EXPECT_EQ(Json::parse(run({"index", documents, "-o", server_.address(), "--format", "json"}).out)["unchanged"], 2);
  ASSERT_EQ(run({"index", documents, "-o", file}).code, 0);
  const auto passages = [&](const std::string& collection, const std::string& retriever) {
    const Result result = run({"search", "--collection", collection, "--retriever", retriever, "Who ruled Persia?"});
    EXPECT_EQ(result.code, 0) << result.err;
    return Json::parse(result.out)["passages"];
  };
  for (const char* retriever : {"dense", "hybrid", "bm25"}) {
    const Json remote = passages(server_.address(), retriever), local = passages(file, retriever);
    ASSERT_EQ(remote.size(), local.size()) << retriever;
    for (std::size_t i = 0; i < local.size(); ++i) {
      for (const char* field : {"document", "title", "source", "begin", "end", "text", "rank"})
        EXPECT_EQ(remote[i][field], local[i][field]) << retriever << field;
      if (!local[i]["dense"].is_null())  // the same F16 numbers, so the same cosine
        EXPECT_EQ(remote[i]["dense"], local[i]["dense"]) << retriever;
    }
  }
  const Result asked = run({"ask", "-m", "minilm-l6-qa", "--collection", server_.address(), "Who ruled Macedonia?",
                            "--format", "json", "--no-explanation", "--feedback", "1"});
  ASSERT_EQ(asked.code, 0) << asked.err;
  const Json answer = Json::parse(asked.out);
  EXPECT_THAT(answer["answers"][0]["answer"].get<std::string>(), HasSubstr("Alexander"));
  EXPECT_FALSE(answer["added"].empty());
}

TEST_P(RemoteCommands, EvaluateAskReadsTheServer) {
  const std::string squad = folder_.write("squad.json",
                                          R"({"data": [{"title": "Rulers", "paragraphs": [
          {"context": "Alexander the Great ruled Macedonia.", "qas": [{"id": "1", "question": "Who ruled Macedonia?",
           "answers": [{"text": "Alexander the Great", "answer_start": 0}]}]},
          {"context": "Darius ruled Persia.", "qas": [{"id": "2", "question": "Who ruled Persia?",
           "answers": [{"text": "Darius", "answer_start": 0}]}]}]}]})");
  ASSERT_EQ(run({"index", squad, "-o", server_.address(), "--words-only"}).code, 0);
  const Result result =
      run({"evaluate", "ask", "--collection", server_.address(), "--data", squad, "--format", "json"});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(Json::parse(result.out)["recall"]["1"], 100);
  EXPECT_EQ(Json::parse(result.out)["mrr"], 100);
}

TEST_P(RemoteCommands, TheEnvironmentSaysWhoAsks) {
  const auto search = [&](const std::map<std::string, std::string>& environment) {
    return run({"search", "--collection", server_.address(), "x"}, {.environment = environment});
  };
  const auto sent = [&] { return server_.requests().back().headers; };
  ASSERT_EQ(run({"index", folder_ / "documents", "-o", server_.address(), "--words-only"}).code, 0);
  EXPECT_FALSE(sent().contains("authorization"));
  EXPECT_EQ(search({{"LIMN_COLLECTION_USER", "Aladdin"}, {"LIMN_COLLECTION_PASSWORD", "open sesame"}}).code, 0);
  EXPECT_EQ(sent()["authorization"], "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");  // RFC 7617, section 2
  EXPECT_EQ(search({{"LIMN_COLLECTION_API_KEY", "a2V5"}}).code, 0);
  EXPECT_EQ(sent()["authorization"], "ApiKey a2V5");
  const std::size_t before = server_.requests().size();
  for (const std::map<std::string, std::string>& wrong : std::vector<std::map<std::string, std::string>>{
           {{"LIMN_COLLECTION_USER", "me"}},
           {{"LIMN_COLLECTION_PASSWORD", "secret"}},
           {{"LIMN_COLLECTION_API_KEY", "a"}, {"LIMN_COLLECTION_USER", "me"}, {"LIMN_COLLECTION_PASSWORD", "secret"}},
           {{"LIMN_COLLECTION_API_KEY", "a\r\nX-Evil: 1"}},
           {{"LIMN_COLLECTION_TIMEOUT", "soon"}},
           {{"LIMN_COLLECTION_TIMEOUT", "0"}}}) {
    const Result result = search(wrong);
    EXPECT_EQ(result.code, 1);
    EXPECT_THAT(result.err, HasSubstr("expected"));
    EXPECT_THAT(result.err, Not(HasSubstr("secret")));
  }
  EXPECT_EQ(server_.requests().size(), before);
  const std::string host = server_.address().substr(std::string("http://").size());
  const Result secret = run({"search", "--collection", "http://me:secret@" + host, "x"});
  EXPECT_EQ(secret.code, 1);
  EXPECT_THAT(secret.err, HasSubstr("LIMN_COLLECTION_PASSWORD"));
  EXPECT_THAT(secret.err, Not(HasSubstr("secret@")));
  EXPECT_EQ(server_.requests().size(), before);
}

/// What `limn search` says of a server that answers every request like this.
Result search_at(const Response& response, const std::map<std::string, std::string>& environment = {}) {
  const Server server([&](const Request&) { return response; });
  return run({"search", "--collection", server.address() + "/notes", "x"}, {.environment = environment});
}

TEST(HostileSearchServer, IsNamedInTheMessage) {
  const auto message = [&](const Response& response) {
    const Result result = search_at(response);
    EXPECT_EQ(result.code, 1);
    EXPECT_THAT(result.err, HasSubstr("http://127.0.0.1:"));
    return result.err;
  };
  EXPECT_THAT(message({.body = "<html>hello</html>"}), HasSubstr("not JSON"));
  EXPECT_THAT(message({.body = "\xff\xfe\x01"}), HasSubstr("not JSON"));
  EXPECT_THAT(message({.body = R"({"version": {"number": "1.0"}})"}), HasSubstr("another server"));
  EXPECT_THAT(message({.status = 401}), HasSubstr("LIMN_COLLECTION_API_KEY"));
  EXPECT_THAT(message({.status = 500, .body = "oops"}), HasSubstr("500"));
  EXPECT_THAT(message({.body = std::string(1000, '{'), .cut_after = 10}), HasSubstr("expected an answer"));
  EXPECT_THAT(message({.body = std::string(100'000, '[')}), HasSubstr("not JSON"));
}

TEST(HostileSearchServer, AnEndlessAnswerAndAnEndlessWaitEnd) {
  const auto start = std::chrono::steady_clock::now();
  const Result waits = search_at({.has_length = false, .hang = true}, {{"LIMN_COLLECTION_TIMEOUT", "1"}});
  EXPECT_EQ(waits.code, 1);
  EXPECT_THAT(waits.err, HasSubstr("timed out"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
  const Result large = search_at({.body = std::string(std::size_t{65} << 20, ' '), .has_length = false});
  EXPECT_THAT(large.err, HasSubstr("more than 67108864 bytes"));
}

TEST(HostileSearchServer, ARedirectGetsNoPassword) {
  const Server other([&](const Request&) { return Response{.body = "{}"}; });
  const Result result = search_at({.status = 302, .headers = {{"Location", other.address() + "/"}}},
                                  {{"LIMN_COLLECTION_USER", "me"}, {"LIMN_COLLECTION_PASSWORD", "secret"}});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, HasSubstr("302"));
  EXPECT_TRUE(other.requests().empty());
}

TEST(HostileSearchServer, NobodyThereAndNoEncryptionAreErrors) {
  const Result nobody = run({"search", "--collection", "http://127.0.0.1:1/notes", "x"});
  EXPECT_EQ(nobody.code, 1);
  EXPECT_THAT(nobody.err, HasSubstr("is it running"));
  const Server plain([&](const Request&) { return Response{.body = "{}"}; });
  const std::string address = "https" + plain.address().substr(4) + "/notes";
  const Result unencrypted = run({"search", "--collection", address, "x"});
  EXPECT_EQ(unencrypted.code, 1);
  EXPECT_THAT(unencrypted.err, HasSubstr("SSL"));
}

/// What limn says of the server, once it listens.
std::string message_of(const hub_test::EncryptedServer& server, const std::string& name,
                       const std::map<std::string, std::string>& environment) {
  const std::string address = "https://" + name + ":" + server.port() + "/notes";
  for (int i = 0; i < 100; ++i) {
    const Result result = run({"search", "--collection", address, "x"}, {.environment = environment});
    EXPECT_EQ(result.code, 1);
    if (result.err.find("is it running") == std::string::npos || result.err.find("SSL") != std::string::npos)
      return result.err;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return "nobody listens";
}

TEST(HostileSearchServer, CertificatesAreVerified) {
  const hub_test::EncryptedServer server;
  if (!server.runs()) GTEST_SKIP() << "the program openssl cannot make a certificate";
  const std::map<std::string, std::string> trusting = {{"LIMN_COLLECTION_CA_FILE", server.certificate()}};
  EXPECT_THAT(message_of(server, "127.0.0.1", trusting), HasSubstr("not JSON"));  // it was read
  EXPECT_THAT(message_of(server, "127.0.0.1", {}), HasSubstr("certificate"));
  EXPECT_THAT(message_of(server, "localhost", trusting), HasSubstr("SSL"));  // the certificate is of another name
}

}  // namespace
}  // namespace limn::remote_cli_test
