#include "convert.h"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <cmath>
#include <type_traits>
#include <variant>

#include "base/nearest_name.h"

namespace limn::python {
namespace {

std::string type_name_of(nb::handle value) {
  if (value.is_none()) return "None";
  return nb::cast<std::string>(value.type().attr("__name__"));
}

[[noreturn]] void refuse_type(const char* thing, nb::handle value, std::string expected) {
  const bool bytes = nb::isinstance<nb::bytes>(value) || type_name_of(value) == "bytearray";
  throw TypeMistake({.thing = thing,
                     .found = type_name_of(value),
                     .expected = std::move(expected),
                     .hint = bytes ? "decode bytes first: data.decode(\"utf-8\")" : ""});
}

nb::object member(const nb::dict& dict, const char* name) {
  return dict.contains(name) ? nb::object(dict[name]) : nb::none();
}

Input read_dict(const nb::dict& item) {
  nb::object text = member(item, "text"), pair = member(item, "pair");
  if (pair.is_none()) pair = member(item, "text_pair");
  const bool question = item.contains("question") || item.contains("context");
  if (question) {
    if (!text.is_none() || !pair.is_none())
      throw Error({.thing = "an input",
                   .found = "a question and a text",
                   .expected = "question and context, or text and pair, not both"});
    text = member(item, "question");
    pair = member(item, "context");
  }
  Input input{.text = text_of(text, question ? "the question" : "the text"), .pair = {}};
  if (!pair.is_none()) input.pair = text_of(pair, question ? "the context" : "the second text");
  return input;
}

bool is_method_option(const Option& row) {
  return !row.methods.empty() || row.name == "unit" || row.name == "word-score";
}

std::vector<std::string> read_texts(nb::handle list) {
  std::vector<std::string> texts;
  for (nb::handle item : list) texts.push_back(text_of(item, "a text"));
  return texts;
}

/// Returns the option of a keyword. @throws Error that lists the nearest names.
const Option& find_keyword(const std::string& name) {
  if (const Option* found = find_option(name)) return *found;
  for (const Option& row : options())
    if (!row.former_name.empty() && row.former_name == name) option(name);  // throws: it gives the new name
  std::vector<std::string> names;
  for (const Option& row : options()) names.push_back(row.field());
  names = nearest_first(name, std::move(names));
  std::string expected;
  for (std::size_t i = 0; i < 5 && i < names.size(); ++i) expected += (i ? ", " : "") + names[i];
  throw Error({.field = name, .found = "an unknown option", .expected = "one of " + expected + " …"});
}

}  // namespace

nb::object error_object(const Error& error) {
  const auto& parts = error.parts();
  const bool is_type = dynamic_cast<const TypeMistake*>(&error) != nullptr;
  const nb::object cls = nb::module_::import_("limner._errors").attr(is_type ? "InputTypeError" : "Error");
  nb::dict fields;
  const auto add = [&](const char* name, const std::string& value) {
    PyObject* text = PyUnicode_DecodeUTF8(value.data(), static_cast<Py_ssize_t>(value.size()), "replace");
    fields[name] = nb::steal<nb::object>(text);
  };
  add("file", parts.file);
  add("field", parts.field);
  add("thing", parts.thing);
  add("found", parts.found);
  add("expected", parts.expected);
  add("hint", parts.hint);
  const std::string_view what = error.what();
  PyObject* message = PyUnicode_DecodeUTF8(what.data(), static_cast<Py_ssize_t>(what.size()), "replace");
  return cls(nb::steal<nb::object>(message), **fields);
}

void raise(const Error& error) {
  const nb::object object = error_object(error);
  PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(object.ptr())), object.ptr());
}

std::string text_of(nb::handle value, const char* thing) {
  if (!PyUnicode_Check(value.ptr())) refuse_type(thing, value, "str");
  Py_ssize_t size = 0;
  const char* text = PyUnicode_AsUTF8AndSize(value.ptr(), &size);
  if (text == nullptr) {
    PyErr_Clear();
    throw Error({.thing = thing,
                 .found = "a lone surrogate, which is no character",
                 .expected = "text that can be encoded as UTF-8",
                 .hint = "text.encode(\"utf-8\", \"replace\").decode() replaces it"});
  }
  return {text, static_cast<std::size_t>(size)};
}

