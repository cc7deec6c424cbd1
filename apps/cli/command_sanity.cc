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
#include "apps/cli/rows.h"
#include "apps/terminal/output.h"
#include "apps/terminal/progress.h"
#include "limn/evaluate.h"
#include "limn/write.h"
#include "options/method_list.h"
#include "options/methods.h"
#include "options/option.h"
#include "store/model_lookup.h"

namespace limn::cli {
namespace {

struct SanityCommand : EvaluationOptions {
  OutputOptions output;
};

int run_sanity(SanityCommand command) {
  const Format format = choose_format(command.output, {Format::terminal, Format::json, Format::html, Format::svg});
  const std::vector<std::string> names = split_names(command.method.method);
  for (const auto& [name, chosen] : list_methods(names, command.method).methods) read_texts(command.method, chosen);
  set_threads(command.model.threads);
  const auto folder = find_model(command.model.model, model_folders());
  const Model model = load_model(folder);
  const MethodList list = list_methods(names, command.method, model.info().task);
  ExplainOptions options;
  options.unit = list.unit;
  options.reading.max_length = command.max_length;
  if (command.long_text) set(limn::option("long-text"), options.reading, *command.long_text);
  Progress progress(1);
  const SanityScores scores =
      evaluate_sanity(folder, read_inputs(command.data, model.info().task, command.limit), list.methods, options,
                      list.methods.front().chosen.seed.value_or(0), watch_with(progress));
  progress.wipe();
  write_output(command.output.file, to_text(scores, format));
  return done;
}

}  // namespace

void add_sanity(CLI::App& evaluate, Run& run) {
  const auto command = std::make_shared<SanityCommand>();
  CLI::App& app = *evaluate
                       .add_subcommand("sanity",
                                       "Check whether explanations depend on the weights and the label, but not on "
                                       "case, punctuation, white space and typos.")
                       ->group("Commands");
  command->limit = 50;
  add_options(app, *command,
              ".jsonl, .csv or .tsv with text (or sentence), pair, question, context, or .txt with one text per line",
              "use only the first N; default: 50", "auto, or presets");
  add_option(app, limn::option("unit"), command->method, "What is explained");
  add_length_option(app, command->max_length);
  add_long_text_option(app, command->long_text);
  app.add_option("--format", command->output.format,
                 "terminal, json, html or svg; default: by the extension of --output, otherwise terminal on a terminal "
                 "and json elsewhere")
      ->option_text("FORMAT")
      ->group("Output");
  app.add_option("-o,--output", command->output.file, "write to this file instead of standard output")
      ->option_text("FILE")
      ->group("Output");
  app.footer(command_footer(
      "limn evaluate sanity -m minilm-l6-sentiment --data dev.tsv --method gradient,attention -o sanity.html"));
  app.callback([&run, command] { run = [command] { return run_sanity(*command); }; });
}

}  // namespace limn::cli
