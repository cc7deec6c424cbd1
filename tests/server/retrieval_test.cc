// Embeddings and collections over HTTP.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>

#include "base/base64.h"
#include "hub/test_server.h"
#include "limn/collection.h"
#include "retrieve/fake_search_server.h"
#include "server/running_server.h"

namespace limn::server_test {
namespace {

using testing::HasSubstr;

std::string similarity_golden(const std::string& model) {
  return (std::filesystem::path(LIMN_SOURCE_DIR) / "tests" / "golden-similarity" / model).string();
}

std::string bundled(const std::string& model) {
  return (std::filesystem::path(LIMN_SOURCE_DIR) / "models" / model).string();
}

/// A collection of two documents with embeddings, removed at the end.
class Notes {
 public:
  Notes() {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_ / "documents");
    write("rulers.txt", "Alexander the Great ruled Macedonia. Darius the Third ruled Persia until the year 330.");
    write("weather.txt", "It rains in Bergen on most days of the year. Oslo has less rain.");
    add();
  }
  ~Notes() { std::filesystem::remove_all(folder_); }
  std::string file() const { return (folder_ / "notes.limn").string(); }
  std::filesystem::path documents() const { return folder_ / "documents"; }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / "documents" / name) << text;
  }
  void add() const {
    Collection::create(file(), Model::load(bundled("all-minilm-l6-v2"))).add({folder_ / "documents"});
  }

 private:
  static std::filesystem::path new_folder() {
    static int made = 0;
    return std::filesystem::temp_directory_path() /
           ("limn_notes_" + std::to_string(::getpid()) + "_" + std::to_string(made++));
  }
  std::filesystem::path folder_ = new_folder();
};

const Notes& notes() {
  static const Notes made;
  return made;
}

/// Serves bundled models and the notes.
RunningServer serve_notes(std::vector<std::string> models = {"minilm-l6-qa", "all-minilm-l6-v2"}) {
  return RunningServer(
      [models](server::Server::Options& options) {
        options.models.clear();
        for (const auto& model : models) options.models.push_back(bundled(model));
        options.collections = {notes().file()};
      },
      {});
}

TEST(Retrieval, EmbedEqualsSentenceTransformers) {
  const RunningServer server(
      [](server::Server::Options& options) { options.models.push_back(similarity_golden("roberta-mean")); });
  const Json golden = Json::parse(std::ifstream(similarity_golden("roberta-mean") + "/similarity.json"));
  Client client = server.client();
  std::size_t compared = 0;
  for (const Json& one : golden["cases"]) {
    const Json request = {{"text", one["a"]}};  // without a name: the first model that embeds texts
    const Reply reply = client.post("/v1/embed", request);
    ASSERT_EQ(reply.status, 200) << reply.body;
    const auto expected = one["embedding_a"].get<std::vector<double>>();
    const auto found = reply.json()["embedding"].get<std::vector<double>>();
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-5);
    ++compared;
  }
  EXPECT_GT(compared, 0u);
}

