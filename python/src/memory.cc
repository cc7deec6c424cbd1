#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bindings.h"
#include "limn/limn.h"

namespace limn::python {

namespace nb = nanobind;
namespace {

using Array = nb::ndarray<nb::ro, nb::c_contig, nb::device::cpu>;

std::string type_of(const nb::dlpack::dtype& type) {
  const std::string bits = std::to_string(type.bits);
  if (type.lanes != 1) return "vectors";
  if (type.code == static_cast<std::uint8_t>(nb::dlpack::dtype_code::Float)) return "F" + bits;
  if (type.code == static_cast<std::uint8_t>(nb::dlpack::dtype_code::Bfloat)) return "BF" + bits;
  return "I" + bits;
}

/// The arrays, which are released with the GIL: whoever drops the model last may not hold it.
std::shared_ptr<const void> keep(std::vector<Array> arrays) {
  return {new std::vector<Array>(std::move(arrays)),
          [](const std::vector<Array>* kept) {
            if (!nb::is_alive()) return;  // the interpreter is gone, and its objects with it
            const nb::gil_scoped_acquire held;
            delete kept;
          }};
}

/// @param tensors (name, array) of each; anything with DLPack or the buffer protocol
Model load(std::string name, std::string config, std::string tokenizer, std::string tokenizer_config,
           const nb::list& tensors) {
  MemoryCheckpoint checkpoint{.name = std::move(name),
                              .config = std::move(config),
                              .tokenizer = std::move(tokenizer),
                              .tokenizer_config = std::move(tokenizer_config)};
  std::vector<Array> arrays;
  for (nb::handle item : tensors) {
    const auto pair = nb::cast<nb::tuple>(item);
    const auto array = nb::cast<Array>(pair[1]);
    std::vector<std::size_t> shape;
    for (std::size_t axis = 0; axis < array.ndim(); ++axis) shape.push_back(array.shape(axis));
    checkpoint.tensors.push_back({.name = nb::cast<std::string>(pair[0]),
                                  .type = type_of(array.dtype()),
                                  .shape = std::move(shape),
                                  .bytes = {static_cast<const std::byte*>(array.data()), array.nbytes()}});
    arrays.push_back(array);
  }
  checkpoint.owner = keep(std::move(arrays));
  const nb::gil_scoped_release released;
  return Model::load(std::move(checkpoint));
}

}  // namespace

void bind_memory(nb::module_& module) {
  module.def("load_memory", &load, nb::arg("name"), nb::arg("config"), nb::arg("tokenizer"),
             nb::arg("tokenizer_config"), nb::arg("tensors"), "Loads a model whose weights are arrays.");
}

}  // namespace limn::python
