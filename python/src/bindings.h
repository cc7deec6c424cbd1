#pragma once

#include <nanobind/nanobind.h>

/// The parts of the module _limner.

namespace limn::python {

void bind_explanation(nanobind::module_& module);
void bind_results(nanobind::module_& module);
void bind_model(nanobind::module_& module);
void bind_table(nanobind::module_& module);
void bind_evaluation(nanobind::module_& module);
void bind_memory(nanobind::module_& module);
void bind_retrieval(nanobind::module_& module);
void bind_arrow(nanobind::module_& module);

}  // namespace limn::python
