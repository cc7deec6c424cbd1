#include "apps/cli/row_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>

#include "base/output_file.h"
#include "limn/error.h"

namespace limn::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::chrono::seconds between_syncs{5};
constexpr const char* start_over = "remove the file to start over";

/// One line of FILE.partial.rows.
struct FinishedRow {
  std::size_t row = 0, failed = 0, bytes = 0;
  std::uint64_t output = 0, input = 0;
};

std::string text_of(const FinishedRow& row) {
  return fmt::format("{} {} {} {:016x} {:016x}\n", row.row, row.failed, row.bytes, row.output, row.input);
}

/// Returns nothing if limn did not write the line.
std::optional<FinishedRow> parse_finished_row(std::string_view line) {
  FinishedRow row;
  const char *at = line.data(), *const end = line.data() + line.size();
  const auto take = [&](auto& value, int base) {
    const auto [next, error] = std::from_chars(at, end, value, base);
    at = next != end && *next == ' ' ? next + 1 : next;
    return error == std::errc{};
  };
  const bool valid =
      take(row.row, 10) && take(row.failed, 10) && take(row.bytes, 10) && take(row.output, 16) && take(row.input, 16);
  return valid && at == end && text_of(row) == std::string(line) + "\n" ? std::optional(row) : std::nullopt;
}

/// Reads settings that an earlier run has written. @param of_what whose they should be. @param hint what to do
/// otherwise.
Json read_settings(const fs::path& file, const char* of_what, const std::string& hint) {
  try {
    if (Json settings = Json::parse(read_file(file)); settings.is_object()) return settings;
  } catch (const std::exception&) {
  }
  throw Error({.file = file.string(), .found = "no readable settings", .expected = of_what, .hint = hint});
}

/// @throws Error that names the first setting that differs. @param file the rows that have the settings `before`.
void compare_settings(const Json& before, const Json& now, const fs::path& file, const char* of_what) {
  const auto value = [](const Json& object, const std::string& key) {
    return object.contains(key) ? object[key].dump() : std::string("nothing");
  };
  Json all = now;
  all.update(before);
  for (const auto& [key, unused] : all.items()) {
    if (value(before, key) == value(now, key)) continue;
    throw Error(
        {.file = file.string(),
         .thing = key,
         .found = value(now, key),
         .expected = fmt::format("{}, as in the {} run", value(before, key), of_what),
         .hint = "a run can be resumed only with the same model, input and options; remove the file to start over"});
  }
}

int open_to_append(const fs::path& file) { return ::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666); }

fs::path record_of(const fs::path& file) { return file.string() + ".settings"; }

fs::path partial_of(const fs::path& file) { return file.string() + ".partial"; }

}  // namespace

void add_row(Fingerprint& input, std::uint64_t row) { input.add(fmt::format("{:016x}", row)); }

std::string row_line(std::size_t row, std::string_view members) {
  return fmt::format("{{\"row\":{}{}{}}}\n", row, members.empty() ? "" : ",", members);
}

RowFile::RowFile(fs::path file, const std::string& settings, bool resume)
    : file_(std::move(file)),
      partial_(partial_of(file_)),
      settings_file_(file_.string() + ".partial.settings"),
      rows_file_(file_.string() + ".partial.rows"),
      settings_(settings),
      last_sync_(std::chrono::steady_clock::now()) {
  std::error_code ignored;
  if (fs::is_directory(file_, ignored))
    throw Error({.file = file_.string(), .found = "a folder", .expected = "a file"});
  descriptor_ = open_to_append(partial_);
  if (descriptor_ < 0) fail(errno);
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    ::close(descriptor_);
    if (error != EWOULDBLOCK) fail(error);
    throw Error({.file = partial_.string(), .found = "another run writing this file", .expected = "no other run"});
  }
  try {
    rows_descriptor_ = open_to_append(rows_file_);
    if (rows_descriptor_ < 0) fail(errno);
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0) fail(errno);
    if (status.st_size > 0) {
      if (!resume) {
        throw Error({.file = partial_.string(),
                     .found = "rows of an interrupted run",
                     .expected = "no such file",
                     .hint = "--resume continues the run; remove the file to start over"});
      }
      compare_settings(read_settings(settings_file_, "those of the interrupted run",
                                     fmt::format("remove {} to start over", partial_.string())),
                       Json::parse(settings), partial_, "interrupted");
      keep_finished_rows();
    } else if (::ftruncate(rows_descriptor_, 0) != 0) {  // what remains of a file that was removed
      fail(errno);
    }
    write_file(settings_file_, settings + "\n");
  } catch (...) {
    if (rows_descriptor_ >= 0) ::close(rows_descriptor_);
    ::close(descriptor_);
    throw;
  }
}

RowFile::~RowFile() {
  if (descriptor_ < 0) return;
  struct stat status {};
  if (::fstat(descriptor_, &status) == 0 && status.st_size == 0)  // nothing to resume
    for (const auto& file : {partial_, settings_file_, rows_file_}) ::unlink(file.c_str());
  ::close(rows_descriptor_);
  ::close(descriptor_);
}

std::string RowFile::interrupted() const {
  return fmt::format("interrupted; finished rows are in {}: the same command with --resume continues the run",
                     partial_.string());
}

void RowFile::fail(int error) const {
  throw Error({.file = file_.string(), .found = std::strerror(error), .expected = "a place that can be written to"});
}

void RowFile::fail_changed(std::size_t row) const {
  throw Error({.file = partial_.string(),
               .thing = fmt::format("row {}", row),
               .found = "other lines than limn wrote",
               .expected = "an unchanged file",
               .hint = start_over});
}

