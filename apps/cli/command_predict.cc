#include <fmt/format.h>

#include <memory>

#include "apps/cli/commands.h"
#include "apps/cli/explanation_output.h"
#include "apps/cli/help.h"
#include "apps/cli/input.h"
#include "apps/cli/load_model.h"
#include "apps/cli/options.h"
#include "apps/cli/output_check.h"
#include "apps/cli/prediction_table.h"
#include "apps/cli/rows.h"
#include "apps/terminal/output.h"
#include "apps/terminal/progress.h"
#include "limn/limn.h"
#include "render/display_text.h"
#include "render/json.h"

namespace limn::cli {
namespace {

struct PredictCommand {
  ModelOptions model;
  InputOptions input;
  ReadingOptions reading;
  OutputOptions output;
  std::size_t top = 1;
};

/// Writes a table, or what other tools read. @return the command's exit code
int write_table(const PredictCommand& command, const Model& model, PredictionFormat format,
                const PredictOptions& options) {
  PredictionTable table(format, model.info().task);
  LeftOutWarnings left_out;
  if (!command.input.file) {
    const Input input = single_input(command.input, model.info().task, model.info().name);
    Progress progress(1);
    const Prediction prediction = model.predict(input, options, watch_with(progress));
    progress.wipe();
    write_output(command.output.file, table.row(0, "", input, prediction));
    left_out.add(0, model.warnings(input, options));
    left_out.say("predictions");
    return done;
  }
  Output output(command.output.file);
  const int code = take_rows<Prediction>(
      command.input, command.output, model.info().task,
      [&](const std::vector<Input>& inputs, const Watch& watch) { return model.predict(inputs, options, watch); },
      [&](const Item& item, Result<Prediction> prediction) {
        if (prediction) left_out.add(item.row, model.warnings(item.input, options));
        output.write(prediction ? table.row(item.row, item.copied, item.input, *prediction)
                                : table.failed(item.row, item.copied, message_of(prediction.error())));
      });
  output.write(table.finish());
  output.finish();
  left_out.say("predictions");
  return code;
}

int predict(const CLI::App& app, const PredictCommand& command) {
  const auto table = prediction_format(command.output.format, command.output.file);
  if (table) {
    set_threads(command.model.threads);
    PredictOptions options = predict_options(command.reading);
    options.top = command.top;
    return write_table(command, load_model(find_model(command.model, command.input, command.output)), *table, options);
  }
  const Format format = choose_format(command.output, {Format::terminal, Format::json});
  set_threads(command.model.threads);
  const Model model = load_model(find_model(command.model, command.input, command.output));
  const std::string& name = model.info().name;
  PredictOptions options = predict_options(command.reading);
  options.top = command.top;

  if (command.input.file) {
    return write_json_rows(
        app, command.input, command.output, model,
        [&](const std::vector<Input>& inputs, const Watch& watch) {
          auto predictions = model.predict(inputs, options, watch);
          std::vector<Result<std::vector<std::string>>> rows;
          rows.reserve(inputs.size());
          for (std::size_t i = 0; i < inputs.size(); ++i)
            rows.push_back(std::move(predictions[i]).transform([&](const Prediction& prediction) {
              return std::vector{
                  members_of(to_json(prediction, inputs[i], name, -1, model.warnings(inputs[i], options)))};
            }));
          return rows;
        });
  }
  const Input input = single_input(command.input, model.info().task, name);
  Progress progress(1);
  const Prediction prediction = model.predict(input, options, watch_with(progress));
  progress.wipe();
  const std::vector<std::string> warnings = model.warnings(input, options);
  std::string text =
      format == Format::json ? to_json(prediction, input, name, -1, warnings) + "\n" : to_terminal(prediction);
  if (format == Format::terminal)
    for (const auto& warning : warnings) text += "Warning: " + visible(warning) + "\n";
  write_output(command.output.file, text);
  return done;
}

}  // namespace

void add_predict(CLI::App& program, Run& run) {
  const auto command = std::make_shared<PredictCommand>();
  CLI::App& app = *program.add_subcommand("predict", "Predict without an explanation.");
  add_options(app, command->model);
  add_options(app, command->input);
  add_options(app, command->reading);
  add_options(app, command->output, "terminal, json (for --input, too), csv, tsv, and for taggers displacy and conll");
  add_top_option(
      app, command->top,
      "question answering: number of answers; masked language models: number of tokens per mask; default: 1");
  app.footer(
      command_footer("limn predict -m minilm-l6-sentiment --text 'A gorgeous, witty film.'\n"
                     "limn predict -m minilm-l6-qa --question 'Who came?' --context 'Anna came.' --top 3\n"
                     "limn predict -m minilm-l6-ner --input sentences.txt > entities.jsonl"));
  app.callback([&app, &run, command] { run = [&app, command] { return predict(app, *command); }; });
}

}  // namespace limn::cli
