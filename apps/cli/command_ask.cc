#include <memory>

#include "apps/cli/collection_options.h"
#include "apps/cli/commands.h"
#include "apps/cli/help.h"
#include "apps/cli/load_model.h"
#include "apps/cli/options.h"
#include "apps/terminal/output.h"
#include "limn/collection.h"
#include "store/model_lookup.h"

namespace limn::cli {
namespace {

struct SearchCommand {
  CollectionOptions collection;
  OutputOptions output;
  std::string question;
  std::size_t top = 10;
};

struct AskCommand {
  CollectionOptions collection;
  OutputOptions output;
  MethodRequest method;
  ReadingOptions reading;
  std::string reader, question;
  std::size_t top = 3, read = 5;
  bool no_explanation = false, why_passage = false;
};

/// @return the command's exit code
template <class Found>
int write_result(const OutputOptions& output, Format format, const Found& found) {
  write_output(output.file, format == Format::json ? to_json(found) + "\n"
                                                   : to_terminal(found, output_style(output.file.has_value(), false)));
  return done;
}

int search(const SearchCommand& command) {
  const Format format = choose_format(command.output, {Format::terminal, Format::json});
  SearchOptions options = search_options(command.collection);
  options.top = command.top;
  set_threads(command.collection.threads);
  const Collection collection = open_collection(command.collection);
  const SearchResult result = collection.search(command.question, options, load_reranker(command.collection));
  return write_result(command.output, format, result);
}

int ask(AskCommand command) {
  const Format format = choose_format(command.output, {Format::terminal, Format::json});
  AskOptions options;
  options.search = search_options(command.collection);
  options.read = command.read;
  options.top = command.top;
  options.reading = predict_options(command.reading);
  options.explain_retrieval = command.why_passage;
  read_texts(command.method, choose_method(command.method));
  set_threads(command.collection.threads);
  const Model reader = load_model(find_model(command.reader, model_folders()));
  if (!command.no_explanation) options.method = choose_method(command.method, reader.info().task);
  const Collection collection = open_collection(command.collection);
  const AskResult result = collection.ask(reader, command.question, options, load_reranker(command.collection));
  return write_result(command.output, format, result);
}

void add_question(CLI::App& app, std::string& question) {
  app.add_option("QUESTION", question, "the question")->option_text("")->required();
}

}  // namespace

void add_search(CLI::App& program, Run& run) {
  const auto command = std::make_shared<SearchCommand>();
  CLI::App& app = *program.add_subcommand("search", "Find the passages of a collection that fit a question.");
  add_question(app, command->question);
  add_options(app, command->collection);
  add_top_option(app, command->top, "number of passages; default: 10");
  add_options(app, command->output, "terminal, json");
  app.remove_option(app.get_option("--resume"));
  app.footer(command_footer(
      "limn search --collection notes.limn 'Who came?'\n"
      "limn search --collection library.limn --retriever bm25 --filter language=en 'golden anniversary'"));
  app.callback([&run, command] { run = [command] { return search(*command); }; });
}

void add_ask(CLI::App& program, Run& run) {
  const auto command = std::make_shared<AskCommand>();
  CLI::App& app = *program.add_subcommand(
      "ask", "Answer a question from a collection: the answers, their places, and which words led to them.");
  add_question(app, command->question);
  app.add_option("-m,--model", command->reader, "the reader: a model for question answering")
      ->option_text("MODEL")
      ->group("Model")
      ->required();
  add_options(app, command->collection);
  app.add_option("--read", command->read, "passages that the reader reads; default: 5")
      ->option_text("N")
      ->group("Reading")
      ->check(CLI::PositiveNumber);
  add_options(app, command->reading);
  for (const char* name : {"--aggregation", "--prompt", "--pair-prompt"}) app.remove_option(app.get_option(name));
  app.add_flag("--no-explanation", command->no_explanation, "do not explain the answers")->group("Method");
  app.add_flag("--why-passage", command->why_passage, "also explain why each answer's passage was found")
      ->group("Method");
  add_options(app, command->method);
  add_top_option(app, command->top, "number of answers; default: 3");
  add_options(app, command->output, "terminal, json");
  app.remove_option(app.get_option("--resume"));
  app.footer(
      command_footer("limn ask -m minilm-l6-qa --collection notes.limn 'Who came?'\n"
                     "limn ask -m minilm-l6-qa --collection notes.limn 'Who came?' --why-passage --format json"));
  app.callback([&run, command] { run = [command] { return ask(*command); }; });
}

}  // namespace limn::cli
