#include <unistd.h>

#include <memory>

#include "apps/cli/commands.h"
#include "apps/cli/help.h"
#include "apps/cli/input.h"
#include "apps/cli/load_model.h"
#include "apps/cli/options.h"
#include "apps/cli/output_check.h"
#include "apps/terminal/output.h"
#include "limn/limn.h"
#include "render/attention_json.h"
#include "render/html.h"

namespace limn::cli {
namespace {

struct AttentionCommand {
  ModelOptions model;
  InputOptions input;
  ReadingOptions reading;
  OutputOptions output;
};

int attention(const AttentionCommand& command) {
  OutputOptions output = command.output;
  if (!output.format && !output.file) {
    if (::isatty(STDOUT_FILENO) == 1) {
      throw Error({.thing = "the output",
                   .found = "a terminal",
                   .expected = "html or json",
                   .hint = "-o attention.html writes the page"});
    }
    output.format = "json";
  }
  const Format format = choose_format(output, {Format::html, Format::json});
  if (command.input.file)
    throw Error({.field = "input",
                 .found = "a file",
                 .expected = "one text, because the attention weights of all heads are large"});
  set_threads(command.model.threads);
  const Model model = load_model(find_model(command.model, command.input, command.output));
  const Input input = single_input(command.input, model.info().task, model.info().name);
  const AttentionMaps maps = model.attention(input, predict_options(command.reading));
  Output file(output.file);
  if (format == Format::html)
    file.write(to_html(maps));
  else
    write_json(maps, [&](std::string_view part) { file.write(part); });
  file.finish();
  return done;
}

}  // namespace

void add_attention(CLI::App& program, Run& run) {
  const auto command = std::make_shared<AttentionCommand>();
  CLI::App& app = *program.add_subcommand(
      "attention", "Show the attention weights of every head, which do not prove what mattered.");
  add_options(app, command->model);
  add_options(app, command->input);
  add_options(app, command->reading);
  app.add_option(
         "--format", command->output.format,
         "html: a model view (layers by heads) and a head view; json: every weight; default: by the extension of "
         "--output, otherwise json")
      ->option_text("FORMAT")
      ->group("Output");
  app.add_option("-o,--output", command->output.file, "write to this file instead of standard output")
      ->option_text("FILE")
      ->group("Output");
  app.footer(
      command_footer("limn attention -m minilm-l6-sentiment --text 'A gorgeous, witty film.' -o attention.html\n"
                     "limn attention -m minilm-l6-qa --question 'Who came?' --context 'Anna came.' -o attention.html"));
  app.callback([&run, command] { run = [command] { return attention(*command); }; });
}

}  // namespace limn::cli
