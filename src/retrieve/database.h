#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace limn {

/// One SQLite connection. Errors of SQLite become limn::Error with the file's name.
class Database {
 public:
  enum class Access { read, write };
  /// Opens a file; writing creates it if it does not exist. "memory:NAME" is no file but a database in memory, which
  /// exists while any connection to it is open; NAME has letters, digits and hyphens. @throws Error if it cannot be
  /// opened.
  Database(const std::filesystem::path& file, Access access);

  /// Runs statements without results.
  void run(const char* sql) const;
  /// Runs `work` in a transaction that excludes other writers; an exception rolls it back.
  void transaction(const std::function<void()>& work) const;
  /// Ends a transaction that only read; never throws.
  void end() const noexcept;
  std::int64_t last_row() const;  ///< id of the row that was inserted last
  const std::string& file() const { return file_; }

  /// @throws Error unless the code means success.
  void check(int code) const;

 private:
  friend class Statement;
  struct Close {
    void operator()(sqlite3* database) const;
  };
  std::string file_;
  std::unique_ptr<sqlite3, Close> database_;
};

/// A prepared statement. Parameters are bound from left to right, columns read from left to right.
class Statement {
 public:
  Statement(const Database& database, std::string_view sql);

  Statement& bind(std::int64_t value);
  Statement& bind(std::string_view text);
  Statement& bind(std::span<const std::byte> bytes);
  /// Steps to the next row. @return whether there is one
  bool next();
  /// Runs a statement without results and resets it for other parameters.
  void run();
  /// Forgets the parameters and the results.
  void reset();

  std::int64_t integer(int column) const;
  double number(int column) const;
  std::string text(int column) const;
  /// Valid until the next step.
  std::span<const std::byte> bytes(int column) const;

 private:
  struct Finish {
    void operator()(sqlite3_stmt* statement) const;
  };
  const Database& database_;
  std::unique_ptr<sqlite3_stmt, Finish> statement_;
  int bound_ = 0;
};

}  // namespace limn
