#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/cli/commands.h"
#include "apps/cli/help.h"
#include "apps/cli/input.h"
#include "apps/cli/load_model.h"
#include "apps/cli/options.h"
#include "apps/cli/output_check.h"
#include "apps/terminal/output.h"
#include "limn/limn.h"
#include "render/display_text.h"
#include "render/json.h"
#include "render/similarity.h"

namespace limn::cli {
namespace {

struct RerankCommand {
  ModelOptions model;
  MethodRequest method;
  ReadingOptions reading;
  OutputOptions output;
  std::string question;
  std::vector<std::string> passages;
  std::optional<std::string> file;
  std::size_t top = 0;
  bool explain = false;
};

std::vector<std::string> passages_of(const RerankCommand& command) {
  if (!command.file) return command.passages;
  ItemReader reader(*command.file, Task::sequence_classification);
  std::vector<std::string> passages;
  for (auto items = reader.next_batch(64); !items.empty(); items = reader.next_batch(64)) {
    for (Item& item : items) {
      if (item.error) throw Error(*item.error);
      passages.push_back(std::move(item.input.text));
    }
  }
  return passages;
}

int rerank(const RerankCommand& command) {
  const Format format = choose_format(command.output, {Format::terminal, Format::json});
  const ChosenMethod chosen = choose_method(command.method);
  set_threads(command.model.threads);
  const Model model = load_model(find_model(command.model, {}, command.output));
  const PredictOptions options = predict_options(command.reading);
  const std::vector<std::string> passages = passages_of(command);
  std::vector<Relevance> ranked = model.rank(command.question, passages, options);
  if (command.top > 0) ranked.resize(std::min(ranked.size(), command.top));
  std::vector<Explanation> why;
  if (command.explain)
    for (const Relevance& one : ranked)
      why.push_back(
          model.explain({.text = command.question, .pair = passages[one.index]}, chosen, {.reading = options}));
  std::string text;
  if (format == Format::json) {
    text = json_text(ranking_value(model.info().name, command.question, passages, ranked, why)) + "\n";
  } else {
    for (std::size_t i = 0; i < ranked.size(); ++i)
      text += command.explain ? fmt::format("{}. {:.4f}\n{}\n", i + 1, ranked[i].score,
                                            to_terminal(why[i], output_style(command.output.file.has_value(), false)))
                              : fmt::format("{:>3}.  {:>9.4f}  {}\n", i + 1, ranked[i].score,
                                            shorten(passages[ranked[i].index], 100));
  }
  write_output(command.output.file, text);
  return done;
}

}  // namespace

void add_rerank(CLI::App& program, Run& run) {
  const auto command = std::make_shared<RerankCommand>();
  CLI::App& app = *program.add_subcommand(
      "rerank", "Order passages by their relevance to a question, by a cross-encoder or by embeddings.");
  add_options(app, command->model);
  const char* group = "Input";
  app.add_option("--question", command->question, "the question")->option_text("TEXT")->group(group)->required();
  auto* passage = app.add_option("--passage", command->passages, "a passage; repeat for each")
                      ->option_text("TEXT")
                      ->group(group)
                      ->allow_extra_args(false);
  auto* file = app.add_option("--input", command->file,
                              "passages: .txt with one per line, or .jsonl, .csv or .tsv with a field text")
                   ->option_text("FILE")
                   ->group(group)
                   ->excludes(passage);
  app.add_flag("--why", command->explain, "explain the score of each passage")->group("Method");
  add_options(app, command->method);
  add_length_option(app, command->reading.max_length);
  add_top_option(app, command->top, "only the first K; default: all");
  add_options(app, command->output, "terminal, json");
  app.remove_option(app.get_option("--resume"));
  app.footer(command_footer(
      "limn rerank -m ./cross-encoder --question 'Who came?' --input passages.txt --top 3\n"
      "limn rerank -m all-minilm-l6-v2 --question 'Who came?' --passage 'Anna came.' --passage 'It rains.'"));
  app.callback([&run, passage, file, command] {
    if (passage->count() + file->count() == 0) throw CLI::RequiredError("One of --passage and --input");
    run = [command] { return rerank(*command); };
  });
}

}  // namespace limn::cli
