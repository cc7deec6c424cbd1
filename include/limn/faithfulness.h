#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "limn/comparison.h"
#include "limn/explanation.h"
#include "limn/options.h"

/// How faithful the explanations of methods are to the model: what happens to the probability p of the explained label
/// when the units with the highest scores are removed, or kept. Nothing here needs labels.

namespace limn {

/// ERASER's measures (DeYoung et al. 2020): m = ⌈t · n⌉ units for each threshold t of .01, .05, .1, .2, .5.
struct EraserMetrics {
  std::vector<double> comprehensiveness;  ///< p(all) − p(all without the first m)
  std::vector<double> sufficiency;        ///< p(all) − p(the first m alone)
  double aopc_comprehensiveness = 0;      ///< mean over the thresholds
  double aopc_sufficiency = 0;            ///< mean over the thresholds
};

/// ferret's measures (Attanasio et al. 2023): the first ⌊t · n⌋ units with a positive score for t = .1, .2 … 1, without
/// repetitions; empty if no score is positive.
struct FerretMetrics {
  std::optional<double> aopc_comprehensiveness = {};  ///< mean of p(all) − p(all without these units)
  std::optional<double> aopc_sufficiency = {};        ///< mean of p(all) − p(these units alone)
};

/// Every measure of one explanation of one text with n units; the order lists the units by falling score, of equal ones
/// the earlier first.
struct FaithfulnessMetrics {
  double comprehensiveness = 0;  ///< mean over k = 1 … n of p(all) − p(all without the first k)
  double sufficiency = 0;        ///< the same for the opposite order
  /// (comprehensiveness − lower) ÷ (upper − lower), with the bounds of all orders (Edin et al. 2024, arXiv 2408.08137);
  /// empty if the bounds are equal or unknown.
  std::optional<double> normalised_comprehensiveness = {};
  std::optional<double> normalised_sufficiency = {};      ///< the same of the sufficiency
  double deletion = 0;                                    ///< mean over k = 1 … n of p(all without the first k)
  double insertion = 0;                                   ///< mean over k = 1 … n of p(the first k alone)
  EraserMetrics eraser = {};                              ///< ERASER's thresholds
  FerretMetrics ferret = {};                              ///< ferret's thresholds
  std::optional<double> loo_kendall = {};                 ///< Kendall's τ-b of scores and p(all) − p(all without i)
  std::vector<std::optional<double>> sensitivity_n = {};  ///< k = 1 … n − 1: Pearson's correlation, over sets of k
                                                          ///< units, of the sum of their scores and the fall of p
                                                          ///< without them (Ancona et al. 2018)
  std::optional<double> infidelity = {};                  ///< mean over sets of the squared difference of the two
};

/// One method's explanation of one text.
struct MethodFaithfulness {
  std::string name;                ///< as asked for
  std::vector<double> scores;      ///< one per unit
  std::vector<std::size_t> order;  ///< units by falling score
  FaithfulnessMetrics metrics;     ///< how faithful the scores are
  std::string method;              ///< name of the method that made them; for auto, the chosen one
  std::size_t passes = 0;          ///< rows sent through the model for this explanation alone
  double seconds = 0;              ///< elapsed; coalitions that another method needed before cost nothing
};

/// One text, explained by every method.
struct InputFaithfulness {
  std::string text;                         ///< sequence 0
  std::optional<std::string> pair;          ///< sequence 1
  TargetInfo target;                        ///< p is the probability of this
  double value = 0;                         ///< p of the whole text
  std::vector<Word> units;                  ///< the n units, without scores
  std::optional<double> upper;              ///< comprehensiveness of the best order; empty if the search was left out
  std::optional<double> lower;              ///< comprehensiveness of the worst order
  std::size_t beam = 0;                     ///< width of the search for the bounds; 0: exact, or left out
  std::vector<std::size_t> best_order;      ///< units, the first to remove first
  std::vector<std::size_t> worst_order;     ///< units, in the order in which p falls least
  std::vector<MethodFaithfulness> methods;  ///< in the order of the methods asked for
  FaithfulnessMetrics random;               ///< means over random orders; without scores, these have no infidelity
  std::vector<std::string> warnings = {};   ///< warnings for the user: how much of a long text was not measured
};

/// How faithfulness is measured.
struct FaithfulnessOptions {
  ExplainOptions explaining = {};   ///< what is explained, by which units
  Masking masking = Masking::mask;  ///< how the metrics remove units
  /// Width of the search for the bounds of texts with more than 12 units; 0: no bounds. Default: 5, or less for texts
  /// with more than 28 units, so that a text needs no more than 4000 coalitions, and none above 63.
  std::optional<std::size_t> beam = {};
  std::uint64_t seed = 0;  ///< of random orders, random coalitions of long texts, and the bootstrap
};

/// The mean of a metric over texts.
struct MetricMean {
  std::size_t rows = 0;                        ///< texts for which it is defined
  std::optional<double> mean = {};             ///< over them
  std::optional<double> standard_error = {};   ///< of the mean; empty for fewer than two texts
  std::optional<double> difference = {};       ///< mean of the paired differences to random orders
  std::optional<double> difference_low = {};   ///< 95 % bootstrap interval of the difference
  std::optional<double> difference_high = {};  ///< its upper end
};

/// A method's metrics over many texts.
struct MethodScores {
  std::string name;                           ///< of the method
  std::map<std::string, MetricMean> metrics;  ///< by name, such as "normalised_comprehensiveness"
  double seconds = 0;                         ///< per text
  double passes = 0;                          ///< per text
};

/// The faithfulness of methods over many texts.
struct FaithfulnessScores {
  std::size_t rows = 0;               ///< texts
  std::string unit;                   ///< token, word, clause, sentence
  std::string masking;                ///< mask, remove, pad, unk
  std::optional<std::string> preset;  ///< eraser, ferret or naopc
  std::vector<MethodScores> methods;  ///< in the order of the methods asked for
  MethodScores random;                ///< random orders
  std::size_t cut_rows = 0;           ///< texts that are too long for the model: only their beginning was measured
};

/// Collects the metrics of texts one by one.
class FaithfulnessMeans {
 public:
  /// @param methods their names
  explicit FaithfulnessMeans(std::vector<std::string> methods);
  /// Adds a text. @pre it has one entry per method
  void add(const InputFaithfulness& input);
  /// Returns the means so far. @param options name the unit and the masking, and give the seed of the bootstrap
  FaithfulnessScores scores(const FaithfulnessOptions& options) const;

 private:
  std::vector<std::string> names_;
  std::size_t rows_ = 0, cut_rows_ = 0;
  std::vector<std::vector<std::vector<std::optional<double>>>> values_;  // (methods + 1, metrics, rows); random last
  std::vector<double> seconds_, passes_;                                 // sums
};

}  // namespace limn
