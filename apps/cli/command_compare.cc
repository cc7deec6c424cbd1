#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/cli/commands.h"
#include "apps/cli/drift.h"
#include "apps/cli/explanation_output.h"
#include "apps/cli/help.h"
#include "apps/cli/input.h"
#include "apps/cli/load_model.h"
#include "apps/cli/options.h"
#include "apps/cli/output_check.h"
#include "apps/cli/row_file.h"
#include "apps/cli/row_table.h"
#include "apps/cli/rows.h"
#include "apps/terminal/output.h"
#include "apps/terminal/progress.h"
#include "evaluate/answer_text.h"
#include "limn/evaluate.h"
#include "limn/limn.h"
#include "options/method_list.h"
#include "options/methods.h"
#include "render/comparison_csv.h"
#include "render/comparison_json.h"
#include "render/comparison_svg.h"
#include "render/comparison_terminal.h"
#include "render/html.h"
#include "render/pdf_document.h"
#include "store/model_lookup.h"

namespace limn::cli {
namespace {

/// Fewer rows than for explain, because each passes through every model with every method.
constexpr std::size_t most_rows_at_once = 8;

struct CompareCommand {
  std::vector<std::string> models;
  std::size_t threads = 0;
  InputOptions input;
  MethodRequest method;
  ReadingOptions reading;
  OutputOptions output;
  std::optional<std::string> target, answer, contrast, table;
  bool whole = false;
  DriftRequest drift;
};

// ---- models and methods -----------------------------------------------------------------------------------

/// Names each model after its folder, or as the user wrote it if two folders have the same name.
std::vector<NamedModel> load_models(const CompareCommand& command) {
  const std::vector<std::string>& given = command.models;
  std::vector<std::filesystem::path> folders;
  for (const auto& model : given) {
    const auto folder = std::filesystem::weakly_canonical(find_model({.model = model}, command.input, command.output));
    const auto same = std::ranges::find(folders, folder);
    if (same != folders.end()) {
      const std::string& before = given[static_cast<std::size_t>(same - folders.begin())];
      throw Error({.field = "model",
                   .found = before == model ? "'" + model + "' twice"
                                            : fmt::format("'{}' and '{}', the same folder", before, model),
                   .expected = "distinct models"});
    }
    folders.push_back(folder);
  }
  std::vector<NamedModel> models;
  for (std::size_t i = 0; i < folders.size(); ++i) {
    Model model = load_model(folders[i]);
    std::string name = model.info().name;
    models.push_back({std::move(name), std::move(model)});
  }
  for (std::size_t i = 0; i < models.size(); ++i) {
    const std::string& name = models[i].model.info().name;
    if (std::ranges::count(models, name, [](const auto& loaded) { return loaded.model.info().name; }) > 1)
      models[i].name = given[i];
  }
  return models;
}

// ---- correct predictions ----------------------------------------------------------------------------------

/// The correct answers or the correct label of a row.
struct Expected {
  std::vector<std::string> texts;  ///< empty, or containing an empty text: no answer
};

void add_texts(const nlohmann::json& value, std::vector<std::string>& texts) {
  if (value.is_string())
    texts.push_back(value.get<std::string>());
  else if (value.is_array())
    for (const auto& item : value) add_texts(item, texts);
  else if (value.is_object() && value.contains("text"))  // as in SQuAD
    add_texts(value["text"], texts);
  else if (value.is_number_integer())
    texts.push_back(value.dump());
}

/// Reads the fields `answers` or `answer` (question answering), or `label` (classification); returns nothing if the row
/// has none.
std::optional<Expected> expected_of(const Item& item, Task task, const RowFields& named) {
  if (item.copied.empty()) return std::nullopt;
  const auto fields = nlohmann::json::parse("{" + item.copied + "}");
  for (const char* role : {"answers", "answer", "label"}) {
    const bool is_label = role == std::string_view("label");
    if (is_label != (task == Task::sequence_classification)) continue;
    const auto field = fields.find(named.given(role));
    if (field == fields.end() || field->is_null()) continue;
    Expected expected;
    add_texts(*field, expected.texts);
    if (!is_label || !expected.texts.empty()) return expected;
  }
  return std::nullopt;
}

std::optional<bool> is_right(const Expected& expected, const Prediction& prediction) {
  if (const auto* answer = std::get_if<AnswerPrediction>(&prediction))
    return best_answer_score(expected.texts, answer->best.text).exact == 1;
  const auto* label = std::get_if<LabelPrediction>(&prediction);
  if (!label) return std::nullopt;
  const std::string& text = expected.texts.front();
  if (label->meaning == OutputMeaning::value) return std::nullopt;
  if (label->meaning == OutputMeaning::multi_label) return label->labels == expected.texts;
  return label->label == text || std::to_string(label->index) == text;
}

std::string text_of(const Expected& expected) {
  const auto text = std::ranges::find_if(expected.texts, [](const auto& one) { return !one.empty(); });
  return text == expected.texts.end() ? "" : *text;
}

// ---- the work ---------------------------------------------------------------------------------------------

class Comparer {
 public:
  Comparer(std::vector<NamedModel> models, const CompareCommand& command)
      : comparison_(begin(std::move(models), command)), fields_(named_columns(command.input.columns)) {
    warm_up();
  }

