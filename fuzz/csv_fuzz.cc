// Rows from other people, in the format that the first byte chooses: fields of valid UTF-8, or an Error.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>

#include "base/row_reader.h"
#include "base/utf8.h"
#include "limn/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using limn::RowFormat;
  if (size == 0) return 0;
  constexpr RowFormat formats[] = {RowFormat::csv, RowFormat::tsv, RowFormat::jsonl, RowFormat::text};
  const RowFormat format = formats[data[0] % 4];
  std::istringstream stream(std::string(reinterpret_cast<const char*>(data + 1), size - 1));
  try {
    limn::RowReader reader(stream, format, "fuzzed", 4096);
    std::size_t line = 0;
    while (const auto row = reader.next()) {
      if (row->line <= line || (row->error && !row->fields.empty())) std::abort();
      line = row->line;
      for (const auto& [name, value] : row->fields)
        if (limn::first_invalid_utf8(name) || limn::first_invalid_utf8(value)) std::abort();
    }
  } catch (const limn::Error&) {
  }
  return 0;
}
