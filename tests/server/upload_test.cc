// Temporary collections: uploaded, asked, private, bounded, and gone after a while.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <span>

#include "base/base64.h"
#include "server/running_server.h"

namespace limn::upload_test {
namespace {

using namespace server_test;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

std::string model_folder(const std::string& name) {
  return (std::filesystem::path(LIMN_SOURCE_DIR) / "models" / name).string();
}

std::string encoded(std::string_view bytes) {
  return base64({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

/// Serves a reader and a model of embeddings.
RunningServer serve_readers(const std::function<void(server::Server::Options&)>& change = {}) {
  return RunningServer(
      [change](server::Server::Options& options) {
        options.models = {model_folder("minilm-l6-qa"), model_folder("all-minilm-l6-v2")};
        if (change) change(options);
      },
      {});
}

/// Serves one small model without embeddings: uploads are searched by words.
RunningServer serve_words(const std::function<void(server::Server::Options&)>& change = {}) {
  return RunningServer(change);
}

using Files = std::vector<Json>;

Json file(const std::string& name, const std::string& text) { return {{"name", name}, {"text", text}}; }
Json encoded_file(const std::string& name, std::string_view bytes) {
  return {{"name", name}, {"base64", encoded(bytes)}};
}

Reply send_files(Client& client, const Json& documents, const Json& more = Json::object()) {
  Json request = {{"documents", documents}};
  request.update(more);
  return client.post("/v1/collections", request);
}

Json rulers() { return file("rulers.txt", "Alexander the Great ruled Macedonia. Darius the Third ruled Persia."); }
Json weather() { return file("weather.md", "# Weather\n\nIt rains in Bergen on most days of the year."); }

std::string upload(Client& client, const Files& documents) {
  const Reply reply = send_files(client, documents);
  EXPECT_EQ(reply.status, 200) << reply.body;
  return reply.json()["collection"];
}

TEST(Upload, FilesAreSearchedAndAsked) {
  const RunningServer server = serve_readers();
  Client client = server.client();
  const Reply reply = send_files(client, Files{rulers(), weather()});
  ASSERT_EQ(reply.status, 200) << reply.body;
  const Json made = reply.json();
  EXPECT_EQ(made["documents"], 2);
  EXPECT_EQ(made["passages"], 2);
  EXPECT_EQ(made["embedder"], "all-minilm-l6-v2");
  EXPECT_EQ(made["retrievers"], Json({"hybrid", "bm25", "dense"}));
  EXPECT_EQ(made["skipped"], Json::array());
  EXPECT_EQ(made["expires_in"], 3600);
  const Json asked =
      client
          .post("/v1/ask",
                {{"question", "Who ruled Macedonia?"}, {"collection", made["collection"]}, {"no_explanation", true}})
          .json();
  EXPECT_THAT(asked["answers"][0]["answer"].get<std::string>(), HasSubstr("Alexander"));
  EXPECT_EQ(asked["answers"][0]["document"], "rulers.txt");
  const Json dense = {{"question", "wet climate"}, {"collection", made["collection"]}, {"retriever", "dense"}};
  const Json found = client.post("/v1/search", dense).json();
  EXPECT_EQ(found["passages"][0]["title"], "Weather");
  EXPECT_EQ(found["passages"][0]["source"], "weather.md");
}

TEST(Upload, EqualsTheSameFilesInACollectionOfTheCommand) {
  const RunningServer server = serve_readers();
  Client client = server.client();
  const std::string name = upload(client, {rulers(), weather()});
  const auto folder = std::filesystem::temp_directory_path() / ("limn_upload_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder / "files");
  for (const Json& one : {rulers(), weather()})
    std::ofstream(folder / "files" / one["name"].get<std::string>()) << one["text"].get<std::string>();
  Collection own = Collection::create(folder / "own.limn", Model::load(model_folder("all-minilm-l6-v2")));
  own.add({folder / "files"});
  const auto expected = own.search("Who ruled Persia?").passages;
  const Json found =
      client.post("/v1/search", {{"question", "Who ruled Persia?"}, {"collection", name}}).json()["passages"];
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(found[i]["text"], expected[i].text);
    EXPECT_NEAR(found[i]["score"].get<double>(), expected[i].score, 1e-5);
  }
  std::filesystem::remove_all(folder);
}

TEST(Upload, EachKindOfFileIsReadAsByTheCommand) {
  const RunningServer server = serve_words();
  Client client = server.client();
  const Files documents = {
      file("page.HTML", "<html><head><title>Ships</title></head><body><p>Ships sail the sea.</p></body></html>"),
      file("rows.csv", "id,text,language\na,Zebras run.,en\nb,Zebras rennen.,de\n"),
      file("rows.jsonl", "{\"text\": \"Lions sleep.\"}\nnonsense\n"),
      encoded_file("encoded.txt", "Gallium melts in the hand."),
      encoded_file("picture.txt", std::string("\x89PNG\0\r\n", 7)),
      encoded_file("latin.txt", "caf\xe9"),
      encoded_file("paper.pdf", "%PDF-1.7"),
      file("empty.txt", " \n "),
      file("noending", "text")};
  const Json made = send_files(client, documents).json();
  EXPECT_EQ(made["documents"], 5);
  EXPECT_EQ(made["embedder"], nullptr);
  EXPECT_EQ(made["retrievers"], Json({"bm25"}));
  std::map<std::string, std::string> skipped;
  for (const Json& one : made["skipped"]) skipped[one["name"]] = one["reason"];
  EXPECT_EQ(skipped.size(), 6u) << made["skipped"];
  EXPECT_EQ(skipped["picture.txt"], "a binary file");
  EXPECT_THAT(skipped["latin.txt"], HasSubstr("UTF-8"));
  EXPECT_EQ(skipped["paper.pdf"], "the type .pdf is not read");
  EXPECT_EQ(skipped["empty.txt"], "no text");
  EXPECT_EQ(skipped["noending"], "no file extension");
  EXPECT_FALSE(skipped["rows.jsonl, line 2"].empty());
  const std::string name = made["collection"];
  const auto first = [&](const Json& more) {
    Json request = {{"question", "zebras"}, {"collection", name}};
    request.update(more);
    return client.post("/v1/search", request).json()["passages"][0];
  };
  EXPECT_EQ(first({{"filter", {{"language", "de"}}}})["document"], "rows.csv#b");
  EXPECT_EQ(first({{"question", "gallium"}})["document"], "encoded.txt");
  EXPECT_EQ(first({{"question", "sail"}})["title"], "Ships");
}

TEST(Upload, NamesAreLabelsAndNeverPaths) {
  const RunningServer server = serve_words();
  Client client = server.client();
  const Files documents = {file("../../etc/passwd.txt", "Whales swim."), file("C:\\notes\\b.txt", "Owls fly."),
                           file("b.txt", "A second b, which is skipped."), file("<i>&\n.txt", "Bees hum.")};
  const Json made = send_files(client, documents).json();
  EXPECT_EQ(made["documents"], 3);
  ASSERT_EQ(made["skipped"].size(), 1u);
  EXPECT_EQ(made["skipped"][0]["name"], "b.txt");
  EXPECT_EQ(made["skipped"][0]["reason"], "a second file with this name");
  const auto source = [&](const char* question) {
    const Json request = {{"question", question}, {"collection", made["collection"]}};
    return client.post("/v1/search", request).json()["passages"][0]["source"];
  };
  EXPECT_EQ(source("whales"), "passwd.txt");
  EXPECT_EQ(source("owls"), "b.txt");
  EXPECT_EQ(source("bees"), "<i>&\n.txt");
}

TEST(Upload, RefusesWhatIsNoListOfFiles) {
  const RunningServer server = serve_words([](server::Server::Options& options) {
    options.service.limits.upload_files = 3;
    options.service.limits.upload_passages = 2;
    options.listener.largest_body = 20'000;
  });
  Client client = server.client();
  const Json good = file("a.txt", "One.");
  const std::string long_name = "[{\"name\": \"" + std::string(300, 'n') + ".txt\", \"text\": \"x\"}]";
  for (const std::string& text :
       {std::string("null"), std::string("[]"), std::string("\"text\""), Json(Files{good, good, good, good}).dump(),
        std::string(R"([{"name": "a.txt"}])"), std::string(R"([{"text": "no name"}])"),
        std::string(R"([{"name": "..", "text": "dots"}])"), std::string(R"([{"name": "a/", "text": "folder"}])"),
        std::string(R"([{"name": "a.txt", "base64": "*"}])"),
        std::string(R"([{"name": "a.txt", "text": "x", "base64": "eA=="}])"), long_name}) {
    const Json documents = Json::parse(text);
    const Reply reply = send_files(client, documents);
    EXPECT_EQ(reply.status, 422) << text;
    EXPECT_EQ(reply.json()["field"], "documents") << text << reply.body;
  }
  EXPECT_EQ(send_files(client, Json::parse("[5]")).status, 422);
  EXPECT_THAT(send_files(client, Json::parse(R"([{"name": "a.txt", "text": "x", "path": "/"}])")).body,
              HasSubstr("path"));
  // Nothing that can be read.
  const Json pdf = send_files(client, Files{file("a.pdf", "x")}).json();
  EXPECT_EQ(pdf["found"], "no documents");
  EXPECT_EQ(pdf["hint"], "a.pdf: the type .pdf is not read");
  // Three paragraphs of 200 words are three passages.
  std::string long_text;
  for (int i = 0; i < 600; ++i) long_text += i % 200 == 199 ? "end. " : "word ";
  const Json large = send_files(client, Files{file("long.txt", long_text)}).json();
  EXPECT_EQ(large["found"], "3 passages");
  EXPECT_EQ(large["expected"], "at most 2");
  EXPECT_EQ(send_files(client, Files{good}, {{"model", "nobody"}}).json()["field"], "model");
  EXPECT_EQ(send_files(client, Files{good}, {{"model", "bert-cls"}}).json()["field"], "model");
  EXPECT_EQ(send_files(client, Files{file("a.txt", std::string(30'000, 'a'))}).status, 413);  // ends the connection
  EXPECT_EQ(server.metric("limn_temporary_collections"), 0);
}

TEST(Upload, IsListedNowhere) {
  const RunningServer server = serve_words();
  Client client = server.client();
  const std::string name = upload(client, {rulers()});
  EXPECT_EQ(name.size(), std::string("temporary-").size() + 32);
  EXPECT_THAT(client.ask("GET", "/v1/models").body, Not(HasSubstr("temporary-")));
  EXPECT_THAT(client.ask("GET", "/metrics").body, Not(HasSubstr(name)));
  const Json request = {{"question", "Who?"}, {"collection", "other"}};
  EXPECT_THAT(client.post("/v1/search", request).body, Not(HasSubstr("temporary-")));
  EXPECT_EQ(client.post("/v1/search", {{"question", "Who?"}}).status, 422);  // it is nobody's default
  EXPECT_EQ(client.ask("GET", "/v1/collections/" + name).status, 200);
  EXPECT_EQ(client.ask("GET", "/v1/collections").status, 405);
  EXPECT_EQ(client.ask("DELETE", "/v1/collections/" + name).status, 204);
  for (const Json& line : server.log()) EXPECT_THAT(line.dump(), Not(HasSubstr(name)));
}

TEST(Upload, EachUploadHasACollectionOfItsOwn) {
  const RunningServer server = serve_words();
  std::vector<std::thread> clients;
  std::mutex mutex;
  std::set<std::string> names;
  for (int i = 0; i < 8; ++i)
    clients.emplace_back([&] {
      Client client = server.client();
      const std::string name = upload(client, {rulers()});
      const std::lock_guard lock(mutex);
      names.insert(name);
    });
  for (auto& client : clients) client.join();
  EXPECT_EQ(names.size(), 8u);
  EXPECT_EQ(server.metric("limn_temporary_collections"), 8);
}

TEST(Upload, IsGoneWhenRemoved) {
  const RunningServer server = serve_words();
  Client client = server.client();
  const std::string name = upload(client, {rulers()}), other = upload(client, {weather()});
  EXPECT_EQ(client.ask("GET", "/v1/collections/" + name).json()["documents"], 1);
  EXPECT_EQ(client.ask("DELETE", "/v1/collections/" + name).status, 204);
  EXPECT_EQ(client.ask("DELETE", "/v1/collections/" + name).status, 404);
  EXPECT_EQ(client.ask("GET", "/v1/collections/" + name).status, 404);
  for (const char* route : {"/v1/search", "/v1/ask"}) {
    const Reply reply = client.post(route, {{"question", "Who?"}, {"collection", name}});
    EXPECT_EQ(reply.status, 404) << reply.body;
    EXPECT_EQ(reply.json()["field"], "collection");
    EXPECT_THAT(reply.json()["hint"].get<std::string>(), HasSubstr("upload"));
  }
  EXPECT_EQ(client.post("/v1/search", {{"question", "rain"}, {"collection", other}}).status, 200);
  EXPECT_EQ(client.ask("DELETE", "/v1/collections/notes").status, 404);
  EXPECT_EQ(server.metric("limn_temporary_collections"), 1);
}

TEST(Upload, ExpiresUnlessItIsUsed) {
  const RunningServer server = serve_words([](server::Server::Options& options) {
    options.temporary = {.most = 2, .idle = std::chrono::milliseconds(1500)};
  });
  Client client = server.client();
  const std::string used = upload(client, {rulers()}), unused = upload(client, {weather()});
  const Json request = {{"question", "Persia"}, {"collection", used}};
  for (int i = 0; i < 8; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    EXPECT_EQ(client.post("/v1/search", request).status, 200);
  }
  EXPECT_EQ(client.post("/v1/search", {{"question", "rain"}, {"collection", unused}}).status, 404);
  EXPECT_EQ(server.metric("limn_temporary_collections"), 1);  // the sweeper has removed it
}

TEST(Upload, TheirNumberIsBounded) {
  const RunningServer server = serve_words([](server::Server::Options& options) { options.temporary.most = 2; });
  Client client = server.client();
  const std::string first = upload(client, {rulers()});
  upload(client, {rulers()});
  const Reply full = send_files(client, Files{weather()});
  EXPECT_EQ(full.status, 503) << full.body;
  EXPECT_EQ(full.headers.at("retry-after"), "60");
  EXPECT_EQ(client.ask("DELETE", "/v1/collections/" + first).status, 204);
  upload(client, {weather()});
  // A refused upload gives its place back.
  const RunningServer one = serve_words([](server::Server::Options& options) { options.temporary.most = 1; });
  Client other = one.client();
  EXPECT_EQ(send_files(other, Files{file("a.pdf", "x")}).status, 422);
  upload(other, {weather()});
  const RunningServer none = serve_words([](server::Server::Options& options) { options.temporary.most = 0; });
  Client last = none.client();
  EXPECT_EQ(send_files(last, Files{weather()}).status, 422);
}

TEST(Upload, NeedsTheKeyAndStreams) {
  const RunningServer server =
      serve_words([](server::Server::Options& options) { options.service.api_keys = {"secret"}; });
  Client client = server.client();
  EXPECT_EQ(send_files(client, Files{weather()}).status, 401);
  EXPECT_EQ(client.ask("DELETE", "/v1/collections/temporary-0").status, 401);
  EXPECT_EQ(client.ask("GET", "/v1/collections/temporary-0").status, 401);
  const RunningServer open = serve_words();
  Client streaming = open.client();
  const std::string body = Json{{"documents", Files{weather()}}}.dump();
  ASSERT_TRUE(streaming.send(
      Client::request("POST", "/v1/collections", body, Client::json_type + "Accept: text/event-stream\r\n")));
  const std::string stream = streaming.read_until("event: result\ndata: ");
  EXPECT_THAT(stream, HasSubstr("event: progress\ndata: {\"done\":1,\"total\":1}"));
  EXPECT_THAT(streaming.read_until("}\n\n"), HasSubstr("temporary-"));
}

TEST(Upload, IsDescribed) {
  const RunningServer server = serve_words();
  Client client = server.client();
  const Json document = client.ask("GET", "/openapi.json").json();
  const Json& schema = document["components"]["schemas"]["TemporaryCollection"]["properties"];
  const Json made = send_files(client, Files{weather(), file("a.pdf", "x")}).json();
  for (const auto& [field, value] : made.items()) EXPECT_TRUE(schema.contains(field)) << field;
  EXPECT_EQ(made["skipped"].size(), 1u);
  const Json& item = document["paths"]["/v1/collections/{name}"];
  EXPECT_TRUE(item["get"]["responses"].contains("404"));
  EXPECT_TRUE(item["delete"]["responses"].contains("204"));
  EXPECT_TRUE(document["paths"]["/v1/search"]["post"]["responses"].contains("404"));
  const Json limits = client.ask("GET", "/v1/models").json()["limits"];
  EXPECT_EQ(limits["uploads"], 16);
  EXPECT_EQ(limits["upload_passages"], 1000);
}

}  // namespace
}  // namespace limn::upload_test
