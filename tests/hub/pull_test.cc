// `limn models pull` with local servers that behave like the hub, and with some that do not.
#include <gmock/gmock.h>
#include <sys/resource.h>

#include "hub/encrypted_server.h"
#include "hub/fake_hub.h"

namespace limn::hub_test {
namespace {

using cli_test::read;
using cli_test::Result;
using cli_test::Running;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::UnorderedElementsAre;

void expect_complete(const Puller& puller) {
  for (const char* name : {"config.json", "tokenizer.json", "model.safetensors"}) {
    const fs::path link = puller.snapshot() / name;
    ASSERT_TRUE(fs::is_symlink(link)) << name;
    EXPECT_EQ(fs::read_symlink(link), fs::path("../../blobs") / whole_model.at(name).etag);
    EXPECT_EQ(read(link), read(model_folder / name)) << name;
  }
}

TEST(Pull, WritesTheSharedCacheLayout) {
  const Server server(whole_hub());
  const Puller puller(server.address());
  const Result result = puller.pull();
  ASSERT_EQ(result.code, 0) << result.err;
  expect_complete(puller);
  // Configuration, tokenizer and one format of weights; nothing else, and no partial files.
  EXPECT_THAT(puller.names("snapshots/" + commit),
              UnorderedElementsAre("config.json", "tokenizer.json", "model.safetensors"));
  EXPECT_THAT(puller.names("blobs"), SizeIs(3));
  EXPECT_THAT(puller.names("."), UnorderedElementsAre("blobs", "snapshots", "refs"));
  EXPECT_EQ(read(puller.model() / "refs/main"), commit);
  const Json json = Json::parse(result.out);
  EXPECT_EQ(json["commit"], commit);
  EXPECT_EQ(json["folder"], puller.snapshot().string());
  EXPECT_EQ(json["files"]["model.safetensors"], fs::file_size(model_folder / "model.safetensors"));
  // The result is a usable model.
  const Result prediction =
      cli_test::run({"predict", "-m", "limn/tiny", "--question", "who ruled macedonia?", "--context", "the old king"},
                    puller.setting());
  EXPECT_EQ(prediction.code, 0) << prediction.err;
}

TEST(Pull, ShowsProgressOnATerminal) {
  const Server server(whole_hub());
  Puller puller(server.address());
  const Result result = cli_test::run_on_terminal({"models", "pull", "limn/tiny"}, 90, puller.setting());
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.out,
              AllOf(HasSubstr("model.safetensors  10.0 kB of 10.0 kB ━━━━━"), HasSubstr("3 files, 13.7 kB")));
}

TEST(Pull, DoesNotDownloadAgain) {
  const Server server(whole_hub());
  const Puller puller(server.address());
  ASSERT_EQ(puller.pull().code, 0);
  const std::size_t before = server.requests("GET", "model.safetensors").size();
  ASSERT_EQ(puller.pull().code, 0);
  EXPECT_EQ(server.requests("GET", "model.safetensors").size(), before);
  EXPECT_EQ(before, 1u);
}

TEST(Pull, DownloadsPartsOfWeights) {
  const Server server([](const Request& request) { return hub(request, model_in_parts); });
  const Puller puller(server.address());
  const Result result = puller.pull();
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(puller.names("snapshots/" + commit), SizeIs(5));
  EXPECT_EQ(cli_test::run({"models", "limn/tiny"}, puller.setting()).code, 0);
}

TEST(Pull, AcceptsRevisions) {
  const Server server(whole_hub());
  const Puller puller(server.address());
  ASSERT_EQ(puller.pull("limn/tiny@refs/pr/1").code, 0);
  EXPECT_EQ(read(puller.model() / "refs/refs/pr/1"), commit);
  EXPECT_THAT(server.requests("GET", "/revision/refs%2Fpr%2F1"), SizeIs(1));
  ASSERT_EQ(puller.pull("limn/tiny@" + commit).code, 0);
  EXPECT_THAT(puller.names("refs"), UnorderedElementsAre("refs"));
  // Each form of the name finds the model.
  for (const std::string& name : {std::string("limn/tiny@refs/pr/1"), "limn/tiny@" + commit})
    EXPECT_EQ(cli_test::run({"models", name}, puller.setting()).code, 0) << name;
  EXPECT_EQ(cli_test::run({"models", "limn/tiny@v2"}, puller.setting()).code, 1);
}

TEST(Pull, CompletesAnotherToolsSnapshot) {
  const Server server(whole_hub());
  const Puller puller(server.address());
  fs::create_directories(puller.snapshot());
  fs::create_directories(puller.model() / "blobs");
  const std::string etag = whole_model.at("config.json").etag;
  fs::copy_file(model_folder / "config.json", puller.model() / "blobs" / etag);
  fs::create_symlink(fs::path("../../blobs") / etag, puller.snapshot() / "config.json");
  ASSERT_EQ(puller.pull().code, 0);
  expect_complete(puller);
  EXPECT_THAT(server.requests("GET", "config.json"), IsEmpty());
}

TEST(Pull, ResumesAfterLostConnection) {
  int left = 2;
  const Server server([&](const Request& request) {
    Response response = hub(request, whole_model);
    if (request.method == "GET" && request.target.ends_with("model.safetensors") && left-- > 0)
      response.cut_after = 4000;
    return response;
  });
  const Puller puller(server.address());
  const Result result = puller.pull();
  ASSERT_EQ(result.code, 0) << result.err;
  expect_complete(puller);
  const auto requests = server.requests("GET", "model.safetensors");
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_EQ(requests[1].headers.at("range"), "bytes=4000-");
  EXPECT_EQ(requests[2].headers.at("range"), "bytes=8000-");
}

TEST(Pull, RestartsIfTheServerIgnoresRanges) {
  int left = 1;
  const Server server([&](Request request) {
    request.headers.erase("range");
    Response response = hub(request, whole_model);
    if (request.method == "GET" && request.target.ends_with("model.safetensors") && left-- > 0)
      response.cut_after = 4000;
    return response;
  });
  const Puller puller(server.address());
  ASSERT_EQ(puller.pull().code, 0);
  expect_complete(puller);
}

TEST(Pull, InterruptLeavesResumableState) {
  std::atomic<bool> hang = true;
  const Server server([&](const Request& request) {
    Response response = hub(request, whole_model);
    if (hang && request.method == "GET" && request.target.ends_with("model.safetensors")) {
      response.cut_after = 5000;
      response.hang = true;
    }
    return response;
  });
  const Puller puller(server.address());
  const std::string name = whole_model.at("model.safetensors").etag + ".incomplete";
  const Running running({"models", "pull", "limn/tiny"}, puller.setting());
  std::error_code ignored;
  while (!running.has_ended() && fs::file_size(puller.model() / "blobs" / name, ignored) != 5000)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  running.send(SIGINT);
  const Result result = running.wait();
  EXPECT_EQ(result.code, 130);
  EXPECT_THAT(result.err, HasSubstr("the same command resumes the download"));
  EXPECT_FALSE(puller.is_visible());
  EXPECT_THAT(puller.names("snapshots"), IsEmpty());
  hang = false;
  ASSERT_EQ(puller.pull().code, 0);
  expect_complete(puller);
  EXPECT_EQ(server.requests("GET", "model.safetensors").back().headers.at("range"), "bytes=5000-");
}

TEST(Pull, DiscardsFileWithWrongChecksum) {
  for (const std::string bad : {"config.json", "model.safetensors"}) {
    const Server server([&](const Request& request) {
      Response response = hub(request, whole_model);
      if (request.method == "GET" && request.target.ends_with(bad)) response.body[100] ^= 1;
      return response;
    });
    const Puller puller(server.address());
    const Result result = puller.pull();
    EXPECT_EQ(result.code, 1);
    EXPECT_THAT(result.err, AllOf(HasSubstr(bad), HasSubstr(bad == "config.json" ? "git SHA-1" : "SHA-256"),
                                  HasSubstr("expected " + whole_model.at(bad).etag)));
    EXPECT_FALSE(puller.is_visible());
    for (const std::string& blob : puller.names("blobs")) EXPECT_THAT(blob, Not(HasSubstr("incomplete")));
  }
}

TEST(Pull, RejectsMoreBytesThanAnnounced) {
  const Server server([&](const Request& request) {
    Response response = hub(request, whole_model);
    if (request.method == "GET" && request.target.ends_with("model.safetensors")) response.body += "more";
    return response;
  });
  const Puller puller(server.address());
  const Result result = puller.pull();
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, HasSubstr("more bytes than announced"));
  EXPECT_FALSE(puller.is_visible());
}

