#include "limn/report.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <span>
#include <utility>

#include "evaluate/judgement.h"
#include "evaluate/near_duplicates.h"
#include "evaluate/report_words.h"
#include "evaluate/significance.h"
#include "limn/error.h"

namespace limn {

/// Of what is wrong or right in one part of the data.
struct SliceCounts {
  std::size_t rows = 0, wrong = 0;
};

/// What is kept of a row.
struct KeptRow {
  std::uint32_t row = 0;
  std::uint16_t label = std::numeric_limits<std::uint16_t>::max(), predicted = 0;  // indices of classes
  float probability = 0;

  bool is_labelled() const { return label != std::numeric_limits<std::uint16_t>::max(); }
};

namespace {

constexpr std::size_t bins = 10;                // of the confidence
constexpr std::size_t longest_excerpt = 160;    // bytes of a text that are listed
constexpr std::size_t most_values = 20;         // different values of a column that makes slices
constexpr std::size_t longest_value = 40;       // bytes
constexpr std::size_t most_other_labels = 100;  // a column of texts or numbers holds no labels
constexpr std::size_t smallest_slice = 5;       // of a slice
constexpr std::size_t most_slices = 20, most_wrong_rows = 100, most_repeated = 50, most_listed_rows = 20,
                      most_suspected_labels = 100;
constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

/// The beginning of a text, cut between code points.
std::string excerpt(std::string_view text) {
  if (text.size() <= longest_excerpt) return std::string(text);
  std::size_t end = longest_excerpt;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "…";
}

/// The upper bounds of all but the last group of equal size.
std::vector<std::size_t> quartiles(std::vector<std::size_t> lengths) {
  std::ranges::sort(lengths);
  std::vector<std::size_t> bounds;
  for (std::size_t quarter = 1; quarter < 4; ++quarter) bounds.push_back(lengths[lengths.size() * quarter / 4]);
  bounds.erase(std::unique(bounds.begin(), bounds.end()), bounds.end());  // clang 14 cannot read ranges::unique
  return bounds;
}

}  // namespace

struct ReportBuilder::State {
  Report report;
  WordTable words;
  NearDuplicates texts;
  std::vector<KeptRow> rows;
  std::vector<std::uint32_t> lengths;  // words of each row
  std::vector<bool> is_wrong, is_labelled;
  std::vector<std::string> labels;
  std::size_t model_labels = 0;                    // the first of them are the model's
  std::vector<std::size_t> labelled_of, wrong_of;  // by predicted class: rows with a right label, and wrong ones
  std::vector<double> own_probability;             // by class: sum over its own rows
  std::vector<std::size_t> own_rows;
  std::map<std::string, std::map<std::string, SliceCounts>> columns;
  std::set<std::string> wide_columns;  // with too many values
  std::size_t last_row = none;
  bool is_signed = false;

  std::size_t index_of(const std::string& label) {
    const auto found = std::ranges::find(labels, label);
    if (found != labels.end()) return static_cast<std::size_t>(found - labels.begin());
    labels.push_back(label);
    report.classes.push_back({.label = label, .words = {}, .words_against = {}});
    labelled_of.push_back(0), wrong_of.push_back(0), own_probability.push_back(0), own_rows.push_back(0);
    return labels.size() - 1;
  }

  /// @throws Error if the data has too many labels that the model lacks
  std::size_t index_of_right(const std::string& label) {
    const std::size_t index = index_of(label);
    if (labels.size() <= model_labels + most_other_labels) return index;
    throw Error({.field = "label",
                 .found = "more than " + std::to_string(most_other_labels) + " labels that the model does not have",
                 .expected = "the right labels of the rows",
                 .hint = "choose another column of the data, or leave it out"});
  }

  void add_columns(const ReportRow& row, bool wrong) {
    for (const auto& [name, value] : row.fields) {
      if (name == "label" || name == "answer" || wide_columns.contains(name)) continue;
      auto& values = columns[name];
      SliceCounts& counts = values[value];
      ++counts.rows, counts.wrong += wrong;
      if (value.size() <= longest_value && values.size() <= most_values) continue;
      columns.erase(name);
      wide_columns.insert(name);
    }
  }

  void add_wrong(const Explanation& explanation, const ReportRow& row, std::string label, const Judgement& decision) {
    auto& wrong = report.wrong_rows;
    const auto higher = std::ranges::greater{};
    const auto at = std::ranges::upper_bound(wrong, decision.probability, higher, &WrongRow::probability);
    if (at == wrong.end() && wrong.size() >= most_wrong_rows) return;
    wrong.insert(at, {.row = row.row,
                      .text = excerpt(explanation.text),
                      .label = std::move(label),
                      .predicted = decision.label,
                      .probability = decision.probability});
    if (wrong.size() > most_wrong_rows) wrong.pop_back();
  }

