#include <memory>

#include "apps/cli/commands.h"
#include "apps/cli/explanation_output.h"
#include "apps/cli/help.h"
#include "apps/cli/input.h"
#include "apps/cli/load_model.h"
#include "apps/cli/options.h"
#include "apps/cli/output_check.h"
#include "apps/cli/rows.h"
#include "apps/terminal/output.h"
#include "apps/terminal/progress.h"
#include "base/attempt.h"
#include "limn/limn.h"
#include "render/json.h"

namespace limn::cli {
namespace {

struct HeatmapCommand {
  ModelOptions model;
  InputOptions input;
  OutputOptions output;
  std::size_t max_length = 0;
  std::optional<std::string> special;
};

int heatmap(const CLI::App& app, const HeatmapCommand& command) {
  const Format format =
      choose_format(command.output, {Format::terminal, Format::json, Format::html, Format::csv, Format::tsv});
  const auto special = command.special ? find_named(names<Special>, "special", *command.special) : Special::hide;
  set_threads(command.model.threads);
  const Model model = load_model(find_model(command.model, command.input, command.output));
  // Check the task before the input, whose form depends on it.
  if (model.info().task != Task::masked_lm) {
    throw Error({.file = model.info().name,
                 .thing = "the model's task",
                 .found = std::string(name(model.info().task)),
                 .expected = "masked-lm: a model that predicts every token",
                 .hint = "'limn explain' shows which words matter to this model"});
  }
  const ExplainOptions options = {.reading = {.max_length = command.max_length}};
  if (command.input.file) {
    const auto work = [&](const std::vector<Input>& inputs, const Watch& watch) {
      std::vector<Result<std::vector<std::string>>> rows;
      rows.reserve(inputs.size());
      for (const Input& input : inputs)
        rows.push_back(attempt([&] { return std::vector{members_of(to_json(model.heatmap(input, options, watch)))}; }));
      return rows;
    };
    return write_json_rows(app, command.input, command.output, model, work, 1);
  }
  const Input input = single_input(command.input, model.info().task, model.info().name);
  ExplanationOutput output(command.output.file, format,
                           {.show_special = special == Special::show, .table = table_style(format, {}, false)});
  Progress progress(1);
  std::vector<Explanation> explanations;
  explanations.push_back(model.heatmap(input, options, watch_with(progress)));
  progress.wipe();
  output.add(0, "", std::move(explanations));
  output.finish();
  return done;
}

}  // namespace

void add_heatmap(CLI::App& program, Run& run) {
  const auto command = std::make_shared<HeatmapCommand>();
  CLI::App& app =
      *program.add_subcommand("heatmap", "Explain every token by every other token (masked language models only).");
  add_options(app, command->model);
  add_options(app, command->input);
  add_length_option(app, command->max_length);
  add_options(app, command->output, "html (interactive), json, csv, tsv and terminal (means; json always for --input)");
  app.add_option("--special", command->special,
                 "on a terminal: hide or show special tokens and the tokens of each word")
      ->option_text("hide|show")
      ->group("Output");
  app.footer(
      command_footer("limn heatmap -m bert-base-uncased --text 'Paris is the capital of France.' -o heatmap.html"));
  app.callback([&app, &run, command] { run = [&app, command] { return heatmap(app, *command); }; });
}

}  // namespace limn::cli