  const ComparisonAxes& axes() const { return comparison_.axes(); }
  Task task() const { return comparison_.task(); }
  const std::string& first_model() const { return comparison_.models().front().name; }

  /// Only methods that need one pass are faster for several inputs at once; with the others, each row takes a while.
  std::size_t rows_at_once() const {
    const bool one_pass = std::ranges::all_of(
        comparison_.methods(), [](const ListedMethod& listed) { return shares_passes(listed.chosen.method); });
    return one_pass ? most_rows_at_once : 1;
  }

  std::vector<Result<ComparedInput>> operator()(const std::vector<Item>& items, Progress& progress) const {
    auto results =
        results_of(items, [&](const std::vector<Input>& inputs) { return comparison_(inputs, watch_with(progress)); });
    for (std::size_t i = 0; i < items.size(); ++i)
      if (results[i]) judge(items[i], *results[i]);
    return results;
  }

 private:
  static Comparison begin(std::vector<NamedModel> models, const CompareCommand& command) {
    auto [methods, unit] =
        list_methods(split_names(command.method.method), command.method, models.front().model.info().task);
    const std::uint64_t seed = methods.front().chosen.seed.value_or(0);
    ExplainOptions options;
    options.reading = predict_options(command.reading);
    options.target = command.target;
    options.answer = command.answer;
    options.contrast = command.contrast;
    options.unit = unit;
    return {std::move(models), std::move(methods), std::move(options), seed};
  }

  /// Runs a first pass, which reads the model file and fills caches, so that this does not count in the measured time.
  void warm_up() const {
    for (const auto& [name, model] : comparison_.models()) {
      for (const auto& [method_name, chosen] : comparison_.methods()) {
        try {
          model.explain(
              Input{.text = "limn", .pair = task() == Task::question_answering ? std::optional("limn") : std::nullopt},
              chosen.method);
        } catch (const Error&) {  // the inputs themselves will produce a better message
        }
      }
    }
  }

  /// Adds the correct prediction, if the row has one, and which models are right.
  void judge(const Item& item, ComparedInput& input) const {
    const auto expected = expected_of(item, task(), fields_);
    if (!expected) return;
    input.expected = text_of(*expected);
    for (std::size_t i = 0; i < comparison_.models().size(); ++i)
      input.right.push_back(is_right(*expected, input.cells[axes().cell(i, 0)].prediction));
  }

  Comparison comparison_;
  RowFields fields_;
};

// ---- the output -------------------------------------------------------------------------------------------

class ComparisonOutput {
 public:
  ComparisonOutput(const std::optional<std::string>& file, Format format, const std::optional<TableStyle>& table,
                   const ComparisonAxes& axes, bool many, bool whole)
      : format_(format),
        table_style_(table),
        axes_(axes),
        many_(many),
        means_(axes),
        style_(output_style(file.has_value(), false)),
        output_(file) {
    if (whole) style_.lines = 0;
    if (table) table_.emplace(table->separator, comparison_columns(table->wide));
  }

  void add(const Item& item, Result<ComparedInput> result) {
    std::optional<Error> error;
    if (!result) {
      error = result.error();
      result = ComparedInput();
      result->error = message_of(*error);
    }
    ComparedInput& input = *result;
    if (many_) input.row = item.row;
    means_.add(input);
    if (table_ || format_ == Format::svg)
      for (const Explanation& cell : input.cells) left_out_.add(item.row, cell.warnings);
    switch (format_) {
      case Format::terminal:
        output_.write(to_terminal(axes_, input, style_, many_ || axes_.cells() > most_whole_texts || is_long(input)));
        break;
      case Format::svg:
        if (many_ && means_.inputs() > 1)
          throw Error({.field = "format",
                       .found = "svg of more than one input",
                       .expected = "one",
                       .hint = "html can contain several"});
        output_.write(to_svg(axes_, input));
        break;
      case Format::html:
        if (++inputs_; page_bytes_ <= most_bytes_on_a_page) {
          page_bytes_ += to_json(axes_, input).size();
          kept_.push_back(std::move(input));
        }
        break;
      case Format::pdf:
        if (++inputs_; page_bytes_ <= most_bytes_in_a_pdf) {
          for (const Explanation& cell : input.cells) page_bytes_ += text_bytes(cell);
          kept_.push_back(std::move(input));
        }
        break;
      case Format::csv:
      case Format::tsv:
        output_.write(error ? table_->failed(item.row, item.copied, input.error)
                            : table_->row(item.row, item.copied, comparison_cells(axes_, input, table_style_->wide)));
        break;
      default:
        write_json(item, input, error);
    }
  }