  std::vector<WorseSlice> slices(double significance) const;
  void add_suspected_labels(Report& made) const;
  void add_repeated(Report& made) const;
};

ReportBuilder::ReportBuilder() : state_(std::make_unique<State>()) { state_->report.confidence.resize(bins); }
ReportBuilder::~ReportBuilder() = default;
ReportBuilder::ReportBuilder(ReportBuilder&&) noexcept = default;
ReportBuilder& ReportBuilder::operator=(ReportBuilder&&) noexcept = default;

void ReportBuilder::add(const Explanation& explanation, const ReportRow& row) {
  State& state = *state_;
  Report& report = state.report;
  const std::optional<Judgement> decision = decision_of(explanation);
  if (!decision) return;
  if (report.explanations++ == 0) {
    report.model = explanation.model;
    report.method = explanation.method.name;
    if (const auto* label = std::get_if<LabelPrediction>(&explanation.prediction))
      for (const auto& [name, probability] : label->probabilities) state.model_labels = state.index_of(name) + 1;
  }
  state.is_signed = state.is_signed || explanation.method.is_signed;
  const std::size_t predicted = state.index_of(decision->label);
  ++report.classes[predicted].predicted;

  const std::optional<std::string> label = right_label(row.fields, std::span(state.labels).first(state.model_labels));
  const std::optional<bool> is_wrong = limn::is_wrong(explanation, *decision, row.fields, label);
  const std::vector<RowWord> words = row_words(explanation);
  state.words.add(row.row, predicted, words, is_wrong);
  if (is_wrong) ++state.labelled_of[predicted], state.wrong_of[predicted] += *is_wrong;
  const auto bin = static_cast<std::size_t>(std::clamp(decision->probability, 0., 1.) * bins);
  ConfidenceBin& confidence = report.confidence[std::min(bin, bins - 1)];
  ++confidence.rows, confidence.labelled += is_wrong.has_value();
  confidence.right += is_wrong && !*is_wrong;
  confidence.mean_probability += decision->probability;

  if (row.row == state.last_row) return;  // another explanation of the same row
  state.last_row = row.row;
  ++report.rows;
  const auto [tokens, extra] = state.words.add_tokens(explanation);
  report.tokens += tokens, report.extra_tokens += extra;
  const std::vector<std::string> order = words_in_order(explanation);
  state.texts.add(order);
  KeptRow kept{.row = static_cast<std::uint32_t>(row.row), .predicted = static_cast<std::uint16_t>(predicted)};
  kept.probability = static_cast<float>(decision->probability);
  if (label) {
    const std::size_t right = state.index_of_right(*label);
    kept.label = static_cast<std::uint16_t>(right);
    ++report.classes[right].labelled;
    ++report.confusion[{*label, decision->label}];
    if (const auto* all = std::get_if<LabelPrediction>(&explanation.prediction))
      for (const auto& [name, probability] : all->probabilities)
        if (name == *label) state.own_probability[right] += probability, ++state.own_rows[right];
  }
  state.rows.push_back(kept);
  state.lengths.push_back(static_cast<std::uint32_t>(order.size()));
  state.is_wrong.push_back(is_wrong.value_or(false));
  state.is_labelled.push_back(is_wrong.has_value());
  if (!is_wrong) return;
  ++report.labelled, report.wrong += *is_wrong;
  state.add_columns(row, *is_wrong);
  if (*is_wrong) state.add_wrong(explanation, row, label ? *label : row.fields.at("answer"), *decision);
}

std::vector<WorseSlice> ReportBuilder::State::slices(double significance) const {
  const std::size_t labelled = report.labelled, wrong = report.wrong;
  if (wrong == 0) return {};
  std::vector<WorseSlice> found = words.slices(labelled, wrong);
  const auto add = [&](std::string name, const SliceCounts& counts) {
    if (counts.rows < smallest_slice || counts.rows >= labelled) return;
    found.push_back({.name = std::move(name),
                     .rows = counts.rows,
                     .wrong = counts.wrong,
                     .rest = static_cast<double>(wrong - counts.wrong) / static_cast<double>(labelled - counts.rows)});
  };
  for (const auto& [column, values] : columns)
    for (const auto& [value, counts] : values) add(column + ": " + value, counts);
  const std::vector<std::size_t> bounds = quartiles({lengths.begin(), lengths.end()});
  std::vector<SliceCounts> by_length(bounds.size() + 1), by_label(labels.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!is_labelled[i]) continue;
    const auto group = std::ranges::lower_bound(bounds, lengths[i]) - bounds.begin();
    SliceCounts& length = by_length[static_cast<std::size_t>(group)];
    ++length.rows, length.wrong += is_wrong[i];
    if (!rows[i].is_labelled()) continue;
    SliceCounts& label = by_label[rows[i].label];
    ++label.rows, label.wrong += is_wrong[i];
  }
  for (std::size_t i = 0; i < by_length.size(); ++i) {
    const std::string to = i < bounds.size() ? " to " + std::to_string(bounds[i]) : " and more";
    add("length: " + std::to_string(i == 0 ? 0 : bounds[i - 1] + 1) + to + " words", by_length[i]);
  }
  for (std::size_t i = 0; i < labels.size(); ++i) add("label: " + labels[i], by_label[i]);

