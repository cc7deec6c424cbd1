#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "limn/report.h"

/// Counts of words over explained rows.

namespace limn {

/// A word of one row.
struct RowWord {
  std::string word;     ///< in lower case; never punctuation alone
  double score = 0;     ///< sum over its occurrences
  bool drives = false;  ///< among the row's strongest three that speak for the prediction
};

/// The words of an explanation in lower case and in order, without punctuation.
std::vector<std::string> words_in_order(const Explanation& explanation);

/// The same, each once, with their scores.
std::vector<RowWord> row_words(const Explanation& explanation);

/// Collects words by class, and by whether the prediction was right.
class WordTable {
 public:
  /// @param is_wrong nothing if the row has no label
  void add(std::size_t row, std::size_t label, const std::vector<RowWord>& words, std::optional<bool> is_wrong);
  /// Adds the tokens of each word of an explanation. @return all tokens, and those beyond one per word
  std::pair<std::size_t, std::size_t> add_tokens(const Explanation& explanation);

  /// The words that speak for a class, or against it. @param class_rows rows of the class. @param rows all rows
  std::vector<DrivingWord> words_of(std::size_t label, bool against, std::size_t class_rows, std::size_t rows) const;
  /// @param class_rows, class_wrong labelled rows of each class, and those of them that are wrong
  std::vector<SuspectedShortcut> shortcuts(const std::vector<std::string>& labels,
                                           const std::vector<std::size_t>& class_rows,
                                           const std::vector<std::size_t>& class_wrong, double significance) const;
  /// Slices of rows with a word, not yet tested. @param rows, wrong of all labelled rows
  std::vector<WorseSlice> slices(std::size_t rows, std::size_t wrong) const;
  std::vector<FragmentedWord> fragmented() const;
  /// Words that were forgotten because there were too many.
  std::size_t dropped() const { return dropped_; }

 private:
  /// A word in the rows of one class.
  struct InClass {
    std::size_t label = 0, rows = 0, driven = 0, driven_wrong = 0;
    double score = 0;
    std::vector<std::uint32_t> examples, wrong_examples;
  };
  struct Counts {
    std::size_t rows = 0, labelled = 0, wrong = 0, occurrences = 0, tokens = 0;
    std::vector<InClass> classes;
  };

  void forget_rare_words();

  std::unordered_map<std::string, Counts> words_;
  std::size_t dropped_ = 0;
};

}  // namespace limn