TEST(Pull, SendsTheTokenOnlyToTheHub) {
  // Large files are on another host, and a renamed model is at another path of the same host.
  const Server elsewhere(
      [](const Request& request) { return rest_of(read(model_folder / "model.safetensors"), request); });
  const Server server([&](const Request& request) -> Response {
    if (request.target.starts_with("/api/models/limn/tiny/"))
      return {.status = 307, .headers = {{"Location", "/moved" + request.target}}};
    if (request.target.starts_with("/moved")) return hub({"GET", request.target.substr(6), {}}, whole_model);
    Response response = hub(request, whole_model);
    if (request.target.ends_with("model.safetensors")) {
      response.status = 302;
      response.body.clear();
      response.headers["Location"] = elsewhere.address() + "/large";
    }
    return response;
  });
  Puller puller(server.address());
  puller.setting().environment["HF_TOKEN"] = "hf_secret";
  const Result result = puller.pull();
  ASSERT_EQ(result.code, 0) << result.err;
  expect_complete(puller);
  for (const Request& request : server.requests())
    EXPECT_EQ(request.headers.at("authorization"), "Bearer hf_secret") << request.target;
  ASSERT_THAT(elsewhere.requests(), SizeIs(1));
  EXPECT_FALSE(elsewhere.requests().front().headers.contains("authorization"));
}

