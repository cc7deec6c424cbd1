#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include <array>
#include <string>

#include "limn/write.h"
#include "options/names.h"

namespace limn::python {

namespace nb = nanobind;

inline constexpr auto format_names = std::to_array<Named<Format>>({{"json", Format::json},
                                                                   {"html", Format::html},
                                                                   {"svg", Format::svg},
                                                                   {"csv", Format::csv},
                                                                   {"tsv", Format::tsv},
                                                                   {"latex", Format::latex},
                                                                   {"terminal", Format::terminal}});

/// A result in the format of that name. @throws Error if the result does not have it.
template <class T>
std::string text_in(const T& result, const std::string& format, std::size_t width) {
  return to_text(result, find_named(format_names, "format", format), {.width = width});
}

/// Adds to_text to a class of results.
template <class T>
void bind_written(nb::class_<T>& bound) {
  bound.def(
      "to_text",
      [](const T& self, const std::string& format, std::size_t width) { return text_in(self, format, width); },
      nb::arg("format"), nb::arg("width") = 80, "The result as json, html, svg, csv, tsv, latex or terminal text.",
      nb::call_guard<nb::gil_scoped_release>());
}

}  // namespace limn::python
