// Collections with a model that is a function: what is stored, found, changed and refused.
#include "retrieve/collection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bit>
#include <cmath>
#include <csignal>
#include <fstream>
#include <random>
#include <set>

#include "limn/error.h"
#include "math/kernels.h"
#include "model/checkpoint_folder.h"
#include "retrieve/documents.h"
#include "retrieve/expansion.h"
#include "retrieve/half.h"
#include "retrieve/indexer.h"
#include "retrieve/passages.h"
#include "retrieve/search.h"

namespace limn {
namespace {

using test::message_of;
using test::TemporaryFolder;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Embeds a text as how often each of 26 letters occurs in it.
Embedder letters(std::string name = "letters") {
  Embedder embedder;
  embedder.model = std::move(name);
  embedder.dimensions = 26;
  embedder.embed = [](const std::vector<std::string>& texts, bool, const Watch&) {
    std::vector<float> rows;
    for (const std::string& text : texts) {
      std::vector<float> row(26, 0.f);
      for (const char c : text)
        if (c >= 'a' && c <= 'z') row[static_cast<std::size_t>(c - 'a')] += 1;
      float squares = 1e-9f;
      for (const float value : row) squares += value * value;
      for (const float value : row) rows.push_back(value / std::sqrt(squares));
    }
    return rows;
  };
  embedder.count_tokens = [](std::string_view text) { return text.size(); };
  return embedder;
}

std::vector<std::string> titles(const std::vector<FoundPassage>& passages) {
  std::vector<std::string> result;
  for (const FoundPassage& passage : passages) result.push_back(passage.title);
  return result;
}

/// A folder of documents and a collection beside it.
class CollectionTest : public testing::Test {
 protected:
  CollectionTest() {
    std::filesystem::create_directory(documents());
    write("anna.txt", "Anna came to Rome. She stayed for a year.");
    write("rain.md", "# Weather\n\nIt rains in the north.");
    write("page.html",
          "<html><head><title>Ships &amp; sails</title><script>x()</script></head><body><p>Ships "
          "sail<b>ed</b> the sea.</p><p>They came home.</p></body></html>");
    write("rows.jsonl", R"({"id": "a", "title": "First", "text": "Zebras run.", "language": "en"})"
                        "\n"
                        R"({"id": "b", "title": "Second", "text": "Zebras rennen.", "language": "de"})"
                        "\n");
  }
  std::filesystem::path documents() const { return folder_.path() / "documents"; }
  std::filesystem::path file() const { return folder_.path() / "all.limn"; }
  void write(const std::string& name, const std::string& text) const { folder_.write("documents/" + name, text); }

  IndexReport index(const Embedder* embedder) const {
    CollectionFile collection = CollectionFile::open_or_create(file(), embedder);
    return index_documents(collection, embedder, {documents()}, {});
  }
  std::vector<FoundPassage> find(const std::string& question, const SearchOptions& options = {}) const {
    const CollectionFile collection = CollectionFile::open(file());
    return find_passages(collection, collection.has_embeddings() ? &embedder_ : nullptr, question, options, {});
  }

