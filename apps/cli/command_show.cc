#include <fmt/format.h>
#include <unistd.h>

#include <memory>

#include "apps/cli/commands.h"
#include "apps/cli/explanation_file.h"
#include "apps/cli/explanation_output.h"
#include "apps/cli/help.h"
#include "apps/cli/options.h"
#include "apps/cli/output_check.h"
#include "apps/cli/selection.h"
#include "apps/terminal/output.h"
#include "limn/error.h"

namespace limn::cli {
namespace {

struct ShowCommand {
  std::vector<std::string> files;
  OutputOptions output;
  SelectionOptions selection;
  std::optional<std::string> special, picture, table;
  bool whole = false;
};

int show(const ShowCommand& command) {
  OutputOptions options = command.output;
  if (!options.format && !options.file) options.format = "terminal";  // the input is JSON already
  const Format format = choose_format(options, {Format::terminal, Format::json, Format::html, Format::svg, Format::pdf,
                                                Format::csv, Format::tsv, Format::latex});
  const auto special = command.special ? find_named(names<Special>, "special", *command.special) : Special::hide;
  const auto picture = command.picture ? find_named(names<Picture>, "picture", *command.picture) : Picture::bars;
  refuse_inputs_as_output(options, command.files);
  ExplanationOutput output(options.file, format,
                           {.show_special = special == Special::show,
                            .picture = picture,
                            .whole = command.whole,
                            .table = table_style(format, command.table, false)});
  Selection selection(command.selection);
  std::vector<SelectedExplanation> kept;
  const auto write = [&](SelectedExplanation& one) {
    std::vector<Explanation> explanations;
    explanations.push_back(std::move(one.explanation));
    output.add(one.number, one.row.copied, std::move(explanations), one.row.number.has_value());
  };
  std::size_t errors = 0, next_row = 0, left_out = 0, shown = 0;
  for (const auto& file : command.files) {
    if (file == "-" && ::isatty(STDIN_FILENO) == 1) {
      throw Error(
          {.thing = "FILE -", .found = "a terminal as standard input", .expected = "JSON from a pipe or a file"});
    }
    errors += read_explanation_file(file, [&](Explanation explanation, const SavedRow& row) {
      SelectedExplanation one{
          .explanation = std::move(explanation), .row = row, .number = row.number.value_or(next_row)};
      next_row = one.number + 1;
      if (!selection.holds(one))
        ++left_out;
      else if (++shown; selection.sorts())
        kept.push_back(std::move(one));
      else
        write(one);
    });
  }
  selection.check_fields();
  selection.sort(kept);
  for (SelectedExplanation& one : kept) write(one);
  output.finish();
  if (left_out > 0) complain(fmt::format("{} of {} explanations fulfil the conditions", shown, shown + left_out));
  if (errors > 0) complain(fmt::format("{} rows are errors and are not shown", errors));
  return done;
}

}  // namespace

void add_show(CLI::App& program, Run& run) {
  const auto command = std::make_shared<ShowCommand>();
  CLI::App& app =
      *program.add_subcommand("show", "Show explanations that 'limn explain' saved as JSON, in any format.");
  app.add_option("FILE", command->files, "files of 'limn explain --format json'; - is standard input")->required();
  app.add_option("--format", command->output.format,
                 list_of(names<Format>) + "; default: by the extension of --output, otherwise terminal")
      ->option_text("FORMAT")
      ->group("Output");
  app.add_option("-o,--output", command->output.file, "write to this file instead of standard output")
      ->option_text("FILE")
      ->group("Output");
  add_options(app, command->selection);
  app.add_option("--special", command->special,
                 "on a terminal: hide or show special tokens and the tokens of each word")
      ->option_text("hide|show")
      ->group("Output");
  app.add_option("--picture", command->picture, "svg: a bar for each word, or the text with its heat; default: bars")
      ->option_text("bars|text")
      ->group("Output");
  add_whole_option(app, command->whole);
  add_table_option(app, command->table, "long");
  app.footer(
      command_footer("limn show explanations.jsonl\nlimn show answers.jsonl labels.jsonl -o all.html\n"
                     "limn show explanations.jsonl --where wrong --sort probability -o wrong.html"));
  app.callback([&run, command] { run = [command] { return show(*command); }; });
}

}  // namespace limn::cli
