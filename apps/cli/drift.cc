#include "apps/cli/drift.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "apps/cli/commands.h"
#include "apps/cli/explanation_file.h"
#include "apps/cli/load_model.h"
#include "apps/cli/output_check.h"
#include "apps/cli/row_file.h"
#include "apps/cli/rows.h"
#include "apps/terminal/output.h"
#include "limn/drift.h"
#include "limn/limn.h"

namespace limn::cli {
namespace {

/// Explains saved inputs again and compares, one by one, in the order of the file.
class DriftComparer {
 public:
  DriftComparer(Model model, const OutputOptions& output) : model_(std::move(model)), progress_(std::nullopt) {
    if (output.file) lines_.emplace(output.file);
  }

  void compare(const std::string& file, const Explanation& saved) {
    const std::size_t row = rows_++;
    if (!saved.method.method)
      throw Error({.file = file,
                   .thing = fmt::format("explanation {}", rows_),
                   .found = "no method with 'options'",
                   .expected = "an explanation that records how it was made"});
    if (saved.task != model_.info().task)
      throw Error({.file = file,
                   .thing = fmt::format("explanation {}", rows_),
                   .found = std::string(name(saved.task)),
                   .expected = std::string(name(model_.info().task)) + ", the task of " + model_.info().name});
    const Input input = {.text = saved.text, .pair = saved.pair};
    const auto explained =
        model_.explain(std::vector<Input>{input}, method_of(saved.method), {}, watch_with(progress_)).front();
    progress_.advance(1);
    if (!explained) {
      failures_.add(row, explained.error());
      if (lines_) lines_->write(row_line(row, error_members(explained.error())));
      return;
    }
    const DriftedInput drifted = compare_explanations(saved, *explained);
    scores_.add(drifted);
    if (lines_) lines_->write(row_line(row, members_of(to_json(drifted))));
  }

  /// Writes the means. @return the command's exit code
  int finish(Format format, std::optional<double> limit) {
    progress_.wipe();
    if (lines_) lines_->finish();
    write_output(std::nullopt, format == Format::json ? to_json(scores_) + "\n" : to_terminal(scores_));
    const int code = failures_.report(rows_);
    if (!limit) return code;
    if (!scores_.drift()) {
      complain("no input has a rank correlation: the drift is unknown");
      return some_rows_failed;
    }
    if (*scores_.drift() <= *limit) return code;
    complain(fmt::format("the drift {:.4g} is above {:.4g}", *scores_.drift(), *limit));
    return some_rows_failed;
  }

 private:
  Model model_;
  std::optional<Output> lines_;
  Progress progress_;
  Failures failures_;
  DriftScores scores_;
  std::size_t rows_ = 0;
};

}  // namespace

bool is_explanation_file(std::string_view value) {
  return value.ends_with(".json") || value.ends_with(".jsonl") || value.ends_with(".ndjson");
}

int compare_with_baseline(const std::string& model, const DriftRequest& request, const OutputOptions& output) {
  const Format format = choose_format({.format = output.format, .file = {}}, {Format::terminal, Format::json});
  refuse_inputs_as_output(output, {*request.baseline});
  DriftComparer comparer(load_model(find_model({.model = model}, {}, output)), output);
  read_explanation_file(*request.baseline,
                        [&](const Explanation& saved, const SavedRow&) { comparer.compare(*request.baseline, saved); });
  return comparer.finish(format, request.fail_above);
}

}  // namespace limn::cli