Input read_input(nb::handle item) {
  if (PyUnicode_Check(item.ptr())) return {.text = text_of(item, "the text"), .pair = {}};
  if (nb::isinstance<nb::dict>(item)) return read_dict(nb::borrow<nb::dict>(item));
  if (nb::isinstance<nb::tuple>(item) || nb::isinstance<nb::list>(item)) {
    const auto texts = nb::borrow<nb::sequence>(item);
    if (nb::len(texts) != 2)
      throw Error({.thing = "an input",
                   .found = "a sequence of " + std::to_string(nb::len(texts)),
                   .expected = "a pair of texts"});
    const nb::object second = texts[1];
    Input input{.text = text_of(nb::object(texts[0]), "the first text"), .pair = {}};
    if (!second.is_none()) input.pair = text_of(second, "the second text");
    return input;
  }
  refuse_type("an input", item, "str, a pair (text, pair), or a dict with text and pair, or question and context");
}

Inputs read_inputs(const nb::sequence& items) {
  Inputs read;
  for (nb::handle item : items) {
    nb::object error;
    try {
      read.inputs.push_back(read_input(item));
    } catch (const Error& caught) {
      error = error_object(caught);
    }
    read.errors.push_back(std::move(error));
  }
  return read;
}

OptionValue read_value(std::string_view name, nb::handle value) {
  if (value.is_none()) return {};
  if (nb::isinstance<nb::bool_>(value) || nb::cast<std::string>(value.type().attr("__name__")) == "bool_" ||
      nb::cast<std::string>(value.type().attr("__name__")) == "bool")
    return static_cast<bool>(nb::bool_(value));
  if (PyUnicode_Check(value.ptr())) return text_of(value, "an option");
  if (PyIndex_Check(value.ptr())) {  // int, and NumPy's integers
    const nb::object number = nb::steal<nb::object>(PyNumber_Index(value.ptr()));
    const unsigned long long count = PyLong_AsUnsignedLongLong(number.ptr());
    if (PyErr_Occurred() == nullptr) return std::uint64_t{count};
    PyErr_Clear();
    const double real = PyLong_AsDouble(number.ptr());
    if (PyErr_Occurred() != nullptr) PyErr_Clear();
    return real;
  }
  if (PyNumber_Check(value.ptr())) {
    const double number = PyFloat_AsDouble(value.ptr());
    if (PyErr_Occurred() == nullptr) return number;
    PyErr_Clear();
  }
  if (nb::isinstance<nb::list>(value) || nb::isinstance<nb::tuple>(value)) return read_texts(value);
  const Option* row = find_option(name);
  throw TypeMistake(
      {.field = std::string(name), .found = type_name_of(value), .expected = row ? expectation(*row) : "another type"});
}

nb::object value_object(const OptionValue& value) {
  return std::visit(
      [](const auto& given) -> nb::object {
        if constexpr (std::is_same_v<std::decay_t<decltype(given)>, std::monostate>)
          return nb::none();
        else
          return nb::cast(given);
      },
      value);
}

Request read_request(const nb::dict& given, std::optional<Task> task) {
  Request request;
  if (given.contains("like")) {
    const auto& info = nb::cast<const Explanation&>(given["like"]).method;
    if (!info.method)
      throw Error({.field = "like", .found = "an explanation without its method's options", .expected = "a new one"});
    ChosenMethod chosen = *info.method;
    chosen.preset = info.preset;
    ExplainOptions unit;
    set(option("unit"), unit, OptionValue(info.unit));
    chosen.unit = unit.unit;
    chosen.word_score = info.word_score;
    chosen.seed = info.seed;
    request.method.like = chosen;
  }
  if (given.contains("method")) request.method.method = text_of(nb::object(given["method"]), "method");
  if (given.contains("preset")) request.method.preset = text_of(nb::object(given["preset"]), "preset");
  if (!given.contains("options")) return request;
  for (auto [key, value] : nb::cast<nb::dict>(given["options"])) {
    const std::string name = nb::cast<std::string>(key);
    const Option& row = find_keyword(name);
    OptionValue read = read_value(name, value);
    if (is_method_option(row)) {
      if (!value.is_none()) request.method.options.push_back({&row, std::move(read)});
    } else if (!value.is_none()) {
      set(row, request.options, read) || set(row, request.options.reading, read);
    }
  }
  choose_method(request.method, task);  // an unknown name is reported before anything is computed
  return request;
}

std::vector<MethodRequest> read_methods(const nb::list& methods, std::optional<Task> task) {
  std::vector<MethodRequest> requests;
  for (nb::handle item : methods) requests.push_back(read_request(nb::cast<nb::dict>(item), task).method);
  return requests;
}

nb::object parsed(const std::string& json) { return nb::module_::import_("json").attr("loads")(json); }

}  // namespace limn::python
