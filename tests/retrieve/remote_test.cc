// Collections on servers of Elasticsearch and OpenSearch: what is sent, found and changed, and what servers may do
// wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "limn/error.h"
#include "model/checkpoint_folder.h"
#include "retrieve/expansion.h"
#include "retrieve/fake_search_server.h"
#include "retrieve/indexer.h"
#include "retrieve/remote_collection.h"

namespace limn::remote_test {
namespace {

using test::FakeSearchServer;
using test::message_of;
using test::TemporaryFolder;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Kind = FakeSearchServer::Kind;
using Json = nlohmann::json;

const std::string address = "http://search:9200/notes";

/// Embeds a text as how often each of 26 letters occurs in it, plus one, so that no row is zero.
Embedder letter_counts(std::string name = "letters", std::size_t first = 0) {
  Embedder embedder;
  embedder.model = std::move(name);
  embedder.dimensions = 26;
  embedder.most_tokens = 1000;
  embedder.embed = [first](const std::vector<std::string>& texts, bool, const Watch&) {
    std::vector<float> rows;
    for (const std::string& text : texts) {
      std::vector<float> row(26, 1.f);
      for (const char c : text)
        if (c >= 'a' && c <= 'z') row[(static_cast<std::size_t>(c - 'a') + first) % 26] += first > 0 ? 7.f : 1.f;
      float squares = 0;
      for (const float value : row) squares += value * value;
      for (const float value : row) rows.push_back(value / std::sqrt(squares));
    }
    return rows;
  };
  embedder.count_tokens = [](std::string_view text) { return text.size() / 4; };
  return embedder;
}

class Remote : public testing::TestWithParam<Kind> {
 protected:
  Remote() {
    std::filesystem::create_directory(documents());
    write("anna.txt", "Anna came to Rome. She stayed for a year.");
    write("rain.md", "# Weather\n\nIt rains in the north.");
    write("rows.jsonl", R"({"id": "a", "title": "First", "text": "Zebras run.", "language": "en"})"
                        "\n"
                        R"({"id": "b", "title": "Second", "text": "Zebras rennen.", "language": "de"})"
                        "\n");
  }
  std::filesystem::path documents() const { return folder_.path() / "documents"; }
  void write(const std::string& name, const std::string& text) const { folder_.write("documents/" + name, text); }
  IndexReport index(const Embedder* embedder) {
    RemoteCollection collection = RemoteCollection::open_or_create(address, server.send(), embedder);
    return index_documents(collection, embedder, {documents()}, {});
  }
  std::vector<FoundPassage> find(const std::string& question, const SearchOptions& options = {}) {
    const RemoteCollection collection = RemoteCollection::open(address, server.send());
    return collection.find(collection.info().dimensions > 0 ? &embedder_ : nullptr, question, options, {}, {});
  }

  TemporaryFolder folder_;
  FakeSearchServer server{GetParam()};
  Embedder embedder_ = letter_counts();
};

INSTANTIATE_TEST_SUITE_P(Servers, Remote, testing::Values(Kind::elasticsearch, Kind::opensearch), [](const auto& info) {
  return info.param == Kind::elasticsearch ? "elasticsearch" : "opensearch";
});

std::vector<std::string> titles_of(const std::vector<FoundPassage>& passages) {
  std::vector<std::string> result;
  for (const FoundPassage& passage : passages) result.push_back(passage.title);
  return result;
}

TEST_P(Remote, IndexesAndFindsByWords) {
  const IndexReport report = index(nullptr);
  EXPECT_EQ(report.added, 4u);
  EXPECT_EQ(report.passages, 4u);
  EXPECT_THAT(titles_of(find("Who came to Rome?")), ElementsAre("anna"));
  const auto found = find("rome");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].text, "Anna came to Rome. She stayed for a year.");
  EXPECT_EQ(found[0].source, (documents() / "anna.txt").string());
  EXPECT_EQ(found[0].document, found[0].source);
  EXPECT_EQ(found[0].begin, 0u);
  EXPECT_EQ(found[0].end, found[0].text.size());
  EXPECT_EQ(found[0].rank, 1u);
  // Lucene's BM25 by hand: N = 4, n = 1, 9 words where the mean is (9 + 6 + 2 + 2) / 4; "weather" is in rain.md's text,
  // too.
  const double idf = std::log(1 + (4 - 1 + 0.5) / (1 + 0.5));
  double words = 0;
  for (const auto& [id, object] : server.visible) {
    std::istringstream text(object["text"].get<std::string>());
    for (std::string word; text >> word;) words += word == "#" ? 0 : 1;
  }
  EXPECT_NEAR(*found[0].bm25, idf / (1 + 1.2 * (0.25 + 0.75 * 9 / (words / 4))), 1e-9);
  EXPECT_EQ(found[0].score, found[0].bm25);
  const RemoteCollection collection = RemoteCollection::open(address, server.send());
  EXPECT_EQ(collection.info().documents, 4u);
  EXPECT_EQ(collection.info().passages, 4u);
  EXPECT_EQ(collection.info().file.string(), address);
}

