// `limn models pull` against servers on this machine that behave like the hub, and against some that do not.
#include <gmock/gmock.h>
#include <sys/resource.h>

#include "cli/program.h"
#include "hub/test_server.h"

namespace limn::hub_test {
namespace {

using cli_test::Folder;
using cli_test::read;
using cli_test::Result;
using cli_test::Running;
using cli_test::Setting;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::UnorderedElementsAre;

namespace fs = std::filesystem;
using Json = nlohmann::json;

const fs::path model_folder = fs::path(LIMN_SOURCE_DIR) / "tests/model/data/weights/bert-qa";
const std::string commit = "0123456789abcdef0123456789abcdef01234567";

/// Digests by `git hash-object FILE` (small files) and `sha256sum FILE` (weights).
struct HubFile {
  std::string source, etag;
};
const std::map<std::string, HubFile> whole_model = {
    {"README.md", {"cases.json", "ffffffffffffffffffffffffffffffffffffffff"}},
    {"config.json", {"config.json", "e0f7ff6bab31b4b2f496a89ea311e76079f944e7"}},
    {"tokenizer.json", {"tokenizer.json", "1354450d89aa5a949a196352bb65bec63ffeb50e"}},
    {"model.safetensors", {"model.safetensors", "beaef7ed2f2bc0223d8c23ec93852a9bbc367a70eb64a241d3388fc8cb520886"}},
    {"pytorch_model.bin", {"zip.bin", "f1fc956363150f3dde5c755dba7b1d43cee255512c95a466a01a2c58a32c173a"}},
    {"tf_model.h5", {"tf_model.h5", "2fa07340349aae7f0fb908391f8a7aed4b684918054656f5fa1781d0516aa9b5"}},
};
const std::map<std::string, HubFile> model_in_parts = {
    {"config.json", whole_model.at("config.json")},
    {"tokenizer.json", whole_model.at("tokenizer.json")},
    {"pytorch_model.bin.index.json", {"pytorch_model.bin.index.json", "1f4f2c956327efec7e7f871e07b7b5501f2a79dd"}},
    {"pytorch_model-00001-of-00002.bin",
     {"pytorch_model-00001-of-00002.bin", "36d2455104704397f14f869f02302c2f602e1e08e4ef0ff316c1ffe45682f49c"}},
    {"pytorch_model-00002-of-00002.bin",
     {"pytorch_model-00002-of-00002.bin", "04919b6a5ede387a3bb1500a59b5281da870bb5578fe149cdd3ff822d6abf294"}},
};

/// The rest of a file, as a Range header asks.
Response rest_of(const std::string& body, const Request& request) {
  const auto range = request.headers.find("range");
  if (range == request.headers.end()) return {.body = body};
  const std::size_t begin = std::stoul(range->second.substr(std::string("bytes=").size()));
  if (begin >= body.size()) return {.status = 416};
  return {.status = 206,
          .headers = {{"Content-Range", "bytes " + std::to_string(begin) + "-" + std::to_string(body.size() - 1) + "/" +
                                            std::to_string(body.size())}},
          .body = body.substr(begin)};
}

/// What the hub answers: GET /api/models/ORG/NAME/revision/REVISION, and HEAD and GET of /ORG/NAME/resolve/COMMIT/FILE.
Response hub(const Request& request, const std::map<std::string, HubFile>& files) {
  if (request.target.starts_with("/api/models/limn/tiny/revision/")) {
    Json siblings = Json::array();
    for (const auto& [name, file] : files) siblings.push_back({{"rfilename", name}});
    return {.body = Json{{"sha", commit}, {"siblings", siblings}}.dump()};
  }
  const std::string prefix = "/limn/tiny/resolve/" + commit + "/";
  const auto file = request.target.starts_with(prefix) ? files.find(request.target.substr(prefix.size())) : files.end();
  if (file == files.end()) return {.status = 404, .headers = {{"X-Error-Code", "EntryNotFound"}}};
  Response response = rest_of(read(model_folder / file->second.source), request);
  response.headers["X-Repo-Commit"] = commit;
  response.headers[file->second.etag.size() == 64 ? "X-Linked-Etag" : "ETag"] = "\"" + file->second.etag + "\"";
  if (file->second.etag.size() == 64)
    response.headers["X-Linked-Size"] = std::to_string(fs::file_size(model_folder / file->second.source));
  return response;
}

Server::Handler whole_hub() {
  return [](const Request& request) { return hub(request, whole_model); };
}

/// A cache of its own, and the command that uses it.
class Puller {
 public:
  explicit Puller(const std::string& endpoint) {
    setting_.environment = {{"HF_ENDPOINT", endpoint}, {"HF_HUB_CACHE", cache_.path().string()}};
  }

