#include "arrow.h"

#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bindings.h"
#include "convert.h"

namespace limn::python {
namespace {

/// Owns a structure of the Arrow interface: moved out of its capsule, and released once.
template <class T>
class Owned {
 public:
  Owned() = default;
  explicit Owned(T& taken) : value_(std::exchange(taken, T{})) {}
  Owned(Owned&& other) noexcept : value_(std::exchange(other.value_, T{})) {}
  Owned& operator=(Owned&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  ~Owned() {
    if (value_.release != nullptr) value_.release(&value_);
  }
  T* operator->() { return &value_; }
  T& operator*() { return value_; }
  bool has_value() const { return value_.release != nullptr; }

 private:
  T value_{};
};

template <class T>
Owned<T> taken(nb::handle capsule, const char* name) {
  void* const pointer = PyCapsule_GetPointer(capsule.ptr(), name);
  if (pointer == nullptr) throw nb::python_error();
  return Owned<T>(*static_cast<T*>(pointer));
}

bool is_text(std::string_view format) { return format == "u" || format == "U" || format == "vu"; }

[[noreturn]] void refuse(const ArrowSchema& schema, std::string expected) {
  const std::string name = schema.name != nullptr && *schema.name ? std::string(" '") + schema.name + "'" : "";
  throw Error({.thing = "the Arrow column" + name,
               .found = std::string("type ") + (schema.format != nullptr ? schema.format : "?"),
               .expected = std::move(expected)});
}

bool is_set(const void* bits, std::int64_t index) {
  return bits == nullptr || (static_cast<const std::uint8_t*>(bits)[index / 8] >> (index % 8) & 1) != 0;
}

template <class Offset>
std::string_view between(const ArrowArray& array, std::int64_t index) {
  const auto* offsets = static_cast<const Offset*>(array.buffers[1]);
  const auto* text = static_cast<const char*>(array.buffers[2]);
  return {text + offsets[index], static_cast<std::size_t>(offsets[index + 1] - offsets[index])};
}

/// An element of a string-view array: its length, and up to 12 bytes, or else the buffer and offset of its bytes.
std::string_view viewed(const ArrowArray& array, std::int64_t index) {
  const char* view = static_cast<const char*>(array.buffers[1]) + 16 * index;
  std::int32_t size = 0, buffer = 0, offset = 0;
  std::memcpy(&size, view, 4);
  if (size <= 12) return {view + 4, static_cast<std::size_t>(size)};
  std::memcpy(&buffer, view + 8, 4);
  std::memcpy(&offset, view + 12, 4);
  return {static_cast<const char*>(array.buffers[2 + buffer]) + offset, static_cast<std::size_t>(size)};
}

std::int64_t key_of(std::string_view format, const void* keys, std::int64_t index) {
  const auto at = [&]<class T>(const T*) { return static_cast<std::int64_t>(static_cast<const T*>(keys)[index]); };
  switch (format.front()) {
    case 'c':
      return at(static_cast<const std::int8_t*>(nullptr));
    case 'C':
      return at(static_cast<const std::uint8_t*>(nullptr));
    case 's':
      return at(static_cast<const std::int16_t*>(nullptr));
    case 'S':
      return at(static_cast<const std::uint16_t*>(nullptr));
    case 'i':
      return at(static_cast<const std::int32_t*>(nullptr));
    case 'I':
      return at(static_cast<const std::uint32_t*>(nullptr));
    case 'l':
      return at(static_cast<const std::int64_t*>(nullptr));
    default:
      return at(static_cast<const std::uint64_t*>(nullptr));
  }
}

/// The text of a row, or None for a null.
nb::object text_at(const ArrowSchema& schema, const ArrowArray& array, std::int64_t row) {
  const std::int64_t index = array.offset + row;
  const std::string_view format = schema.format;
  if (format == "n" || !is_set(array.buffers[0], index)) return nb::none();
  if (schema.dictionary != nullptr)
    return text_at(*schema.dictionary, *array.dictionary, key_of(format, array.buffers[1], index));
  const std::string_view text = format == "u"   ? between<std::int32_t>(array, index)
                                : format == "U" ? between<std::int64_t>(array, index)
                                                : viewed(array, index);
  PyObject* const decoded = PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "strict");
  if (decoded == nullptr) {
    PyErr_Clear();
    throw Error({.thing = "a text of an Arrow column", .found = "bytes that are not UTF-8", .expected = "UTF-8"});
  }
  return nb::steal<nb::object>(decoded);
}

void check_column(const ArrowSchema& schema) {
  const ArrowSchema& values = schema.dictionary != nullptr ? *schema.dictionary : schema;
  const std::string_view format = values.format;
  if (!is_text(format) && format != "n") refuse(schema, "a column of strings");
}

/// Reads an object with __arrow_c_stream__ or __arrow_c_array__ row by row: texts, or dicts of a table's columns.
class ArrowRows {
 public:
  explicit ArrowRows(nb::object source) {
    if (nb::hasattr(source, "__arrow_c_stream__")) {
      stream_ = taken<ArrowArrayStream>(source.attr("__arrow_c_stream__")(), "arrow_array_stream");
      ArrowSchema schema{};
      check(stream_->get_schema(&*stream_, &schema));
      schema_ = Owned<ArrowSchema>(schema);
    } else {
      const auto both = nb::cast<nb::tuple>(source.attr("__arrow_c_array__")());
      schema_ = taken<ArrowSchema>(both[0], "arrow_schema");
      batch_ = taken<ArrowArray>(both[1], "arrow_array");
    }
    if (std::string_view(schema_->format) != "+s") {
      check_column(*schema_);
      return;
    }
    for (std::int64_t i = 0; i < schema_->n_children; ++i) {
      const ArrowSchema& child = *schema_->children[i];
      const std::string_view name = child.name != nullptr ? child.name : "";
      if (name != "text" && name != "pair" && name != "question" && name != "context") continue;
      check_column(child);
      columns_.push_back(static_cast<std::size_t>(i));
    }
    if (columns_.empty()) refuse(*schema_, "a table with text (and pair), or question and context");
  }