  TemporaryFolder folder_;
  Embedder embedder_ = letters();
};

TEST_F(CollectionTest, ReadsEachKindOfDocument) {
  const IndexReport report = index(nullptr);
  EXPECT_EQ(report.added, 5u);
  EXPECT_THAT(report.skipped, IsEmpty());
  EXPECT_THAT(titles(find("Who came to Rome?")), ElementsAre("anna", "Ships & sails"));
  EXPECT_THAT(titles(find("weather rain")), ElementsAre("Weather"));
  EXPECT_EQ(find("sailed").front().text, "Ships sailed the sea.\nThey came home.");
  EXPECT_EQ(find("rome").front().text, "Anna came to Rome. She stayed for a year.");
}

TEST_F(CollectionTest, TheSizeCountsWhatWaitsInTheLog) {
  std::uintmax_t bytes = 0;
  {
    CollectionFile collection = CollectionFile::open_or_create(file(), nullptr);
    index_documents(collection, nullptr, {documents()}, {});
    bytes = collection.info().bytes;
  }
  EXPECT_EQ(bytes, std::filesystem::file_size(file()));  // closing writes the log to the file
}

TEST_F(CollectionTest, IndexingTwiceChangesNothing) {
  index(&embedder_);
  const IndexReport again = index(&embedder_);
  EXPECT_EQ(again.unchanged, 5u);
  EXPECT_EQ(again.added + again.changed + again.removed + again.passages, 0u);
}

TEST_F(CollectionTest, ChangesAndRemovalsAreFound) {
  index(&embedder_);
  write("anna.txt", "Anna left for Oslo.");
  std::filesystem::remove(documents() / "rain.md");
  write("rows.jsonl", R"({"id": "b", "title": "Second", "text": "Zebras rennen.", "language": "de"})");
  const IndexReport report = index(&embedder_);
  EXPECT_EQ(report.changed, 1u);
  EXPECT_EQ(report.removed, 2u);
  EXPECT_EQ(report.unchanged, 2u);
  const SearchOptions words = {.retriever = Retriever::bm25};
  EXPECT_THAT(titles(find("Rome", words)), IsEmpty());
  EXPECT_THAT(titles(find("Oslo", words)), ElementsAre("anna"));
  EXPECT_THAT(titles(find("rain", words)), IsEmpty());
  EXPECT_THAT(titles(find("zebras", words)), ElementsAre("Second"));
  EXPECT_EQ(find("anything", {.retriever = Retriever::dense}).size(), 3u);
}

TEST_F(CollectionTest, FindsByMeaningWithTheExactCosine) {
  index(&embedder_);
  const auto found = find("zebras run", {.retriever = Retriever::dense});
  ASSERT_EQ(found.size(), 5u);
  const std::vector<float> rows = embedder_.embed({"zebras run", found.front().text}, true, {});
  double cosine = 0;
  for (std::size_t i = 0; i < 26; ++i) cosine += double{rows[i]} * rows[26 + i];
  EXPECT_EQ(found.front().title, "First");
  EXPECT_NEAR(found.front().dense.value(), cosine, 1e-3);  // F16
  for (std::size_t i = 1; i < found.size(); ++i) EXPECT_GE(found[i - 1].score, found[i].score);
}

TEST_F(CollectionTest, HybridAddsBothScores) {
  index(&embedder_);
  const auto found = find("zebras rennen");
  const auto words = find("zebras rennen", {.retriever = Retriever::bm25});
  ASSERT_GE(words.size(), 2u);
  ASSERT_EQ(found.size(), 5u);
  for (const FoundPassage& passage : found)
    EXPECT_NEAR(passage.score, passage.bm25.value_or(0) / words.front().score + 1.5 * passage.dense.value(), 1e-9);
}

/// FTS5's BM25 gives a word of more than half of the passages the weight 1e-6.
TEST_F(CollectionTest, WordsOfMostPassagesDoNotCountInALargeCollection) {
  std::string rows;
  for (int i = 0; i < 50'100; ++i)
    rows += R"({"id": ")" + std::to_string(i) + R"(", "text": "the row )" + (i % 1000 == 7 ? "of a zebra" : "as such") +
            "\"}\n";
  write("rows.jsonl", rows);
  index(nullptr);
  const auto with = find("the zebra"), without = find("zebra");
  ASSERT_EQ(with.size(), 10u);
  for (std::size_t i = 0; i < with.size(); ++i) {
    EXPECT_EQ(with[i].id, without[i].id);
    EXPECT_NEAR(with[i].score, without[i].score, 1e-5);
  }
  EXPECT_EQ(find("the row").size(), 10u) << "there are no other words";
}

TEST_F(CollectionTest, FiltersByFields) {
  index(&embedder_);
  const auto with = [&](std::vector<Filter> filters, Retriever retriever) {
    return titles(find("zebras", {.retriever = retriever, .filters = std::move(filters)}));
  };
  for (const Retriever retriever : {Retriever::bm25, Retriever::dense, Retriever::hybrid}) {
    EXPECT_THAT(with({{"language", "de"}}, retriever), ElementsAre("Second"));
    EXPECT_THAT(with({{"language", "de"}, {"title", "First"}}, retriever), IsEmpty());
    EXPECT_THAT(with({{"x'; DROP TABLE passages; --", "de"}}, retriever), IsEmpty());
  }
  EXPECT_THAT(with({}, Retriever::bm25), testing::UnorderedElementsAre("First", "Second"));
}

TEST_F(CollectionTest, OperatorsOfTheFullTextLanguageAreWords) {
  index(nullptr);
  for (const char* question :
       {"\"", "rome AND NOT", "NEAR(rome", "rome*", "title:rome", "a OR", "-rome", "(((", "🦓"})
    EXPECT_NO_THROW(find(question)) << question;
  EXPECT_THAT(titles(find("title:rome")), ElementsAre("anna"));
}

TEST_F(CollectionTest, RefusesWhatItCannotUse) {
  EXPECT_THAT(message_of([&] { CollectionFile::open(file()); }), HasSubstr("no such file"));
  index(&embedder_);
  EXPECT_THAT(message_of([&] { find("  "); }), HasSubstr("only white space"));
  Embedder other = letters("other");
  other.embed = [&](const std::vector<std::string>& texts, bool query, const Watch& watch) {
    auto rows = embedder_.embed(texts, query, watch);
    std::reverse(rows.begin(), rows.end());
    return rows;
  };
  EXPECT_THAT(message_of([&] { index(&other); }), HasSubstr("letters"));
  EXPECT_THAT(message_of([&] { index(nullptr); }), HasSubstr("letters"));
  {
    const Database database(file(), Database::Access::write);
    database.run("PRAGMA user_version = 2");
  }
  EXPECT_THAT(message_of([&] { find("rome"); }), HasSubstr("a newer limn wrote it"));
  std::ofstream(folder_.path() / "text.limn") << "not a database, but a text that is long enough to be one";
  EXPECT_THAT(message_of([&] { CollectionFile::open(folder_.path() / "text.limn"); }), HasSubstr("no SQLite database"));
  EXPECT_THAT(message_of([&] {
                const Database other_program(folder_.path() / "other.db", Database::Access::write);
                other_program.run("CREATE TABLE t(x)");
                CollectionFile::open(folder_.path() / "other.db");
              }),
              HasSubstr("another program"));
}

TEST_F(CollectionTest, SaysWhatItSkips) {
  write("binary.txt", std::string("abc\0def", 7));
  write("latin.txt", "caf\xe9");
  write("picture.png", "PNG");
  write("empty.txt", " \n");
  const IndexReport report = index(nullptr);
  EXPECT_EQ(report.added, 5u);
  ASSERT_EQ(report.skipped.size(), 4u);
  std::string reasons;
  for (const SkippedDocument& skipped : report.skipped) reasons += skipped.reason + "; ";
  EXPECT_THAT(reasons, testing::AllOf(HasSubstr("a binary file"), HasSubstr(".png"), HasSubstr("no text")));
  std::filesystem::create_directory(folder_.path() / "nothing");
  CollectionFile collection = CollectionFile::open_or_create(folder_.path() / "new.limn", nullptr);
  EXPECT_THAT(message_of([&] { index_documents(collection, nullptr, {folder_.path() / "nothing"}, {}); }),
              HasSubstr("no documents"));
  EXPECT_THAT(message_of([&] { index_documents(collection, nullptr, {folder_.path() / "none"}, {}); }),
              HasSubstr("no such file or folder"));
}

TEST_F(CollectionTest, DamagedFilesAreErrors) {
  index(&embedder_);
  std::string bytes;
  {
    std::ifstream stream(file(), std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(stream), {});
  }
  ASSERT_GT(bytes.size(), 20'000u);
  std::mt19937 random(1);
  std::size_t tried = 0;
  for (; tried < 40; ++tried) {
    std::string damaged = bytes;
    for (int i = 0; i < 200; ++i) damaged[100 + random() % (damaged.size() - 100)] = static_cast<char>(random());
    const std::filesystem::path copy = folder_.path() / ("damaged" + std::to_string(tried));
    std::ofstream(copy, std::ios::binary) << damaged;
    try {  // any result or an Error, but no crash
      const CollectionFile collection = CollectionFile::open(copy);
      find_passages(collection, &embedder_, "zebras in Rome", {}, {});
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr("damaged"));
    }
  }
  EXPECT_EQ(tried, 40u);
}

/// Every passage once, and every document whole.
void expect_whole(const std::filesystem::path& file, std::size_t documents) {
  const CollectionFile collection = CollectionFile::open(file);
  EXPECT_EQ(collection.info().documents, documents);
  Statement check(collection.database(), "PRAGMA integrity_check");
  ASSERT_TRUE(check.next());
  EXPECT_EQ(check.text(0), "ok");
  std::set<std::int64_t> ids;
  const auto scanned = collection.vectors().scan(std::vector<float>(26, 1.f));
  for (const ScoredPassage& row : scanned) EXPECT_TRUE(ids.insert(row.passage).second);
  EXPECT_EQ(ids.size(), collection.info().passages);
}

TEST_F(CollectionTest, AKilledRunGoesOn) {
  std::string rows;
  constexpr std::size_t count = 2000;
  for (std::size_t i = 0; i < count; ++i)
    rows += R"({"text": "Text number )" + std::to_string(i) + R"( of many."})" + "\n";
  std::filesystem::remove_all(documents());
  std::filesystem::create_directory(documents());
  write("rows.jsonl", rows);
  std::mt19937 random(2);
  std::size_t killed = 0;
  for (int round = 0; round < 8; ++round) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      try {
        index(&embedder_);
      } catch (...) {
      }
      ::_exit(0);
    }
    ::usleep(static_cast<useconds_t>(2000 + random() % 40'000));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    killed += WIFSIGNALED(status) ? 1 : 0;
  }
  EXPECT_GT(killed, 0u);
  const IndexReport report = index(&embedder_);
  EXPECT_EQ(report.added + report.unchanged, count);
  expect_whole(file(), count);
}

TEST_F(CollectionTest, TwoWritersAndAReaderAgree) {
  std::string rows;
  constexpr std::size_t count = 600;
  for (std::size_t i = 0; i < count; ++i) rows += R"({"text": "Row )" + std::to_string(i) + R"( has words."})" + "\n";
  std::filesystem::remove_all(documents());
  std::filesystem::create_directory(documents());
  write("rows.jsonl", rows);
  CollectionFile::open_or_create(file(), &embedder_);
  std::vector<pid_t> children;
  for (int writer = 0; writer < 2; ++writer) {
    children.push_back(::fork());
    ASSERT_GE(children.back(), 0);
    if (children.back() != 0) continue;
    int code = 1;
    try {
      index(&embedder_);
      code = 0;
    } catch (...) {
    }
    ::_exit(code);
  }
  for (int i = 0; i < 20; ++i) EXPECT_NO_THROW(find("words"));
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  expect_whole(file(), count);
}

TEST(Expansion, ProposesWholeWordsForContentWords) {
  std::vector<std::string> masked;
  const Propose propose = [&](std::string_view question, std::size_t begin, std::size_t end) {
    masked.emplace_back(question.substr(begin, end - begin));
    return masked.back() == "ruled"
               ? std::vector<std::pair<std::string, double>>{{"governed", 0.4}, {"rule", 0.3},  // one stem
                                                             {"##ing", 0.2},    {"the", 0.2},
                                                             {".", 0.1},        {"\u0120Conquered", 0.05},
                                                             {"saw", 0.001}}
               : std::vector<std::pair<std::string, double>>{{"governed", 0.1}, {"persia", 0.5}};
  };
  const auto terms = proposed_terms("Who ruled Persia?", propose, {});
  EXPECT_THAT(masked, ElementsAre("ruled", "Persia"));
  ASSERT_EQ(terms.size(), 2u);
  EXPECT_EQ(terms[0].term, "governed");
  EXPECT_EQ(terms[0].weight, 0.4);
  EXPECT_EQ(terms[0].in_place_of, "ruled");
  EXPECT_EQ(terms[1].term, "conquered");
  EXPECT_EQ(proposed_terms("Who ruled Persia?", propose, {.most_terms = 1}).size(), 1u);
}

TEST_F(CollectionTest, FeedbackAddsTheDistinctiveWordsOfTheFirstPassages) {
  write("anna2.txt", "Rome has a year of sun. It rains in Rome, too.");
  index(nullptr);
  const CollectionFile collection = CollectionFile::open(file());
  const auto first = find_passages(collection, nullptr, "Who is Anna?", {.top = 1}, {});
  ASSERT_EQ(first.size(), 1u);
  const auto terms = feedback_terms(collection, "Who is Anna?", first, {});
  // By hand: "Anna came to Rome. She stayed for a year." has 9 words. Of 6 passages, "came" is in 2, "rome" and "year"
  // in 2, "stayed" in 1: ln(7 / 1.5) for the last, ln(7 / 2.5) for the others.
  ASSERT_FALSE(terms.empty());
  EXPECT_EQ(terms[0].term, "stayed");
  EXPECT_EQ(terms[0].weight, 1);
  EXPECT_THAT(terms[0].passages, ElementsAre(first[0].id));
  for (std::size_t i = 1; i < terms.size(); ++i)
    EXPECT_NEAR(terms[i].weight, std::log(7 / 2.5) / std::log(7 / 1.5), 1e-12) << terms[i].term;
  ASSERT_EQ(terms.size(), 4u);
  // An added word finds a passage that the question does not, below those that it does.
  const std::vector<AddedTerm> added = {{.term = "zebras", .weight = 1}};
  const auto found = find_passages(collection, nullptr, "Who is Anna?", {}, {}, added);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].id, first[0].id);
  EXPECT_THAT(found[1].text, testing::HasSubstr("Zebras"));
}

