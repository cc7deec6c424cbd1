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
#include "apps/cli/progress.h"
#include "limn/limn.h"

namespace limn::cli {

/// Rows that go through the model together. Batches begin at multiples of it, so that a resumed run computes what an
/// unbroken one does.
inline constexpr std::size_t rows_in_a_batch = 16;

/// An item's result, or why there is none.
template <class Result>
struct Outcome {
  std::optional<Result> result;
  std::optional<Error> error;
};

/// Works on all inputs at once; if that fails, on each alone, to find those at fault.
/// @param work (const std::vector<Input>&) -> std::vector<Result>, result i for input i
template <class Result, class Work>
std::vector<Outcome<Result>> work_on(const std::vector<Item>& items, const Work& work) {
  std::vector<Outcome<Result>> outcomes(items.size());
  std::vector<Input> inputs;
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].error) {
      outcomes[i].error = items[i].error;
    } else {
      inputs.push_back(items[i].input);
      positions.push_back(i);
    }
  }
  if (inputs.empty()) return outcomes;
  try {
    std::vector<Result> results = work(inputs);
    for (std::size_t i = 0; i < results.size(); ++i) outcomes[positions[i]].result = std::move(results[i]);
  } catch (const Error& error) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      try {
        outcomes[positions[i]].result = std::move(work({inputs[i]}).front());
      } catch (const Error& row_error) {
        outcomes[positions[i]].error = row_error;
      }
    }
  }
  return outcomes;
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

/// Told by slow work how far it is with a row: ExplainOptions::progress.
using Report = std::function<void(std::size_t done, std::size_t total)>;
Report report_to(Progress& progress);

/// For each input, the members of each of its lines.
using LineWork = std::function<std::vector<std::vector<std::string>>(const std::vector<Input>&, const Report&)>;

/// Sends every row of --input through `work` and writes JSON lines, {"row":N,COPIED FIELDS,MEMBERS}, in order and in
/// bounded memory; to --output in a way that can be resumed. @param batch rows at once. @return the command's exit
/// code.
int write_json_rows(const CLI::App& command, const InputOptions& input, const OutputOptions& output, const Model& model,
                    const LineWork& work, std::size_t batch = rows_in_a_batch);

/// The same for other formats, which cannot be resumed: `take` gets the explanations of every row that did not fail,
/// in order. @return the command's exit code.
int take_rows(
    const InputOptions& input, const OutputOptions& output, Task task,
    const std::function<std::vector<std::vector<Explanation>>(const std::vector<Input>&, const Report&)>& work,
    const std::function<void(std::vector<Explanation>)>& take, std::size_t batch = rows_in_a_batch);

}  // namespace limn::cli
