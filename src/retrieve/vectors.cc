#include "retrieve/vectors.h"

#include <algorithm>
#include <cstring>

#include "limn/error.h"
#include "math/kernels.h"
#include "retrieve/half.h"

namespace limn {
namespace {

/// 192 kB of 384 dimensions: large enough for the overhead of a row of the database, small enough to write again.
constexpr std::size_t block_rows = 256;

using SetBlock = std::function<void(std::int64_t passage, std::int64_t block)>;

template <class T>
std::span<const std::byte> bytes_of(const std::vector<T>& values) {
  return std::as_bytes(std::span(values));
}

template <class T>
std::vector<T> values_in(std::span<const std::byte> bytes) {
  std::vector<T> values(bytes.size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
  return values;
}

void insert_blocks(const Database& database, std::size_t dimensions, const std::vector<std::int64_t>& ids,
                   const std::vector<std::uint16_t>& data, const SetBlock& set_block) {
  Statement insert(database, "INSERT INTO vectors(ids, data) VALUES(?, ?)");
  for (std::size_t begin = 0; begin < ids.size(); begin += block_rows) {
    const std::size_t count = std::min(block_rows, ids.size() - begin);
    insert.bind(std::as_bytes(std::span(ids).subspan(begin, count)))
        .bind(std::as_bytes(std::span(data).subspan(begin * dimensions, count * dimensions)))
        .run();
    for (std::size_t i = 0; i < count; ++i) set_block(ids[begin + i], database.last_row());
  }
}

}  // namespace

void Vectors::append(std::span<const std::int64_t> passages, std::span<const float> rows,
                     const SetBlock& set_block) const {
  std::vector<std::uint16_t> halves(rows.size());
  std::ranges::transform(rows, halves.begin(), to_half);
  insert_blocks(database_, dimensions_, {passages.begin(), passages.end()}, halves, set_block);
}

void Vectors::remove(std::int64_t passage, std::int64_t block) const {
  Statement select(database_, "SELECT ids FROM vectors WHERE block = ?");
  if (!select.bind(block).next()) return;
  auto ids = values_in<std::int64_t>(select.bytes(0));
  std::ranges::replace(ids, passage, 0);
  Statement(database_, "UPDATE vectors SET ids = ? WHERE block = ?").bind(bytes_of(ids)).bind(block).run();
}

void Vectors::pack(const SetBlock& set_block) const {
  std::size_t blocks = 0, rows = 0, live = 0;
  Statement count(database_, "SELECT ids FROM vectors");
  while (count.next()) {
    const auto ids = values_in<std::int64_t>(count.bytes(0));
    ++blocks, rows += ids.size();
    live += ids.size() - static_cast<std::size_t>(std::ranges::count(ids, 0));
  }
  constexpr std::size_t few = 8;
  const std::size_t needed = (live + block_rows - 1) / block_rows;
  if (blocks <= 2 * needed + few && rows <= 2 * live + block_rows) return;
  std::vector<std::int64_t> ids;
  std::vector<std::uint16_t> data;
  std::int64_t last = 0;
  Statement newest(database_, "SELECT max(block) FROM vectors");
  if (newest.next()) last = newest.integer(0);
  newest.reset();
  Statement select(database_, "SELECT ids, data FROM vectors WHERE block <= ? ORDER BY block");
  select.bind(last);
  const auto write = [&](std::size_t most) {
    const std::size_t taken = std::min(most, ids.size());
    const auto rows_end = static_cast<std::ptrdiff_t>(taken),
               data_end = static_cast<std::ptrdiff_t>(taken * dimensions_);
    insert_blocks(database_, dimensions_, {ids.begin(), ids.begin() + rows_end},
                  {data.begin(), data.begin() + data_end}, set_block);
    ids.erase(ids.begin(), ids.begin() + rows_end);
    data.erase(data.begin(), data.begin() + data_end);
  };
  while (select.next()) {
    const auto old_ids = values_in<std::int64_t>(select.bytes(0));
    const auto old_data = values_in<std::uint16_t>(select.bytes(1));
    for (std::size_t i = 0; i < old_ids.size() && (i + 1) * dimensions_ <= old_data.size(); ++i) {
      if (old_ids[i] == 0) continue;
      ids.push_back(old_ids[i]);
      const auto row = old_data.begin() + static_cast<std::ptrdiff_t>(i * dimensions_);
      data.insert(data.end(), row, row + static_cast<std::ptrdiff_t>(dimensions_));
    }
    if (ids.size() >= block_rows) write(ids.size() / block_rows * block_rows);
  }
  write(ids.size());
  Statement(database_, "DELETE FROM vectors WHERE block <= ?").bind(last).run();
}

std::vector<ScoredPassage> Vectors::scan(std::span<const float> query) const {
  std::vector<ScoredPassage> result;
  Statement blocks(database_, "SELECT count(*) FROM vectors");
  if (blocks.next()) result.reserve(static_cast<std::size_t>(blocks.integer(0)) * block_rows);
  blocks.reset();
  Statement select(database_, "SELECT ids, data FROM vectors");
  while (select.next()) {
    const auto ids = values_in<std::int64_t>(select.bytes(0));
    const auto data = select.bytes(1);
    if (data.size() != ids.size() * dimensions_ * sizeof(std::uint16_t))
      throw Error({.file = database_.file(),
                   .thing = "a block of embeddings",
                   .found = std::to_string(data.size()) + " bytes",
                   .expected = std::to_string(ids.size() * dimensions_ * sizeof(std::uint16_t)),
                   .hint = "the collection is damaged: build it again with 'limn index'"});
    const auto* rows = reinterpret_cast<const std::uint16_t*>(data.data());
    for (std::size_t i = 0; i < ids.size(); ++i)
      if (ids[i] != 0)
        result.push_back({ids[i], kernels().dot_half(rows + i * dimensions_, query.data(), dimensions_)});
  }
  return result;
}

}  // namespace limn
