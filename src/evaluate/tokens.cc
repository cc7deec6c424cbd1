#include "evaluate/tokens.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <map>
#include <set>
#include <string_view>
#include <tuple>

#include "base/output_file.h"
#include "evaluate/label_counts.h"
#include "evaluate/white_space.h"
#include "limn/error.h"
#include "task/entity_chunks.h"
#include "text/tokenizer.h"
#include "text/unicode.h"

namespace limn {
namespace {

/// Python's str.split().
std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> columns;
  bool inside = false;
  for (std::size_t begin = 0, i = 0; i < line.size(); begin = i) {
    if (is_python_space(next_code_point(line, i))) {
      inside = false;
    } else if (inside) {
      columns.back() = {columns.back().data(), columns.back().size() + i - begin};
    } else {
      columns.push_back(line.substr(begin, i - begin));
      inside = true;
    }
  }
  return columns;
}

}  // namespace

std::vector<TaggedSentence> read_conll(const std::filesystem::path& file) {
  const std::string name = file.string();
  const std::string text = read_file(file);
  std::string_view rest = text;
  if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);
  std::vector<TaggedSentence> sentences(1);
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    const std::string location = fmt::format("{}, line {}", name, number);
    check_utf8(line, location);
    const auto columns = split(line);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (columns.empty() || columns.front() == "-DOCSTART-") {
      if (!sentences.back().words.empty()) sentences.emplace_back();
      continue;
    }
    if (columns.size() < 2) {
      throw Error({.file = location,
                   .found = "one column",
                   .expected = "a word and its tag",
                   .hint = "a blank line separates sentences"});
    }
    std::string_view word = columns.front();
    if (word.starts_with("en:")) word.remove_prefix(3);
    sentences.back().words.emplace_back(word);
    sentences.back().tags.emplace_back(columns.back());
  }
  if (sentences.back().words.empty()) sentences.pop_back();
  if (sentences.empty()) throw Error({.file = name, .found = "no word", .expected = "a word and its tag on each line"});
  return sentences;
}

EntityScores score_entities(std::span<const TaggedSentence> sentences,
                            std::span<const std::vector<std::string>> predicted) {
  assert(sentences.size() == predicted.size());
  LabelCounts all;
  std::map<std::string, LabelCounts> types;
  const auto count = [&](const Chunk& chunk, std::size_t LabelCounts::*counter) {
    ++(types[std::string(chunk.type)].*counter);
    ++(all.*counter);
  };
  for (std::size_t i = 0; i < sentences.size(); ++i) {
    std::vector<std::string> tags = predicted[i];
    tags.resize(sentences[i].words.size(), "O");
    const auto found = entity_chunks(tags);
    std::set<std::tuple<std::size_t, std::size_t, std::string_view>> found_spans;
    for (const Chunk& chunk : found) {
      count(chunk, &LabelCounts::predicted);
      found_spans.emplace(chunk.first, chunk.last, chunk.type);
    }
    for (const Chunk& chunk : entity_chunks(sentences[i].tags)) {
      count(chunk, &LabelCounts::present);
      if (found_spans.contains({chunk.first, chunk.last, chunk.type})) count(chunk, &LabelCounts::right);
    }
  }
  EntityScores scores{.sentences = sentences.size(), .all = all.score(), .labels = {}};
  for (const auto& [type, counts] : types) scores.labels[type] = counts.score();
  return scores;
}

}  // namespace limn
