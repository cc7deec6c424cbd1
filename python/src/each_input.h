#pragma once

#include <nanobind/nanobind.h>

#include <cstddef>
#include <utility>

#include "convert.h"
#include "watch.h"

namespace limn::python {

/// Calls work(inputs, watch) once with the inputs that could be read, and returns a list with one item per input:
/// take(value, input), or the exception that says why there is none.
template <class Work, class Take>
nb::list for_each_input(const nb::sequence& items, nb::object progress, const Work& work, const Take& take) {
  const Inputs read = read_inputs(items);
  PythonWatch watch(std::move(progress));
  decltype(work(read.inputs, Watch())) results;
  if (!read.inputs.empty()) results = watch.run([&](const Watch& running) { return work(read.inputs, running); });
  nb::list list;
  std::size_t next = 0;
  for (const nb::object& error : read.errors) {
    if (error.is_valid()) {
      list.append(error);
      continue;
    }
    auto& result = results[next];
    list.append(result ? take(std::move(*result), read.inputs[next]) : error_object(result.error()));
    ++next;
  }
  return list;
}

}  // namespace limn::python