  void finish() {
    if (table_) output_.write(table_->finish());
    if (format_ == Format::terminal) output_.write(to_terminal(axes_, means_, style_));
    if (format_ == Format::html) {
      output_.write(to_html(axes_, kept_));
      complain_of_rest(format_, kept_.size(), inputs_, "inputs");
    }
    if (format_ == Format::pdf) {
      output_.write(pdf_bytes(pdf_document(axes_, kept_)));
      complain_of_rest(format_, kept_.size(), inputs_, "inputs");
    }
    output_.finish();
    left_out_.say("explanations");
  }

 private:
  /// Whether the whole texts of all cells would be more than a screen.
  bool is_long(const ComparedInput& input) const {
    if (style_.lines == 0 || input.cells.empty()) return false;
    return axes_.cells() * (text_bytes(input.cells.front()) / style_.width + 1) > style_.lines / 2;
  }

  void write_json(const Item& item, const ComparedInput& input, const std::optional<Error>& error) {
    if (!many_) return output_.write(to_json(axes_, input) + "\n");
    std::vector<std::string> parts;  // the error of a failed row comes first
    if (error) parts.push_back(error_members(*error));
    if (!item.copied.empty()) parts.push_back(item.copied);
    if (!error) parts.push_back(members_of(to_json(axes_, input)));
    output_.write(row_line(item.row, fmt::format("{}", fmt::join(parts, ","))));
  }

  Format format_;
  std::optional<TableStyle> table_style_;
  std::optional<RowTable> table_;
  LeftOutWarnings left_out_;
  const ComparisonAxes& axes_;
  bool many_;
  ComparisonMeans means_;
  TerminalStyle style_;
  Output output_;
  std::vector<ComparedInput> kept_;
  std::size_t inputs_ = 0, page_bytes_ = 0;
};

int compare_file(const CompareCommand& command, const Comparer& comparer, ComparisonOutput& output) {
  ItemReader reader(*command.input.file, comparer.task(), command.input.columns);
  const auto summary = summarize(*command.input.file);
  Failures failures;
  Progress progress(summary ? std::optional(summary->rows) : std::nullopt);
  std::size_t rows = 0;
  const std::size_t at_once = comparer.rows_at_once();
  for (auto items = reader.next_batch(at_once); !items.empty(); items = reader.next_batch(at_once)) {
    rows += items.size();
    auto compared = comparer(items, progress);
    progress.wipe();
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (!compared[i]) failures.add(items[i].row, compared[i].error());
      output.add(items[i], std::move(compared[i]));
    }
    progress.advance(items.size());
  }
  return failures.report(rows);
}

/// Takes the file of saved explanations out of the options of the methods. @throws Error for options that it replaces
DriftRequest drift_request(const CompareCommand& command) {
  DriftRequest drift = command.drift;
  for (const auto& [option, value] : command.method.options)
    if (option->name == "baseline" && is_explanation_file(std::get<std::string>(value)))
      drift.baseline = std::get<std::string>(value);
  if (!drift.baseline && drift.fail_above)
    throw Error({.field = "fail_above",
                 .found = "no saved explanations",
                 .expected = "a file of them, .json or .jsonl, as --baseline"});
  if (drift.baseline && (command.method.method || command.method.preset || command.method.options.size() > 1))
    throw Error({.field = "baseline",
                 .found = "saved explanations and a method or its options",
                 .expected = "only the saved explanations",
                 .hint = "they record the method and its options"});
  return drift;
}

int compare(CompareCommand command) {
  command.drift = drift_request(command);
  if (command.drift.baseline) {
    if (command.models.size() != 1)
      throw Error({.field = "model",
                   .found = fmt::format("{} models", command.models.size()),
                   .expected = "one to compare with the saved explanations"});
    set_threads(command.threads);
    return compare_with_baseline(command.models.front(), command.drift, command.output);
  }
  const Format format = choose_format(command.output, {Format::terminal, Format::json, Format::html, Format::svg,
                                                       Format::pdf, Format::csv, Format::tsv});
  const auto table = table_style(format, command.table, true);
  // Check options before loading the models, which takes longer.
  for (const auto& [name, chosen] : list_methods(split_names(command.method.method), command.method).methods)
    read_texts(command.method, chosen);
  set_threads(command.threads);
  const Comparer comparer(load_models(command), command);
  ComparisonOutput output(command.output.file, format, table, comparer.axes(), command.input.file.has_value(),
                          command.whole);
  int code = done;
  if (command.input.file) {
    code = compare_file(command, comparer, output);
  } else {
    Item item;
    item.input = single_input(command.input, comparer.task(), comparer.first_model());
    Progress progress(1);
    auto compared = comparer({item}, progress);
    progress.wipe();
    compared.front().value();  // throws its error, if there is one
    output.add(item, std::move(compared.front()));
  }
  output.finish();
  return code;
}

}  // namespace

