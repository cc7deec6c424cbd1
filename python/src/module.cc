#include <nanobind/nanobind.h>

#include <exception>

#include "base/parallel.h"
#include "bindings.h"
#include "convert.h"
#include "limn/watch.h"

NB_MODULE(_limner, module) {
  namespace python = limn::python;
  // Other packages may keep objects until the process ends, which nanobind would report on standard error.
  nanobind::set_leak_warnings(false);
  module.doc() = "The extension module of limner: limn's C++ library with Python's types.";
  // The last one registered is asked first.
  nanobind::register_exception_translator([](const std::exception_ptr& error, void*) {
    try {
      std::rethrow_exception(error);
    } catch (const limn::Error& mistake) {
      python::raise(mistake);
    } catch (const limn::Cancelled& cancelled) {
      PyErr_SetString(PyExc_KeyboardInterrupt, cancelled.what());
    }
  });
  module.def("set_threads", &limn::set_threads, nanobind::arg("threads"),
             "Sets the number of threads that limner uses; 0: one per hardware thread.");
  module.def("threads", &limn::threads, "The number of threads that limner uses.");
  python::bind_table(module);
  python::bind_explanation(module);
  python::bind_results(module);
  python::bind_model(module);
  python::bind_evaluation(module);
  python::bind_memory(module);
  python::bind_retrieval(module);
  python::bind_arrow(module);
}
