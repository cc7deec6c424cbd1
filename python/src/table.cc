#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include <optional>
#include <string>

#include "bindings.h"
#include "convert.h"
#include "options/method_list.h"
#include "options/methods.h"
#include "options/option.h"

namespace limn::python {
namespace {

nb::str text(std::string_view view) { return nb::str(view.data(), view.size()); }

std::string_view name_of(OptionType type) {
  switch (type) {
    case OptionType::choice:
      return "choice";
    case OptionType::count:
      return "count";
    case OptionType::number:
      return "number";
    case OptionType::flag:
      return "flag";
    case OptionType::text:
      return "text";
    case OptionType::layer:
      return "layer";
    case OptionType::baseline:
      return "baseline";
    case OptionType::texts:
      return "texts";
  }
  return {};
}

/// One row as a dict: name, type, help, values, whether it is an option of methods, explaining or reading, and the
/// default in words.
nb::dict row_of(const Option& option) {
  nb::dict row;
  row["name"] = option.field();
  row["type"] = text(name_of(option.type));
  row["help"] = text(option.help);
  nb::list values;
  for (const std::string_view value : option.values) values.append(text(value));
  row["values"] = values;
  row["default"] = default_text(option);
  row["explaining"] = option.explaining.has_value();
  row["reading"] = option.reading.has_value();
  row["preset_only"] = option.preset_only;
  return row;
}

nb::list options_table() {
  nb::list rows;
  for (const Option& option : options()) rows.append(row_of(option));
  return rows;
}

/// The methods: name, group, summary, and the default of each option.
nb::list methods_table() {
  nb::list rows;
  for (const NamedMethod& known : methods()) {
    nb::dict row, defaults;
    row["name"] = text(known.name);
    row["group"] = text(known.group);
    row["summary"] = text(known.summary);
    row["one_pass"] = known.one_pass;
    for (const Option& option : options())
      if (!option.preset_only && option.of(known.method))
        defaults[option.field().c_str()] = value_object(get(option, known.method));
    row["options"] = defaults;
    rows.append(row);
  }
  return rows;
}

nb::list presets_table() {
  nb::list rows;
  for (const Preset& known : presets()) {
    nb::dict row, changed;
    row["name"] = text(known.name);
    row["source"] = text(known.source);
    row["method"] = text(named_method(known.method).name);
    for (const auto& [option, value] : changed_options(known.method))
      changed[option->field().c_str()] = value_object(value);
    row["options"] = changed;
    nb::list tasks;
    for (const Task task : known.tasks) tasks.append(text(name(task)));
    row["tasks"] = tasks;
    rows.append(row);
  }
  return rows;
}

}  // namespace

void bind_table(nb::module_& module) {
  module.def("options", &options_table, "Every option of the table, as dicts.");
  module.def("methods", &methods_table, "Every method with its options and their defaults, as dicts.");
  module.def("presets", &presets_table, "Every preset, as dicts.");
  module.def(
      "check", [](const nb::dict& request) { read_request(request, {}); }, nb::arg("request"),
      "Raises Error if a method, a preset or an option is wrong.");
}

}  // namespace limn::python
