#include "apps/cli/row_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/output_file.h"
#include "limn/error.h"

namespace limn::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::string_view line_start = "{\"row\":";
constexpr std::chrono::seconds between_syncs{5};

/// Returns the row of a line, or nothing if limn did not write the line.
std::optional<std::size_t> row_of(std::string_view line) {
  if (!line.starts_with(line_start)) return std::nullopt;
  std::size_t row = 0;
  const char* begin = line.data() + line_start.size();
  const auto [end, error] = std::from_chars(begin, line.data() + line.size(), row);
  if (error != std::errc{} || end == line.data() + line.size() || (*end != ',' && *end != '}')) return std::nullopt;
  return row;
}

bool is_error(std::string_view line) { return line.substr(0, line.find(',') + 9).ends_with(",\"error\":"); }

}  // namespace

std::string row_line(std::size_t row, std::string_view members) {
  return fmt::format("{}{}{}{}}}\n", line_start, row, members.empty() ? "" : ",", members);
}

RowFile::RowFile(fs::path file, const std::string& settings, bool resume)
    : file_(std::move(file)),
      partial_(file_.string() + ".partial"),
      settings_file_(file_.string() + ".partial.settings"),
      last_sync_(std::chrono::steady_clock::now()) {
  std::error_code ignored;
  if (fs::is_directory(file_, ignored))
    throw Error({.file = file_.string(), .found = "a folder", .expected = "a file"});
  descriptor_ = ::open(partial_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (descriptor_ < 0) fail(errno);
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    ::close(descriptor_);
    if (error != EWOULDBLOCK) fail(error);
    throw Error({.file = partial_.string(), .found = "another run writing this file", .expected = "no other run"});
  }
  try {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0) fail(errno);
    if (status.st_size > 0) {
      if (!resume) {
        throw Error({.file = partial_.string(),
                     .found = "rows of an interrupted run",
                     .expected = "no such file",
                     .hint = "--resume continues the run; remove the file to start over"});
      }
      compare_settings(settings);
      keep_finished_rows();
    }
    write_file(settings_file_, settings + "\n");
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

RowFile::~RowFile() {
  if (descriptor_ < 0) return;
  struct stat status {};
  if (::fstat(descriptor_, &status) == 0 && status.st_size == 0) {  // nothing to resume
    ::unlink(partial_.c_str());
    ::unlink(settings_file_.c_str());
  }
  ::close(descriptor_);
}

void RowFile::fail(int error) const {
  throw Error({.file = file_.string(), .found = std::strerror(error), .expected = "a place that can be written to"});
}

void RowFile::compare_settings(const std::string& settings) const {
  Json before;
  try {
    before = Json::parse(read_file(settings_file_));
  } catch (const std::exception&) {
    throw Error({.file = settings_file_.string(),
                 .found = "no readable settings",
                 .expected = "those of the interrupted run",
                 .hint = fmt::format("remove {} to start over", partial_.string())});
  }
  const Json now = Json::parse(settings);
  const auto value = [](const Json& object, const std::string& key) {
    return object.is_object() && object.contains(key) ? object[key].dump() : std::string("nothing");
  };
  Json all = now;
  if (before.is_object()) all.update(before);
  for (const auto& [key, unused] : all.items()) {
    if (value(before, key) == value(now, key)) continue;
    throw Error(
        {.file = partial_.string(),
         .thing = key,
         .found = value(now, key),
         .expected = value(before, key) + ", as in the interrupted run",
         .hint = "a run can be resumed only with the same model, input and options; remove the file to start over"});
  }
}

/// Counts the finished rows and truncates the file after them.
void RowFile::keep_finished_rows() {
  std::ifstream stream(partial_, std::ios::binary);
  std::size_t offset = 0, last_row_begin = 0, last_row_errors = 0;
  std::optional<std::size_t> last_row;
  for (std::string line;
       std::getline(stream, line) && !stream.eof();) {  // only an incomplete line ends at the end of the file
    const auto row = row_of(line);
    if (!row || (last_row && *row < *last_row)) {
      throw Error({.file = partial_.string(),
                   .thing = fmt::format("byte {}", offset),
                   .found = "a line that limn did not write",
                   .expected = "{\"row\":N,…}",
                   .hint = "remove the file to start over"});
    }
    if (row != last_row) last_row_begin = offset, last_row = row, last_row_errors = 0;
    if (is_error(line)) ++failed_, ++last_row_errors;
    offset += line.size() + 1;
  }
  rows_ = last_row.value_or(0);
  failed_ -= last_row_errors;
  if (::ftruncate(descriptor_, static_cast<off_t>(last_row_begin)) != 0) fail(errno);
}

void RowFile::write(std::size_t row, const std::vector<std::string>& members) {
  std::string text;
  for (const auto& line : members) text += row_line(row, line);
  for (std::string_view rest = text; !rest.empty();) {
    const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(errno);
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  const auto now = std::chrono::steady_clock::now();
  if (now - last_sync_ >= between_syncs) {
    if (::fdatasync(descriptor_) != 0) fail(errno);
    last_sync_ = now;
  }
}

void RowFile::finish() {
  if (::fsync(descriptor_) != 0 && errno != EINVAL) fail(errno);  // EINVAL: a file that cannot be synchronized
  if (::rename(partial_.c_str(), file_.c_str()) != 0) fail(errno);
  ::unlink(settings_file_.c_str());
  ::close(descriptor_);
  descriptor_ = -1;
}

}  // namespace limn::cli
