#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "apps/cli/commands.h"
#include "apps/cli/help.h"
#include "apps/cli/load_model.h"
#include "apps/cli/options.h"
#include "apps/remote/collection_place.h"
#include "apps/terminal/output.h"
#include "apps/terminal/progress.h"
#include "limn/collection.h"
#include "render/display_text.h"
#include "render/json.h"
#include "store/model_lookup.h"

namespace limn::cli {
namespace {

struct IndexCommand {
  std::vector<std::string> paths;
  std::string output, embedder = "all-minilm-l6-v2";
  std::optional<std::string> format;
  std::size_t threads = 0;
  bool words_only = false;
};

std::string json_of(const IndexReport& report, const CollectionInfo& info) {
  nlohmann::ordered_json skipped = nlohmann::ordered_json::array();
  for (const auto& [source, reason] : report.skipped) skipped.push_back({{"source", source}, {"reason", reason}});
  return json_text(
      {{"collection", info.file.string()},
       {"documents", info.documents},
       {"passages", info.passages},
       {"embedder", info.embedder.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(info.embedder)},
       {"bytes", info.bytes == 0 ? nlohmann::ordered_json() : nlohmann::ordered_json(info.bytes)},
       {"added", report.added},
       {"changed", report.changed},
       {"unchanged", report.unchanged},
       {"removed", report.removed},
       {"written_passages", report.passages},
       {"skipped", std::move(skipped)},
       {"seconds", report.seconds}});
}

std::string text_of(const IndexReport& report, const CollectionInfo& info) {
  constexpr std::size_t most = 10;
  std::string text =
      fmt::format("{}: {} documents, {} passages ({} added, {} changed, {} unchanged, {} removed), {:.1f} s\n",
                  visible(info.file.string()), info.documents, info.passages, report.added, report.changed,
                  report.unchanged, report.removed, report.seconds);
  for (std::size_t i = 0; i < std::min(most, report.skipped.size()); ++i)
    text += fmt::format("skipped {}: {}\n", visible(report.skipped[i].source), visible(report.skipped[i].reason));
  if (report.skipped.size() > most) text += fmt::format("and {} more skipped\n", report.skipped.size() - most);
  return text;
}

int index(const IndexCommand& command) {
  const Format format = choose_format({.format = command.format, .file = {}}, {Format::terminal, Format::json});
  set_threads(command.threads);
  std::optional<Model> model;
  if (!command.words_only) model = load_model(find_model(command.embedder, model_folders()));
  Collection collection = remote::create_collection(command.output, std::move(model));
  Progress progress(std::nullopt);
  std::size_t before = 0;
  const Watch watch = {
      .progress = [&](std::size_t done, std::size_t) { progress.advance(done - std::exchange(before, done)); }};
  const IndexReport report = collection.add({command.paths.begin(), command.paths.end()}, watch);
  progress.wipe();
  write_output(std::nullopt,
               format == Format::json ? json_of(report, collection.info()) + "\n" : text_of(report, collection.info()));
  return done;
}

}  // namespace

void add_index(CLI::App& program, Run& run) {
  const auto command = std::make_shared<IndexCommand>();
  CLI::App& app = *program.add_subcommand(
      "index", "Put documents into a collection, which 'limn search' and 'limn ask' read. Run it again after changes.");
  app.add_option("PATH", command->paths,
                 "files and folders: .txt, .md, .html, .jsonl, .csv, .tsv (a document for each row: text, title, id, "
                 "other fields), SQuAD files (.json)")
      ->option_text("")
      ->required();
  app.add_option(
         "-o,--output", command->output,
         "the collection: a file, or http://HOST:9200/INDEX (Elasticsearch, OpenSearch); created if it does not exist")
      ->option_text("COLLECTION")
      ->group("Output")
      ->required();
  app.add_option("-m,--model", command->embedder, "the model that makes embeddings; default: all-minilm-l6-v2")
      ->option_text("MODEL")
      ->group("Model");
  app.add_flag("--words-only", command->words_only, "no embeddings: search by BM25 only")->group("Model");
  app.add_option("--threads", command->threads, "processor threads; default: all")
      ->option_text("N")
      ->group("Model")
      ->check(CLI::Range(0, 1024));
  app.add_option("--format", command->format, "terminal or json; default: terminal on a terminal and json elsewhere")
      ->option_text("FORMAT")
      ->group("Output");
  app.footer(
      "Environment, for collections on servers:\n"
      "  LIMN_COLLECTION_USER, LIMN_COLLECTION_PASSWORD\n"
      "  LIMN_COLLECTION_API_KEY     in place of user and password\n"
      "  LIMN_COLLECTION_CA_FILE     certificates of authorities to trust; default: the system's\n"
      "  LIMN_COLLECTION_TIMEOUT     seconds of a request; default: 60\n"
      "\n" +
      command_footer("limn index notes/ -o notes.limn\n"
                     "limn index articles.jsonl pages/ -o library.limn\n"
                     "limn index notes/ -o http://localhost:9200/notes"));
  app.callback([&run, command] { run = [command] { return index(*command); }; });
}

}  // namespace limn::cli