TEST(Retrieval, OpenAIClientsGetEmbeddings) {
  const RunningServer server = serve_notes();
  Client client = server.client();
  const std::vector<std::string> texts = {"A man is eating food.", "It rains."};
  const Json reply = client.post("/v1/embeddings", {{"model", "all-minilm-l6-v2"}, {"input", texts}}).json();
  EXPECT_EQ(reply["object"], "list");
  EXPECT_EQ(reply["model"], "all-minilm-l6-v2");
  ASSERT_EQ(reply["data"].size(), 2u);
  std::size_t tokens = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const Json own = client.post("/v1/embed", {{"text", texts[i]}}).json();
    const Json& one = reply["data"][i];
    EXPECT_EQ(one["object"], "embedding");
    EXPECT_EQ(one["index"], i);
    tokens += own["tokens"].get<std::size_t>();
    ASSERT_EQ(one["embedding"].size(), own["embedding"].size());
    for (std::size_t j = 0; j < own["embedding"].size(); ++j)  // a shared pass rounds in another order
      EXPECT_NEAR(one["embedding"][j].get<double>(), own["embedding"][j].get<double>(), 1e-5);
  }
  EXPECT_EQ(reply["usage"]["total_tokens"], tokens);

  const Json encoded = client.post("/v1/embeddings", {{"input", texts[0]}, {"encoding_format", "base64"}}).json();
  const auto bytes = decode_base64(encoded["data"][0]["embedding"].get<std::string>());
  ASSERT_TRUE(bytes);
  std::vector<float> values(bytes->size() / sizeof(float));
  ASSERT_EQ(values.size(), reply["data"][0]["embedding"].size());
  std::memcpy(values.data(), bytes->data(), bytes->size());
  for (std::size_t j = 0; j < values.size(); ++j)
    EXPECT_NEAR(values[j], reply["data"][0]["embedding"][j].get<float>(), 1e-5);

  const Reply bad = client.post("/v1/embeddings", {{"input", {"fine", 5}}});
  EXPECT_EQ(bad.status, 422);
  EXPECT_EQ(bad.json()["field"], "input");
  EXPECT_EQ(client.post("/v1/embeddings", {{"input", "fine"}, {"dimensions", 3}}).json()["field"], "dimensions");
  // One text that is too long fails the whole request, as a list of embeddings with a hole would be misread.
  EXPECT_EQ(client.post("/v1/embeddings", {{"input", {"fine", std::string(100'000, 'a') + " b"}}}).status, 200);
}

TEST(Retrieval, SimilarAndRerank) {
  const RunningServer server = serve_notes();
  Client client = server.client();
  const Json similar =
      client.post("/v1/similar", {{"text", "A man is eating food."}, {"pair", "Someone has a meal."}}).json();
  double sum = 0;
  for (const Json& row : similar["pairs"])
    for (const Json& pair : row) sum += pair.get<double>();
  EXPECT_NEAR(sum + similar["pairs_residual"].get<double>(), similar["cosine"].get<double>(), 1e-5);
  EXPECT_EQ(client.post("/v1/similar", {{"text", "alone"}}).json()["field"], "pair");

  const std::vector<std::string> passages = {"It rains.", "Anna came to Rome in May."};
  const Json ranked =
      client.post("/v1/rerank", {{"question", "When did Anna come?"}, {"passages", passages}, {"top", 1}}).json();
  ASSERT_EQ(ranked["passages"].size(), 1u);
  EXPECT_EQ(ranked["passages"][0]["index"], 1);
  EXPECT_EQ(ranked["passages"][0]["text"], passages[1]);
  const Json cosine = client.post("/v1/similar", {{"text", "When did Anna come?"}, {"pair", passages[1]}}).json();
  EXPECT_NEAR(ranked["passages"][0]["score"].get<double>(), cosine["cosine"].get<double>(), 1e-5);
  for (const Json& request : {Json{{"question", "Who?"}}, Json{{"question", "Who?"}, {"passages", {1}}},
                              Json{{"question", "Who?"}, {"passages", Json::array()}}})
    EXPECT_EQ(client.post("/v1/rerank", request).json()["field"], "passages");
}

TEST(Retrieval, SearchEqualsTheLibrary) {
  const RunningServer server = serve_notes();
  Client client = server.client();
  const Collection collection = Collection::open(notes().file(), Model::load(bundled("all-minilm-l6-v2")));
  for (const char* name : {"bm25", "dense", "hybrid"}) {
    SearchOptions options;
    options.retriever = retriever_named(name);
    options.top = 2;
    const auto expected = collection.search("Who ruled Persia?", options).passages;
    const Reply reply = client.post("/v1/search", {{"question", "Who ruled Persia?"}, {"retriever", name}, {"top", 2}});
    ASSERT_EQ(reply.status, 200) << reply.body;
    const Json found = reply.json()["passages"];
    ASSERT_EQ(found.size(), expected.size()) << name;
    ASSERT_FALSE(found.empty());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_EQ(found[i]["text"], expected[i].text);
      EXPECT_NEAR(found[i]["score"].get<double>(), expected[i].score, 1e-5);
    }
    EXPECT_THAT(found[0]["document"].get<std::string>(), HasSubstr("rulers"));
  }
  const Json none = client.post("/v1/search", {{"question", "Who?"}, {"filter", {{"title", "no such"}}}}).json();
  EXPECT_EQ(none["passages"], Json::array());
  EXPECT_EQ(client.post("/v1/search", {{"question", "Who?"}, {"collection", "other"}}).json()["expected"], "notes");
  EXPECT_EQ(client.post("/v1/search", {{"question", "Who?"}, {"retriever", "magic"}}).json()["field"], "retriever");
  EXPECT_EQ(client.post("/v1/search", {{"question", "Who?"}, {"filter", {{"a", 1}}}}).json()["field"], "filter");
  EXPECT_EQ(client.post("/v1/search", {{"question", ""}}).status, 422);
}

TEST(Retrieval, AskAnswersAndExplains) {
  const RunningServer server = serve_notes();
  Client client = server.client();
  const Json request = {{"question", "Who ruled Macedonia?"}, {"why_passage", true}, {"top", 1}};
  const Reply reply = client.post("/v1/ask", request);
  ASSERT_EQ(reply.status, 200) << reply.body;
  const Json found = reply.json();
  EXPECT_TRUE(found["answered"]);
  ASSERT_EQ(found["answers"].size(), 1u);
  const Json& answer = found["answers"][0];
  EXPECT_THAT(answer["answer"].get<std::string>(), HasSubstr("Alexander"));
  EXPECT_THAT(answer["document"].get<std::string>(), HasSubstr("rulers"));
  EXPECT_EQ(answer["explanation"]["prediction"]["answer"], answer["answer"]);
  EXPECT_TRUE(answer["retrieval"].contains("pairs"));
  // The notes are ASCII, so code points are bytes.
  const auto place = answer["begin"].get<std::size_t>() - answer["passage_begin"].get<std::size_t>();
  EXPECT_EQ(answer["context"].get<std::string>().substr(place, answer["answer"].get<std::string>().size()),
            answer["answer"]);
  EXPECT_TRUE(answer["passage_dense"].is_number());
  for (const char* stage : {"expand_ms", "retrieve_ms", "rerank_ms", "read_ms", "explain_ms"})
    EXPECT_GE(found["stages"][stage].get<double>(), 0) << stage;
  const Json plain = client.post("/v1/ask", {{"question", "Who ruled Macedonia?"}, {"no_explanation", true}}).json();
  EXPECT_EQ(plain["answers"][0]["explanation"], nullptr);
  EXPECT_EQ(plain["answers"][0]["answer"], answer["answer"]);
  const Reply wrong = client.post("/v1/ask", {{"question", "Who?"}, {"model", "all-minilm-l6-v2"}});
  EXPECT_EQ(wrong.status, 422);
  EXPECT_THAT(wrong.json()["expected"].get<std::string>(), HasSubstr("question-answering"));
}

TEST(Retrieval, ExpandsTheQuestion) {
  const RunningServer server(
      [&](server::Server::Options& options) {
        options.models = {bundled("minilm-l6-qa"), bundled("all-minilm-l6-v2"),
                          std::string(LIMN_SOURCE_DIR) + "/tests/golden-mlm/bert-mlm"};
        options.collections = {notes().file()};
      },
      {});
  Client client = server.client();
  const Json request = {{"question", "Who ruled Persia?"}, {"feedback", 1}, {"retriever", "bm25"}};
  const Json fed = client.post("/v1/search", request).json();
  ASSERT_FALSE(fed["added"].empty());
  EXPECT_TRUE(fed["added"][0].contains("passages"));
  EXPECT_EQ(client.post("/v1/search", {{"question", "Who ruled Persia?"}}).json()["added"], Json::array());
  EXPECT_EQ(client.post("/v1/search", {{"question", "Who ruled?"}, {"expander", "bert-mlm"}}).status, 200);
  EXPECT_THAT(client.post("/v1/search", {{"question", "Who ruled?"}, {"expander", "minilm-l6-qa"}}).body,
              HasSubstr("masked-lm"));
}

TEST(Retrieval, FindsWhatIsAddedWhileItServes) {
  const Notes own;
  const RunningServer server(
      [&](server::Server::Options& options) {
        options.models = {bundled("all-minilm-l6-v2")};
        options.collections = {own.file()};
      },
      {});
  Client client = server.client();
  const Json request = {{"question", "Which metal melts in the hand?"}, {"top", 1}};
  ASSERT_EQ(client.post("/v1/search", request).status, 200);
  own.write("metals.txt", "Gallium melts in the hand, since it becomes liquid at 30 degrees.");
  own.add();
  EXPECT_THAT(client.post("/v1/search", request).json()["passages"][0]["text"].get<std::string>(),
              HasSubstr("Gallium"));
}

TEST(Retrieval, ManyAskAtOnce) {
  const RunningServer server = serve_notes();
  std::vector<std::thread> clients;
  std::atomic<int> right = 0;
  for (int i = 0; i < 8; ++i)
    clients.emplace_back([&, i] {
      Client client = server.client();
      for (int j = 0; j < 4; ++j) {
        const bool rain = (i + j) % 2 == 0;
        const Reply reply = client.post(i < 4 ? "/v1/search" : "/v1/ask",
                                        {{"question", rain ? "Where does it rain?" : "Who ruled Persia?"}});
        if (reply.status == 200 && reply.body.find(rain ? "Bergen" : "Darius") != std::string::npos) ++right;
      }
    });
  for (auto& client : clients) client.join();
  EXPECT_EQ(right, 32);
}

TEST(Retrieval, SaysThatThereIsNoCollectionOrModel) {
  const RunningServer server;
  Client client = server.client();
  EXPECT_THAT(client.post("/v1/search", {{"question", "Who?"}}).body, HasSubstr("--collection"));
  EXPECT_THAT(client.post("/v1/embed", {{"text", "one"}}).body, HasSubstr("sentence-embedding"));
  EXPECT_THAT(client.post("/v1/rerank", {{"question", "Who?"}, {"passages", {"one"}}}).body,
              HasSubstr("cross-encoder"));
  EXPECT_EQ(client.ask("GET", "/v1/models").json()["collections"], Json::array());
  const RunningServer with = serve_notes();
  const Json listed = with.client().ask("GET", "/v1/models").json()["collections"];
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(listed[0]["name"], "notes");
  EXPECT_EQ(listed[0]["documents"], 2);
  EXPECT_EQ(listed[0]["embedder"], "all-minilm-l6-v2");
  EXPECT_EQ(listed[0]["retrievers"], Json({"hybrid", "bm25", "dense"}));
}

TEST(Retrieval, ModelsThatFitAreChosenWithoutAName) {
  const RunningServer server({}, {"bert-cls", "bert-qa"});
  Client client = server.client();
  const Json text = {{"text", "Who came?"}, {"pair", "Anna came."}};
  const Json question = {{"question", "Who came?"}, {"context", "Anna came."}};
  // The texts are the same; the second answer must not be the first's from the cache.
  EXPECT_EQ(client.post("/v1/predict", text).json()["model"], "bert-cls");
  EXPECT_EQ(client.post("/v1/predict", question).json()["model"], "bert-qa");
  EXPECT_EQ(client.post("/v1/predict", {{"inputs", {question}}}).json()["results"][0]["model"], "bert-qa");
  EXPECT_EQ(client.post("/v1/compare", question).json()["models"][0]["model"], "bert-qa");
}

/// A search server that can fall silent, refuse, or go away.
class FragileSearchServer {
 public:
  FragileSearchServer() {
    Collection::connect_or_create("http://search:9200/notes", fake_.send()).add({notes().documents()});
  }
  std::string address() const { return address_; }
  void leave() { server_.reset(); }

  std::atomic<bool> is_silent = false;
  std::atomic<int> refusal = 0;  // an HTTP status; 0: none

 private:
  hub_test::Response answer(const hub_test::Request& request) {
    if (is_silent) return {.headers = {}, .body = "{}", .cut_after = 0, .hang = true};
    if (refusal != 0) return {.status = refusal, .headers = {}, .body = "{}"};
    const HttpReply reply = fake_.send()({.method = request.method,
                                          .url = "http://search:9200" + request.target,
                                          .content_type = "application/json",
                                          .body = request.body});
    return {.status = reply.status, .headers = {{"Content-Type", "application/json"}}, .body = reply.body};
  }

  test::FakeSearchServer fake_{test::FakeSearchServer::Kind::opensearch};
  std::unique_ptr<hub_test::Server> server_ =
      std::make_unique<hub_test::Server>([this](const hub_test::Request& request) { return answer(request); });
  std::string address_ = server_->address() + "/notes";
};

TEST(Retrieval, ASearchServerThatFailsIsNotTheFaultOfTheRequest) {
  FragileSearchServer search;
  ::setenv("LIMN_COLLECTION_TIMEOUT", "3", 1);  // enough for an answer with sanitizers
  const RunningServer server(
      [&](server::Server::Options& options) {
        options.models = {bundled("minilm-l6-qa")};
        options.collections = {search.address()};
      },
      {});
  Client client = server.client();
  const Json request = {{"question", "Who ruled Persia?"}};
  const auto expect_unavailable = [&](const char* path, const std::string& why) {
    const Reply reply = client.post(path, request);
    EXPECT_EQ(reply.status, 503) << reply.body;
    EXPECT_TRUE(reply.headers.contains("retry-after"));
    EXPECT_THAT(reply.json()["detail"].get<std::string>(), HasSubstr(search.address()));
    EXPECT_THAT(reply.json()["found"].get<std::string>(), HasSubstr(why));
  };
  ASSERT_EQ(client.post("/v1/search", request).status, 200);
  ASSERT_EQ(client.post("/v1/ask", request).status, 200);

  search.is_silent = true;
  expect_unavailable("/v1/search", "timed out");
  search.is_silent = false;
  for (const auto& [status, why] : {std::pair(500, "500"), {403, "403"}, {404, "no such index"}}) {
    search.refusal = status;
    expect_unavailable("/v1/search", why);
  }
  search.refusal = 400;  // it does not understand the question
  EXPECT_EQ(client.post("/v1/search", request).status, 422);
  search.refusal = 0;
  EXPECT_EQ(client.post("/v1/search", request).status, 200);

  search.leave();  // nobody listens
  for (const char* path : {"/v1/search", "/v1/ask"}) expect_unavailable(path, "connect");
  EXPECT_EQ(client.post("/v1/search", {{"question", ""}}).status, 422);
  ::unsetenv("LIMN_COLLECTION_TIMEOUT");
}

}  // namespace
}  // namespace limn::server_test
