#pragma once

#include <nanobind/nanobind.h>

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "limn/limn.h"
#include "options/choose_method.h"

/// Python values to and from those of the library.

namespace limn::python {

namespace nb = nanobind;

/// A value of the wrong Python type; in Python limner.InputTypeError, which is also a TypeError.
class TypeMistake : public Error {
 public:
  explicit TypeMistake(Parts parts) : Error(std::move(parts)) {}
};

/// The exception limner.Error with the parts of an error.
nb::object error_object(const Error& error);
/// Sets the Python exception for an Error of the library.
void raise(const Error& error);

/// UTF-8 of a str. @throws Error for anything else, and for lone surrogates. @param thing what it is, for the message
std::string text_of(nb::handle value, const char* thing);

/// One input: a str, a pair of them, or a dict with text and pair, or question and context.
Input read_input(nb::handle item);
/// The inputs of a list; `errors` has an exception for each that cannot be read, and otherwise an empty object.
struct Inputs {
  std::vector<Input> inputs;
  std::vector<nb::object> errors;
};
Inputs read_inputs(const nb::sequence& items);

/// An option's value, by its Python type; `checked` compares it with the table. @throws Error for other types.
OptionValue read_value(std::string_view name, nb::handle value);
/// The Python value of an option's value.
nb::object value_object(const OptionValue& value);

/// What a call asks for: {"method": name, "preset": name, "like": Explanation, "options": {…}}.
struct Request {
  MethodRequest method;
  ExplainOptions options;
};
Request read_request(const nb::dict& given, std::optional<Task> task);

/// Names and options of the methods to compare, each as the argument of read_request.
std::vector<MethodRequest> read_methods(const nb::list& methods, std::optional<Task> task);

/// Decodes JSON that the library wrote.
nb::object parsed(const std::string& json);

}  // namespace limn::python
