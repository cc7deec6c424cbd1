#include "apps/cli/input.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <set>
#include <streambuf>
#include <utility>

#include "apps/terminal/output.h"
#include "base/fingerprint.h"
#include "base/output_file.h"
#include "evaluate/row_input.h"

namespace limn::cli {
namespace {

using Json = nlohmann::ordered_json;

/// Names that output lines use themselves; a copied field with one of these names becomes "input_NAME".
const std::set<std::string_view> output_names = {"row",
                                                 "error",
                                                 "limn",
                                                 "model",
                                                 "task",
                                                 "input",
                                                 "prediction",
                                                 "target",
                                                 "method",
                                                 "tokens",
                                                 "value",
                                                 "baseline_value",
                                                 "completeness_error",
                                                 "passes",
                                                 "seconds",
                                                 "words",
                                                 "logits",
                                                 "warnings",
                                                 "heatmap",
                                                 "attack",
                                                 "toward",
                                                 "succeeded",
                                                 "before",
                                                 "after",
                                                 "output",
                                                 "reread",
                                                 "steps",
                                                 "type_ids",
                                                 "cut_tokens",
                                                 "window_begin"};

/// How long to wait for another row of standard input before processing the rows that have arrived.
constexpr int patience_milliseconds = 20;

bool more_on_standard_input() {
  if (std::cin.rdbuf()->in_avail() > 0) return true;
  pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  return ::poll(&input, 1, patience_milliseconds) != 0;
}

void refuse_folder(const std::string& file, const char* expected) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored))
    throw Error({.file = file, .found = "a folder", .expected = expected});
}

std::unique_ptr<std::ifstream> open(const std::string& file) {
  auto stream = std::make_unique<std::ifstream>(file, std::ios::binary);
  if (!*stream) throw Error({.file = file, .found = std::strerror(errno), .expected = "a readable file"});
  return stream;
}

std::string member(std::string_view name, const Json& value) {
  constexpr auto replace = Json::error_handler_t::replace;
  const std::string key = output_names.contains(name) ? "input_" + std::string(name) : std::string(name);
  return Json(key).dump(-1, ' ', false, replace) + ":" + value.dump(-1, ' ', false, replace);
}

/// Returns the row's fields, except those of the input.
std::string copied_fields(const Row& row, const std::set<std::string_view>& used) {
  std::string members;
  const auto add = [&](std::string_view name, const Json& value) {
    if (!used.contains(name)) members += (members.empty() ? "" : ",") + member(name, value);
  };
  if (row.json.empty()) {
    for (const auto& [name, value] : row.fields) add(name, value);
  } else {
    const Json object = Json::parse(row.json);
    for (const auto& [name, value] : object.items()) add(name, value);
  }
  return members;
}

/// Identifies a row by its content.
std::uint64_t fingerprint_of(const Row& row) {
  Fingerprint result;
  const auto add = [&](std::string_view text) {
    result.add(text);
    result.add(std::string_view("\0", 1));  // separates them
  };
  if (row.error) add(row.error->what());
  add(row.json);
  if (row.json.empty())
    for (const auto& [name, value] : row.fields) add(name), add(value);
  return result.value();
}

/// A stream buffer that hashes the bytes that it reads from another one.
class HashingBuffer : public std::streambuf {
 public:
  explicit HashingBuffer(std::streambuf& source) : source_(source) {}
  std::size_t bytes() const { return bytes_; }
  std::uint64_t hash() const { return hash_.value(); }

 protected:
  int_type underflow() override {
    const auto count = source_.sgetn(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    if (count <= 0) return traits_type::eof();
    hash_.add({buffer_.data(), static_cast<std::size_t>(count)});
    bytes_ += static_cast<std::size_t>(count);
    setg(buffer_.data(), buffer_.data(), buffer_.data() + count);
    return traits_type::to_int_type(buffer_.front());
  }

 private:
  std::streambuf& source_;
  std::array<char, 1 << 16> buffer_{};
  std::size_t bytes_ = 0;
  Fingerprint hash_;
};

}  // namespace

