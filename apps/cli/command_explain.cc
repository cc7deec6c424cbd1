#include <memory>

#include "apps/cli/commands.h"
#include "apps/cli/explanation_file.h"
#include "apps/cli/explanation_output.h"
#include "apps/cli/help.h"
#include "apps/cli/input.h"
#include "apps/cli/load_model.h"
#include "apps/cli/options.h"
#include "apps/cli/output_check.h"
#include "apps/cli/rows.h"
#include "apps/terminal/output.h"
#include "limn/limn.h"
#include "options/methods.h"
#include "render/json.h"

namespace limn::cli {
namespace {

struct ExplainCommand {
  ModelOptions model;
  InputOptions input;
  MethodRequest method;
  std::optional<std::string> like;
  ReadingOptions reading;
  OutputOptions output;
  std::optional<std::string> target, answer, contrast, special, picture, table;
  std::size_t top = 1;
  bool raw = false, faithfulness = false, document = false, whole = false;
};

class Explainer {
 public:
  Explainer(Model model, const ExplainCommand& command)
      : model_(std::move(model)), chosen_(choose_method(command.method, model_.info().task)) {
    options_.reading = predict_options(command.reading);
    options_.reading.top = command.top;
    options_.target = command.target;
    options_.answer = command.answer;
    options_.contrast = command.contrast;
    options_.raw = command.raw;
    options_.faithfulness = command.faithfulness;
    options_.document = command.document;
  }

  const Model& model() const { return model_; }
  std::size_t rows_at_once() const { return shares_passes(chosen_.method) ? rows_in_a_batch : 1; }

  /// Returns one explanation per input; for token classification, one per entity.
  std::vector<Result<std::vector<Explanation>>> operator()(const std::vector<Input>& inputs, const Watch& watch) const {
    return model_.explain_all(inputs, chosen_, options_, watch);
  }