void add_compare(CLI::App& program, Run& run) {
  const auto command = std::make_shared<CompareCommand>();
  CLI::App& app = *program.add_subcommand("compare", "Compare models and methods side by side on the same inputs.");
  const auto option = [&](const char* name, auto& value, const std::string& description, const char* text,
                          const char* group) {
    return app.add_option(name, value, description)->option_text(text)->group(group);
  };
  option("-m,--model", command->models,
         "checkpoint folder, or a name that 'limn models' lists; repeat for each model, all of the same task", "MODEL",
         "Model")
      ->required()
      ->allow_extra_args(false);
  option("--threads", command->threads, "processor threads; default: all", "N", "Model")->check(CLI::Range(0, 1024));
  add_options(app, command->input);
  add_options(app, command->method);
  app.get_option("--method")
      ->description("one or more, separated by commas: " + method_names() +
                    ", or presets; default: gradient. Each uses the options below that apply to it")
      ->option_text("NAMES");
  auto* baseline = app.get_option("--baseline");
  baseline->description(baseline->get_description() +
                        "; or, in place of an input, a file of saved explanations (.json or .jsonl): their inputs are "
                        "explained again, in the same way, and the output is how predictions and explanations moved");
  option("--fail-above", command->drift.fail_above,
         "with a file of saved explanations: exit with code 3 if the drift, 1 - the mean rank correlation (Spearman's) "
         "of the words' scores, is above X",
         "X", "Method")
      ->needs(baseline);
  app.parse_complete_callback([&app, baseline] {
    const bool is_saved = baseline->count() > 0 && is_explanation_file(baseline->results().front());
    const auto is_given = [&](const char* name) { return app.get_option(name)->count() > 0; };
    const bool has_input = is_given("--text") || is_given("--question") || is_given("--input");
    if (is_saved && has_input)
      throw CLI::ValidationError("--baseline", "a file of saved explanations takes the place of an input");
    if (!is_saved && !has_input) throw CLI::RequiredError("One of --text, --question and --input (or --baseline)");
  });
  const char* what = "What is explained";
  option("--target", command->target,
         "as for explain, and the same for all models; default: each model's own prediction", "TARGET", what);
  option("--answer", command->answer, help_text(limn::option("answer")), "TEXT", what);
  option("--contrast", command->contrast, help_text(limn::option("contrast")), "LABEL", what);
  add_option(app, limn::option("unit"), command->method, what);
  add_options(app, command->reading);
  option("--format", command->output.format,
         "terminal, json, html, svg, pdf, csv, tsv; default: by the extension of --output, otherwise terminal on a "
         "terminal and json elsewhere (one object per line)",
         "FORMAT", "Output");
  add_whole_option(app, command->whole);
  add_table_option(app, command->table, "wide");
  option("-o,--output", command->output.file, "write to this file instead of standard output", "FILE", "Output");
  app.footer(
      command_footer("limn compare -m minilm-l6-qa -m minilm-l6-squad1 --question 'Who came?' --context 'Anna came.'\n"
                     "limn compare -m minilm-l6-sentiment --method gradient,gradient-x-input --text 'A witty film.'\n"
                     "limn compare -m minilm-l6-qa -m minilm-l6-squad1 --input questions.jsonl -o compare.html\n"
                     "limn compare -m new-model --baseline saved.jsonl --fail-above 0.3"));
  app.callback([&run, command] { run = [command] { return compare(*command); }; });
}

}  // namespace limn::cli