TEST_P(Remote, IndexingTwiceSendsNothing) {
  index(&embedder_);
  const std::size_t before = server.count("_bulk");
  EXPECT_GT(before, 0u);
  const IndexReport again = index(&embedder_);
  EXPECT_EQ(again.unchanged, 4u);
  EXPECT_EQ(again.added + again.changed + again.removed + again.passages, 0u);
  EXPECT_EQ(server.count("_bulk"), before);
}

TEST_P(Remote, ChangesAndRemovalsAreFound) {
  std::string longer;
  for (int i = 0; i < 500; ++i) longer += i % 100 == 99 ? "end. " : "word ";
  write("long.txt", longer);
  index(&embedder_);
  EXPECT_EQ(RemoteCollection::open(address, server.send()).info().documents, 5u);
  const std::size_t passages = server.stored.size();
  EXPECT_GT(passages, 5u);
  write("long.txt", "short.");
  write("anna.txt", "Anna left for Oslo.");
  std::filesystem::remove(documents() / "rain.md");
  write("rows.jsonl", R"({"id": "b", "title": "Second", "text": "Zebras rennen.", "language": "de"})");
  const IndexReport report = index(&embedder_);
  EXPECT_EQ(report.changed, 2u);
  EXPECT_EQ(report.removed, 2u);
  EXPECT_EQ(report.unchanged, 1u);
  EXPECT_EQ(server.stored.size(), 3u);
  const SearchOptions words = {.retriever = Retriever::bm25};
  EXPECT_THAT(titles_of(find("Rome", words)), IsEmpty());
  EXPECT_THAT(titles_of(find("Oslo", words)), ElementsAre("anna"));
  EXPECT_THAT(titles_of(find("rains", words)), IsEmpty());
  EXPECT_EQ(find("anything", {.retriever = Retriever::dense}).size(), 3u);
}

TEST_P(Remote, DenseScoresAreExactCosinesWhateverTheServerScores) {
  index(&embedder_);
  const auto found = find("zebras run", {.retriever = Retriever::dense});
  ASSERT_EQ(found.size(), 4u);
  EXPECT_EQ(found.front().title, "First");
  for (const FoundPassage& passage : found) {
    const std::vector<float> rows = embedder_.embed({"zebras run", passage.text}, true, {});
    double cosine = 0;
    for (std::size_t i = 0; i < 26; ++i) cosine += double{rows[i]} * rows[26 + i];
    EXPECT_NEAR(passage.dense.value(), cosine, 1e-3);  // F16
    EXPECT_FALSE(passage.bm25);
  }
  for (std::size_t i = 1; i < found.size(); ++i) EXPECT_GE(found[i - 1].score, found[i].score);
}

TEST_P(Remote, HybridHasBothScoresOfEveryPassage) {
  index(&embedder_);
  const auto words = find("zebras run north", {.retriever = Retriever::bm25});
  const auto dense = find("zebras run north", {.retriever = Retriever::dense});
  const auto hybrid = find("zebras run north");
  ASSERT_EQ(hybrid.size(), 4u);
  for (const FoundPassage& passage : hybrid) {
    const auto same = [&](const FoundPassage& other) { return other.id == passage.id; };
    const auto word = std::ranges::find_if(words, same);
    const auto cosine = std::ranges::find_if(dense, same);
    ASSERT_NE(cosine, dense.end());
    const double bm25 = word == words.end() ? 0 : word->score / words.front().score;
    EXPECT_NEAR(passage.score, bm25 + 1.5 * cosine->score, 1e-9);
    EXPECT_EQ(passage.bm25.has_value(), word != words.end());
  }
}

TEST_P(Remote, ThePassagesNearestByMeaningGetTheirBm25) {
  // More passages than are compared have the word, and the nearest one is not among the best by words.
  for (int i = 0; i < 150; ++i) write("filler" + std::to_string(i) + ".txt", "zz zz zz.");
  write("near.txt", "zz apple banana cherry apple banana cherry apple banana cherry and some more words of it.");
  index(&embedder_);
  const auto hybrid = find("zz apple banana cherry", {.top = 3});
  EXPECT_EQ(hybrid.front().title, "near");
  EXPECT_TRUE(hybrid.front().bm25);
  const auto only = find("zz", {.retriever = Retriever::hybrid, .top = 200});
  const auto near = std::ranges::find(only, std::string("near"), &FoundPassage::title);
  ASSERT_NE(near, only.end());
  EXPECT_TRUE(near->bm25);
}

