#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "apps/cli/commands.h"
#include "apps/cli/explanation_evaluations.h"
#include "apps/cli/help.h"
#include "apps/cli/input.h"
#include "apps/cli/load_model.h"
#include "apps/cli/options.h"
#include "apps/cli/row_file.h"
#include "apps/cli/rows.h"
#include "apps/terminal/output.h"
#include "apps/terminal/progress.h"
#include "limn/limn.h"
#include "options/faithfulness.h"
#include "options/method_list.h"
#include "options/methods.h"
#include "store/model_lookup.h"

namespace limn::cli {
namespace {

struct FaithfulnessCommand : EvaluationOptions {
  std::optional<std::string> preset, target, format, output;
  std::optional<std::size_t> beam;
};

/// Measures every row and writes its line, if there is an output. @return the command's exit code
int measure_rows(const FaithfulnessCommand& command, const Model& model, const FaithfulnessRequest& request,
                 FaithfulnessMeans& means) {
  ItemReader reader(command.data, model.info().task);
  const auto summary = summarize(command.data);
  std::optional<Output> output;
  if (command.output) output.emplace(command.output);
  Failures failures;
  Progress progress(summary ? std::optional(std::min(summary->rows, command.limit)) : std::nullopt);
  std::size_t rows = 0;
  while (rows < command.limit) {
    const auto items = reader.next_batch(1);  // a text takes long: many coalitions
    if (items.empty()) break;
    rows += items.size();
    auto results = results_of(items, [&](const std::vector<Input>& inputs) {
      return model.faithfulness(inputs, request.methods, request.options, watch_with(progress));
    });
    for (std::size_t i = 0; i < items.size(); ++i) {
      std::vector<std::string> parts;
      if (results[i]) {
        means.add(*results[i]);
        parts.push_back(members_of(to_json(*results[i])));
      } else {
        failures.add(items[i].row, results[i].error());
        parts.push_back(error_members(results[i].error()));
      }
      if (output) output->write(row_line(items[i].row, parts.front()));
    }
    progress.advance(items.size());
  }
  progress.wipe();
  if (rows == 0) throw Error({.file = command.data, .found = "no rows", .expected = "at least one text"});
  if (output) output->finish();
  return failures.report(rows);
}

int evaluate_faithfulness(FaithfulnessCommand command) {
  const Format format = choose_format({.format = command.format, .file = {}}, {Format::terminal, Format::json});
  const std::vector<std::string> names = split_names(command.method.method);
  // Check options before loading the model, which takes longer.
  for (const auto& [name, chosen] : faithfulness_request(names, command.method, command.preset).methods)
    read_texts(command.method, chosen);
  set_threads(command.model.threads);
  const Model model = load_model(find_model(command.model.model, model_folders()));
  FaithfulnessRequest request = faithfulness_request(names, command.method, command.preset, model.info().task);
  request.options.explaining.reading.max_length = command.max_length;
  request.options.explaining.target = command.target;
  request.options.beam = command.beam;
  std::vector<std::string> listed;
  for (const auto& method : request.methods) listed.push_back(method.name);
  FaithfulnessMeans means(listed);
  const int code = measure_rows(command, model, request, means);
  FaithfulnessScores scores = means.scores(request.options);
  scores.preset = command.preset;
  if (scores.cut_rows > 0 && format == Format::json)  // the table says it
    complain(fmt::format("warning: {} of {} texts are too long for the model: only their beginning was measured",
                         scores.cut_rows, scores.rows));
  write_output(std::nullopt, format == Format::json ? to_json(scores) + "\n" : to_terminal(scores));
  return code;
}

}  // namespace

void add_faithfulness(CLI::App& evaluate, Run& run) {
  const auto command = std::make_shared<FaithfulnessCommand>();
  CLI::App& app = *evaluate
                       .add_subcommand("faithfulness",
                                       "Measure how faithful the explanations of methods are: how the probability "
                                       "falls when the words with the highest scores are removed, or kept.")
                       ->group("Commands");
  const auto option = [&](const char* name, auto& value, const std::string& description, const char* text,
                          const char* group) {
    return app.add_option(name, value, description)->option_text(text)->group(group);
  };
  command->limit = std::numeric_limits<std::size_t>::max();
  add_options(
      app, *command,
      ".jsonl, .csv or .tsv with text (or sentence), pair, question, context, or .txt with one text per line; no "
      "labels are needed",
      "use only the first N", "optimal-order, auto, presets, or all for the first nineteen");
  app.remove_option(app.get_option("--preset"));
  option("--preset", command->preset,
         "the metrics of a study: eraser and ferret (units token, masking remove), naopc (units token, masking mask); "
         "--unit and --masking override it",
         "NAME", "Metrics");
  app.get_option("--masking")
      ->description(
          "what replaces a removed unit, for the metrics and for the methods that remove units: mask, remove, "
          "pad, unk; default: mask");
  add_option(app, limn::option("unit"), command->method, "Metrics");
  option(
      "--beam", command->beam,
      "width of the search for the best and the worst order of texts with more than 12 units; 0: no search; default: "
      "5, less above 28 units, 0 above 63",
      "N", "Metrics")
      ->check(CLI::Range(0, 1000));
  option("--target", command->target, help_text(limn::option("target")), "TARGET", "What is explained");
  add_length_option(app, command->max_length);
  option("--format", command->format, "terminal or json; default: terminal on a terminal and json elsewhere", "FORMAT",
         "Output");
  option("-o,--output", command->output,
         "write every text's scores, orders and metrics to this file, one JSON line each", "FILE", "Output");
  app.footer(command_footer(
      "limn evaluate faithfulness -m minilm-l6-sentiment --data dev.tsv --method occlusion,kernel-shap\n"
      "limn evaluate faithfulness -m minilm-l6-sentiment --data dev.tsv --method all --limit 50 -o rows.jsonl"));
  app.callback([&run, command] { run = [command] { return evaluate_faithfulness(*command); }; });
}

}  // namespace limn::cli
