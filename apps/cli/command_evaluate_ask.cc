#include <fmt/format.h>

#include <limits>
#include <memory>
#include <optional>
#include <string>

#include "apps/cli/collection_options.h"
#include "apps/cli/commands.h"
#include "apps/cli/explanation_evaluations.h"
#include "apps/cli/help.h"
#include "apps/cli/load_model.h"
#include "apps/cli/options.h"
#include "apps/terminal/output.h"
#include "apps/terminal/progress.h"
#include "limn/collection.h"
#include "limn/write.h"
#include "store/model_lookup.h"

namespace limn::cli {
namespace {

struct EvaluateAskCommand {
  CollectionOptions collection;
  std::string data;
  std::optional<std::string> reader, format;
  std::size_t read = 5, limit = std::numeric_limits<std::size_t>::max();
};

int evaluate_ask(const EvaluateAskCommand& command) {
  const Format format = choose_format({.format = command.format, .file = {}}, {Format::terminal, Format::json});
  EvaluateAskOptions options{.ask = {.search = search_options(command.collection), .read = command.read},
                             .limit = command.limit};
  set_threads(command.collection.threads);
  std::optional<Model> reader;
  if (command.reader) reader = load_model(find_model(*command.reader, model_folders()));
  const Collection collection = open_collection(command.collection);
  CallProgress progress;
  const AskScores scores = limn::evaluate_ask(collection, command.data, reader, load_reranker(command.collection),
                                              options, progress.watch());
  progress.wipe();
  write_output(std::nullopt, format == Format::json
                                 ? to_json(scores) + "\n"
                                 : to_terminal(scores) + fmt::format("\n{:.1f} seconds\n", scores.seconds));
  return done;
}

}  // namespace

void add_evaluate_ask(CLI::App& evaluate, Run& run) {
  const auto command = std::make_shared<EvaluateAskCommand>();
  CLI::App& app = *evaluate.add_subcommand(
      "ask", "Compute how often a collection finds a question's own paragraph, and exact match and F1 of its answers.");
  app.group("Commands");
  add_options(app, command->collection);
  app.add_option("--data", command->data, "a SQuAD file (.json) whose paragraphs are in the collection")
      ->option_text("FILE")
      ->group("Data")
      ->required();
  app.add_option("--limit", command->limit, "use only the first N")
      ->option_text("N")
      ->group("Data")
      ->check(CLI::PositiveNumber);
  app.add_option("--reader", command->reader, "a model for question answering; default: only passages are evaluated")
      ->option_text("MODEL")
      ->group("Model");
  app.add_option("--read", command->read, "passages that the reader reads; default: 5")
      ->option_text("N")
      ->group("Model")
      ->check(CLI::PositiveNumber);
  app.add_option("--format", command->format, "terminal or json; default: terminal on a terminal and json elsewhere")
      ->option_text("FORMAT")
      ->group("Output");
  app.footer(
      command_footer("limn evaluate ask --collection squad.limn --data dev-v1.1.json --retriever bm25\n"
                     "limn evaluate ask --collection squad.limn --data dev-v1.1.json --reader minilm-l6-qa"));
  app.callback([&run, command] { run = [command] { return evaluate_ask(*command); }; });
}

}  // namespace limn::cli