  Setting& setting() { return setting_; }
  const Setting& setting() const { return setting_; }
  const fs::path& cache() const { return cache_.path(); }
  fs::path model() const { return cache_.path() / "models--limn--tiny"; }
  fs::path snapshot() const { return model() / "snapshots" / commit; }
  Result pull(const std::string& name = "limn/tiny") const { return cli_test::run({"models", "pull", name}, setting_); }
  /// Names in a folder of the model.
  std::vector<std::string> names(const std::string& folder) const {
    std::vector<std::string> result;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(model() / folder, ignored))
      result.push_back(entry.path().filename());
    return result;
  }
  /// Whether `limn models` finds it.
  bool is_visible() const { return cli_test::run({"models"}, setting_).out.find("limn/tiny") != std::string::npos; }

 private:
  Folder cache_;
  Setting setting_;
};

void expect_whole(const Puller& puller) {
  for (const char* name : {"config.json", "tokenizer.json", "model.safetensors"}) {
    const fs::path link = puller.snapshot() / name;
    ASSERT_TRUE(fs::is_symlink(link)) << name;
    EXPECT_EQ(fs::read_symlink(link), fs::path("../../blobs") / whole_model.at(name).etag);
    EXPECT_EQ(read(link), read(model_folder / name)) << name;
  }
}

TEST(Pull, FillsTheCacheAsAllToolsOfTheHubDo) {
  const Server server(whole_hub());
  const Puller puller(server.address());
  const Result result = puller.pull();
  ASSERT_EQ(result.code, 0) << result.err;
  expect_whole(puller);
  // Config, tokenizer and one format of weights; nothing else, and nothing half done.
  EXPECT_THAT(puller.names("snapshots/" + commit),
              UnorderedElementsAre("config.json", "tokenizer.json", "model.safetensors"));
  EXPECT_THAT(puller.names("blobs"), SizeIs(3));
  EXPECT_THAT(puller.names("."), UnorderedElementsAre("blobs", "snapshots", "refs"));
  EXPECT_EQ(read(puller.model() / "refs/main"), commit);
  const Json json = Json::parse(result.out);
  EXPECT_EQ(json["commit"], commit);
  EXPECT_EQ(json["folder"], puller.snapshot().string());
  EXPECT_EQ(json["files"]["model.safetensors"], fs::file_size(model_folder / "model.safetensors"));
  // And it is a model.
  const Result prediction =
      cli_test::run({"predict", "-m", "limn/tiny", "--question", "who ruled macedonia?", "--context", "the old king"},
                    puller.setting());
  EXPECT_EQ(prediction.code, 0) << prediction.err;
}

TEST(Pull, FetchesNothingTwice) {
  const Server server(whole_hub());
  const Puller puller(server.address());
  ASSERT_EQ(puller.pull().code, 0);
  const std::size_t before = server.requests("GET", "model.safetensors").size();
  ASSERT_EQ(puller.pull().code, 0);
  EXPECT_EQ(server.requests("GET", "model.safetensors").size(), before);
  EXPECT_EQ(before, 1u);
}

TEST(Pull, FetchesParts) {
  const Server server([](const Request& request) { return hub(request, model_in_parts); });
  const Puller puller(server.address());
  const Result result = puller.pull();
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(puller.names("snapshots/" + commit), SizeIs(5));
  EXPECT_EQ(cli_test::run({"models", "limn/tiny"}, puller.setting()).code, 0);
}

TEST(Pull, TakesRevisions) {
  const Server server(whole_hub());
  const Puller puller(server.address());
  ASSERT_EQ(puller.pull("limn/tiny@refs/pr/1").code, 0);
  EXPECT_EQ(read(puller.model() / "refs/refs/pr/1"), commit);
  EXPECT_THAT(server.requests("GET", "/revision/refs%2Fpr%2F1"), SizeIs(1));
  ASSERT_EQ(puller.pull("limn/tiny@" + commit).code, 0);
  EXPECT_THAT(puller.names("refs"), UnorderedElementsAre("refs"));
}

TEST(Pull, CompletesWhatAnotherToolBegan) {
  const Server server(whole_hub());
  const Puller puller(server.address());
  fs::create_directories(puller.snapshot());
  fs::create_directories(puller.model() / "blobs");
  const std::string etag = whole_model.at("config.json").etag;
  fs::copy_file(model_folder / "config.json", puller.model() / "blobs" / etag);
  fs::create_symlink(fs::path("../../blobs") / etag, puller.snapshot() / "config.json");
  ASSERT_EQ(puller.pull().code, 0);
  expect_whole(puller);
  EXPECT_THAT(server.requests("GET", "config.json"), IsEmpty());
}

TEST(Pull, GoesOnWhereAConnectionWasCut) {
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
  expect_whole(puller);
  const auto requests = server.requests("GET", "model.safetensors");
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_EQ(requests[1].headers.at("range"), "bytes=4000-");
  EXPECT_EQ(requests[2].headers.at("range"), "bytes=8000-");
}

TEST(Pull, BeginsAnewWhereAServerKnowsNoRanges) {
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
  expect_whole(puller);
}

TEST(Pull, LeavesAStateToGoOnFromWhenInterrupted) {
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
  EXPECT_THAT(result.err, HasSubstr("goes on from there"));
  EXPECT_FALSE(puller.is_visible());
  EXPECT_THAT(puller.names("snapshots"), IsEmpty());
  hang = false;
  ASSERT_EQ(puller.pull().code, 0);
  expect_whole(puller);
  EXPECT_EQ(server.requests("GET", "model.safetensors").back().headers.at("range"), "bytes=5000-");
}

TEST(Pull, ThrowsAwayWhatHasAnotherChecksum) {
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

TEST(Pull, RefusesMoreThanWasPromised) {
  const Server server([&](const Request& request) {
    Response response = hub(request, whole_model);
    if (request.method == "GET" && request.target.ends_with("model.safetensors")) response.body += "more";
    return response;
  });
  const Puller puller(server.address());
  const Result result = puller.pull();
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, HasSubstr("more than the promised bytes"));
  EXPECT_FALSE(puller.is_visible());
}

TEST(Pull, ShowsTheTokenToTheHubAlone) {
  // Large files are elsewhere, and a renamed model is at another path of the same host.
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
  expect_whole(puller);
  for (const Request& request : server.requests())
    EXPECT_EQ(request.headers.at("authorization"), "Bearer hf_secret") << request.target;
  ASSERT_THAT(elsewhere.requests(), SizeIs(1));
  EXPECT_FALSE(elsewhere.requests().front().headers.contains("authorization"));
}

TEST(Pull, GivesUpOnRedirectsInACircle) {
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

TEST_P(PullRefused, SaysWhatToDo) {
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

TEST(Pull, WaitsWhenAskedTo) {
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
  expect_whole(puller);
}

TEST(Pull, DoesNotWaitForEver) {
  const Server busy([](const Request&) -> Response { return {.status = 429, .headers = {{"Retry-After", "0"}}}; });
  EXPECT_THAT(Puller(busy.address()).pull().err, AllOf(HasSubstr("HTTP status 429"), HasSubstr("tried 5 times")));
  EXPECT_THAT(busy.requests(), SizeIs(5));
  const Server very_busy([](const Request&) -> Response {
    return {.status = 429, .headers = {{"Retry-After", "3600"}}};
  });
  EXPECT_THAT(Puller(very_busy.address()).pull().err, HasSubstr("asks to try again in 3600 seconds"));
  EXPECT_THAT(very_busy.requests(), SizeIs(1));
}

TEST(Pull, LetsTwoPullsShareTheWork) {
  const Server server(whole_hub());
  Puller puller(server.address());
  const Running first({"models", "pull", "limn/tiny"}, puller.setting());
  const Running second({"models", "pull", "limn/tiny"}, puller.setting());
  EXPECT_EQ(first.wait().code, 0);
  EXPECT_EQ(second.wait().code, 0);
  expect_whole(puller);
  EXPECT_THAT(server.requests("GET", "model.safetensors"), SizeIs(1));
}

TEST(Pull, GoesThroughAProxy) {
  const std::string address = "http://hub.invalid";
  const Server proxy([&](Request request) {
    if (!request.target.starts_with(address)) return Response{.status = 500};
    request.target = request.target.substr(address.size());
    return hub(request, whole_model);
  });
  Puller puller(address);
  puller.setting().environment["http_proxy"] = proxy.address();
  EXPECT_EQ(puller.pull().code, 0);
  expect_whole(puller);
}

TEST(Pull, SaysThatTheDiskIsFull) {
  const Server server(whole_hub());
  const Puller puller(server.address());
  // The nearest thing to a full disk that needs no other disk: files that may not grow.
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit small = before;
  small.rlim_cur = 6000;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const Result result = puller.pull();
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, AllOf(HasSubstr("File too large"), HasSubstr("HF_HUB_CACHE names another folder")));
  EXPECT_FALSE(puller.is_visible());
  EXPECT_EQ(puller.pull().code, 0);
  expect_whole(puller);
}

// ---- what a hostile hub may say -------------------------------------------------------------------------------------

/// The messages of a hub that answers as it should but for one thing.
std::string message_with(const std::function<void(const Request&, Response&)>& change,
                         const std::map<std::string, HubFile>& files = whole_model) {
  const Server server([&](const Request& request) {
    Response response = hub(request, files);
    change(request, response);
    return response;
  });
  const Puller puller(server.address());
  const Result result = puller.pull();
  EXPECT_EQ(result.code, 1);
  EXPECT_FALSE(puller.is_visible());
  EXPECT_THAT(puller.names("snapshots"), IsEmpty());
  return result.err;
}

TEST(HostileHub, CannotChooseWhereFilesGo) {
  EXPECT_THAT(message_with([](const Request&, Response& response) {
                if (response.headers.contains("ETag")) response.headers["ETag"] = "\"../../../evil\"";
              }),
              HasSubstr("etag: found '../../../evil'"));
  EXPECT_THAT(message_with([](const Request& request, Response& response) {
                if (request.target.starts_with("/api"))
                  response.body = R"({"sha": "../../../../evil", "siblings": []})";
              }),
              HasSubstr("expected a model's commit and files"));
  // Names with paths are none of the files that are read.
  EXPECT_THAT(message_with([](const Request& request, Response& response) {
                if (request.target.starts_with("/api"))
                  response.body = Json{{"sha", commit}, {"siblings", {{{"rfilename", "../config.json"}}}}}.dump();
              }),
              HasSubstr("no weights among '../config.json'"));
}

TEST(HostileHub, CannotNameOtherFilesAsParts) {
  auto files = model_in_parts;
  files["pytorch_model.bin.index.json"].etag = "mirror";  // a name that is no digest
  for (const std::string part : {"../evil.bin", "/etc/passwd", "other.bin"}) {
    const std::string index = Json{{"weight_map", {{"a", part}}}}.dump();
    EXPECT_THAT(message_with(
                    [&](const Request& request, Response& response) {
                      if (!request.target.ends_with("index.json")) return;
                      response.body = index;
                    },
                    files),
                HasSubstr(part));
  }
}

TEST(HostileHub, IsRefusedIfItIsNone) {
  const auto answer = [](const std::string& body) {
    return message_with([&](const Request& request, Response& response) {
      if (request.target.starts_with("/api")) response.body = body;
    });
  };
  EXPECT_THAT(answer("<html>"), HasSubstr("expected valid JSON"));
  EXPECT_THAT(answer("[]"), HasSubstr("is HF_ENDPOINT the address of a Hugging Face hub?"));
  EXPECT_THAT(answer(Json{{"sha", commit}, {"siblings", {{{"rfilename", "model.onnx"}}}}}.dump()),
              HasSubstr("no weights among 'model.onnx', expected one of model.safetensors"));
  EXPECT_THAT(answer(Json{{"sha", commit}, {"siblings", {{{"rfilename", "model.safetensors"}}}}}.dump()),
              HasSubstr("found no config.json"));
}

TEST(Pull, RefusesNamesThatAreNone) {
  const Puller puller("http://127.0.0.1:9");
  for (const char* name : {"", "../evil", "a/b/c", "a//b", "/a", "a/", ".a/b", "a b", "a/..", "a--b", "a/b@",
                           "a/b@../c", "a/b@/c", "a/b@c//d"}) {
    const Result result = puller.pull(name);
    EXPECT_EQ(result.code, 1) << name;
    EXPECT_THAT(result.err, AllOf(HasSubstr("expected "), Not(HasSubstr("127.0.0.1")))) << name;
  }
  EXPECT_THAT(puller.names("."), IsEmpty());
}

TEST(Pull, RefusesSettingsThatCannotBe) {
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
