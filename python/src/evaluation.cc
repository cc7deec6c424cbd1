#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bindings.h"
#include "convert.h"
#include "limn/evaluate.h"
#include "options/method_list.h"
#include "watch.h"

namespace limn::python {
namespace {

nb::object evaluate(const std::string& kind, const Model& model, const std::string& file, const nb::dict& given,
                    std::optional<std::size_t> limit, nb::object progress) {
  EvaluateOptions options{.reading = read_request(given, model.info().task).options.reading};
  if (given.contains("options") && nb::cast<nb::dict>(given["options"]).contains("null_threshold"))
    options.null_threshold = options.reading.null_threshold;
  options.limit = limit.value_or(std::numeric_limits<std::size_t>::max());
  const std::string json = PythonWatch(std::move(progress)).run([&](const Watch& watch) {
    if (kind == "squad") return to_json(evaluate_squad(model, file, options, watch));
    if (kind == "classification") return to_json(evaluate_classification(model, file, options, watch));
    return to_json(evaluate_tokens(model, file, options, watch));
  });
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

}  // namespace

void bind_evaluation(nb::module_& module) {
  module.def("evaluate", &evaluate, nb::arg("kind"), nb::arg("model"), nb::arg("file"), nb::arg("request"),
             nb::arg("limit").none(), nb::arg("progress") = nb::none(), "The scores of a model on labelled data.");
  module.def("compare", &compare, nb::arg("models"), nb::arg("inputs"), nb::arg("methods"), nb::arg("request"),
             nb::arg("progress") = nb::none(), "Explains every input by each model with each method.");
}

}  // namespace limn::python