TEST(Pull, RejectsRedirectLoop) {
  const Server server([](const Request& request) -> Response {
    return {.status = 302, .headers = {{"Location", request.target}}};
  });
  EXPECT_THAT(Puller(server.address()).pull().err, HasSubstr("more than 8 redirects"));
}

struct Refusal {
  const char* name;
  int status;
  const char *code, *token, *message;
};
class PullRefused : public testing::TestWithParam<Refusal> {};

TEST_P(PullRefused, HasHint) {
  const auto& [name, status, code, token, message] = GetParam();
  const Server server([status = status, code = code](const Request&) -> Response {
    return {.status = status, .headers = {{"X-Error-Code", code}}};
  });
  Puller puller(server.address());
  if (*token) puller.setting().environment["HF_TOKEN"] = token;
  const Result result = puller.pull();
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err,
              AllOf(HasSubstr("limn/tiny: found HTTP status " + std::to_string(status)), HasSubstr(message)));
  EXPECT_FALSE(puller.is_visible());
}

INSTANTIATE_TEST_SUITE_P(
    , PullRefused,
    testing::Values(Refusal{"NoToken", 401, "RepoNotFound", "", "set HF_TOKEN to your access token"},
                    Refusal{"BadToken", 401, "", "hf_x", "the token (HF_TOKEN) is not valid"},
                    Refusal{"Gated", 403, "GatedRepo", "hf_x", "your token's account has no access: ask for access at"},
                    Refusal{"GatedNoToken", 403, "GatedRepo", "", "and set HF_TOKEN"},
                    Refusal{"NoRevision", 404, "RevisionNotFound", "", "the model has no revision 'main'"},
                    Refusal{"NoModel", 404, "RepoNotFound", "", "no such model"}),
    [](const auto& info) { return info.param.name; });

TEST(Pull, DoesNotRetryAfterAnInvalidCertificate) {
  const EncryptedServer server;
  if (!server.runs()) GTEST_SKIP() << "the program openssl cannot make a certificate";
  Puller puller("https://127.0.0.1:" + server.port());
  Result untrusted = puller.pull();
  for (int i = 0; i < 10 && untrusted.err.find("tried") != std::string::npos; ++i)
    untrusted = puller.pull();  // nobody has accepted connections yet
  EXPECT_EQ(untrusted.code, 1);
  EXPECT_THAT(untrusted.err, AllOf(HasSubstr("certificate"), HasSubstr("SSL_CERT_FILE"), Not(HasSubstr("tried"))));
  puller.setting().environment["SSL_CERT_FILE"] = server.certificate();
  EXPECT_THAT(puller.pull().err, HasSubstr("expected valid JSON"));  // it answers, but is no hub
}

