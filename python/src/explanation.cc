#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>

#include "bindings.h"
#include "convert.h"
#include "render/explanation_reader.h"
#include "render/json.h"
#include "render/json_parts.h"
#include "written.h"

namespace limn::python {
namespace {

/// A read-only NumPy array over one member of each element of a vector; it keeps `owner` alive.
template <class Item>
nb::object view(const std::vector<Item>& items, const double Item::*member, nb::handle owner) {
  static_assert(sizeof(Item) % sizeof(double) == 0);
  static const double none = 0;
  const std::size_t shape[] = {items.size()};
  const std::int64_t strides[] = {static_cast<std::int64_t>(sizeof(Item) / sizeof(double))};
  const double* first = items.empty() ? &none : &(items.front().*member);
  return nb::cast(nb::ndarray<nb::numpy, const double, nb::ndim<1>>(first, 1, shape, owner, strides));
}

nb::list words_of(const Explanation& explanation) {
  const Offsets offsets(explanation.text, explanation.pair);
  nb::list words;
  for (const Word& word : explanation.words) {
    const nb::object error = word.standard_error ? nb::cast(*word.standard_error) : nb::none();
    words.append(nb::make_tuple(offsets.text(word.sequence, word.begin, word.end), offsets(word.sequence, word.begin),
                                offsets(word.sequence, word.end), word.score, word.sequence, error));
  }
  return words;
}

/// The JSON without its long lists, which have properties of their own.
nb::object summary(const Explanation& explanation) {
  nlohmann::ordered_json all = json_value(explanation);
  for (const char* name : {"tokens", "words", "heatmap", "logits"}) all.erase(name);
  return parsed(json_text(all));
}

nb::object long_lists(const Explanation& explanation) {
  const nlohmann::ordered_json all = json_value(explanation);
  nlohmann::ordered_json lists;
  for (const char* name : {"tokens", "heatmap", "logits"})
    if (all.contains(name)) lists[name] = all[name];
  return parsed(json_text(lists));
}

nb::list read(const std::string& json, const std::string& name) {
  std::istringstream stream(json);
  nb::list explanations;
  read_explanations(stream, name, [&](Explanation explanation, const SavedRow&) {
    explanations.append(nb::cast(std::move(explanation)));
  });
  return explanations;
}

/// The explanations of a list, for functions over several. They are copied: the list may hold any objects.
std::vector<Explanation> several(const nb::list& list) {
  std::vector<Explanation> explanations;
  for (nb::handle item : list) explanations.push_back(nb::cast<const Explanation&>(item));
  return explanations;
}

}  // namespace

void bind_explanation(nb::module_& module) {
  nb::class_<Explanation> explanation(module, "Explanation", "The result of limn for one input.");
  explanation.def("words", &words_of, "(text, begin, end, score, sequence, standard error) of each word.")
      .def("summary", &summary, "Everything but the words and tokens, as in the JSON.")
      .def("long_lists", &long_lists, "tokens, heatmap and logits, as in the JSON.")
      .def_prop_ro("text", [](const Explanation& self) { return self.text; })
      .def_prop_ro("pair", [](const Explanation& self) { return self.pair; })
      .def_prop_ro("warnings", [](const Explanation& self) { return self.warnings; })
      .def_prop_ro("is_signed", [](const Explanation& self) { return self.method.is_signed; })
      .def(
          "word_scores",
          [](nb::handle self) { return view(nb::cast<const Explanation&>(self).words, &Word::score, self); },
          "The words' scores: a read-only NumPy view.")
      .def(
          "token_scores",
          [](nb::handle self) { return view(nb::cast<const Explanation&>(self).tokens, &Token::score, self); },
          "The tokens' scores: a read-only NumPy view.")
      .def(
          "fragment", [](const Explanation& self) { return to_html_fragment(self); },
          "HTML without script, for notebooks.")
      .def(
          "svg_text", [](const Explanation& self) { return to_svg_text(self); }, "The text with its heat, as SVG.")
      .def(
          "wide_csv", [](const Explanation& self) { return to_csv(self, TableStyle{.wide = true}); },
          "A table with one line.");
  bind_written(explanation);
  module.def("read", &read, nb::arg("json"), nb::arg("name"), "The explanations that limn wrote as JSON.");
  module.def(
      "several_to_text",
      [](const nb::list& list, const std::string& format, std::size_t width) {
        return text_in(std::span<const Explanation>(several(list)), format, width);
      },
      nb::arg("explanations"), nb::arg("format"), nb::arg("width") = 80, "Several explanations in one of the formats.");
  module.def(
      "to_pdf",
      [](const nb::list& list) {
        const std::vector<Explanation> explanations = several(list);
        std::string bytes;
        {
          const nb::gil_scoped_release release;
          bytes = to_pdf(explanations);
        }
        return nb::bytes(bytes.data(), bytes.size());
      },
      nb::arg("explanations"), "Explanations as PDF, if there is a program limn-pdf.");
  module.def(
      "write_pdf",
      [](const nb::list& list, const std::string& file) {
        const std::vector<Explanation> explanations = several(list);
        const nb::gil_scoped_release release;
        write_text(to_pdf(explanations), std::filesystem::path(file));
      },
      nb::arg("explanations"), nb::arg("file"), "Writes a PDF completely or not at all.");
  module.def(
      "write_text",
      [](const std::string& text, const std::string& file) { write_text(text, std::filesystem::path(file)); },
      nb::arg("text"), nb::arg("file"), "Writes a file completely or not at all.");
  module.def(
      "format_of",
      [](const std::string& file) {
        static constexpr const char* names[] = {"json", "html", "svg", "csv", "tsv", "latex", "terminal", "pdf"};
        return names[static_cast<std::size_t>(format_of(file))];
      },
      nb::arg("file"), "The format of a file, by its extension.");
}

}  // namespace limn::python
