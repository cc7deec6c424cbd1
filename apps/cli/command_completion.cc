#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>

#include "apps/cli/commands.h"
#include "apps/cli/completion.h"
#include "apps/cli/help.h"
#include "apps/terminal/output.h"
#include "limn/error.h"
#include "limn/write.h"

namespace limn::cli {
namespace {

int write_man_pages(const CLI::App& program, const std::string& folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) throw Error({.file = folder, .found = failed.message(), .expected = "a folder that can be written"});
  for (const auto& [name, page] : man_pages(program)) write_text(page, std::filesystem::path(folder) / name);
  return done;
}

}  // namespace

void add_completion(CLI::App& program, Run& run) {
  struct Command {
    std::string shell, folder;
  };
  const auto command = std::make_shared<Command>();
  CLI::App& app = *program.add_subcommand(
      "completion", "Write a script with which a shell completes limn's commands and options, or the man pages.");
  app.add_option("SHELL", command->shell, "bash, zsh or fish");
  app.add_option("--man", command->folder, "instead, write the man pages to this folder")->option_text("FOLDER");
  app.footer(
      command_footer("source <(limn completion bash)\nlimn completion fish > ~/.config/fish/completions/limn.fish\n"
                     "limn completion --man ~/.local/share/man/man1"));
  app.callback([&program, &run, command] {
    if (command->shell.empty() == command->folder.empty()) throw CLI::RequiredError("SHELL or --man");
    run = [&program, command] {
      if (!command->folder.empty()) return write_man_pages(program, command->folder);
      write_output(std::nullopt, completion_script(program, command->shell));
      return static_cast<int>(done);
    };
  });
}

}  // namespace limn::cli