TEST_P(Remote, FiltersHoldForWordsAndMeaning) {
  index(&embedder_);
  for (const Retriever retriever : {Retriever::bm25, Retriever::dense, Retriever::hybrid}) {
    EXPECT_THAT(titles_of(find("zebras", {.retriever = retriever, .filters = {{"language", "de"}}})),
                ElementsAre("Second"));
    EXPECT_THAT(titles_of(find("zebras", {.retriever = retriever, .filters = {{"title", "First"}}})),
                ElementsAre("First"));
    EXPECT_THAT(find("zebras", {.retriever = retriever, .filters = {{"language", "fr"}}}), IsEmpty());
  }
}

TEST_P(Remote, AddedWordsCountWithTheirWeight) {
  index(nullptr);
  const RemoteCollection collection = RemoteCollection::open(address, server.send());
  const SearchOptions options;
  const auto plain = collection.find(nullptr, "zebras", options, {}, {});
  const auto more = collection.find(nullptr, "zebras", options, {}, {{.term = "rome", .weight = 0.5}});
  EXPECT_THAT(titles_of(plain), Not(testing::Contains("anna")));
  ASSERT_THAT(titles_of(more), testing::Contains("anna"));
  const auto rome = collection.find(nullptr, "rome", options, {}, {});
  EXPECT_NEAR(more.back().score, 0.3 * 0.5 * rome.front().score, 1e-9);
  EXPECT_THAT(collection.passages_with({"zebras", "rome", "nothing"}), ElementsAre(2., 1., 0.));
  const auto terms = feedback_terms(collection, "zebras", plain, {.feedback = 2});
  ASSERT_FALSE(terms.empty());
  EXPECT_THAT((std::set<std::string>{"run", "rennen"}).contains(terms.front().term), true);
}

TEST_P(Remote, AKilledRunIsContinuedWhereverItWasKilled) {
  std::string many;
  for (int i = 0; i < 500; ++i) many += i % 100 == 99 ? "end. " : "word ";
  // Documents that grow, and documents that shrink.
  std::size_t killed = 0;
  for (const auto& [before, after] : {std::pair(std::string("short."), many), std::pair(many, std::string("short."))}) {
    write("long.txt", after);
    write("anna.txt", "Anna left for Oslo.");
    index(&embedder_);
    const auto complete = server.stored;
    // Every request that changes something may be the last one.
    for (std::size_t last = 0; last < 8; ++last) {
      server.stored.clear(), server.visible.clear(), server.mapping = nullptr;
      write("long.txt", before);
      write("anna.txt", "Anna came to Rome. She stayed for a year.");
      index(&embedder_);
      write("long.txt", after);
      write("anna.txt", "Anna left for Oslo.");
      std::size_t changes = 0;
      server.before = [&](const HttpCall& call) -> std::optional<HttpReply> {
        if (call.url.find("_bulk") == std::string::npos && call.url.find("_delete") == std::string::npos) return {};
        if (changes++ < last) return {};
        return HttpReply{.failure = "the connection was cut"};
      };
      try {
        index(&embedder_);
      } catch (const Error&) {
        ++killed;
      }
      server.before = {};
      index(&embedder_);
      EXPECT_EQ(server.stored, complete) << last;
    }
    server.stored.clear(), server.visible.clear(), server.mapping = nullptr;
  }
  EXPECT_GE(killed, 6u);
}

TEST_P(Remote, AnotherModelIsRefused) {
  index(&embedder_);
  const Embedder other = letter_counts("other", 3);
  const auto open = [&](const Embedder* embedder) {
    return message_of([&] { RemoteCollection::open_or_create(address, server.send(), embedder); });
  };
  EXPECT_THAT(open(&other), HasSubstr("the model that made them, letters"));
  Embedder fewer = letter_counts();
  fewer.dimensions = 13;
  EXPECT_THAT(open(&fewer), HasSubstr("the model that made them, letters"));
  EXPECT_THAT(open(nullptr), HasSubstr("embeddings of letters"));
  EXPECT_EQ(open(&embedder_), "no Error was thrown");
  const RemoteCollection collection = RemoteCollection::open(address, server.send());
  EXPECT_THAT(message_of([&] { collection.find(nullptr, "x", {.retriever = Retriever::dense}, {}, {}); }),
              HasSubstr("no model for the question"));
  EXPECT_THAT(message_of([&] { collection.find(nullptr, "  ", {}, {}, {}); }), HasSubstr("white space"));
}

