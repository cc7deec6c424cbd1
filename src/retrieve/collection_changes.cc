// What is read and written when documents are added to a collection's file.
#include <algorithm>
#include <utility>

#include "retrieve/collection.h"
#include "retrieve/search.h"

namespace limn {

std::vector<FoundPassage> CollectionFile::find(const Embedder* embedder, std::string_view question,
                                               const SearchOptions& options, const Watch& watch,
                                               const std::vector<AddedTerm>& added) const {
  return find_passages(*this, embedder, question, options, watch, added);
}

std::vector<double> CollectionFile::passages_with(const std::vector<std::string>& words) const {
  std::vector<double> result;
  Statement count(*database_, "SELECT count(*) FROM words WHERE words MATCH ?");
  for (const std::string& word : words) {
    count.bind("\"" + word + "\"");
    result.push_back(count.next() ? static_cast<double>(count.integer(0)) : 0);
    count.reset();
  }
  return result;
}

std::optional<std::int64_t> CollectionFile::fingerprint(const std::string& key) const {
  Statement known(*database_, "SELECT fingerprint FROM documents WHERE key = ?");
  if (!known.bind(key).next()) return {};
  return known.integer(0);
}

/// All in one transaction: readers see all of it or nothing.
void CollectionFile::write(std::span<const NewDocument> documents, std::span<const float> rows, IndexReport& report) {
  database_->transaction([&] {
    std::size_t first = 0;
    for (const NewDocument& made : documents) {
      const std::size_t values = rows.empty() ? 0 : made.passages.size() * info_.dimensions;
      put(made, rows.subspan(first, values), report);
      first += values;
    }
  });
}

void CollectionFile::put(const NewDocument& made, std::span<const float> rows, IndexReport& report) const {
  const Document& document = made.document;
  Statement known(*database_, "SELECT id, fingerprint FROM documents WHERE key = ?");
  const bool exists = known.bind(document.key).next();
  if (exists && known.integer(1) == made.fingerprint) {  // another writer was faster
    ++report.unchanged;
    return;
  }
  if (exists) remove(known.integer(0));
  ++(exists ? report.changed : report.added);
  known.reset();
  Statement(*database_, "INSERT INTO documents(key, title, source, fingerprint, fields) VALUES(?, ?, ?, ?, ?)")
      .bind(document.key)
      .bind(document.title)
      .bind(document.source)
      .bind(made.fingerprint)
      .bind(fields_json(document))
      .run();
  const std::int64_t id = database_->last_row();
  std::vector<std::int64_t> ids;
  Statement insert(*database_, R"(INSERT INTO passages(document, "begin", "end", text) VALUES(?, ?, ?, ?))");
  Statement index(*database_, "INSERT INTO words(rowid, text, title) VALUES(?, ?, ?)");
  for (const NewPassage& passage : made.passages) {
    insert.bind(id)
        .bind(static_cast<std::int64_t>(passage.begin))
        .bind(static_cast<std::int64_t>(passage.end))
        .bind(passage.text)
        .run();
    ids.push_back(database_->last_row());
    index.bind(ids.back()).bind(passage.text).bind(document.title).run();
  }
  if (!rows.empty()) vectors().append(ids, rows, [&](auto passage, auto block) { set_block(passage, block); });
}

std::vector<std::string> CollectionFile::keys_of(const std::string& path) const {
  std::vector<std::string> keys;
  const std::string below = path.ends_with('/') ? path : path + "/";
  Statement select(*database_, "SELECT key, source FROM documents");
  while (select.next()) {
    const std::string source = select.text(1);
    if (source == path || source.starts_with(below)) keys.push_back(select.text(0));
  }
  return keys;
}

void CollectionFile::remove(std::span<const std::string> keys) {
  database_->transaction([&] {
    Statement known(*database_, "SELECT id FROM documents WHERE key = ?");
    for (const std::string& key : keys) {
      if (known.bind(key).next()) remove(known.integer(0));
      known.reset();
    }
  });
}

void CollectionFile::remove(std::int64_t document) const {
  std::string title;
  Statement titles(*database_, "SELECT title FROM documents WHERE id = ?");
  if (titles.bind(document).next()) title = titles.text(0);
  titles.reset();
  Statement forget(*database_, "INSERT INTO words(words, rowid, text, title) VALUES('delete', ?, ?, ?)");
  Statement select(*database_, "SELECT id, text, ifnull(block, 0) FROM passages WHERE document = ?");
  select.bind(document);
  while (select.next()) {
    forget.bind(select.integer(0)).bind(select.text(1)).bind(title).run();
    if (select.integer(2) != 0) vectors().remove(select.integer(0), select.integer(2));
  }
  select.reset();
  Statement(*database_, "DELETE FROM passages WHERE document = ?").bind(document).run();
  Statement(*database_, "DELETE FROM documents WHERE id = ?").bind(document).run();
}

void CollectionFile::finish() {
  if (has_embeddings())
    database_->transaction([&] { vectors().pack([&](auto passage, auto block) { set_block(passage, block); }); });
  count();
}

void CollectionFile::set_block(std::int64_t passage, std::int64_t block) const {
  Statement(*database_, "UPDATE passages SET block = ? WHERE id = ?").bind(block).bind(passage).run();
}

}  // namespace limn
