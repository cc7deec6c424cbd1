#include <fmt/format.h>

#include <filesystem>
#include <limits>
#include <memory>

#include "apps/cli/commands.h"
#include "apps/cli/help.h"
#include "apps/cli/input.h"
#include "apps/cli/load_model.h"
#include "apps/cli/options.h"
#include "apps/cli/output_check.h"
#include "apps/terminal/output.h"
#include "apps/terminal/progress.h"
#include "limn/evaluate.h"
#include "limn/write.h"
#include "store/model_lookup.h"

namespace limn::cli {
namespace {

struct CalibrateCommand {
  ModelOptions model;
  std::string data;
  std::vector<std::string> columns;
  std::size_t limit = std::numeric_limits<std::size_t>::max();
  std::optional<std::string> format, file;
  bool measure_only = false;
};

int calibrate(const CalibrateCommand& command) {
  const Format format = choose_format({.format = command.format, .file = {}},
                                      {Format::terminal, Format::json, Format::html, Format::svg});
  set_threads(command.model.threads);
  const std::filesystem::path folder = find_model(command.model.model, model_folders());
  const std::filesystem::path usual = folder / calibration_file, file = command.file.value_or(usual.string());
  refuse_inputs_as_output({.format = {}, .file = file.string()}, {command.data},
                          file == usual ? std::filesystem::path() : folder);
  const Model model = load_model(folder);
  CallProgress progress;
  const CalibrationResult result = limn::calibrate(
      model, command.data, {.limit = command.limit, .columns = named_columns(command.columns)}, progress.watch());
  progress.wipe();
  write_output(std::nullopt, to_text(result, format));
  if (command.measure_only) return done;
  write_text(to_json(result.calibration) + "\n", file);  // after the figures, which would be lost if this fails
  if (format == Format::terminal)
    write_output(std::nullopt,
                 fmt::format("\nwritten to {}; predictions of the model look for {} beside the checkpoint\n",
                             file.string(), calibration_file));
  return done;
}

}  // namespace

void add_calibrate(CLI::App& program, Run& run) {
  const auto command = std::make_shared<CalibrateCommand>();
  CLI::App& app = *program.add_subcommand(
      "calibrate", "Fit how confident a model may be on labelled data, and measure it before and after.");
  add_options(app, command->model);
  app.add_option("--data", command->data,
                 "for question answering a SQuAD file (.json), for classification .tsv, .csv or .jsonl with text and "
                 "label, for taggers CoNLL; not the data on which the model was trained")
      ->option_text("FILE")
      ->group("Data")
      ->required();
  add_column_option(app, command->columns, "Data");
  app.add_option("--limit", command->limit, "use only the first N")
      ->option_text("N")
      ->group("Data")
      ->check(CLI::PositiveNumber);
  app.add_option("-o,--output", command->file,
                 "write the fit to this file; default: limn_calibration.json beside the checkpoint, where predictions "
                 "look for it")
      ->option_text("FILE")
      ->group("Output");
  app.add_flag("--measure-only", command->measure_only, "measure, but write no file")->group("Output");
  app.add_option("--format", command->format,
                 "terminal, json, html or svg (reliability diagram and risk-coverage curve); default: terminal on a "
                 "terminal and "
                 "json elsewhere")
      ->option_text("FORMAT")
      ->group("Output");
  app.footer(
      command_footer("limn calibrate -m ./my-qa-model --data train-v2.0.json --limit 2000\n"
                     "limn calibrate -m ./my-classifier --data validation.tsv --measure-only"));
  app.callback([&run, command] { run = [command] { return calibrate(*command); }; });
}

}  // namespace limn::cli