TEST(Passages, AreWholeSentencesWithinTheLimit) {
  const std::string text = "One two three. Four five. Six seven eight nine. Ten.";
  std::vector<std::string> found;
  for (const Span& span : passages(text, {.words = 5})) found.push_back(text.substr(span.begin, span.end - span.begin));
  EXPECT_THAT(found, ElementsAre("One two three. Four five.", "Six seven eight nine. Ten."));
  found.clear();
  for (const Span& span : passages(text, {.words = 3})) found.push_back(text.substr(span.begin, span.end - span.begin));
  EXPECT_THAT(found, ElementsAre("One two three.", "Four five.", "Six seven eight", "nine. Ten."));
}

TEST(Half, RoundsToTheNearest) {
  // From IEEE 754: 1, the largest, the smallest normal and subnormal numbers, ties to even.
  const std::pair<float, std::uint16_t> cases[] = {
      {1.f, 0x3c00},      {-2.f, 0xc000}, {65504.f, 0x7bff},        {0x1p-14f, 0x0400},
      {0x1p-24f, 0x0001}, {0.f, 0x0000},  {1.f + 0x1p-11f, 0x3c00}, {1.f + 0x3p-11f, 0x3c02}};
  for (const auto& [number, bits] : cases) EXPECT_EQ(to_half(number), bits) << number;
}

TEST(Half, DotProductsAgreeForEveryInstructionSet) {
  std::mt19937 random(3);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<std::uint16_t> a(387);
  std::vector<float> b(a.size());
  double expected = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    // A multiple of 2^-10 below 1 is exact in F16.
    const float number = std::round(uniform(random) * 1024) / 1024;
    a[i] = to_half(number);
    b[i] = uniform(random);
    expected += double{number} * b[i];
  }
  std::size_t compared = 0;
  for (const Kernels* kernels : available_kernels()) {
    EXPECT_NEAR(kernels->dot_half(a.data(), b.data(), a.size()), expected, 1e-4) << kernels->isa;
    ++compared;
  }
  EXPECT_GE(compared, 1u);
}

}  // namespace
}  // namespace limn
