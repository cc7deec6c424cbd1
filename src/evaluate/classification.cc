#include "evaluate/classification.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>

#include "base/row_reader.h"
#include "evaluate/label_counts.h"
#include "evaluate/row_input.h"
#include "limn/error.h"

namespace limn {

std::optional<std::size_t> find_label(std::string_view text, std::span<const std::string> labels) {
  if (const auto label = std::ranges::find(labels, text); label != labels.end())
    return static_cast<std::size_t>(label - labels.begin());
  std::size_t index = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, index);
  if (parsed.ec == std::errc() && parsed.ptr == end && index < labels.size()) return index;
  return std::nullopt;
}

namespace {

std::size_t label_of(const Row& row, std::span<const std::string> labels, const std::string& file,
                     const RowFields& fields) {
  const std::string* const text = fields.find(row, "label");
  if (const auto label = text ? find_label(*text, labels) : std::nullopt) return *label;
  throw Error(
      {.file = file,
       .thing = fmt::format("line {}, label", row.line),
       .found = text ? "\"" + *text + "\"" : "none",
       .expected = fmt::format("one of {}, or an index from 0 to {}", fmt::join(labels, ", "), labels.size() - 1)});
}

}  // namespace

std::vector<LabelledInput> read_labelled(const std::filesystem::path& file, std::span<const std::string> labels,
                                         RowFields fields, std::vector<std::string>* warnings) {
  const std::string name = file.string();
  if (labels.size() < 2) {
    throw Error({.thing = "the model",
                 .found = "a single output",
                 .expected = "at least two labels, exactly one of which is correct"});
  }
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw Error({.file = name, .found = std::strerror(errno), .expected = "a readable file"});
  RowReader reader(stream, row_format(file), name);
  std::vector<LabelledInput> rows;
  while (auto row = reader.next()) {
    if (row->error) throw *row->error;
    if (rows.empty() && !reader.columns().empty()) {
      const std::string guess = fields.choose(*row, Task::sequence_classification, name);
      if (warnings && !guess.empty()) warnings->push_back(guess);
    }
    LabelledInput labelled{.input = input_of(*row, Task::sequence_classification, name, fields).input,
                           .label = label_of(*row, labels, name, fields)};
    rows.push_back(std::move(labelled));
  }
  if (auto notice = reader.blank_lines_notice(); warnings && notice) warnings->push_back(std::move(*notice));
  if (rows.empty()) throw Error({.file = name, .found = "no row", .expected = "at least one text with its label"});
  return rows;
}

ClassificationScores score_labels(std::span<const LabelledInput> rows, std::span<const std::size_t> predicted,
                                  std::span<const std::string> labels) {
  assert(rows.size() == predicted.size() && !rows.empty());
  std::vector<LabelCounts> counts(labels.size());
  std::size_t right = 0;
  ClassificationScores scores{.rows = rows.size(), .labels = {}};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    ++counts[rows[i].label].present;
    ++counts[predicted[i]].predicted;
    if (rows[i].label == predicted[i]) ++counts[predicted[i]].right, ++right;
    const std::string &expected = labels[rows[i].label], &found = labels[predicted[i]];
    ++scores.confusion[{expected, found}];
    scores.evaluated.push_back({.id = std::to_string(i),
                                .input = rows[i].input,
                                .prediction = {.labels = {found}},
                                .expected = expected,
                                .predicted = found,
                                .is_right = rows[i].label == predicted[i]});
  }
  scores.accuracy = 100 * static_cast<double>(right) / static_cast<double>(rows.size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (counts[i].present + counts[i].predicted == 0) continue;
    const LabelScore& score = scores.labels[labels[i]] = counts[i].score();
    scores.macro_f1 += score.f1;
  }
  scores.macro_f1 /= static_cast<double>(scores.labels.size());
  return scores;
}

}  // namespace limn