TEST_P(Remote, RefusesIndicesThatLimnDidNotMake) {
  const auto open = [&] { return message_of([&] { RemoteCollection::open(address, server.send()); }); };
  EXPECT_THAT(open(), HasSubstr("no such index"));
  server.mapping = {{"properties", {{"text", {{"type", "text"}}}}}};
  EXPECT_THAT(open(), HasSubstr("an index of another program"));
  EXPECT_THAT(message_of([&] { RemoteCollection::open_or_create(address, server.send(), nullptr); }),
              HasSubstr("an index of another program"));
  server.mapping["_meta"] = {{"limn", 2}};
  EXPECT_THAT(open(), HasSubstr("version 2"));
  for (const char* meta :
       {R"({"limn": 1, "embedder": 5, "dimensions": 2, "probe": "AAAAAAAAAAA="})",
        R"({"limn": 1, "embedder": "m", "dimensions": "two", "probe": "AAAAAAAAAAA="})",
        R"({"limn": 1, "embedder": "m", "dimensions": 3, "probe": "AAAAAAAAAAA="})",
        R"({"limn": 1, "embedder": "m", "dimensions": 1e300, "probe": "AAAAAAAAAAA="})",
        R"({"limn": 1, "embedder": "m", "dimensions": -2, "probe": "AAAAAAAAAAA="})",
        R"({"limn": 1, "embedder": "m", "dimensions": 2, "probe": "*"})", R"({"limn": 1, "embedder": "m"})"}) {
    server.mapping["_meta"] = Json::parse(meta);
    EXPECT_THAT(open(), HasSubstr(address)) << meta;
  }
}

TEST(RemoteServer, AddressesAreChecked) {
  const auto message = [](const std::string& text) {
    return message_of([&] { SearchServer(text, [](const HttpCall&) { return HttpReply(); }); });
  };
  EXPECT_EQ(message("http://localhost:9200/notes"), "no Error was thrown");
  EXPECT_EQ(message("https://search.example.org/es/notes-1/"), "no Error was thrown");
  EXPECT_THAT(message("http://localhost:9200"), HasSubstr("no index"));
  EXPECT_THAT(message("http://localhost:9200/"), HasSubstr("no index"));
  EXPECT_THAT(message("http:///notes"), HasSubstr("no host"));
  for (const char* name : {"Notes", "_all", "a,b", "*", "notes?x=1", "notes#x", "-x", "%2e%2e", "..", "no tes"})
    EXPECT_THAT(message("http://localhost:9200/" + std::string(name)), HasSubstr("an index named")) << name;
  const std::string secret = message("http://me:topsecret@localhost:9200/notes");
  EXPECT_THAT(secret, HasSubstr("LIMN_COLLECTION_PASSWORD"));
  EXPECT_THAT(secret, Not(HasSubstr("topsecret")));
}

TEST(RemoteServer, OldOrOtherServersAreRefused) {
  const Embedder embedder = letter_counts();
  const auto message = [&](const std::string& root) {
    const HttpSend send = [&](const HttpCall&) { return HttpReply{.status = 200, .body = root, .failure = {}}; };
    return message_of([&] { RemoteCollection::open_or_create(address, send, &embedder); });
  };
  EXPECT_THAT(message(R"({"version": {"number": "7.17.0"}, "tagline": "You Know, for Search"})"), HasSubstr("8.4"));
  EXPECT_THAT(message(R"({"version": {"number": "2.3.0", "distribution": "opensearch"}})"), HasSubstr("2.4"));
  EXPECT_THAT(message(R"({"version": {"number": "9.9.9"}, "tagline": "hello"})"), HasSubstr("another server"));
  EXPECT_THAT(message(R"({"version": "8"})"), HasSubstr("/version/number"));
  EXPECT_THAT(message("[]"), HasSubstr("/version/number"));
  EXPECT_THAT(message("<html>"), HasSubstr("not JSON"));
  EXPECT_THAT(message(""), HasSubstr("/version/number"));
}