TEST(Pull, HonorsRetryAfter) {
  std::map<std::string, int> asked;
  const Server server([&](const Request& request) -> Response {
    const int times = asked[request.method + request.target]++;
    if (times == 0) return {.status = 429, .headers = {{"Retry-After", "0"}}};
    if (times == 1) return {.status = 503};
    return hub(request, whole_model);
  });
  const Puller puller(server.address());
  const Result result = puller.pull();
  EXPECT_EQ(result.code, 0) << result.err;
  expect_complete(puller);
}

TEST(Pull, RejectsLongRetryAfter) {
  const Server busy([](const Request&) -> Response { return {.status = 429, .headers = {{"Retry-After", "0"}}}; });
  EXPECT_THAT(Puller(busy.address()).pull().err, AllOf(HasSubstr("HTTP status 429"), HasSubstr("tried 5 times")));
  EXPECT_THAT(busy.requests(), SizeIs(5));
  const Server very_busy([](const Request&) -> Response {
    return {.status = 429, .headers = {{"Retry-After", "3600"}}};
  });
  EXPECT_THAT(Puller(very_busy.address()).pull().err, HasSubstr("asks to try again in 3600 seconds"));
  EXPECT_THAT(very_busy.requests(), SizeIs(1));
}

TEST(Pull, ConcurrentPullsShareTheDownload) {
  const Server server(whole_hub());
  Puller puller(server.address());
  const Running first({"models", "pull", "limn/tiny"}, puller.setting());
  const Running second({"models", "pull", "limn/tiny"}, puller.setting());
  EXPECT_EQ(first.wait().code, 0);
  EXPECT_EQ(second.wait().code, 0);
  expect_complete(puller);
  EXPECT_THAT(server.requests("GET", "model.safetensors"), SizeIs(1));
}

TEST(Pull, UsesProxy) {
  const std::string address = "http://hub.invalid";
  const Server proxy([&](Request request) {
    if (!request.target.starts_with(address)) return Response{.status = 500};
    request.target = request.target.substr(address.size());
    return hub(request, whole_model);
  });
  Puller puller(address);
  puller.setting().environment["http_proxy"] = proxy.address();
  EXPECT_EQ(puller.pull().code, 0);
  expect_complete(puller);
}

TEST(Pull, ReportsFullDisk) {
  const Server server(whole_hub());
  const Puller puller(server.address());
  // A file size limit simulates a full disk.
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit small = before;
  small.rlim_cur = 6000;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const Result result = puller.pull();
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, AllOf(HasSubstr("File too large"), HasSubstr("HF_HUB_CACHE can set another folder")));
  EXPECT_FALSE(puller.is_visible());
  EXPECT_EQ(puller.pull().code, 0);
  expect_complete(puller);
}

TEST(Pull, RejectsInvalidNames) {
  const Puller puller("http://127.0.0.1:9");
  for (const char* name : {"", "../evil", "a/b/c", "a//b", "/a", "a/", ".a/b", "a b", "a/..", "a--b", "a/b@",
                           "a/b@../c", "a/b@/c", "a/b@c//d"}) {
    const Result result = puller.pull(name);
    EXPECT_EQ(result.code, 1) << name;
    EXPECT_THAT(result.err, AllOf(HasSubstr("expected "), Not(HasSubstr("127.0.0.1")))) << name;
  }
  EXPECT_THAT(puller.names("."), IsEmpty());
}

TEST(Pull, RejectsInvalidSettings) {
  Puller puller("ftp://example.org");
  EXPECT_THAT(puller.pull().err, HasSubstr("HF_ENDPOINT: found ftp://example.org"));
  puller.setting().environment["HF_ENDPOINT"] = "http://127.0.0.1:9";
  puller.setting().environment["HF_HUB_OFFLINE"] = "1";
  EXPECT_THAT(puller.pull().err, HasSubstr("HF_HUB_OFFLINE"));
  puller.setting().environment["HF_HUB_OFFLINE"] = "0";
  puller.setting().environment["HF_TOKEN"] = "two\nlines";
  EXPECT_THAT(puller.pull().err, AllOf(HasSubstr("HF_TOKEN"), Not(HasSubstr("two"))));
}

}  // namespace
}  // namespace limn::hub_test