Input single_input(const InputOptions& options, Task task, const std::string& model) {
  const auto context = [&]() -> std::optional<std::string> {
    if (!options.context_file) return options.context;
    if (*options.context_file == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
    refuse_folder(*options.context_file, "a file with the context");
    return read_file(*options.context_file);
  };
  if (task == Task::question_answering) {
    if (!options.question || !(options.context || options.context_file)) {
      throw Error({.thing = "input",
                   .found = options.text       ? "--text"
                            : options.question ? "--question without --context"
                                               : "none",
                   .expected = "--question and --context, or --input FILE",
                   .hint = fmt::format("the model {} answers questions", model)});
    }
    return {.text = *options.question, .pair = context()};
  }
  if (options.text) return {.text = *options.text, .pair = options.pair};
  if (options.question) {
    complain(fmt::format("the model {} answers no questions ({}): the question is read as a text{}", model, name(task),
                         options.context || options.context_file ? ", the context as its pair" : ""));
    return {.text = *options.question, .pair = context()};
  }
  throw Error({.thing = "input", .found = "none", .expected = "--text, or --input FILE"});
}

std::map<std::string, std::string> named_columns(const std::vector<std::string>& columns) {
  std::map<std::string, std::string> named;
  for (const std::string& column : columns) {
    const std::size_t equals = column.find('=');
    if (equals == column.npos || equals + 1 == column.size())
      throw Error(
          {.field = "column", .found = "'" + column + "'", .expected = "NAME=COLUMN, such as text=review_text"});
    named[column.substr(0, equals)] = column.substr(equals + 1);
  }
  return named;
}

ItemReader::ItemReader(const std::string& file, Task task, const std::vector<std::string>& columns)
    : file_(file), task_(task), fields_(named_columns(columns)) {
  refuse_folder(file, "a file with one input per row");
  const RowFormat format = row_format(file);
  if (file == "-") {
    if (::isatty(STDIN_FILENO) == 1) {
      throw Error({.thing = "--input -",
                   .found = "a terminal as standard input",
                   .expected = "JSON lines from a pipe or a file",
                   .hint = "try: limn … --input - < FILE.jsonl"});
    }
    reader_.emplace(std::cin, format, "standard input");
  } else {
    stream_ = open(file);
    reader_.emplace(*stream_, format, file);
  }
}

std::vector<Item> ItemReader::next_batch(std::size_t count) {
  std::vector<Item> batch;
  while (batch.size() < count) {
    if (is_standard_input() && !batch.empty() && !more_on_standard_input()) break;
    auto row = reader_->next();
    if (!row) {
      if (!std::exchange(is_at_end_, true)) report_end();
      break;
    }
    batch.push_back(make_item(std::move(*row)));
  }
  return batch;
}

void ItemReader::report_end() const {
  const std::string name = is_standard_input() ? "standard input" : file_;
  if (rows_ == 0) complain(fmt::format("{}: no rows", name));
  if (const auto notice = reader_->blank_lines_notice()) complain(fmt::format("{}: {}", name, *notice));
}

/// Files with a header have one shape: it is checked once, and not row by row.
void ItemReader::choose_fields(const Row& first) {
  if (has_chosen_fields_ || reader_->columns().empty() || row_format(file_) == RowFormat::text) return;
  has_chosen_fields_ = true;
  if (const char separator = reader_->separator(); separator != ',')
    complain(fmt::format("{}: the cells are separated by {}", file_,
                         separator == '\t' ? "tabs" : std::string(1, separator)));
  const std::string guess = fields_.choose(first, task_, file_);
  if (!guess.empty()) complain(fmt::format("{}: {}", file_, guess));
}

Item ItemReader::make_item(Row&& row) {
  Item item;
  item.row = rows_++;
  item.fingerprint = fingerprint_of(row);
  if (row.error) {
    item.error = std::move(row.error);
    return item;
  }
  choose_fields(row);
  std::set<std::string_view> used;
  try {
    RowInput found = input_of(row, task_, is_standard_input() ? "standard input" : file_, fields_);
    item.input = std::move(found.input);
    used = std::move(found.used);
  } catch (const Error& error) {
    item.error = error;
  }
  item.copied = copied_fields(row, used);
  return item;
}

std::vector<Input> read_inputs(const std::string& file, Task task, std::size_t limit) {
  ItemReader reader(file, task);
  std::vector<Input> inputs;
  while (inputs.size() < limit) {
    auto items = reader.next_batch(1);
    if (items.empty()) break;
    if (items.front().error) throw Error(*items.front().error);
    inputs.push_back(std::move(items.front().input));
  }
  return inputs;
}

std::optional<InputSummary> summarize(const std::string& file) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) return std::nullopt;
  const auto stream = open(file);
  HashingBuffer buffer(*stream->rdbuf());
  std::istream hashed(&buffer);
  RowReader reader(hashed, row_format(file), file);
  InputSummary summary;
  while (reader.next()) ++summary.rows;
  summary.bytes = buffer.bytes();
  summary.fingerprint = buffer.hash();
  return summary;
}

}  // namespace limn::cli
