#include "apps/cli/rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "apps/cli/commands.h"
#include "apps/cli/row_file.h"
#include "apps/terminal/interrupt.h"
#include "apps/terminal/output.h"
#include "base/fingerprint.h"
#include "base/output_file.h"
#include "render/json_parts.h"

namespace limn::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string joined(const std::string& a, const std::string& b) { return a.empty() || b.empty() ? a + b : a + "," + b; }

/// Checks that a finished output belongs to this run. @return the command's exit code.
int check_complete(ItemReader& reader, const std::string& input, const std::string& output, const std::string& run) {
  const FinishedRows finished = check_finished(output, run);
  Fingerprint fingerprint;
  std::size_t rows = 0;
  for (auto items = reader.next_batch(rows_in_a_batch); !items.empty(); items = reader.next_batch(rows_in_a_batch)) {
    for (const Item& item : items) add_row(fingerprint, item.fingerprint);
    rows += items.size();
  }
  if (rows != finished.rows || fingerprint.value() != finished.input) {
    throw Error({.file = input,
                 .found = rows == finished.rows ? "another input" : fmt::format("{} rows", rows),
                 .expected = fmt::format("the {} rows of the finished {}", finished.rows, output),
                 .hint = fmt::format("remove {} to start over", output)});
  }
  complain(fmt::format("{} is already complete: nothing to resume", output));
  return Failures(finished.failed).report(finished.rows);
}

}  // namespace

std::string run_settings(const CLI::App& command, const Model& model, const std::optional<InputSummary>& input) {
  Json object = {{"limn", LIMN_VERSION}, {"command", command.get_name()}, {"model", model.info().name}};
  for (const auto& [name, bytes] : model.info().files) object["bytes of " + name] = bytes;
  if (input) {
    object["input bytes"] = input->bytes;
    object["input fingerprint"] = fmt::format("{:016x}", input->fingerprint);
  }
  std::error_code ignored;
  for (const auto& [name, value] : given_options(command)) {
    object[name] = value;
    if (std::filesystem::is_regular_file(value, ignored))  // --background, --like: the content counts
      object["fingerprint of " + name] = fmt::format("{:016x}", fingerprint(read_file(value)));
  }
  return object.dump(2, ' ', false, Json::error_handler_t::replace);
}

std::string error_members(const Error& error) {
  Json object = {{"message", message_of(error)}};
  add_parts(object, error);
  return "\"error\":" + object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void Failures::add(std::size_t row, const Error& error) {
  if (count_++ == 0 || first_.empty()) first_ = fmt::format("{{\"row\":{}}}: {}", row, message_of(error));
}

int Failures::report(std::size_t rows) const {
  if (count_ == 0) return done;
  complain(fmt::format("{} of {} rows failed{}{}", count_, rows, first_.empty() ? "" : "; the first is ", first_));
  return some_rows_failed;
}

Watch watch_with(Progress& progress) {
  return {.progress =
              [&progress](std::size_t done, std::size_t total) {
                progress.report(static_cast<double>(done) / static_cast<double>(std::max<std::size_t>(total, 1)));
              }};
}

std::string members_of(const std::string& object) { return object.substr(1, object.size() - 2); }

int write_json_rows(const CLI::App& command, const InputOptions& input, const OutputOptions& output, const Model& model,
                    const LineWork& work, std::size_t batch) {
  choose_format(output, {Format::json, Format::terminal});  // this function cannot write pages
  const bool to_file = output.file && !is_special_file(*output.file);
  const std::string name = *input.file == "-" ? "standard input" : *input.file;
  ItemReader reader(*input.file, model.info().task, input.columns);
  const auto summary = summarize(*input.file);
  const std::string run = run_settings(command, model, summary);
  if (output.resume && to_file && is_finished(*output.file)) return check_complete(reader, name, *output.file, run);
  std::optional<RowFile> row_file;
  std::optional<OnInterrupt> hint;
  std::optional<Output> stream;
  if (to_file) {
    row_file.emplace(*output.file, run, output.resume);
    // All rows written so far are in the file, and resuming drops an incomplete line.
    hint.emplace(row_file->interrupted(), "");
  } else {
    stream.emplace(output.file);
  }
  const std::size_t first = row_file ? row_file->rows() : 0;
  Failures failures(row_file ? row_file->failed_rows() : 0);
  Progress progress(summary ? std::optional(summary->rows) : std::nullopt, first);
  if (first > 0) complain(fmt::format("{} rows are already done", first));
  std::size_t rows = 0;
  while (true) {
    const auto items = reader.next_batch(batch);
    if (items.empty()) break;
    rows += items.size();
    for (const Item& item : items)
      if (item.row < first) row_file->check_input(item.row, item.fingerprint);
    if (rows <= first) continue;
    auto results =
        results_of(items, [&](const std::vector<Input>& inputs) { return work(inputs, watch_with(progress)); });
    if (!row_file) progress.wipe();
    std::size_t written = 0;
    for (std::size_t i = 0; i < items.size(); ++i) {
      const Item& item = items[i];
      if (item.row < first) continue;
      ++written;
      std::vector<std::string> lines;
      if (results[i]) {
        for (const auto& line : *results[i]) lines.push_back(joined(item.copied, line));
      } else {
        failures.add(item.row, results[i].error());
        lines = {joined(error_members(results[i].error()), item.copied)};
      }
      if (row_file) {
        row_file->write(item.row, item.fingerprint, !results[i], lines);
      } else {
        std::string text;
        for (const auto& line : lines) text += row_line(item.row, line);
        stream->write(text);
      }
    }
    progress.advance(written);
  }
  progress.wipe();
  if (rows < first) {
    throw Error({.file = name,
                 .found = fmt::format("{} rows", rows),
                 .expected = fmt::format("at least the {} that are already done", first),
                 .hint = "a run can be resumed only with the same input"});
  }
  if (row_file) row_file->finish();
  if (stream) stream->finish();
  return failures.report(rows);
}

void refuse_resume(const OutputOptions& output) {
  if (output.resume) {
    throw Error({.field = "resume",
                 .found = "a format other than json",
                 .expected = "--format json",
                 .hint = "'limn show' converts a finished file to other formats"});
  }
}

}  // namespace limn::cli
