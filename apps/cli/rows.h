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

/// Rows that go through the model together. Batches begin at multiples of it, so that a resumed run computes what an
/// unbroken one does.
inline constexpr std::size_t rows_in_a_batch = 16;

/// One result an item, in order: what `work` makes of the inputs of the items that could be read, at once; an error for
/// each of the others. @param work (const std::vector<Input>&) -> std::vector<Result<T>>, result i for input i
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

/// Remembers rows that failed and says so at the end.
class Failures {
 public:
  explicit Failures(std::size_t before = 0) : count_(before) {}
  void add(std::size_t row, const Error& error);
  /// Complains if there were any. @return the command's exit code.
  int report(std::size_t rows) const;

 private:
  std::size_t count_;
  std::string first_;
};

/// What a row that failed has instead of a result: "error":{…}.
std::string error_members(const Error& error);

/// A JSON object's members, without its braces.
std::string members_of(const std::string& object);

/// Shows on a progress bar how far slow work is with a row.
Watch watch_with(Progress& progress);

/// For each input, the members of each of its lines.
using LineWork = std::function<std::vector<Result<std::vector<std::string>>>(const std::vector<Input>&, const Watch&)>;

/// Sends every row of --input through `work` and writes JSON lines, {"row":N,COPIED FIELDS,MEMBERS}, in order and in
/// bounded memory; to --output in a way that can be resumed. @param batch rows at once. @return the command's exit
/// code.
int write_json_rows(const CLI::App& command, const InputOptions& input, const OutputOptions& output, const Model& model,
                    const LineWork& work, std::size_t batch = rows_in_a_batch);

/// The same for other formats, which cannot be resumed: `take` gets the explanations of every row that did not fail,
/// in order. @return the command's exit code.
int take_rows(
    const InputOptions& input, const OutputOptions& output, Task task,
    const std::function<std::vector<Result<std::vector<Explanation>>>(const std::vector<Input>&, const Watch&)>& work,
    const std::function<void(std::vector<Explanation>)>& take, std::size_t batch = rows_in_a_batch);

}  // namespace limn::cli
