#pragma once

#include <CLI/App.hpp>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "apps/cli/input.h"
#include "apps/cli/options.h"
#include "apps/terminal/progress.h"
#include "limn/limn.h"

namespace limn::cli {

/// Number of rows that pass through the model together. Batches begin at multiples of it, so that a resumed run
/// computes the same results as an uninterrupted one.
inline constexpr std::size_t rows_in_a_batch = 16;

/// Returns one result per item, in order: calls `work` once with the inputs of all valid items; the others keep their
/// errors. @param work (const std::vector<Input>&) -> std::vector<Result<T>>, result i for input i
template <class Work>
auto results_of(const std::vector<Item>& items, const Work& work) {
  std::vector<Input> inputs;
  for (const Item& item : items)
    if (!item.error) inputs.push_back(item.input);
  decltype(work(inputs)) results, worked;
  if (!inputs.empty()) worked = work(inputs);
  auto next = worked.begin();
  for (const Item& item : items)
    if (item.error)
      results.emplace_back(*item.error);
    else
      results.push_back(std::move(*next++));
  return results;
}

/// Counts failed rows and reports them at the end.
class Failures {
 public:
  explicit Failures(std::size_t before = 0) : count_(before) {}
  void add(std::size_t row, const Error& error);
  /// Prints a message if rows failed. @return the command's exit code.
  int report(std::size_t rows) const;

 private:
  std::size_t count_;
  std::string first_;
};

/// Returns the member of a failed row that replaces the result: "error":{…}.
std::string error_members(const Error& error);

/// Returns the members of a JSON object, without its braces.
std::string members_of(const std::string& object);

/// Returns a watch that shows the progress of slow work within a row.
Watch watch_with(Progress& progress);

/// Returns the settings of a run as a JSON object: a run can be resumed only with equal ones. @param input the data
std::string run_settings(const CLI::App& command, const Model& model, const std::optional<InputSummary>& input);

/// Returns, for each input, the members of each of its lines.
using LineWork = std::function<std::vector<Result<std::vector<std::string>>>(const std::vector<Input>&, const Watch&)>;

/// Passes every row of --input to `work` and writes JSON lines, {"row":N,COPIED FIELDS,MEMBERS}, in order and in
/// bounded memory. A run that writes to --output can be resumed. @param batch rows per call. @return the command's exit
/// code.
int write_json_rows(const CLI::App& command, const InputOptions& input, const OutputOptions& output, const Model& model,
                    const LineWork& work, std::size_t batch = rows_in_a_batch);

/// @throws Error if the output, which is not JSON, is to be resumed.
void refuse_resume(const OutputOptions& output);

/// The same for other formats, which cannot be resumed: calls `take` with every row and its
/// result, in order. @return the command's exit code.
template <class T>
int take_rows(const InputOptions& input, const OutputOptions& output, Task task,
              const std::function<std::vector<Result<T>>(const std::vector<Input>&, const Watch&)>& work,
              const std::function<void(const Item&, Result<T>)>& take, std::size_t batch = rows_in_a_batch) {
  refuse_resume(output);
  ItemReader reader(*input.file, task, input.columns);
  const auto summary = summarize(*input.file);
  Failures failures;
  Progress progress(summary ? std::optional(summary->rows) : std::nullopt);
  std::size_t rows = 0;
  for (auto items = reader.next_batch(batch); !items.empty(); items = reader.next_batch(batch)) {
    rows += items.size();
    auto results =
        results_of(items, [&](const std::vector<Input>& inputs) { return work(inputs, watch_with(progress)); });
    progress.wipe();
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (!results[i]) failures.add(items[i].row, results[i].error());
      take(items[i], std::move(results[i]));
    }
    progress.advance(items.size());
  }
  return failures.report(rows);
}

}  // namespace limn::cli
