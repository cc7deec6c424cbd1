#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>

#include "apps/cli/commands.h"
#include "apps/cli/explanation_file.h"
#include "apps/cli/help.h"
#include "apps/cli/input.h"
#include "apps/cli/load_model.h"
#include "apps/cli/options.h"
#include "apps/cli/output_check.h"
#include "apps/cli/rows.h"
#include "apps/terminal/output.h"
#include "limn/limn.h"
#include "limn/report.h"
#include "limn/write.h"
#include "options/methods.h"

namespace limn::cli {
namespace {

const std::vector<Format> formats = {Format::terminal, Format::json, Format::html, Format::csv};
constexpr std::size_t most_examples = 300;  // explanations on the page

/// The number of the row that an explanation belongs to; without one, the next.
class RowNumbers {
 public:
  std::size_t next(const SavedRow& row) {
    const std::size_t number = row.number.value_or(next_);
    next_ = number + 1;
    return number;
  }

 private:
  std::size_t next_ = 0;
};

/// Reads the explanations and collects the report. @return it, and the number of rows that are errors
Report collect(const std::vector<std::string>& files, double significance) {
  ReportBuilder builder;
  std::size_t errors = 0;
  RowNumbers numbers;
  for (const std::string& file : files)
    errors += read_explanation_file(file, [&](const Explanation& explanation, const SavedRow& row) {
      builder.add(explanation, {.row = numbers.next(row), .fields = row.fields});
    });
  return builder.finish(errors, significance);
}

/// Reads the explanations of the rows that the report mentions once more.
std::vector<ReportExample> read_examples(const std::vector<std::string>& files, const Report& report) {
  std::vector<std::size_t> wanted = report.examples();
  if (wanted.size() > most_examples) {
    complain(fmt::format("the page contains the first {} of {} examples", most_examples, wanted.size()));
    wanted.resize(most_examples);
  }
  std::vector<ReportExample> examples;
  RowNumbers numbers;
  for (const std::string& file : files)
    read_explanation_file(file, [&](Explanation explanation, const SavedRow& row) {
      const std::size_t number = numbers.next(row);
      const bool is_known = !examples.empty() && examples.back().row == number;
      if (!is_known && std::ranges::binary_search(wanted, number))
        examples.push_back({.row = number, .explanation = std::move(explanation)});
    });
  return examples;
}

void write_report(const std::vector<std::string>& files, const OutputOptions& output, Format format,
                  double significance) {
  const bool can_read_twice = std::ranges::find(files, "-") == files.end();
  const Report report = collect(files, significance);
  std::string text;
  if (format == Format::html) {
    if (!can_read_twice) complain("the page contains no explanations, because standard input can be read only once");
    text = to_html(report, can_read_twice ? read_examples(files, report) : std::vector<ReportExample>());
  } else {
    text = to_text(report, format);
  }
  write_output(output.file, text);
}

// ---- summary -----------------------------------------------------------------------------------------------

struct SummaryCommand {
  std::vector<std::string> files;
  OutputOptions output;
  double significance = 0.05;
};

int summarize_files(const SummaryCommand& command) {
  const Format format = choose_format(command.output, formats);
  refuse_inputs_as_output(command.output, command.files);
  write_report(command.files, command.output, format, command.significance);
  return done;
}

void add_report_output(CLI::App& app, OutputOptions& output, double& significance) {
  app.add_option("--significance", significance,
                 "the largest false discovery rate of suspected shortcuts and of parts that are worse; default: 0.05")
      ->option_text("Q")
      ->group("Output")
      ->check(CLI::Range(0., 1.));
  app.add_option("--format", output.format,
                 "terminal, json, html or csv (words per class); default: by the extension of --output, otherwise "
                 "terminal on a terminal and json elsewhere")
      ->option_text("FORMAT")
      ->group("Output");
  app.add_option("-o,--output", output.file, "write to this file instead of standard output")
      ->option_text("FILE")
      ->group("Output");
}

// ---- report ------------------------------------------------------------------------------------------------

struct ReportCommand {
  ModelOptions model;
  InputOptions input;
  MethodRequest method;
  ReadingOptions reading;
  OutputOptions output;
  std::optional<std::string> explanations;
  double significance = 0.05;
};

/// The file in which explanations are collected.
class ExplanationFile {
 public:
  /// @throws Error if a run without an output is to be resumed, or if the output is this file
  explicit ExplanationFile(const ReportCommand& command) : is_kept_(command.explanations.has_value()) {
    const std::optional<std::string>& output = command.output.file;
    if (command.explanations) {
      name_ = *command.explanations;
      if (output == name_)
        throw Error({.field = "explanations", .found = "the same file as the output", .expected = "another file"});
    } else if (output && !is_special_file(*output)) {
      name_ = *output + ".explanations.jsonl";
    } else {
      if (command.output.resume)
        throw Error(
            {.field = "resume", .found = "no file", .expected = "--output or --explanations of the earlier run"});
      std::string folder = (std::filesystem::temp_directory_path() / "limn-report.XXXXXX").string();
      if (::mkdtemp(folder.data()) == nullptr)
        throw Error({.file = folder, .found = std::strerror(errno), .expected = "a folder for temporary files"});
      folder_ = folder;
      name_ = folder + "/explanations.jsonl";
    }
  }
  ExplanationFile(const ExplanationFile&) = delete;
  ExplanationFile& operator=(const ExplanationFile&) = delete;
  ~ExplanationFile() {
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
  }

