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

std::string fields_json(const Document& document) {
  nlohmann::ordered_json fields = nlohmann::ordered_json::object();
  for (const auto& [name, value] : document.fields) fields[name] = value;
  return fields.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

namespace {

namespace fs = std::filesystem;

/// Passages that are embedded and written together: a killed run loses at most these.
constexpr std::size_t batch_passages = 128;

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
  Indexer(PassageStore& store, const Embedder* embedder, const Watch& watch)
      : store_(store), embedder_(embedder), watch_(watch) {
    if (embedder != nullptr) limits_ = {.tokens = embedder->most_tokens, .count_tokens = embedder->count_tokens};
  }

  void add(Document document) {
    const std::int64_t fingerprint = fingerprint_of(document);
    if (!keys_.insert(document.key).second) {
      report.skipped.push_back({document.key, "a second document with the same id"});
      return;
    }
    if (store_.fingerprint(document.key) == fingerprint) {
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
    store_.write(batch_, rows, report);
    report.passages += waiting_;
    batch_.clear();
    waiting_ = 0;
    if (watch_.progress) watch_.progress(report.passages, std::max(total, report.passages));
  }

  /// Removes the documents of a path that were not seen.
  void remove_others(const fs::path& path) {
    std::vector<std::string> gone = store_.keys_of(path.string());
    std::erase_if(gone, [&](const std::string& key) { return keys_.contains(key); });
    for (std::size_t begin = 0; begin < gone.size(); begin += batch_passages)
      store_.remove(std::span(gone).subspan(begin, std::min(batch_passages, gone.size() - begin)));
    report.removed += gone.size();
  }

  std::size_t passages_in(const Document& document) const { return passages_of(document.text, limits_).size(); }

  IndexReport report;
  std::size_t total = 0;  // passages that will be written, if known

 private:
  std::vector<float> embed() const {
    std::vector<std::string> texts;
    for (const NewDocument& made : batch_)
      for (const NewPassage& passage : made.passages) texts.push_back(passage.text);
    return embedder_->embed(texts, false, {.cancelled = watch_.cancelled});
  }

  PassageStore& store_;
  const Embedder* embedder_;
  const Watch& watch_;
  PassageLimits limits_;
  std::unordered_set<std::string> keys_;  // of the documents seen
  std::vector<NewDocument> batch_;
  std::size_t waiting_ = 0;  // passages in the batch
};

/// @throws Error if nothing was or is in the collection. @param first a name for the message
void refuse_nothing(const IndexReport& report, const std::string& first) {
  if (report.added + report.changed + report.unchanged + report.removed > 0) return;
  Error::Parts parts{
      .file = first, .found = "no documents", .expected = ".txt, .md, .html, .jsonl, .csv, .tsv or a SQuAD file"};
  if (!report.skipped.empty()) parts.hint = report.skipped.front().source + ": " + report.skipped.front().reason;
  throw Error(std::move(parts));
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

IndexReport index_documents(PassageStore& store, const Embedder* embedder, const std::vector<fs::path>& paths,
                            const Watch& watch) {
  const auto start = std::chrono::steady_clock::now();
  Indexer indexer(store, embedder, watch);
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
  store.finish();
  refuse_nothing(indexer.report, paths.empty() ? "" : paths.front().string());
  indexer.report.seconds = seconds_since(start);
  return std::move(indexer.report);
}

IndexReport index_contents(PassageStore& store, const Embedder* embedder, const std::vector<NamedContents>& files,
                           std::size_t most_passages, const Watch& watch) {
  const auto start = std::chrono::steady_clock::now();
  Indexer indexer(store, embedder, watch);
  std::vector<Document> documents;
  std::unordered_set<std::string> names;
  for (const NamedContents& file : files) {
    if (!names.insert(file.name).second) {
      indexer.report.skipped.push_back({file.name, "a second file with this name"});
      continue;
    }
    read_contents(
        file, [&](Document document) { documents.push_back(std::move(document)); },
        [&](SkippedDocument skipped) { indexer.report.skipped.push_back(std::move(skipped)); });
  }
  for (const Document& document : documents) indexer.total += indexer.passages_in(document);
  if (indexer.total > most_passages)
    throw Error({.field = "documents",
                 .found = std::to_string(indexer.total) + " passages",
                 .expected = "at most " + std::to_string(most_passages),
                 .hint = "fewer or shorter files"});
  for (Document& document : documents) indexer.add(std::move(document));
  indexer.write();
  store.finish();
  refuse_nothing(indexer.report, files.empty() ? "" : files.front().name);
  indexer.report.seconds = seconds_since(start);
  return std::move(indexer.report);
}

}  // namespace limn
