#include <nanobind/nanobind.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bindings.h"
#include "convert.h"
#include "each_input.h"
#include "limn/evaluate.h"
#include "limn/report.h"
#include "limn/write.h"
#include "options/faithfulness.h"
#include "options/method_list.h"
#include "watch.h"
#include "written.h"

namespace limn::python {
namespace {

/// The JSON of a result, which is also written to `output`, in the format of its extension.
template <class T>
std::string written(const T& result, const std::optional<std::string>& output) {
  if (output) write(result, std::filesystem::path(*output));
  return to_json(result);
}

/// The JSON of scores. @param columns names of columns, for classification. @param output a file for the scores
/// @param fit a file for what `calibrate` fitted
nb::object evaluate(const std::string& kind, const Model& model, const std::string& file, const nb::dict& given,
                    std::optional<std::size_t> limit, const std::map<std::string, std::string>& columns,
                    const std::optional<std::string>& output, const std::optional<std::string>& fit,
                    nb::object progress) {
  EvaluateOptions options{.reading = read_request(given, model.info().task).options.reading, .columns = columns};
  if (given.contains("options") && nb::cast<nb::dict>(given["options"]).contains("null_threshold"))
    options.null_threshold = options.reading.null_threshold;
  options.limit = limit.value_or(std::numeric_limits<std::size_t>::max());
  const std::string json = PythonWatch(std::move(progress)).run([&](const Watch& watch) {
    if (kind == "squad") return written(evaluate_squad(model, file, options, watch), output);
    if (kind == "classification") return written(evaluate_classification(model, file, options, watch), output);
    if (kind == "tokens") return written(evaluate_tokens(model, file, options, watch), output);
    const CalibrationResult result = calibrate(model, file, options, watch);
    if (fit) write_text(to_json(result.calibration) + "\n", std::filesystem::path(*fit));
    return written(result, output);
  });
  return parsed(json);
}

/// The JSON of the scores of given answers.
nb::object score_answers(const std::string& data, const std::string& answers,
                         const std::optional<std::string>& na_probabilities, std::optional<double> null_threshold,
                         const std::optional<std::string>& output) {
  const EvaluateOptions options{.null_threshold = null_threshold};
  std::string json;
  {
    const nb::gil_scoped_release released;
    json = written(score_predictions(data, answers, na_probabilities, options), output);
  }
  return parsed(json);
}

/// Names share the request's options, as with the command's --method a,b; a method with options of its own is a dict.
std::vector<ListedMethod> listed(const nb::list& methods, const Request& request, Task task,
                                 std::optional<Unit>& unit) {
  std::vector<std::string> names;
  for (nb::handle item : methods)
    if (PyUnicode_Check(item.ptr())) names.push_back(text_of(item, "method"));
  if (names.size() == nb::len(methods)) {
    MethodList list = list_methods(names, request.method, task);
    unit = list.unit;
    return std::move(list.methods);
  }
  std::vector<ListedMethod> result;
  for (nb::handle item : methods) {
    if (PyUnicode_Check(item.ptr())) {
      MethodList one = list_methods({text_of(item, "method")}, request.method, task);
      result.push_back(std::move(one.methods.front()));
    } else {
      const auto [label, own] = nb::cast<std::pair<std::string, nb::dict>>(item);
      result.push_back({label, choose_method(read_request(own, task).method, task)});
    }
  }
  return result;
}

ComparisonTable compare(const nb::list& models, const nb::sequence& items, const nb::list& methods,
                        const nb::dict& given, nb::object progress) {
  std::vector<NamedModel> named;
  for (nb::handle item : models) {
    const auto pair = nb::cast<nb::tuple>(item);
    named.push_back({nb::cast<std::string>(pair[0]), nb::cast<const Model&>(pair[1])});
  }
  if (named.empty()) throw Error({.field = "models", .found = "none", .expected = "at least one model"});
  const Task task = named.front().model.info().task;
  Request request = read_request(given, task);
  std::optional<Unit> unit;
  std::vector<ListedMethod> list = listed(methods, request, task, unit);
  if (!request.options.unit) request.options.unit = unit;
  const std::uint64_t seed = list.front().chosen.seed.value_or(0);
  std::vector<Input> inputs;
  for (nb::handle item : items) inputs.push_back(read_input(item));
  const Comparison comparison(std::move(named), std::move(list), request.options, seed);
  return PythonWatch(std::move(progress)).run([&](const Watch& watch) { return comparison.table(inputs, watch); });
}

/// The JSON of `limn evaluate faithfulness`, and of each text: (means, [dict or exception]).
nb::tuple faithfulness(const Model& model, const nb::sequence& items, const nb::list& methods, const nb::dict& given,
                       const std::optional<std::string>& preset, std::optional<std::size_t> beam, nb::object progress) {
  const Task task = model.info().task;
  const Request request = read_request(given, task);
  std::vector<std::string> names;
  for (nb::handle item : methods)
    if (PyUnicode_Check(item.ptr())) names.push_back(text_of(item, "method"));
  const bool only_names = names.size() == nb::len(methods);
  FaithfulnessRequest asked =
      faithfulness_request(only_names ? names : std::vector<std::string>(), request.method, preset, task);
  std::optional<Unit> unit;
  if (!only_names) asked.methods = listed(methods, request, task, unit);
  asked.options.beam = beam;
  unit = asked.options.explaining.unit;
  asked.options.explaining = request.options;
  if (!asked.options.explaining.unit) asked.options.explaining.unit = unit;
  if (nb::len(items) == 0) throw Error({.thing = "the texts", .found = "none", .expected = "at least one text"});
  names.clear();
  for (const ListedMethod& method : asked.methods) names.push_back(method.name);
  FaithfulnessMeans means(names);
  const nb::list rows = for_each_input(
      items, std::move(progress),
      [&](const std::vector<Input>& inputs, const Watch& watch) {
        return model.faithfulness(inputs, asked.methods, asked.options, watch);
      },
      [&](InputFaithfulness measured, const Input&) {
        means.add(measured);
        return parsed(to_json(measured));
      });
  FaithfulnessScores scores = means.scores(asked.options);
  scores.preset = preset;
  return nb::make_tuple(parsed(to_json(scores)), rows);
}

/// The JSON of `limn evaluate plausibility`.
nb::object plausibility(const Model& model, const std::string& file, const nb::list& methods, const nb::dict& given,
                        std::optional<std::size_t> limit, nb::object progress) {
  const Task task = model.info().task;
  Request request = read_request(given, task);
  std::optional<Unit> unit;
  const std::vector<ListedMethod> list = listed(methods, request, task, unit);
  if (!request.options.unit) request.options.unit = unit;
  const std::size_t most = limit.value_or(std::numeric_limits<std::size_t>::max());
  return parsed(PythonWatch(std::move(progress)).run([&](const Watch& watch) {
    return to_json(evaluate_plausibility(model, file, list, request.options, most, watch));
  }));
}

SanityScores sanity(const std::string& folder, Task task, const nb::sequence& items, const nb::list& methods,
                    const nb::dict& given, nb::object progress) {
  Request request = read_request(given, task);
  std::optional<Unit> unit;
  const std::vector<ListedMethod> list = listed(methods, request, task, unit);
  if (!request.options.unit) request.options.unit = unit;
  std::vector<Input> inputs;
  for (nb::handle item : items) inputs.push_back(read_input(item));
  const std::uint64_t seed = list.front().chosen.seed.value_or(0);
  return PythonWatch(std::move(progress)).run([&](const Watch& watch) {
    return evaluate_sanity(folder, inputs, list, request.options, seed, watch);
  });
}

/// The JSON of how a new explanation differs from a saved one of the same input.
nb::object drift(const Explanation& before, const Explanation& after) {
  return parsed(to_json(compare_explanations(before, after)));
}

/// The JSON of `limn summary`. @param explanations one per row, or None for a row without one. @param fields a dict of
/// texts for each row. @param output a file for the report
nb::object report(const nb::sequence& explanations, const nb::sequence& fields, double significance,
                  const std::optional<std::string>& output) {
  ReportBuilder builder;
  std::size_t errors = 0, row = 0;
  for (nb::handle each : explanations) {
    const std::size_t number = row++;
    if (each.is_none())
      ++errors;
    else
      builder.add(nb::cast<const Explanation&>(each),
                  {.row = number, .fields = nb::cast<std::map<std::string, std::string>>(fields[number])});
  }
  return parsed(written(builder.finish(errors, significance), output));
}

}  // namespace

void bind_evaluation(nb::module_& module) {
  module.def("evaluate", &evaluate, nb::arg("kind"), nb::arg("model"), nb::arg("file"), nb::arg("request"),
             nb::arg("limit").none(), nb::arg("columns"), nb::arg("output").none(), nb::arg("fit").none(),
             nb::arg("progress") = nb::none(), "The scores of a model on labelled data.");
  module.def("score_answers", &score_answers, nb::arg("data"), nb::arg("answers"), nb::arg("na_probabilities").none(),
             nb::arg("null_threshold").none(), nb::arg("output").none(),
             "The scores of given answers on a SQuAD file.");
  module.def("compare", &compare, nb::arg("models"), nb::arg("inputs"), nb::arg("methods"), nb::arg("request"),
             nb::arg("progress") = nb::none(), "Explains every input by each model with each method.");
  nb::class_<SanityScores> sane(module, "SanityScores", "Whether explanations depend on what they should.");
  bind_written(sane);
  module.def("faithfulness", &faithfulness, nb::arg("model"), nb::arg("inputs"), nb::arg("methods"), nb::arg("request"),
             nb::arg("preset").none(), nb::arg("beam").none(), nb::arg("progress") = nb::none(),
             "(means, a dict or an exception for each text).");
  module.def("plausibility", &plausibility, nb::arg("model"), nb::arg("file"), nb::arg("methods"), nb::arg("request"),
             nb::arg("limit").none(), nb::arg("progress") = nb::none(), "The agreement with human rationales.");
  module.def(
      "sanity",
      [](const Model& model, const std::string& folder, const nb::sequence& items, const nb::list& methods,
         const nb::dict& given,
         nb::object progress) { return sanity(folder, model.info().task, items, methods, given, std::move(progress)); },
      nb::arg("model"), nb::arg("folder"), nb::arg("inputs"), nb::arg("methods"), nb::arg("request"),
      nb::arg("progress") = nb::none(), "Whether explanations depend on the weights and the label.");
  module.def("report", &report, nb::arg("explanations"), nb::arg("fields"), nb::arg("significance"),
             nb::arg("output").none(), "What drives a model over many rows.");
  module.def("drift", &drift, nb::arg("before"), nb::arg("after"), "How an explanation differs from a saved one.");
}

}  // namespace limn::python
