#include "retrieve/database.h"

#include <sqlite3.h>

#include <utility>

#include "limn/error.h"

namespace limn {
namespace {

constexpr std::string_view memory_prefix = "memory:";

/// How long a writer waits for another one.
constexpr int patience_milliseconds = 60'000;

[[noreturn]] void refuse(const std::string& file, int code, const char* message) {
  switch (code & 0xff) {
    case SQLITE_NOTADB:
      throw Error({.file = file, .found = "a file that is no SQLite database", .expected = "a collection"});
    case SQLITE_CORRUPT:
      throw Error({.file = file,
                   .found = "a damaged database (" + std::string(message) + ")",
                   .expected = "a collection",
                   .hint = "build it again with 'limn index'"});
    case SQLITE_BUSY:
      throw Error({.file = file, .found = "another program that is writing", .expected = "one writer at a time"});
    case SQLITE_FULL:
      throw Error({.file = file, .found = "no space left", .expected = "room for the collection"});
    default:
      throw Error({.file = file, .found = message, .expected = "a readable collection"});
  }
}

}  // namespace

void Database::Close::operator()(sqlite3* database) const { sqlite3_close_v2(database); }

Database::Database(const std::filesystem::path& file, Access access) : file_(file.string()) {
  const auto open = [&](const std::string& name, int flags) {
    sqlite3* database = nullptr;
    const int code = sqlite3_open_v2(name.c_str(), &database, flags | SQLITE_OPEN_FULLMUTEX, nullptr);
    database_.reset(database);
    return code;
  };
  if (file_.starts_with(memory_prefix)) {
    // SQLite's memory databases with a name are shared by the connections of a process (https://sqlite.org/memdb.html).
    const std::string name = "file:/" + file_.substr(memory_prefix.size()) + "?vfs=memdb";
    check(open(name, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI));
    run("PRAGMA temp_store = MEMORY");
  } else if (access == Access::write) {
    check(open(file_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
  } else {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(file, ignored))
      throw Error({.file = file_,
                   .found = std::filesystem::exists(file, ignored) ? "no file" : "no such file",
                   .expected = "a collection that 'limn index' wrote"});
    // Reading a database with a write-ahead log may have to create that log.
    check(open(file_, SQLITE_OPEN_READWRITE));
  }
  sqlite3_busy_timeout(database_.get(), patience_milliseconds);
  sqlite3_extended_result_codes(database_.get(), 1);
}

void Database::check(int code) const {
  if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return;
  refuse(file_, code, database_ ? sqlite3_errmsg(database_.get()) : sqlite3_errstr(code));
}

void Database::run(const char* sql) const { check(sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr)); }

void Database::transaction(const std::function<void()>& work) const {
  run("BEGIN IMMEDIATE");
  try {
    work();
    run("COMMIT");
  } catch (...) {
    sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
    throw;
  }
}

void Database::end() const noexcept { sqlite3_exec(database_.get(), "COMMIT", nullptr, nullptr, nullptr); }

std::int64_t Database::last_row() const { return sqlite3_last_insert_rowid(database_.get()); }

void Statement::Finish::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Statement::Statement(const Database& database, std::string_view sql) : database_(database) {
  sqlite3_stmt* statement = nullptr;
  database.check(
      sqlite3_prepare_v2(database.database_.get(), sql.data(), static_cast<int>(sql.size()), &statement, nullptr));
  statement_.reset(statement);
}

Statement& Statement::bind(std::int64_t value) {
  database_.check(sqlite3_bind_int64(statement_.get(), ++bound_, value));
  return *this;
}

Statement& Statement::bind(std::string_view text) {
  database_.check(sqlite3_bind_text64(statement_.get(), ++bound_, text.data() == nullptr ? "" : text.data(),
                                      text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind(std::span<const std::byte> bytes) {
  database_.check(sqlite3_bind_blob64(statement_.get(), ++bound_, bytes.data(), bytes.size(), SQLITE_TRANSIENT));
  return *this;
}

bool Statement::next() {
  const int code = sqlite3_step(statement_.get());
  database_.check(code);
  return code == SQLITE_ROW;
}

void Statement::run() {
  while (next()) {
  }
  reset();
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
  bound_ = 0;
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }
double Statement::number(int column) const { return sqlite3_column_double(statement_.get(), column); }

std::string Statement::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  return text == nullptr ? std::string()
                         : std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column)));
}

std::span<const std::byte> Statement::bytes(int column) const {
  const auto* data = static_cast<const std::byte*>(sqlite3_column_blob(statement_.get(), column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

}  // namespace limn
