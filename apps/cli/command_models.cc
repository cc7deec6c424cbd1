#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/cli/commands.h"
#include "apps/cli/help.h"
#include "apps/cli/options.h"
#include "apps/terminal/output.h"
#include "apps/terminal/size_text.h"
#include "base/program.h"
#include "limn/limn.h"
#include "model/config.h"
#include "render/display_text.h"
#include "render/json.h"
#include "store/model_lookup.h"
#include "store/repository.h"

namespace limn::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct ModelsCommand {
  std::optional<std::string> model, format;
};

struct PullCommand {
  std::string model;
  std::optional<std::string> format;
};

/// Returns the bytes of all files of a checkpoint folder; a link counts as its target.
std::uintmax_t folder_bytes(const fs::path& folder) {
  std::uintmax_t bytes = 0;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_regular_file(ignored)) bytes += entry->file_size(ignored);
  }
  return bytes;
}

/// The task, or the reason why limn cannot read the model.
struct TaskOrReason {
  std::string task, reason;
};
TaskOrReason task_of(const fs::path& folder) {
  try {
    return {std::string(name(read_config(folder).head.task)), ""};
  } catch (const Error& error) {
    return {"", error.parts().found.empty() ? error.what() : error.parts().thing + " " + error.parts().found};
  }
}

int list_models(Format format) {
  const auto folders = model_folders();
  const auto models = models_in(folders);
  if (format == Format::json) {
    Json list = Json::array();
    for (const auto& [name, folder] : models) {
      const auto [task, reason] = task_of(folder);
      Json entry = {{"name", name}, {"task", task.empty() ? Json() : Json(task)}, {"bytes", folder_bytes(folder)}};
      entry["folder"] = folder.string();
      if (!reason.empty()) entry["reason"] = reason;
      list.push_back(std::move(entry));
    }
    write_output(std::nullopt, json_text(list) + "\n");
    return done;
  }
  std::string text;
  if (models.empty()) {
    text = "no models found in\n";
    for (const auto& searched : folders) text += "  " + searched.folder.string() + "\n";
  }
  std::size_t widest = 0;
  for (const auto& [name, folder] : models) widest = std::max(widest, name.size());
  for (const auto& [name, folder] : models) {
    const auto [task, reason] = task_of(folder);
    text += fmt::format("{:<{}}  {:<24}  {:>8}  {}\n", visible(name), widest,
                        task.empty() ? "cannot be read: " + shorten(reason, 50) : task,
                        size_text(static_cast<double>(folder_bytes(folder))), visible(folder.string()));
  }
  write_output(std::nullopt, text);
  return done;
}

int show_model(const std::string& argument, Format format) {
  const fs::path folder = find_model(argument, model_folders());
  const Model model = Model::load(folder);
  const ModelInfo& info = model.info();
  if (format == Format::json) {
    Json object = json_value(info);
    object["folder"] = folder.string();
    write_output(std::nullopt, json_text(object) + "\n");
    return done;
  }
  std::string text;
  const auto add = [&](std::string_view label, std::string_view value) {
    text += fmt::format("{:<13} {}\n", label, visible(value));
  };
  constexpr std::size_t labels_shown = 20;
  const std::size_t count = std::min(labels_shown, info.labels.size());
  const auto last = info.labels.begin() + static_cast<std::ptrdiff_t>(count);
  add("name", info.name);
  add("family", fmt::format("{} ({})", info.family, info.architecture));
  add("task", name(info.task));
  if (info.task == Task::sentence_embedding) {
    add("dimensions", fmt::format("{}", info.dimensions));
    if (!info.prompts.empty()) add("prompts", fmt::format("{}", fmt::join(info.prompts, ", ")));
  } else if (info.task != Task::question_answering) {
    add("labels",
        fmt::format("{}{}", fmt::join(info.labels.begin(), last, ", "),
                    count < info.labels.size() ? fmt::format(" and {} more", info.labels.size() - count) : ""));
  }
  add("layers", fmt::format("{}", info.layers));
  add("hidden size",
      fmt::format("{}, {} heads, intermediate size {}", info.hidden_size, info.heads, info.intermediate_size));
  add("vocabulary", fmt::format("{} tokens", info.vocabulary));
  add("max positions", fmt::format("{} tokens", info.max_positions));
  add("parameters", fmt::format("{:.1f} million", static_cast<double>(info.parameters) / 1e6));
  add("folder", folder.string());
  for (std::size_t i = 0; i < info.files.size(); ++i) {
    const auto& [file, bytes] = info.files[i];
    add(i == 0 ? "files" : "", fmt::format("{} ({})", file, size_text(static_cast<double>(bytes))));
  }
  for (const std::string& warning : info.warnings) add("warning", warning);
  write_output(std::nullopt, text);
  return done;
}

/// Downloading is a separate program beside this one: HTTPS needs thirty libraries, which would cost every other
/// command time and memory.
int pull_model(const PullCommand& command, Format format) {
  parse_repository(command.model);
  const fs::path program = program_folder().value_or("") / "limn-pull";
  ::execl(program.c_str(), program.c_str(), command.model.c_str(), format == Format::json ? "json" : "terminal",
          nullptr);
  throw Error({.file = program.string(),
               .found = std::strerror(errno),
               .expected = "the program that downloads models, installed beside limn",
               .hint = "in limn's source folder, 'make build' builds it"});
}

void add_pull(CLI::App& models, Run& run) {
  const auto command = std::make_shared<PullCommand>();
  CLI::App& app = *models.add_subcommand(
      "pull", "Download a model from the Hugging Face hub into its cache, where -m ORG/NAME finds it.");
  app.add_option("MODEL", command->model, "ORG/NAME, or ORG/NAME@REVISION: a branch, a tag or a commit")
      ->option_text("")
      ->required();
  app.add_option("--format", command->format, "terminal or json; default: terminal on a terminal and json elsewhere")
      ->option_text("FORMAT")
      ->group("Output");
  app.footer(
      "Environment:\n"
      "  HF_ENDPOINT                 address of the hub; default: https://huggingface.co\n"
      "  HF_TOKEN                    access token for private and gated models\n"
      "  HF_HUB_CACHE, HF_HOME       location of the cache; default: ~/.cache/huggingface\n"
      "  http_proxy, https_proxy, no_proxy\n"
      "\n" +
      command_footer("limn models pull ORG/NAME\nlimn models pull ORG/NAME@v1.0"));
  app.callback([&run, command] {
    run = [command] {
      return pull_model(*command,
                        choose_format({.format = command->format, .file = {}}, {Format::terminal, Format::json}));
    };
  });
}

}  // namespace

void add_models(CLI::App& program, Run& run) {
  const auto command = std::make_shared<ModelsCommand>();
  CLI::App& app = *program.add_subcommand("models", "List the available models or, with a name, describe one of them.");
  app.add_option("MODEL", command->model, "checkpoint folder or name")->option_text("");
  app.add_option("--format", command->format, "terminal or json; default: terminal on a terminal and json elsewhere")
      ->option_text("FORMAT")
      ->group("Output");
  app.footer(command_footer("limn models\nlimn models minilm-l6-ner\nlimn models pull ORG/NAME"));
  add_pull(app, run);
  app.callback([&run, &app, command] {
    if (!app.get_subcommands().empty()) return;  // "pull" has its own callback
    run = [command] {
      const Format format = choose_format({.format = command->format, .file = {}}, {Format::terminal, Format::json});
      return command->model ? show_model(*command->model, format) : list_models(format);
    };
  });
}

}  // namespace limn::cli
