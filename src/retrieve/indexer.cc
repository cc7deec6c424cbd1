#include "retrieve/indexer.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <unordered_set>
#include <utility>

#include "base/fingerprint.h"
#include "limn/error.h"
#include "retrieve/documents.h"
#include "retrieve/passages.h"

namespace limn {
namespace {

namespace fs = std::filesystem;

/// Passages that are embedded together and written in one transaction: a killed run loses at most these.
constexpr std::size_t batch_passages = 128;

struct NewPassage {
  std::size_t begin = 0, end = 0;  // code points of the document
  std::string text;
};

struct NewDocument {
  Document document;
  std::int64_t fingerprint = 0;
  std::vector<NewPassage> passages;
};

std::string fields_json(const Document& document) {
  nlohmann::ordered_json fields = nlohmann::ordered_json::object();
  for (const auto& [name, value] : document.fields) fields[name] = value;
  return fields.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::int64_t fingerprint_of(const Document& document) {
  Fingerprint result;
  for (const std::string& part : {document.title, document.text, fields_json(document)}) {
    result.add(part);
    result.add(std::string_view("\0", 1));  // separates them
  }
  return static_cast<std::int64_t>(result.value());
}

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }));
}

std::vector<NewPassage> passages_of(const std::string& text, const PassageLimits& limits) {
  std::vector<NewPassage> result;
  std::size_t byte = 0, point = 0;
  for (const Span& span : passages(text, limits)) {
    point += code_points(std::string_view(text).substr(byte, span.begin - byte));
    const std::string part = text.substr(span.begin, span.end - span.begin);
    const std::size_t begin = point;
    point += code_points(part);
    byte = span.end;
    result.push_back({begin, point, part});
  }
  return result;
}

class Indexer {
 public:
  Indexer(CollectionFile& collection, const Embedder* embedder, const Watch& watch)
      : collection_(collection), database_(collection.database()), embedder_(embedder), watch_(watch) {
    if (embedder != nullptr) limits_ = {.tokens = embedder->most_tokens, .count_tokens = embedder->count_tokens};
  }

  void add(Document document) {
    const std::int64_t fingerprint = fingerprint_of(document);
    if (!keys_.insert(document.key).second) {
      report.skipped.push_back({document.key, "a second document with the same id"});
      return;
    }
    Statement known(database_, "SELECT fingerprint FROM documents WHERE key = ?");
    if (known.bind(document.key).next() && known.integer(0) == fingerprint) {
      ++report.unchanged;
      return;
    }
    NewDocument made{.document = std::move(document), .fingerprint = fingerprint, .passages = {}};
    made.passages = passages_of(made.document.text, limits_);
    if (made.passages.empty()) {
      keys_.erase(made.document.key);
      report.skipped.push_back({made.document.key, "no text"});
      return;
    }
    waiting_ += made.passages.size();
    batch_.push_back(std::move(made));
    if (waiting_ >= batch_passages) write();
  }

  /// Embeds and writes the documents that wait.
  void write() {
    if (batch_.empty()) return;
    std::vector<float> rows;
    if (embedder_ != nullptr) rows = embed();
    database_.transaction([&] {
      std::size_t first = 0;
      for (const NewDocument& made : batch_) {
        const std::size_t count = made.passages.size();
        const std::size_t dimensions = embedder_ == nullptr ? 0 : embedder_->dimensions;
        replace(made, std::span(rows).subspan(first * dimensions, count * dimensions));
        first += count;
      }
    });
    report.passages += waiting_;
    batch_.clear();
    waiting_ = 0;
    if (watch_.progress) watch_.progress(report.passages, report.passages);
  }

  /// Removes the documents of a path that were not seen.
  void remove_others(const fs::path& path) {
    std::vector<std::int64_t> gone;
    const std::string name = path.string(), below = name.ends_with('/') ? name : name + "/";
    Statement select(database_, "SELECT id, key, source FROM documents");
    while (select.next()) {
      const std::string source = select.text(2);
      if ((source == name || source.starts_with(below)) && !keys_.contains(select.text(1)))
        gone.push_back(select.integer(0));
    }
    select.reset();
    for (std::size_t begin = 0; begin < gone.size(); begin += batch_passages)
      database_.transaction([&] {
        for (std::size_t i = begin; i < std::min(gone.size(), begin + batch_passages); ++i) remove(gone[i]);
      });
    report.removed += gone.size();
  }

  void finish() {
    if (collection_.has_embeddings())
      database_.transaction(
          [&] { collection_.vectors().pack([&](auto passage, auto block) { set(passage, block); }); });
  }

  IndexReport report;