TEST_P(Remote, FailuresSayWhatAndWhere) {
  index(&embedder_);
  const RemoteCollection collection = RemoteCollection::open(address, server.send());
  HttpReply given;
  server.before = [&](const HttpCall&) { return given; };
  const auto message = [&](HttpReply reply) {
    given = std::move(reply);
    return message_of([&] { collection.find(&embedder_, "zebras", {}, {}, {}); });
  };
  EXPECT_THAT(message({.failure = "timed out after 60 seconds"}), HasSubstr("timed out after 60 seconds"));
  EXPECT_THAT(message({.failure = "x"}), HasSubstr(address + "/_search"));
  EXPECT_THAT(message({.status = 401}), HasSubstr("LIMN_COLLECTION_API_KEY"));
  EXPECT_THAT(message({.status = 403, .body = "{}", .failure = {}}), HasSubstr("403"));
  EXPECT_THAT(message({.status = 302, .body = "<html>", .failure = {}}), HasSubstr("302"));
  EXPECT_THAT(message({.status = 404, .body = "{}", .failure = {}}), HasSubstr("no such index"));
  EXPECT_THAT(message({.status = 400,
                       .body = R"({"error": {"type": "parsing_exception", "reason": "unknown field"}})",
                       .failure = {}}),
              HasSubstr("unknown field"));
  EXPECT_THAT(message({.status = 500, .body = R"({"error": "broken"})", .failure = {}}), HasSubstr("broken"));
  EXPECT_THAT(message({.status = 200, .body = "{\"hits\": ", .failure = {}}), HasSubstr("not JSON"));
  for (
      const char* nonsense :
      {"{}", "[]", "5", R"({"hits": 5})", R"({"hits": {"hits": {}}})", R"({"hits": {"hits": [5]}})",
       R"({"hits": {"hits": [{"_id": "a"}]}})", R"({"hits": {"hits": [{"_id": 5, "_source": {}}]}})",
       R"({"hits": {"hits": [{"_id": "a", "_score": 1, "_source": {"passage": -1, "key": "k", "title": "t", "source": "s",
            "begin": 0, "end": 1, "text": "x", "half": ""}}]}})",
       R"({"hits": {"hits": [{"_id": "a", "_score": 1, "_source": {"passage": 1, "key": "k", "title": "t", "source": "s",
            "begin": 1e300, "end": 1, "text": "x", "half": ""}}]}})",
       R"({"hits": {"hits": [{"_id": "a", "_score": 1, "_source": {"passage": 1, "key": "k", "title": "t", "source": "s",
            "begin": 0, "end": 1, "text": "x", "half": "AAAA"}}]}})"})
    EXPECT_THAT(message({.status = 200, .body = nonsense, .failure = {}}), HasSubstr("found")) << nonsense;
  // A busy server is asked again.
  std::size_t times = 0;
  server.before = [&](const HttpCall&) -> std::optional<HttpReply> {
    if (times++ < 2) return HttpReply{.status = times == 1 ? 429 : 503, .body = "", .failure = {}};
    return {};
  };
  EXPECT_EQ(collection.find(&embedder_, "zebras", {.retriever = Retriever::bm25}, {}, {}).size(), 2u);
  EXPECT_EQ(times, 3u);
  times = 0;
  server.before = [&](const HttpCall&) -> std::optional<HttpReply> {
    ++times;
    return HttpReply{.status = 503, .body = "", .failure = {}};
  };
  EXPECT_THAT(message_of([&] { collection.find(nullptr, "zebras", {}, {}, {}); }), HasSubstr("tried 4 times"));
  EXPECT_EQ(times, 4u);
}

TEST_P(Remote, APassageThatIsNotStoredIsAnError) {
  server.before = [&](const HttpCall& call) -> std::optional<HttpReply> {
    if (call.url.find("_bulk") == std::string::npos) return {};
    return HttpReply{
        .status = 200,
        .body = R"({"errors": true, "items": [{"index": {"_id": "a", "status": 201}}, {"index": {"_id": "b",
                                 "status": 400, "error": {"type": "t", "reason": "the disk is full"}}}]})",
        .failure = {}};
  };
  EXPECT_THAT(message_of([&] { index(nullptr); }), HasSubstr("the disk is full"));
}

TEST_P(Remote, ManyDocumentsAreReadPageByPage) {
  std::string rows;
  for (int i = 0; i < 2500; ++i)
    rows += "{\"id\": \"" + std::to_string(i) + "\", \"text\": \"row " + std::to_string(i) + ".\"}\n";
  std::filesystem::remove_all(documents());
  std::filesystem::create_directory(documents());
  write("many.jsonl", rows);
  EXPECT_EQ(index(nullptr).added, 2500u);
  const IndexReport again = index(nullptr);
  EXPECT_EQ(again.unchanged, 2500u);
  EXPECT_EQ(again.passages, 0u);
  // The numbers of passages are distinct.
  std::set<std::int64_t> numbers;
  for (const auto& [id, object] : server.stored) numbers.insert(object["passage"].get<std::int64_t>());
  EXPECT_EQ(numbers.size(), 2500u);
}

}  // namespace
}  // namespace limn::remote_test