/// Verifies the finished rows and truncates both files after them.
void RowFile::keep_finished_rows() {
  std::ifstream list(rows_file_, std::ios::binary), stream(partial_, std::ios::binary);
  std::size_t list_bytes = 0;
  std::string lines;
  // An incomplete line, which ends at the end of the file, belongs to a row that was not finished.
  for (std::string line; std::getline(list, line) && !list.eof(); list_bytes += line.size() + 1) {
    const auto row = parse_finished_row(line);
    if (!row || row->row != count_) {
      throw Error({.file = rows_file_.string(),
                   .thing = fmt::format("line {}", count_ + 1),
                   .found = "a line that limn did not write",
                   .expected = fmt::format("row {}", count_),
                   .hint = fmt::format("remove {} to start over", partial_.string())});
    }
    lines.clear();
    for (std::size_t rest = row->bytes; rest > 0;) {  // a damaged number must not decide how much memory is used
      char buffer[1 << 16];
      stream.read(buffer, static_cast<std::streamsize>(std::min(rest, sizeof buffer)));
      if (stream.gcount() == 0) break;
      lines.append(buffer, static_cast<std::size_t>(stream.gcount()));
      rest -= static_cast<std::size_t>(stream.gcount());
    }
    if (lines.size() < row->bytes) break;  // the end of the file is missing: its rows are computed again
    if (fingerprint(lines) != row->output) fail_changed(row->row);
    output_.add(lines);
    add_row(input_, row->input);
    inputs_.push_back(row->input);
    bytes_ += row->bytes;
    failed_ += row->failed;
    ++count_;
  }
  if (::ftruncate(descriptor_, static_cast<off_t>(bytes_)) != 0) fail(errno);
  if (::ftruncate(rows_descriptor_, static_cast<off_t>(list_bytes)) != 0) fail(errno);
}

void RowFile::check_input(std::size_t row, std::uint64_t input) const {
  if (inputs_.at(row) == input) return;
  throw Error({.file = partial_.string(),
               .thing = fmt::format("row {}", row),
               .found = "another input",
               .expected = "the input of the interrupted run",
               .hint = "a run can be resumed only with the same input; remove the file to start over"});
}

void RowFile::write(std::size_t row, std::uint64_t input, bool failed, const std::vector<std::string>& members) {
  if (row != count_) throw std::logic_error("rows are written in order");
  std::string text;
  for (const auto& line : members) text += row_line(row, line);
  // First the lines, then the entry that declares them finished.
  if (const int error = write_all(descriptor_, text); error != 0) fail(error);
  const FinishedRow finished{row, failed ? std::size_t{1} : 0, text.size(), fingerprint(text), input};
  if (const int error = write_all(rows_descriptor_, text_of(finished)); error != 0) fail(error);
  output_.add(text);
  add_row(input_, input);
  bytes_ += text.size();
  failed_ += finished.failed;
  ++count_;
  const auto now = std::chrono::steady_clock::now();
  if (now - last_sync_ >= between_syncs) {
    if (::fdatasync(descriptor_) != 0 || ::fdatasync(rows_descriptor_) != 0) fail(errno);
    last_sync_ = now;
  }
}

void RowFile::finish() {
  if (::fsync(descriptor_) != 0 && errno != EINVAL) fail(errno);  // EINVAL: a file that cannot be synchronized
  const Json record = {{"settings", Json::parse(settings_)},
                       {"rows", count_},
                       {"failed", failed_},
                       {"bytes", bytes_},
                       {"fingerprint", fmt::format("{:016x}", output_.value())},
                       {"input", fmt::format("{:016x}", input_.value())}};
  write_file(record_of(file_), record.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  if (::rename(partial_.c_str(), file_.c_str()) != 0) fail(errno);
  ::unlink(settings_file_.c_str());
  ::unlink(rows_file_.c_str());
  ::close(rows_descriptor_);
  ::close(descriptor_);
  descriptor_ = rows_descriptor_ = -1;
}

bool is_finished(const fs::path& file) { return fs::exists(file) && !fs::exists(partial_of(file)); }

FinishedRows check_finished(const fs::path& file, const std::string& settings) {
  const fs::path record_file = record_of(file);
  const std::string hint = fmt::format("remove {} to start over", file.string());
  const Json record = read_settings(record_file, "those of the finished run", hint);
  FinishedRows result;
  std::string output, input;
  std::size_t bytes = 0;
  try {
    result = {.rows = record.at("rows"), .failed = record.at("failed"), .input = 0};
    bytes = record.at("bytes");
    output = record.at("fingerprint");
    input = record.at("input");
    const auto parsed = std::from_chars(input.data(), input.data() + input.size(), result.input, 16);
    if (parsed.ec != std::errc{} || !record.at("settings").is_object()) throw std::invalid_argument("input");
  } catch (const std::exception&) {
    throw Error({.file = record_file.string(),
                 .found = "no readable settings",
                 .expected = "those of the finished run",
                 .hint = hint});
  }
  compare_settings(record["settings"], Json::parse(settings), file, "finished");
  Fingerprint found;
  std::size_t found_bytes = 0;
  std::ifstream stream(file, std::ios::binary);
  std::string buffer(1 << 16, '\0');
  while (stream.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || stream.gcount() > 0) {
    const auto count = static_cast<std::size_t>(stream.gcount());
    found.add(std::string_view(buffer).substr(0, count));
    found_bytes += count;
  }
  if (found_bytes != bytes || fmt::format("{:016x}", found.value()) != output) {
    throw Error({.file = file.string(),
                 .found = found_bytes == bytes ? "other bytes than limn wrote" : fmt::format("{} bytes", found_bytes),
                 .expected = fmt::format("the {} bytes of the finished run", bytes),
                 .hint = start_over});
  }
  return result;
}

}  // namespace limn::cli
