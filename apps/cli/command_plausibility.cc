#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "apps/cli/commands.h"
#include "apps/cli/explanation_evaluations.h"
#include "apps/cli/help.h"
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

struct PlausibilityCommand : EvaluationOptions {
  std::optional<std::string> target, format;
};

int run_plausibility(PlausibilityCommand command) {
  const Format format = choose_format({.format = command.format, .file = {}}, {Format::terminal, Format::json});
  const std::vector<std::string> names = split_names(command.method.method);
  for (const auto& [name, chosen] : list_methods(names, command.method).methods) read_texts(command.method, chosen);
  set_threads(command.model.threads);
  const Model model = load_model(find_model(command.model.model, model_folders()));
  const MethodList list = list_methods(names, command.method, model.info().task);
  ExplainOptions options;
  options.target = command.target;
  options.unit = list.unit;
  options.reading.max_length = command.max_length;
  if (command.long_text) set(limn::option("long-text"), options.reading, *command.long_text);
  Progress progress(1);
  const PlausibilityScores scores =
      evaluate_plausibility(model, command.data, list.methods, options, command.limit, watch_with(progress));
  progress.wipe();
  write_output(std::nullopt, format == Format::json ? to_json(scores) + "\n" : to_terminal(scores));
  return done;
}

}  // namespace

void add_plausibility(CLI::App& evaluate, Run& run) {
  const auto command = std::make_shared<PlausibilityCommand>();
  CLI::App& app = *evaluate
                       .add_subcommand("plausibility",
                                       "Measure how well explanations agree with the words by which people justify a "
                                       "label.")
                       ->group("Commands");
  const auto option = [&](const char* name, auto& value, const std::string& description, const char* text,
                          const char* group) {
    return app.add_option(name, value, description)->option_text(text)->group(group);
  };
  command->limit = std::numeric_limits<std::size_t>::max();
  add_options(
      app, *command,
      "texts with human rationales: .jsonl of ERASER (its documents in docs/) or doccano, .json of Label Studio, "
      "or .csv, .tsv or .jsonl with text and rationale (ranges of characters: 27-37;50-60)",
      "use only the first N", "auto, or presets");
  const char* what = "What is explained";
  option("--target", command->target, help_text(limn::option("target")), "TARGET", what);
  add_option(app, limn::option("unit"), command->method, what);
  add_length_option(app, command->max_length);
  add_long_text_option(app, command->long_text);
  option("--format", command->format, "terminal or json; default: terminal on a terminal and json elsewhere", "FORMAT",
         "Output");
  app.footer(
      command_footer("limn evaluate plausibility -m minilm-l6-sentiment --data rationales.csv --method "
                     "occlusion,integrated-gradients"));
  app.callback([&run, command] { run = [command] { return run_plausibility(*command); }; });
}

}  // namespace limn::cli