  nb::object next() {
    while (!batch_.has_value() || row_ >= batch_->length) {
      if (!stream_.has_value()) throw nb::stop_iteration();
      ArrowArray array{};
      check(stream_->get_next(&*stream_, &array));
      if (array.release == nullptr) throw nb::stop_iteration();
      batch_ = Owned<ArrowArray>(array);
      row_ = 0;
    }
    const std::int64_t row = row_++;
    if (columns_.empty()) return text_at(*schema_, *batch_, row);
    nb::dict item;
    for (const std::size_t column : columns_) {
      const ArrowSchema& child = *schema_->children[column];
      item[child.name] = text_at(child, *batch_->children[column], batch_->offset + row);
    }
    return item;
  }

 private:
  void check(int code) {
    if (code == 0) return;
    const char* message = stream_->get_last_error(&*stream_);
    throw Error({.thing = "the Arrow stream",
                 .found = message != nullptr ? message : std::strerror(code),
                 .expected = "another batch of rows"});
  }

  Owned<ArrowArrayStream> stream_;
  Owned<ArrowSchema> schema_;
  Owned<ArrowArray> batch_;
  std::int64_t row_ = 0;
  std::vector<std::size_t> columns_;
};

}  // namespace

void bind_arrow(nb::module_& module) {
  nb::class_<ArrowRows>(module, "ArrowRows", "The rows of an Arrow array, table or stream.")
      .def(nb::init<nb::object>(), nb::arg("source"))
      .def(
          "__iter__", [](nb::handle self) { return nb::borrow(self); })
      .def("__next__", &ArrowRows::next);
}

}  // namespace limn::python
