#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "apps/cli/commands.h"
#include "apps/cli/help.h"
#include "apps/cli/input.h"
#include "apps/cli/load_model.h"
#include "apps/cli/options.h"
#include "apps/cli/output_check.h"
#include "apps/cli/rows.h"
#include "apps/terminal/output.h"
#include "base/attempt.h"
#include "limn/limn.h"
#include "render/display_text.h"
#include "render/json.h"
#include "task/pipeline.h"

namespace limn::cli {
namespace {

struct TokenizeCommand {
  ModelOptions model;
  InputOptions input;
  OutputOptions output;
  std::size_t max_length = 0;
};

std::string_view sequence_text(const Input& input, int sequence) {
  return sequence == 1 && input.pair ? std::string_view(*input.pair) : std::string_view(input.text);
}

std::string table_of(const TokenizedInput& tokenized, const Input& input) {
  std::size_t widest = 5;
  for (const auto& token : tokenized.tokens) widest = std::max(widest, columns(visible(token.token)));
  const auto padded = [](const std::string& text, std::size_t width) {
    return text + std::string(width - std::min(width, columns(text)), ' ');
  };
  const CodePoints text(input.text), pair(sequence_text(input, 1));
  std::string table = fmt::format("{:>5}  {}  {:>7}  {:>4}  {:>8}  {:>4}  {}\n", "", padded("token", widest), "id",
                                  "type", "span", "word", "in the text");
  for (std::size_t i = 0; i < tokenized.tokens.size(); ++i) {
    const auto& token = tokenized.tokens[i];
    const CodePoints& points = token.sequence == 1 ? pair : text;
    const bool has_text = token.sequence.has_value();
    const auto in_text =
        has_text ? sequence_text(input, *token.sequence).substr(token.begin, token.end - token.begin) : "";
    const auto span = has_text ? fmt::format("{}-{}", points.before(token.begin), points.before(token.end)) : "";
    std::string row =
        fmt::format("{:>5}  {}  {:>7}  {:>4}  {:>8}  {:>4}  {}", i, padded(visible(token.token), widest), token.id,
                    tokenized.type_ids[i], span, token.word ? fmt::to_string(*token.word) : "", visible(in_text));
    row.erase(row.find_last_not_of(' ') + 1);
    table += row + "\n";
  }
  if (tokenized.cut_tokens > 0) table += fmt::format("{} more tokens did not fit\n", tokenized.cut_tokens);
  return table;
}

/// Tokenizing needs no weights: a model that cannot predict, such as a base model without a head, can still show its
/// tokens.
int tokenize_alone(const TokenizeCommand& command, const std::filesystem::path& folder, Format format) {
  const Tokenizer tokenizer = Tokenizer::load(folder);
  const Input input = single_input(command.input, Task::sequence_classification, folder.filename().string());
  const std::size_t length = command.max_length > 0 ? command.max_length : tokenizer.max_length().value_or(0);
  const Encoding encoding = tokenizer.encode(input.text, input.pair, length);
  const TokenizedInput tokenized{
      .tokens = tokens_of(tokenizer, encoding), .type_ids = encoding.type_ids, .cut_tokens = encoding.cut_tokens};
  const std::string name = folder.filename().string();
  write_output(command.output.file, format == Format::json
                                        ? to_json(tokenized, input, name, command.input.question.has_value()) + "\n"
                                        : table_of(tokenized, input));
  return done;
}

int tokenize(const CLI::App& app, const TokenizeCommand& command) {
  const Format format = choose_format(command.output, {Format::terminal, Format::json});
  set_threads(command.model.threads);
  const std::filesystem::path folder = find_model(command.model, command.input, command.output);
  std::optional<Model> loaded;
  try {
    loaded = load_model(folder);
  } catch (const Error& error) {
    if (command.input.file) throw;
    const int code = tokenize_alone(command, folder, format);
    complain(fmt::format("only the tokenizer can be used: {}", message_of(error)));
    return code;
  }
  const Model& model = *loaded;
  const std::string& name = model.info().name;
  const bool question = model.info().task == Task::question_answering;
  const PredictOptions options{.max_length = command.max_length};

  if (command.input.file) {
    return write_json_rows(
        app, command.input, command.output, model,
        [&](const std::vector<Input>& inputs, const Watch&) {
          std::vector<Result<std::vector<std::string>>> rows;
          rows.reserve(inputs.size());
          for (const auto& input : inputs)
            rows.push_back(attempt([&] {
              return std::vector{members_of(to_json(model.tokenize(input, options), input, name, question))};
            }));
          return rows;
        });
  }
  const Input input = single_input(command.input, model.info().task, name);
  const TokenizedInput tokenized = model.tokenize(input, options);
  write_output(command.output.file,
               format == Format::json ? to_json(tokenized, input, name, question) + "\n" : table_of(tokenized, input));
  return done;
}

}  // namespace

void add_tokenize(CLI::App& program, Run& run) {
  const auto command = std::make_shared<TokenizeCommand>();
  CLI::App& app =
      *program.add_subcommand("tokenize", "Show the tokens that the model reads, with ids, offsets and words.");
  add_options(app, command->model);
  add_options(app, command->input);
  add_length_option(app, command->max_length);
  add_options(app, command->output, "terminal, json (always for --input)");
  app.footer(
      command_footer("limn tokenize -m minilm-l6-sentiment --text 'A gorgeous, witty film.'\n"
                     "limn tokenize -m minilm-l6-qa --question 'Who?' --context 'Anna.' --format json\n"
                     "limn tokenize -m minilm-l6-ner --input sentences.txt > tokens.jsonl"));
  app.callback([&app, &run, command] { run = [&app, command] { return tokenize(app, *command); }; });
}

}  // namespace limn::cli
