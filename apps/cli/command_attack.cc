#include <memory>

#include "apps/cli/commands.h"
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
#include "render/attack.h"
#include "render/html.h"

namespace limn::cli {
namespace {

struct AttackCommand {
  ModelOptions model;
  InputOptions input;
  ReadingOptions reading;
  OutputOptions output;
  std::optional<std::string> target, toward, change;
  std::optional<std::size_t> beam;
  std::size_t max_steps = 0;
};

using Kind = Attack (Model::*)(const Input&, const AttackOptions&, const Watch&) const;

AttackOptions attack_options(const AttackCommand& command) {
  AttackOptions options;
  options.reading = predict_options(command.reading);
  options.target = command.target;
  options.toward = command.toward;
  if (command.change) options.sequences = find_named(changed_text_names, "change", *command.change);
  if (command.beam) options.beam = *command.beam;
  options.max_steps = command.max_steps;
  return options;
}

int attack(const CLI::App& app, const AttackCommand& command, Kind kind) {
  const Format format = choose_format(command.output, {Format::terminal, Format::json, Format::html});
  const AttackOptions options = attack_options(command);
  set_threads(command.model.threads);
  const Model model = load_model(find_model(command.model, command.input, command.output));
  if (command.input.file) {
    const auto work = [&](const std::vector<Input>& inputs, const Watch& watch) {
      std::vector<Result<std::vector<std::string>>> rows;
      rows.reserve(inputs.size());
      for (const Input& input : inputs)
        rows.push_back(attempt([&] { return std::vector{members_of(to_json((model.*kind)(input, options, watch)))}; }));
      return rows;
    };
    return write_json_rows(app, command.input, command.output, model, work, 1);
  }
  const Input input = single_input(command.input, model.info().task, model.info().name);
  Progress progress(1);
  const Attack result = (model.*kind)(input, options, watch_with(progress));
  progress.wipe();
  const bool to_file = command.output.file.has_value();
  std::string text;
  if (format == Format::json) text = to_json(result) + "\n";
  if (format == Format::html) text = to_html(result);
  if (format == Format::terminal) text = to_terminal(result, output_style(to_file, false));
  write_output(command.output.file, text);
  return done;
}

void add_kind(CLI::App& parent, Run& run, const char* name, const char* description, const std::string& examples,
              Kind kind) {
  const auto command = std::make_shared<AttackCommand>();
  CLI::App& app = *parent.add_subcommand(name, description)->group("Commands");
  const bool is_flip = kind == &Model::hotflip;
  add_options(app, command->model);
  add_options(app, command->input);
  const auto option = [&](const char* option_name, auto& value, const std::string& what, const char* text) {
    return app.add_option(option_name, value, what)->option_text(text)->group("Attack");
  };
  option("--target", command->target,
         "token classification: the position of the token whose label is attacked; default: the entity with the "
         "highest probability",
         "POSITION");
  if (is_flip) {
    option("--toward", command->toward,
           "prediction to aim for: a label or, for question answering, a part of the context; default: any other "
           "prediction",
           "TEXT");
  }
  option("--change", command->change,
         "texts that may change: " + list_of(changed_text_names) + "; default: the question, or every text", "NAME");
  if (!is_flip) option("--beam", command->beam, "candidates per round; default: 3", "N")->check(CLI::NonNegativeNumber);
  option("--max-steps", command->max_steps, "maximum number of changes; default: the number of tokens", "N")
      ->check(CLI::PositiveNumber);
  add_options(app, command->reading);
  add_options(app, command->output, "terminal, html, json (always for --input)");
  app.footer(command_footer(examples));
  app.callback([&app, &run, command, kind] { run = [&app, command, kind] { return attack(app, *command, kind); }; });
}

}  // namespace

void add_attack(CLI::App& program, Run& run) {
  CLI::App& app =
      *program.add_subcommand("attack", "Search for small changes of the input that change the prediction.");
  app.require_subcommand(1);
  add_kind(app, run, "hotflip", "Replace tokens, most important first, until the prediction changes.",
           "limn attack hotflip -m minilm-l6-sentiment --text 'A gorgeous, witty film.'\n"
           "limn attack hotflip -m minilm-l6-sentiment --text 'A gorgeous, witty film.' -o attack.html\n"
           "limn attack hotflip -m minilm-l6-ner --text 'Ada lives in Rome.' --toward B-ORG",
           &Model::hotflip);
  add_kind(app, run, "reduce", "Remove tokens, least important first, while the prediction stays the same.",
           "limn attack reduce -m minilm-l6-qa --question 'Who came to Rome?' --context 'Anna came to Rome.'\n"
           "limn attack reduce -m minilm-l6-sentiment --input films.txt -o reduced.jsonl --resume",
           &Model::reduce_input);
}

}  // namespace limn::cli
