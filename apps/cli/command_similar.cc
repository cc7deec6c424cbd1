#include <memory>

#include "apps/cli/commands.h"
#include "apps/cli/help.h"
#include "apps/cli/input.h"
#include "apps/cli/load_model.h"
#include "apps/cli/options.h"
#include "apps/cli/output_check.h"
#include "apps/cli/rows.h"
#include "apps/terminal/output.h"
#include "base/attempt.h"
#include "limn/limn.h"

namespace limn::cli {
namespace {

struct SimilarCommand {
  ModelOptions model;
  InputOptions input;
  MethodRequest method;
  ReadingOptions reading;
  OutputOptions output;
};

int similar(const CLI::App& app, SimilarCommand command) {
  const Format format = choose_format(command.output, {Format::terminal, Format::json, Format::html});
  read_texts(command.method, choose_method(command.method));
  set_threads(command.model.threads);
  const Model model = load_model(find_model(command.model, command.input, command.output));
  require_task(model, Task::sentence_embedding);
  const ChosenMethod chosen = choose_method(command.method, model.info().task);
  ExplainOptions options;
  options.reading = predict_options(command.reading);
  if (command.input.file) {
    return write_json_rows(
        app, command.input, command.output, model,
        [&](const std::vector<Input>& inputs, const Watch& watch) {
          std::vector<Result<std::vector<std::string>>> rows;
          rows.reserve(inputs.size());
          for (const Input& input : inputs)
            rows.push_back(attempt(
                [&] { return std::vector{members_of(to_json(model.similar(input, chosen, options, watch)))}; }));
          return rows;
        },
        1);
  }
  const Input input = single_input(command.input, model.info().task, model.info().name);
  Progress progress(1);
  const Similarity similarity = model.similar(input, chosen, options, watch_with(progress));
  progress.wipe();
  write_output(command.output.file, to_text(similarity, format, output_style(command.output.file.has_value(), false)));
  return done;
}

}  // namespace

void add_similar(CLI::App& program, Run& run) {
  const auto command = std::make_shared<SimilarCommand>();
  CLI::App& app = *program.add_subcommand(
      "similar", "Explain why two texts are similar: which words of each, and which pairs of words.");
  add_options(app, command->model);
  add_options(app, command->input);
  add_options(app, command->method);
  add_option(app, limn::option("unit"), command->method, "What is explained");
  add_length_option(app, command->reading.max_length);
  add_prompt_option(app, command->reading.prompt);
  app.add_option("--pair-prompt", command->reading.pair_prompt, help_text(limn::option("pair-prompt")))
      ->option_text("NAME")
      ->group("Reading");
  add_options(app, command->output, "terminal, json (always for --input), html");
  app.footer(
      command_footer("limn similar -m all-minilm-l6-v2 --text 'A man is eating food.' --pair 'Someone has a meal.'\n"
                     "limn similar -m all-minilm-l6-v2 --text 'It rains.' --pair 'It pours.' --method "
                     "integrated-gradients -o why.html"));
  app.callback([&app, &run, command] { run = [&app, command] { return similar(app, *command); }; });
}

}  // namespace limn::cli
