#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "limn/explanation.h"

/// What drives a model over a data set: the words of each class, the words behind wrong predictions, parts of the data
/// that are worse than the rest, words that fall into many tokens, repeated texts, and labels that may be wrong.

namespace limn {

/// Where an explanation comes from: the row of the data, and the fields of it that the model did not read.
struct ReportRow {
  std::size_t row = 0;                        ///< counted from 0
  std::map<std::string, std::string> fields;  ///< of these, "label" is the right label, "answer" the right answer
};

/// A word, in lower case, and how it speaks for a class. Rows are those predicted as the class.
struct DrivingWord {
  std::string word;                   ///< in lower case
  std::size_t rows = 0;               ///< rows with the word
  double mean_score = 0;              ///< mean over these rows of the sum of its scores in the row
  double lift = 0;                    ///< share of the class's rows with the word ÷ share of all rows with it
  std::vector<std::size_t> examples;  ///< rows, at most five
};

/// One class (label, entity type, or "answer" and "no answer").
struct ReportClass {
  std::string label;                       ///< as the model names it
  std::size_t predicted = 0;               ///< explanations whose target is the class
  std::size_t labelled = 0;                ///< rows whose right label it is
  std::vector<DrivingWord> words;          ///< at most 20 that speak for it, by the sum of their scores
  std::vector<DrivingWord> words_against;  ///< at most 20 that speak against it; none if the method has no signs
};

/// A word that drives more wrong predictions of a class than chance would let it. A row is driven by its three
/// strongest words that speak for the prediction.
struct SuspectedShortcut {
  std::string word;                   ///< in lower case
  std::string label;                  ///< the class that it drives
  std::size_t rows = 0;               ///< rows predicted as the class and driven by the word
  std::size_t wrong = 0;              ///< of them, those whose label is another one
  double expected = 0;                ///< wrong rows if the word were like the others of the class
  double p = 1;                       ///< Fisher's exact test, one-sided
  double q = 1;                       ///< the same after Benjamini and Hochberg (1995), over all words and classes
  std::vector<std::size_t> examples;  ///< wrong rows, at most five
};

/// A part of the data in which the model is wrong more often than in the rest.
struct WorseSlice {
  std::string name;       ///< "word: not", "length: 31 words and more", "source: twitter"
  std::size_t rows = 0;   ///< labelled rows in the slice
  std::size_t wrong = 0;  ///< of them, those that are predicted wrongly
  double rest = 0;        ///< share of wrong predictions outside the slice
  double p = 1;           ///< as above
  double q = 1;           ///< as above, over all slices
};

/// A word that the tokenizer divides.
struct FragmentedWord {
  std::string word;              ///< in lower case
  std::size_t count = 0;         ///< occurrences
  double tokens = 0;             ///< mean number of tokens per occurrence
  std::size_t extra_tokens = 0;  ///< tokens beyond one per occurrence: what an entry in the vocabulary would save
};

/// Rows with the same words, or nearly the same.
struct RepeatedText {
  std::vector<std::size_t> rows;    ///< at least two, ascending; at most 20 are listed
  std::size_t count = 0;            ///< of all these rows
  bool exact = false;               ///< the same words in the same order; otherwise an estimated 80 % of them
  bool has_several_labels = false;  ///< their right labels differ
};

/// A row whose label may be wrong: the model is as sure of another class as it usually is of that class's own rows
/// (confident learning, Northcutt et al. 2021).
struct SuspectedLabel {
  std::size_t row = 0;     ///< of the data
  std::string label;       ///< in the data
  std::string predicted;   ///< by the model
  double probability = 0;  ///< of the prediction
  double threshold = 0;    ///< mean probability of this class over the rows that are labelled so
};

/// A row that is predicted wrongly.
struct WrongRow {
  std::size_t row = 0;     ///< of the data
  std::string text;        ///< its beginning
  std::string label;       ///< in the data
  std::string predicted;   ///< by the model
  double probability = 0;  ///< of the prediction
};

/// Predictions with a probability in [i/10, (i+1)/10); the last bin includes 1.
struct ConfidenceBin {
  std::size_t rows = 0;         ///< all
  std::size_t labelled = 0;     ///< those with a right label
  std::size_t right = 0;        ///< of them, those predicted rightly
  double mean_probability = 0;  ///< over all
};

/// The whole report. Rows are counted from 0.
struct Report {
  std::string model;                 ///< its name
  std::string method;                ///< of the explanations
  std::size_t explanations = 0;      ///< rows may have several
  std::size_t rows = 0;              ///< with an explanation
  std::size_t errors = 0;            ///< rows without
  std::size_t labelled = 0;          ///< rows with a right label or answer
  std::size_t wrong = 0;             ///< of them
  std::size_t tokens = 0;            ///< read by the model, without special tokens
  std::size_t extra_tokens = 0;      ///< of them, those beyond one per word
  std::size_t words_dropped = 0;     ///< rare words that were forgotten to bound the memory
  std::vector<ReportClass> classes;  ///< in the model's order
  /// Rows by right label and prediction; labels are those of `classes`, in their order. Empty without labels.
  std::map<std::pair<std::string, std::string>, std::size_t> confusion;
  std::vector<ConfidenceBin> confidence;         ///< ten
  std::vector<WrongRow> wrong_rows;              ///< at most 100, the highest probability first
  std::vector<SuspectedShortcut> shortcuts;      ///< at most 20, the smallest p first
  std::vector<WorseSlice> slices;                ///< at most 20, the smallest p first
  std::vector<FragmentedWord> fragmented;        ///< at most 30, by extra tokens
  std::vector<RepeatedText> repeated;            ///< at most 50, the largest first
  std::vector<SuspectedLabel> suspected_labels;  ///< at most 100, the highest probability first
  std::size_t all_suspected_labels = 0;          ///< without this limit
  std::size_t all_repeated = 0;                  ///< groups of repeated texts, without the limit

  /// The rows that the report mentions as examples, ascending, without repetition.
  std::vector<std::size_t> examples() const;
};

/// An explanation of a row that a report mentions.
struct ReportExample {
  std::size_t row = 0;      ///< of the data, from 0
  Explanation explanation;  ///< of this row
};

/// What the page of an evaluation shows besides the scores.
struct EvaluationExamples {
  std::string model = {};                        ///< its name
  std::string method = {};                       ///< of the explanations; empty: there are none
  std::vector<ReportExample> explanations = {};  ///< of some rows; the first of a row is shown
};

/// Collects a report from explanations one by one; explanations of the same row follow each other. Memory: about 64
/// bytes per row, and 200,000 different words at most.
class ReportBuilder {
 public:
  ReportBuilder();  ///< an empty report
  ~ReportBuilder();
  ReportBuilder(ReportBuilder&&) noexcept;             ///< takes over what was collected
  ReportBuilder& operator=(ReportBuilder&&) noexcept;  ///< takes over what was collected

  /// Adds an explanation of a row.
  void add(const Explanation& explanation, const ReportRow& row);
  /// Returns the report of all explanations so far. @param errors rows without an explanation. @param significance
  /// largest q of shortcuts and slices
  Report finish(std::size_t errors = 0, double significance = 0.05) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace limn