  std::vector<double> p;
  for (WorseSlice& slice : found) p.push_back(slice.p = fisher_exact_greater(slice.wrong, slice.rows, wrong, labelled));
  const std::vector<double> q = benjamini_hochberg(p);
  for (std::size_t i = 0; i < found.size(); ++i) found[i].q = q[i];
  std::erase_if(
      found, [&](const WorseSlice& slice) { return slice.q > significance; });
  std::ranges::sort(found, {}, [](const WorseSlice& slice) { return std::pair(slice.p, slice.name); });
  if (found.size() > most_slices) found.resize(most_slices);
  return found;
}

void ReportBuilder::State::add_suspected_labels(Report& made) const {
  for (const KeptRow& row : rows) {
    if (!row.is_labelled() || row.label == row.predicted || own_rows[row.predicted] == 0) continue;
    const double threshold = own_probability[row.predicted] / static_cast<double>(own_rows[row.predicted]);
    if (row.probability < threshold) continue;
    made.suspected_labels.push_back({.row = row.row,
                                     .label = labels[row.label],
                                     .predicted = labels[row.predicted],
                                     .probability = row.probability,
                                     .threshold = threshold});
  }
  made.all_suspected_labels = made.suspected_labels.size();
  std::ranges::stable_sort(made.suspected_labels, std::ranges::greater{}, &SuspectedLabel::probability);
  if (made.suspected_labels.size() > most_suspected_labels) made.suspected_labels.resize(most_suspected_labels);
}

void ReportBuilder::State::add_repeated(Report& made) const {
  const auto groups = texts.groups();
  made.all_repeated = groups.size();
  for (const auto& group : groups) {
    if (made.repeated.size() == most_repeated) break;
    RepeatedText& repeated = made.repeated.emplace_back();
    repeated.count = group.texts.size();
    repeated.exact = group.exact;
    for (const std::size_t text : group.texts) {
      if (repeated.rows.size() < most_listed_rows) repeated.rows.push_back(rows[text].row);
      repeated.has_several_labels = repeated.has_several_labels || rows[text].label != rows[group.texts.front()].label;
    }
  }
}

Report ReportBuilder::finish(std::size_t errors, double significance) const {
  const State& state = *state_;
  Report made = state.report;
  made.errors = errors;
  made.words_dropped = state.words.dropped();
  for (ConfidenceBin& bin : made.confidence)
    if (bin.rows > 0) bin.mean_probability /= static_cast<double>(bin.rows);
  for (std::size_t i = 0; i < made.classes.size(); ++i) {
    ReportClass& one = made.classes[i];
    if (one.predicted == 0) continue;
    one.words = state.words.words_of(i, false, one.predicted, made.explanations);
    if (state.is_signed) one.words_against = state.words.words_of(i, true, one.predicted, made.explanations);
  }
  made.shortcuts = state.words.shortcuts(state.labels, state.labelled_of, state.wrong_of, significance);
  made.slices = state.slices(significance);
  made.fragmented = state.words.fragmented();
  state.add_suspected_labels(made);
  state.add_repeated(made);
  return made;
}

std::vector<std::size_t> Report::examples() const {
  std::set<std::size_t> rows;
  for (const ReportClass& one : classes)
    for (const auto* words : {&one.words, &one.words_against})
      for (const DrivingWord& word : *words) rows.insert(word.examples.begin(), word.examples.end());
  for (const SuspectedShortcut& word : shortcuts) rows.insert(word.examples.begin(), word.examples.end());
  for (const WrongRow& wrong : wrong_rows) rows.insert(wrong.row);
  for (const SuspectedLabel& label : suspected_labels) rows.insert(label.row);
  return {rows.begin(), rows.end()};
}

}  // namespace limn