  const std::string& name() const { return name_; }
  /// Removes the file at the end of the run, unless the user asked for it.
  void finish() const {
    if (!is_kept_) std::filesystem::remove(name_);
  }

 private:
  bool is_kept_;
  std::string name_;
  std::filesystem::path folder_;  // a temporary one; empty if there is none
};

int report(const CLI::App& app, ReportCommand command) {
  const Format format = choose_format(command.output, formats);
  if (!command.method.method && !command.method.preset) command.method.method = "integrated-gradients";
  read_texts(command.method, choose_method(command.method));
  const ExplanationFile file(command);
  const OutputOptions rows = {.format = "json", .file = file.name(), .resume = command.output.resume};
  set_threads(command.model.threads);
  find_model(command.model, command.input, rows);  // refuses to write over what is read
  const Model model = load_model(find_model(command.model, command.input, command.output));
  const ChosenMethod chosen = choose_method(command.method, model.info().task);
  ExplainOptions options;
  options.reading = predict_options(command.reading);
  const auto work = [&](const std::vector<Input>& inputs, const Watch& watch) {
    std::vector<Result<std::vector<std::string>>> lines;
    for (auto& result : model.explain_all(inputs, chosen, options, watch))
      lines.push_back(std::move(result).transform([](const std::vector<Explanation>& explanations) {
        std::vector<std::string> members;
        for (const Explanation& explanation : explanations) members.push_back(members_of(to_json(explanation)));
        return members;
      }));
    return lines;
  };
  const int code = write_json_rows(app, command.input, rows, model, work,
                                   shares_passes(chosen.method) ? rows_in_a_batch : std::size_t{1});
  if (std::filesystem::is_empty(file.name())) {
    file.finish();
    throw Error({.file = command.input.file.value_or("--data"), .found = "no rows", .expected = "at least one text"});
  }
  write_report({file.name()}, command.output, format, command.significance);
  file.finish();
  return code;
}

}  // namespace

void add_summary(CLI::App& program, Run& run) {
  const auto command = std::make_shared<SummaryCommand>();
  CLI::App& app = *program.add_subcommand(
      "summary", "Summarise saved explanations: words per class, wrong rows, confidence, suspected shortcuts.");
  app.add_option("FILE", command->files,
                 "files of 'limn explain --input FILE --format json', whose rows keep the fields of the data: label "
                 "(or answer) is the right one; - is standard input")
      ->required();
  add_report_output(app, command->output, command->significance);
  app.footer(command_footer("limn summary explanations.jsonl\nlimn summary explanations.jsonl -o summary.html"));
  app.callback([&run, command] { run = [command] { return summarize_files(*command); }; });
}

void add_report(CLI::App& program, Run& run) {
  const auto command = std::make_shared<ReportCommand>();
  CLI::App& app = *program.add_subcommand(
      "report", "Report what drives a model over a data set: words per class, suspected shortcuts, wrong labels.");
  add_options(app, command->model);
  app.add_option_function<std::string>(
         "--data", [command](const std::string& file) { command->input.file = file; },
         ".jsonl, .csv or .tsv with text (or sentence, review, content), and label if there is one; other columns "
         "make parts that are compared; .txt with one text per line")
      ->option_text("FILE")
      ->group("Data")
      ->required();
  add_column_option(app, command->input.columns, "Data");
  add_options(app, command->method);
  app.get_option("--method")
      ->description(
          "the method of the explanations, see limn explain --help; default: "
          "integrated-gradients; gradient-x-input is rough, but takes one pass per text");
  add_options(app, command->reading);
  add_report_output(app, command->output, command->significance);
  app.add_option("--explanations", command->explanations,
                 "keep the explanations in this file, one JSON object per line; default: they are deleted at the end")
      ->option_text("FILE")
      ->group("Output");
  app.add_flag("--resume", command->output.resume, "continue the interrupted run with the same options")
      ->group("Output");
  app.footer(command_footer(
      "limn report -m minilm-l6-sentiment --data reviews.csv -o report.html\n"
      "limn report -m my-model --data tweets.jsonl --method integrated-gradients -o report.html --resume"));
  app.callback([&app, &run, command] { run = [&app, command] { return report(app, *command); }; });
}

}  // namespace limn::cli
