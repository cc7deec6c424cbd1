#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>

#include <string>
#include <vector>

#include "bindings.h"
#include "limn/evaluate.h"
#include "written.h"

namespace limn::python {
namespace {

/// A read-only view (layers, heads, T, T) that keeps `self` alive.
nb::object weights(nb::handle self) {
  const auto& maps = nb::cast<const AttentionMaps&>(self);
  const std::size_t tokens = maps.tokens.size();
  const std::size_t shape[] = {maps.layers, maps.heads, tokens, tokens};
  return nb::cast(nb::ndarray<nb::numpy, const float, nb::ndim<4>>(maps.weights.data(), 4, shape, self));
}

}  // namespace

void bind_results(nb::module_& module) {
  nb::class_<Attack> attack(module, "Attack", "What an attack changed, step by step.");
  bind_written(attack);
  nb::class_<AttentionMaps> maps(module, "AttentionMaps", "The attention of every head of every layer.");
  maps.def("weights", &weights, "A read-only NumPy view (layers, heads, tokens, tokens).");
  bind_written(maps);
  nb::class_<ComparisonTable> table(module, "ComparisonTable", "Inputs explained by several models and methods.");
  bind_written(table);
}

}  // namespace limn::python
