#include "retrieve/collection.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <system_error>
#include <utility>

#include "limn/error.h"

namespace limn {
namespace {

constexpr std::int64_t application = 0x6c696d6e;  // "limn", in the file's header
constexpr std::int64_t format = 1;                // incremented when older versions cannot read the new one
/// Processors differ in the last digits, F16 rounds; another model differs much more.
constexpr double least_agreement = 0.999;

// passages.begin and .end count code points of the document's text. The index `words` holds no text of its own.
constexpr const char* schema = R"(
CREATE TABLE settings(name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE documents(id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, title TEXT NOT NULL, source TEXT NOT NULL,
                       fingerprint INTEGER NOT NULL, fields TEXT NOT NULL);
CREATE TABLE passages(id INTEGER PRIMARY KEY AUTOINCREMENT, document INTEGER NOT NULL REFERENCES documents(id),
                      "begin" INTEGER NOT NULL, "end" INTEGER NOT NULL, text TEXT NOT NULL, block INTEGER);
CREATE INDEX passages_of_document ON passages(document);
CREATE VIRTUAL TABLE words USING fts5(text, title, content='', tokenize='porter unicode61 remove_diacritics 2');
CREATE TABLE vectors(block INTEGER PRIMARY KEY AUTOINCREMENT, ids BLOB NOT NULL, data BLOB NOT NULL);
)";

std::int64_t number_of(const Database& database, const char* sql) {
  Statement statement(database, sql);
  return statement.next() ? statement.integer(0) : 0;
}

double agreement(std::span<const float> a, std::span<const float> b) {
  const double dot = std::inner_product(a.begin(), a.end(), b.begin(), 0.);
  const double lengths = std::sqrt(std::inner_product(a.begin(), a.end(), a.begin(), 0.) *
                                   std::inner_product(b.begin(), b.end(), b.begin(), 0.));
  return lengths > 0 ? dot / lengths : 0;
}

}  // namespace

CollectionFile::CollectionFile(const std::filesystem::path& file, Database::Access access)
    : database_(std::make_unique<Database>(file, access)) {
  info_.file = file;
  // The embeddings are read in place of the page cache; more than the file's size does no harm.
  database_->run("PRAGMA mmap_size = 68719476736");
}

CollectionFile CollectionFile::open(const std::filesystem::path& file) {
  CollectionFile collection(file, Database::Access::read);
  collection.read_settings();
  return collection;
}

CollectionFile CollectionFile::open_or_create(const std::filesystem::path& file, const Embedder* embedder) {
  CollectionFile collection(file, Database::Access::write);
  const Database& database = *collection.database_;
  database.run("PRAGMA page_size = 16384");
  if (number_of(database, "SELECT count(*) FROM sqlite_schema") == 0) collection.create(embedder);
  collection.read_settings();
  database.run("PRAGMA synchronous = NORMAL");
  if (embedder != nullptr) collection.check(*embedder);
  if (embedder == nullptr && collection.has_embeddings())
    throw Error({.file = collection.database_->file(),
                 .thing = "the collection",
                 .found = "embeddings of " + collection.info_.embedder,
                 .expected = "documents to be added with that model"});
  return collection;
}

void CollectionFile::create(const Embedder* embedder) {
  database_->run("PRAGMA journal_mode = WAL");
  std::vector<float> probe;
  if (embedder != nullptr) probe = embedder->embed({probe_text}, false, {});
  database_->transaction([&] {
    // Another writer may have been faster.
    if (number_of(*database_, "SELECT count(*) FROM sqlite_schema") > 0) return;
    database_->run(schema);
    Statement set(*database_, "INSERT INTO settings(name, value) VALUES(?, ?)");
    if (embedder != nullptr) {
      set.bind("embedder").bind(embedder->model).run();
      set.bind("dimensions").bind(static_cast<std::int64_t>(embedder->dimensions)).run();
      set.bind("probe").bind(std::as_bytes(std::span(probe))).run();
    }
    database_->run("PRAGMA application_id = 0x6c696d6e");
    database_->run("PRAGMA user_version = 1");
  });
}

void CollectionFile::read_settings() {
  const Database& database = *database_;
  const std::int64_t found = number_of(database, "PRAGMA application_id");
  if (found != application)
    throw Error({.file = database.file(),
                 .found = number_of(database, "SELECT count(*) FROM sqlite_schema") == 0
                              ? "an empty database"
                              : "a database of another program",
                 .expected = "a collection that 'limn index' wrote"});
  const std::int64_t version = number_of(database, "PRAGMA user_version");
  if (version != format)
    throw Error({.file = database.file(),
                 .thing = "the collection's format",
                 .found = "version " + std::to_string(version),
                 .expected = "version " + std::to_string(format),
                 .hint = version > format ? "a newer limn wrote it" : "build it again with 'limn index'"});
  Statement settings(database, "SELECT name, value FROM settings");
  while (settings.next()) {
    const std::string name = settings.text(0);
    if (name == "embedder") info_.embedder = settings.text(1);
    if (name == "dimensions")
      info_.dimensions = static_cast<std::size_t>(std::max<std::int64_t>(0, settings.integer(1)));
    if (name != "probe") continue;
    const auto bytes = settings.bytes(1);
    probe_.resize(bytes.size() / sizeof(float));
    if (!probe_.empty()) std::memcpy(probe_.data(), bytes.data(), probe_.size() * sizeof(float));
  }
  constexpr std::size_t most_dimensions = 1 << 20;
  if (info_.dimensions > most_dimensions || probe_.size() != info_.dimensions)
    throw Error({.file = database.file(),
                 .thing = "the collection's settings",
                 .found = std::to_string(info_.dimensions) + " dimensions",
                 .expected = "those of its embeddings",
                 .hint = "the collection is damaged: build it again with 'limn index'"});
  count();
}

void CollectionFile::count() {
  info_.documents = static_cast<std::size_t>(number_of(*database_, "SELECT count(*) FROM documents"));
  info_.passages = static_cast<std::size_t>(number_of(*database_, "SELECT count(*) FROM passages"));
  // Not the size of the file, which lags behind while pages wait in the write-ahead log.
  info_.bytes = static_cast<std::uintmax_t>(number_of(*database_, "PRAGMA page_count") *
                                            number_of(*database_, "PRAGMA page_size"));
}

void CollectionFile::check(const Embedder& embedder) const { check_embedder(embedder, info_, probe_); }

void check_embedder(const Embedder& embedder, const CollectionInfo& info, std::span<const float> probe) {
  const auto refuse = [&](const std::string& found) {
    throw Error({.file = info.file.string(),
                 .thing = "the embeddings",
                 .found = found,
                 .expected = info.embedder.empty() ? "no model: the collection has no embeddings"
                                                   : "the model that made them, " + info.embedder,
                 .hint = "another model needs a collection of its own"});
  };
  if (info.dimensions != embedder.dimensions) refuse(embedder.model);
  if (agreement(embedder.embed({probe_text}, false, {}), probe) < least_agreement)
    refuse(embedder.model + ", which gives other embeddings");
}

}  // namespace limn
