#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <csignal>
#include <exception>
#include <ios>
#include <memory>
#include <new>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "apps/cli/commands.h"
#include "apps/cli/help.h"
#include "apps/cli/usage.h"
#include "apps/server/command_serve.h"
#include "apps/terminal/interrupt.h"
#include "apps/terminal/output.h"
#include "base/nearest_name.h"
#include "limn/error.h"

namespace {

using namespace limn;
using namespace limn::cli;

int run(int argc, char** argv) {
  CLI::App program("What a transformer encoder says about a text, and which words made it say so.", "limn");
  program.formatter(std::make_shared<HelpFormatter>());
  program.footer(program_footer);
  program.set_version_flag("--version", "limn " LIMN_VERSION, "print the version");
  program.set_help_flag("-h,--help", "print this help, or the help of a command");
  program.require_subcommand(1);
  Run chosen;
  add_explain(program, chosen);
  add_compare(program, chosen);
  add_attack(program, chosen);
  add_attention(program, chosen);
  add_heatmap(program, chosen);
  add_predict(program, chosen);
  add_embed(program, chosen);
  add_similar(program, chosen);
  add_rerank(program, chosen);
  add_index(program, chosen);
  add_search(program, chosen);
  add_ask(program, chosen);
  add_tokenize(program, chosen);
  add_models(program, chosen);
  add_evaluate(program, chosen);
  add_bench(program, chosen);
  add_show(program, chosen);
  add_summary(program, chosen);
  add_report(program, chosen);
  add_calibrate(program, chosen);
  server::add_serve(program, chosen);
  add_completion(program, chosen);
  for (CLI::App* command : program.get_subcommands({})) command->group("Commands");
  if (argc == 1) {
    write_to_standard_error(program.help());
    return usage;
  }
  std::vector<std::string> names;
  for (const CLI::App* command : program.get_subcommands({})) names.push_back(command->get_name());
  std::vector<std::string> arguments = usual_arguments(program, {argv + 1, argv + argc});
  const std::string first = arguments.front();
  if (!first.starts_with('-') && std::find(names.begin(), names.end(), first) == names.end()) {
    complain(fmt::format("no command '{}'; did you mean '{}'?\nTry 'limn --help'.", first,
                         limn::nearest_first(first, names).front()));
    return usage;
  }
  try {
    std::ranges::reverse(arguments);  // as the parser wants them
    program.parse(std::move(arguments));
  } catch (const CLI::Success& help_or_version) {
    std::ostringstream text;
    program.exit(help_or_version, text, text);
    write_output(std::nullopt, text.str());
    return done;
  } catch (const CLI::ParseError& error) {
    complain(usage_message(program, error));
    return usage;
  }
  return chosen();
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_DFL);  // `limn … | head` ends silently
  std::signal(SIGXFSZ, SIG_IGN);  // a file size limit is then an error like a full disk
  reserve_standard_descriptors();
  wipe_line_on_interrupt();
  explain_truncated_files();
  std::ios::sync_with_stdio(false);
  try {
    return run(argc, argv);
  } catch (const limn::Error& error) {
    complain(message_of(error));
  } catch (const std::bad_alloc&) {
    complain("out of memory; shorter or fewer inputs (--max-length) or a smaller model need less");
  } catch (const std::exception& error) {
    complain(fmt::format("internal error: {}", error.what()));
  }
  return users_mistake;
}
