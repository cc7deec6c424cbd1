#include <fmt/format.h>

#include <memory>

#include "apps/cli/commands.h"
#include "apps/cli/help.h"
#include "apps/cli/input.h"
#include "apps/cli/load_model.h"
#include "apps/cli/options.h"
#include "apps/cli/output_check.h"
#include "apps/cli/rows.h"
#include "apps/terminal/output.h"
#include "limn/limn.h"
#include "render/json.h"

namespace limn::cli {
namespace {

struct EmbedCommand {
  ModelOptions model;
  InputOptions input;
  OutputOptions output;
  ReadingOptions reading;
};

int embed(const CLI::App& app, const EmbedCommand& command) {
  const Format format = choose_format(command.output, {Format::terminal, Format::json});
  set_threads(command.model.threads);
  const Model model = load_model(find_model(command.model, command.input, command.output));
  require_task(model, Task::sentence_embedding);
  const std::string& name = model.info().name;
  const PredictOptions options = predict_options(command.reading);
  const auto embed_all = [&](std::vector<Input> inputs, const Watch& watch) {
    for (Input& input : inputs) input.pair.reset();
    return model.predict(inputs, options, watch);
  };
  if (command.input.file) {
    return write_json_rows(
        app, command.input, command.output, model,
        [&](const std::vector<Input>& inputs, const Watch& watch) {
          auto embeddings = embed_all(inputs, watch);
          std::vector<Result<std::vector<std::string>>> rows;
          rows.reserve(inputs.size());
          for (std::size_t i = 0; i < inputs.size(); ++i)
            rows.push_back(std::move(embeddings[i]).transform([&](const Prediction& embedding) {
              return std::vector{members_of(embedding_json(std::get<Embedding>(embedding), inputs[i].text, name))};
            }));
          return rows;
        });
  }
  const Input input = single_input(command.input, model.info().task, name);
  const auto results = embed_all({input}, {});
  const Embedding& embedding = std::get<Embedding>(results.front().value());
  if (format == Format::json) {
    write_output(command.output.file, embedding_json(embedding, input.text, name) + "\n");
    return done;
  }
  std::string text = fmt::format("{} tokens, {} dimensions\n", embedding.tokens, embedding.values.size());
  for (std::size_t i = 0; i < embedding.values.size(); ++i)
    text += fmt::format("{:>9.5f}{}", embedding.values[i],
                        (i + 1) % 8 == 0 || i + 1 == embedding.values.size() ? "\n" : " ");
  write_output(command.output.file, text);
  return done;
}

}  // namespace

void add_embed(CLI::App& program, Run& run) {
  const auto command = std::make_shared<EmbedCommand>();
  CLI::App& app = *program.add_subcommand(
      "embed", "Turn texts into embeddings: lists of numbers that are alike for texts of similar meaning.");
  add_options(app, command->model);
  add_options(app, command->input);
  add_length_option(app, command->reading.max_length);
  add_prompt_option(app, command->reading.prompt);
  add_options(app, command->output, "terminal, json (always for --input)");
  app.footer(
      command_footer("limn embed -m all-minilm-l6-v2 --text 'A man is eating food.'\n"
                     "limn embed -m all-minilm-l6-v2 --input sentences.txt > embeddings.jsonl"));
  app.callback([&app, &run, command] { run = [&app, command] { return embed(app, *command); }; });
}

}  // namespace limn::cli