 private:
  Model model_;
  ChosenMethod chosen_;
  ExplainOptions options_;
};

/// Returns the first explanation in the file. @throws Error if it does not record how it was made.
Explanation saved_explanation(const std::string& file) {
  std::optional<Explanation> first;
  read_explanation_file(file, [&](Explanation explanation, const SavedRow&) {
    if (!first) first = std::move(explanation);
  });
  if (!first) throw Error({.file = file, .found = "only rows that failed", .expected = "an explanation"});
  if (!first->method.method)
    throw Error({.file = file,
                 .thing = "method",
                 .found = "no 'options'",
                 .expected = "an explanation that records how it was made",
                 .hint = "older versions of limn did not record it: give the method and its options"});
  return std::move(*first);
}

int explain(const CLI::App& app, ExplainCommand command) {
  const Format format = choose_format(command.output, {Format::terminal, Format::json, Format::html, Format::svg,
                                                       Format::pdf, Format::csv, Format::tsv, Format::latex});
  if (command.like) {
    refuse_inputs_as_output(command.output, {*command.like});
    const Explanation saved = saved_explanation(*command.like);
    command.method.like = method_of(saved.method);
    if (command.model.model.empty()) command.model.model = saved.model;
  }
  // Check options before loading the model, which takes longer.
  read_texts(command.method, choose_method(command.method));
  const auto special = command.special ? find_named(names<Special>, "special", *command.special) : Special::hide;
  const auto picture = command.picture ? find_named(names<Picture>, "picture", *command.picture) : Picture::bars;
  const auto table = table_style(format, command.table, false);
  set_threads(command.model.threads);
  const Explainer explainer(load_model(find_model(command.model, command.input, command.output)), command);
  const Model& model = explainer.model();

  if (command.input.file && format == Format::json) {
    const auto work = [&](const std::vector<Input>& inputs, const Watch& watch) {
      std::vector<Result<std::vector<std::string>>> rows;
      rows.reserve(inputs.size());
      for (auto& result : explainer(inputs, watch))
        rows.push_back(std::move(result).transform([](const std::vector<Explanation>& explanations) {
          std::vector<std::string> lines;
          lines.reserve(explanations.size());
          for (const auto& explanation : explanations) lines.push_back(members_of(to_json(explanation)));
          return lines;
        }));
      return rows;
    };
    return write_json_rows(app, command.input, command.output, model, work, explainer.rows_at_once());
  }
  ExplanationOutput output(
      command.output.file, format,
      {.show_special = special == Special::show, .picture = picture, .whole = command.whole, .table = table});
  int code = done;
  if (command.input.file) {
    code = take_rows<std::vector<Explanation>>(
        command.input, command.output, model.info().task, explainer,
        [&](const Item& item, Result<std::vector<Explanation>> explanations) {
          if (explanations)
            output.add(item.row, item.copied, *std::move(explanations));
          else
            output.fail(item.row, item.copied, message_of(explanations.error()));
        },
        explainer.rows_at_once());
  } else {
    const Input input = single_input(command.input, model.info().task, model.info().name);
    Progress progress(1);
    auto explanations = explainer({input}, watch_with(progress));
    progress.wipe();
    output.add(0, "", std::move(explanations.front()).value());
  }
  output.finish();
  return code;
}

}  // namespace

/// Costs are passes through the model; docs/interface.md has the same lines.
constexpr std::string_view method_guide =
    "Which method when:\n"
    "  gradient              a first look at any model: which words matter, without a direction; 1 pass\n"
    "  gradient-x-input      the same with a direction, for and against; 1 pass, rough for deep models\n"
    "  integrated-gradients  the default choice for classification: for and against, adds up to F; about 20 passes\n"
    "  shapley               short texts (up to about 12 words): exact, adds up to F; 2^words passes\n"
    "  kernel-shap, lime     what happens if words are missing, for long texts; some hundred passes, random\n"
    "  occlusion             the effect of each word alone, easy to explain to others; 1 pass per word";

void add_explain(CLI::App& program, Run& run) {
  const auto command = std::make_shared<ExplainCommand>();
  CLI::App& app = *program.add_subcommand("explain", "Explain a prediction: which words led to it.");
  add_options(app, command->model);
  add_options(app, command->input);
  app.get_option("--model")->required(false);
  app.add_option("--like", command->like,
                 "explain in the same way as the first explanation in this JSON file: its method with all options, "
                 "preset, unit, word score and seed; other options override it; default of --model: its model")
      ->option_text("FILE")
      ->group("Method");
  add_options(app, command->method);
  const auto option = [&](const char* name, auto& value, const std::string& description, const char* text,
                          const char* group) {
    return app.add_option(name, value, description)->option_text(text)->group(group);
  };
  const char* what = "What is explained";
  option("--target", command->target, help_text(limn::option("target")), "TARGET", what);
  option("--answer", command->answer, help_text(limn::option("answer")), "TEXT", what);
  option("--contrast", command->contrast, help_text(limn::option("contrast")), "LABEL", what);
  app.add_flag("--explain-document", command->document, help_text(limn::option("explain-document")))->group(what);
  add_option(app, limn::option("unit"), command->method, what);
  add_options(app, command->reading);
  add_options(app, command->output, list_of(names<Format>));
  option("--special", command->special, "on a terminal: hide or show special tokens and the tokens of each word",
         "hide|show", "Output");
  option("--picture", command->picture, "svg: a bar for each word, or the text with its heat; default: bars",
         "bars|text", "Output");
  add_whole_option(app, command->whole);
  add_table_option(app, command->table, "long");
  option("--top", command->top, help_text(limn::option("top")), "K", "Output")->check(CLI::PositiveNumber);
  app.add_flag("--raw", command->raw, help_text(limn::option("raw")))->group("Output");
  app.add_flag("--faithfulness", command->faithfulness, help_text(limn::option("faithfulness")))->group("Output");
  app.footer(std::string(method_guide) + "\n\n" +
             command_footer("limn explain -m minilm-l6-sentiment --text 'A gorgeous, witty film.'\n"
                            "limn explain -m minilm-l6-qa --question 'Who came?' --context 'Anna came.' -o why.html\n"
                            "limn explain -m minilm-l6-ner --text 'Ada lives in Rome.' --method gradient-x-input\n"
                            "limn explain -m minilm-l6-qa --input questions.jsonl -o explanations.jsonl --resume"));
  app.callback([&app, &run, command] {
    if (command->model.model.empty() && !command->like) throw CLI::RequiredError("--model");
    run = [&app, command] { return explain(app, *command); };
  });
}

}  // namespace limn::cli
