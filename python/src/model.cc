#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "bindings.h"
#include "convert.h"
#include "each_input.h"
#include "options/methods.h"
#include "options/names.h"
#include "render/display_text.h"
#include "render/json.h"
#include "store/checkpoint_folder.h"
#include "store/model_lookup.h"
#include "watch.h"

namespace limn::python {
namespace {

nb::list explain(const Model& model, const nb::sequence& items, const nb::dict& given, nb::object progress) {
  const Request request = read_request(given, model.info().task);
  const ChosenMethod chosen = choose_method(request.method, model.info().task);
  return for_each_input(
      items, std::move(progress),
      [&](const std::vector<Input>& inputs, const Watch& watch) {
        return model.explain(inputs, chosen, request.options, watch);
      },
      [](Explanation explanation, const Input&) -> nb::object { return nb::cast(std::move(explanation)); });
}

nb::list explain_all(const Model& model, const nb::sequence& items, const nb::dict& given, nb::object progress) {
  const Request request = read_request(given, model.info().task);
  const ChosenMethod chosen = choose_method(request.method, model.info().task);
  return for_each_input(
      items, std::move(progress),
      [&](const std::vector<Input>& inputs, const Watch& watch) {
        return model.explain_all(inputs, chosen, request.options, watch);
      },
      [](std::vector<Explanation> explanations, const Input&) -> nb::object {
        nb::list list;
        for (Explanation& explanation : explanations) list.append(nb::cast(std::move(explanation)));
        return list;
      });
}

/// The JSON of `limn predict`, as a dict, for each input.
nb::list predict(const Model& model, const nb::sequence& items, const nb::dict& given, std::size_t max_answer_tokens,
                 nb::object progress) {
  PredictOptions options = read_request(given, model.info().task).options.reading;
  if (max_answer_tokens > 0) options.max_answer_tokens = max_answer_tokens;
  return for_each_input(
      items, std::move(progress),
      [&](const std::vector<Input>& inputs, const Watch& watch) { return model.predict(inputs, options, watch); },
      [&](const Prediction& prediction, const Input& input) -> nb::object {
        return parsed(to_json(prediction, input, model.info().name, -1, model.warnings(input, options)));
      });
}

/// The answers of each window, best first, as the pipeline for question answering of transformers 4 counts them:
/// {"answers": [{"window", "answer", "begin", "end", "score"}], "null_score"}.
nb::list answers(const Model& model, const nb::sequence& items, const nb::dict& given, std::size_t max_answer_tokens,
                 nb::object progress) {
  PredictOptions options = read_request(given, model.info().task).options.reading;
  options.max_answer_tokens = max_answer_tokens;
  options.top_of_each_window = true;
  return for_each_input(
      items, std::move(progress),
      [&](const std::vector<Input>& inputs, const Watch& watch) { return model.predict(inputs, options, watch); },
      [&](const Prediction& prediction, const Input& input) -> nb::object {
        const auto& found = std::get<AnswerPrediction>(prediction);
        const CodePoints points(*input.pair);
        nlohmann::ordered_json list = nlohmann::ordered_json::array();
        for (const Answer& answer : found.answers)
          list.push_back({{"window", answer.window},
                          {"answer", answer.text},
                          {"begin", points.before(answer.begin)},
                          {"end", points.before(answer.end)},
                          {"score", answer.context_probability}});
        return parsed(json_text({{"answers", list}, {"null_score", found.null_context_probability}}));
      });
}

AttackOptions read_attack(const Model& model, const nb::dict& given, const nb::dict& attack) {
  const Request request = read_request(given, model.info().task);
  AttackOptions options{.reading = request.options.reading, .target = request.options.target};
  if (attack.contains("toward")) options.toward = text_of(nb::object(attack["toward"]), "toward");
  if (attack.contains("change"))
    options.sequences = find_named(changed_text_names, "change", text_of(nb::object(attack["change"]), "change"));
  if (attack.contains("beam")) options.beam = nb::cast<std::size_t>(attack["beam"]);
  if (attack.contains("max_steps")) options.max_steps = nb::cast<std::size_t>(attack["max_steps"]);
  return options;
}

/// Folders that are searched for models: limn's own, then the given ones.
std::vector<ModelFolder> folders_with(const std::vector<std::string>& more) {
  std::vector<ModelFolder> folders = model_folders();
  for (const std::string& folder : more) folders.push_back({folder});
  return folders;
}

}  // namespace

void bind_model(nb::module_& module) {
  nb::class_<Model>(module, "Model", "A loaded checkpoint.")
      .def_static(
          "load", [](const std::string& folder) { return Model::load(folder); }, nb::arg("folder"),
          nb::call_guard<nb::gil_scoped_release>(), "Loads a checkpoint folder.")
      .def(
          "info", [](const Model& self) { return parsed(json_text(json_value(self.info()))); },
          "Name, task, labels and sizes.")
      .def("explain", &explain, nb::arg("inputs"), nb::arg("request"), nb::arg("progress") = nb::none(),
           "An Explanation or an exception for each input.")
      .def("explain_all", &explain_all, nb::arg("inputs"), nb::arg("request"), nb::arg("progress") = nb::none(),
           "A list of explanations, one per entity, or an exception for each input.")
      .def("predict", &predict, nb::arg("inputs"), nb::arg("request"), nb::arg("max_answer_tokens") = 0,
           nb::arg("progress") = nb::none(), "A dict or an exception for each input.")
      .def("answers", &answers, nb::arg("inputs"), nb::arg("request"), nb::arg("max_answer_tokens"),
           nb::arg("progress") = nb::none(), "The answers of each window, as transformers 4 counts them.")
      .def(
          "tokenize",
          [](const Model& self, nb::handle item, const nb::dict& given) {
            const Input input = read_input(item);
            const bool question = self.info().task == Task::question_answering;
            const PredictOptions options = read_request(given, self.info().task).options.reading;
            return parsed(to_json(self.tokenize(input, options), input, self.info().name, question));
          },
          nb::arg("input"), nb::arg("request"), "The tokens that the model reads.")
      .def(
          "attention",
          [](const Model& self, nb::handle item, const nb::dict& given) {
            const Input input = read_input(item);
            const PredictOptions options = read_request(given, self.info().task).options.reading;
            return PythonWatch(nb::none()).run([&](const Watch& watch) {
              return self.attention(input, options, watch);
            });
          },
          nb::arg("input"), nb::arg("request"), "The attention of every head.")
      .def(
          "heatmap",
          [](const Model& self, nb::handle item, const nb::dict& given) {
            const Input input = read_input(item);
            const ExplainOptions options = read_request(given, self.info().task).options;
            return PythonWatch(nb::none()).run([&](const Watch& watch) { return self.heatmap(input, options, watch); });
          },
          nb::arg("input"), nb::arg("request"), "Every token explained by every other token.")
      .def(
          "attack",
          [](const Model& self, nb::handle item, const std::string& kind, const nb::dict& given,
             const nb::dict& attack) {
            const Input input = read_input(item);
            const AttackOptions options = read_attack(self, given, attack);
            return PythonWatch(nb::none()).run([&](const Watch& watch) {
              return kind == "hotflip" ? self.hotflip(input, options, watch) : self.reduce_input(input, options, watch);
            });
          },
          nb::arg("input"), nb::arg("kind"), nb::arg("request"), nb::arg("attack"), "HotFlip or input reduction.");

  module.def(
      "find_model",
      [](const std::string& name, const std::vector<std::string>& more) {
        return find_model(name, folders_with(more)).string();
      },
      nb::arg("name"), nb::arg("folders"), "The checkpoint folder of a name.");
  module.def(
      "find_models",
      [](const std::vector<std::string>& more) {
        nb::list found;
        for (const FoundModel& model : models_in(folders_with(more)))
          found.append(nb::make_tuple(model.name, model.folder.string()));
        return found;
      },
      nb::arg("folders"), "The name and folder of every model.");
  module.def(
      "shares_passes",
      [](const nb::dict& given) { return shares_passes(choose_method(read_request(given, {}).method).method); },
      nb::arg("request"), "Whether the method packs several inputs into one pass.");
}

}  // namespace limn::python
