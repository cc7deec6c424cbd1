#include "model/formats/zip.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/byte_reader.h"
#include "base/json.h"
#include "limn/error.h"

namespace limn {
namespace {

constexpr std::uint32_t end_signature = 0x06054b50, end64_signature = 0x06064b50, locator_signature = 0x07064b50,
                        central_signature = 0x02014b50, local_signature = 0x04034b50;
constexpr std::size_t end_bytes = 22, locator_bytes = 20, longest_comment = 0xffff;
constexpr std::uint32_t elsewhere = 0xffffffff;  // the value is in the 64-bit record

[[noreturn]] void fail(const std::string& file, std::string thing, std::string found, std::string expected) {
  throw Error({.file = file,
               .thing = std::move(thing),
               .found = std::move(found),
               .expected = std::move(expected),
               .hint = "the file may be cut off or damaged"});
}

void expect_signature(ByteReader& reader, std::uint32_t signature, const char* thing) {
  const std::size_t at = reader.position();
  if (reader.number<std::uint32_t>() != signature)
    fail(reader.file(), "byte " + std::to_string(at), "other bytes", std::string("a zip file's ") + thing);
}

/// The offset of the list of entries, and their number.
struct Directory {
  std::size_t offset, entries;
};

Directory find_directory(std::span<const std::byte> bytes, const std::string& file) {
  std::size_t end = bytes.size() - std::min(bytes.size(), end_bytes);
  const std::size_t first = end - std::min(end, longest_comment);
  const auto is_end = [&](std::size_t at) {
    ByteReader reader(bytes, file, at);
    if (bytes.size() - at < end_bytes || reader.number<std::uint32_t>() != end_signature) return false;
    reader.take(16);
    return reader.number<std::uint16_t>() ==
           bytes.size() - at - end_bytes;  // the comment extends to the end of the file
  };
  while (end > first && !is_end(end)) --end;
  if (!is_end(end)) fail(file, "", "no end record of a zip file", "one in the last 64 kB");

  ByteReader reader(bytes, file, end + 10);
  const auto entries = reader.number<std::uint16_t>();
  reader.take(4);
  const auto offset = reader.number<std::uint32_t>();
  if (entries != 0xffff && offset != elsewhere) return {offset, entries};
  if (end < locator_bytes) fail(file, "", "no 64-bit end record of a zip file", "one before the end record");
  ByteReader locator(bytes, file, end - locator_bytes);
  expect_signature(locator, locator_signature, "64-bit end record locator");
  locator.take(4);
  ByteReader end64(bytes, file, locator.number<std::uint64_t>());
  expect_signature(end64, end64_signature, "64-bit end record");
  end64.take(28);
  const auto entries64 = end64.number<std::uint64_t>();
  end64.take(8);
  return {end64.number<std::uint64_t>(), entries64};
}

/// Reads the values that do not fit into 32 bits from an entry's extra fields.
void read_large_numbers(std::span<const std::byte> extra, const std::string& file,
                        std::initializer_list<std::uint64_t*> numbers) {
  ByteReader fields(extra, file);
  while (extra.size() - fields.position() >= 4) {
    const auto kind = fields.number<std::uint16_t>();
    const auto field = fields.take(fields.number<std::uint16_t>());
    if (kind != 1) continue;
    ByteReader large(field, file);
    for (std::uint64_t* number : numbers)
      if (*number == elsewhere) *number = large.number<std::uint64_t>();
    return;
  }
}

}  // namespace

ZipEntries read_zip(std::span<const std::byte> bytes, const std::string& file) {
  const Directory directory = find_directory(bytes, file);
  ByteReader reader(bytes, file, directory.offset);
  ZipEntries result;
  for (std::size_t i = 0; i < directory.entries; ++i) {
    expect_signature(reader, central_signature, "entry");
    reader.take(4);
    const auto flags = reader.number<std::uint16_t>();
    const auto method = reader.number<std::uint16_t>();
    reader.take(8);
    std::uint64_t stored = reader.number<std::uint32_t>(), size = reader.number<std::uint32_t>();
    const auto name_bytes = reader.number<std::uint16_t>(), extra_bytes = reader.number<std::uint16_t>(),
               comment_bytes = reader.number<std::uint16_t>();
    reader.take(8);
    std::uint64_t offset = reader.number<std::uint32_t>();
    const std::string name(reader.text(name_bytes));
    read_large_numbers(reader.take(extra_bytes), file, {&size, &stored, &offset});
    reader.take(comment_bytes);

    const std::string thing = "entry " + shown_name(name);
    if (method != 0 || (flags & 1) != 0 || stored != size)
      fail(file, thing, method != 0 ? "compressed data" : "encrypted or damaged data", "uncompressed data");
    ByteReader local(bytes, file, offset);
    expect_signature(local, local_signature, "local header");
    local.take(22);
    const auto local_name_bytes = local.number<std::uint16_t>(), local_extra_bytes = local.number<std::uint16_t>();
    local.take(std::size_t{local_name_bytes} + local_extra_bytes);
    if (!result.emplace(name, local.take(size)).second) fail(file, thing, "twice", "once");
  }
  return result;
}

}  // namespace limn