 private:
  std::vector<float> embed() const {
    std::vector<std::string> texts;
    for (const NewDocument& made : batch_)
      for (const NewPassage& passage : made.passages) texts.push_back(passage.text);
    return embedder_->embed(texts, false, {.cancelled = watch_.cancelled});
  }

  void replace(const NewDocument& made, std::span<const float> rows) {
    const Document& document = made.document;
    Statement known(database_, "SELECT id, fingerprint FROM documents WHERE key = ?");
    const bool exists = known.bind(document.key).next();
    if (exists && known.integer(1) == made.fingerprint) {  // another writer was faster
      ++report.unchanged;
      return;
    }
    if (exists) remove(known.integer(0));
    ++(exists ? report.changed : report.added);
    known.reset();
    Statement(database_, "INSERT INTO documents(key, title, source, fingerprint, fields) VALUES(?, ?, ?, ?, ?)")
        .bind(document.key)
        .bind(document.title)
        .bind(document.source)
        .bind(made.fingerprint)
        .bind(fields_json(document))
        .run();
    const std::int64_t id = database_.last_row();
    std::vector<std::int64_t> ids;
    Statement insert(database_, R"(INSERT INTO passages(document, "begin", "end", text) VALUES(?, ?, ?, ?))");
    Statement index(database_, "INSERT INTO words(rowid, text, title) VALUES(?, ?, ?)");
    for (const NewPassage& passage : made.passages) {
      insert.bind(id)
          .bind(static_cast<std::int64_t>(passage.begin))
          .bind(static_cast<std::int64_t>(passage.end))
          .bind(passage.text)
          .run();
      ids.push_back(database_.last_row());
      index.bind(ids.back()).bind(passage.text).bind(document.title).run();
    }
    if (!rows.empty()) collection_.vectors().append(ids, rows, [&](auto passage, auto block) { set(passage, block); });
  }

  void remove(std::int64_t document) {
    std::string title;
    Statement titles(database_, "SELECT title FROM documents WHERE id = ?");
    if (titles.bind(document).next()) title = titles.text(0);
    titles.reset();
    Statement forget(database_, "INSERT INTO words(words, rowid, text, title) VALUES('delete', ?, ?, ?)");
    Statement select(database_, "SELECT id, text, ifnull(block, 0) FROM passages WHERE document = ?");
    select.bind(document);
    while (select.next()) {
      forget.bind(select.integer(0)).bind(select.text(1)).bind(title).run();
      if (select.integer(2) != 0) collection_.vectors().remove(select.integer(0), select.integer(2));
    }
    select.reset();
    Statement(database_, "DELETE FROM passages WHERE document = ?").bind(document).run();
    Statement(database_, "DELETE FROM documents WHERE id = ?").bind(document).run();
  }

  void set(std::int64_t passage, std::int64_t block) const {
    Statement(database_, "UPDATE passages SET block = ? WHERE id = ?").bind(block).bind(passage).run();
  }

  CollectionFile& collection_;
  const Database& database_;
  const Embedder* embedder_;
  const Watch& watch_;
  PassageLimits limits_;
  std::unordered_set<std::string> keys_;  // of the documents seen
  std::vector<NewDocument> batch_;
  std::size_t waiting_ = 0;  // passages in the batch
};

}  // namespace

IndexReport index_documents(CollectionFile& collection, const Embedder* embedder, const std::vector<fs::path>& paths,
                            const Watch& watch) {
  const auto start = std::chrono::steady_clock::now();
  Indexer indexer(collection, embedder, watch);
  std::vector<fs::path> absolute;
  for (const fs::path& path : paths) {
    fs::path whole = fs::absolute(path).lexically_normal();
    if (!whole.has_filename()) whole = whole.parent_path();
    absolute.push_back(std::move(whole));
  }
  for (const fs::path& path : absolute) {
    read_documents(
        path, [&](Document document) { indexer.add(std::move(document)); },
        [&](SkippedDocument skipped) { indexer.report.skipped.push_back(std::move(skipped)); });
    indexer.write();
  }
  for (const fs::path& path : absolute) indexer.remove_others(path);
  indexer.finish();
  collection.count();
  IndexReport report = std::move(indexer.report);
  if (report.added + report.changed + report.unchanged + report.removed == 0) {
    Error::Parts parts{.file = paths.empty() ? "" : paths.front().string(),
                       .found = "no documents",
                       .expected = ".txt, .md, .html, .jsonl, .csv, .tsv or a SQuAD file"};
    if (!report.skipped.empty()) parts.hint = report.skipped.front().source + ": " + report.skipped.front().reason;
    throw Error(std::move(parts));
  }
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return report;
}

}  // namespace limn
