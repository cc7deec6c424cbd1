#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "limn/methods.h"
#include "math/mat.h"

namespace limn {

/// Collects the gradients of random draws, such as noisy copies of one input, and computes SmoothGrad's statistics of
/// them with standard errors: those of a jackknife that leaves out one of up to 20 groups of draws at a time (Efron and
/// Tibshirani 1993, chapter 11), because most scores are not linear in the gradients.
class NoisyDraws {
 public:
  /// @param tokens, columns the shape of a gradient
  NoisyDraws(const SmoothGrad& method, std::size_t tokens, std::size_t columns);

  /// Adds a draw. @param gradient (T, C), multiplied by the input if the method asks for it
  /// @param draw its number: draws may be added in any order, but which of them share a group depends on nothing else
  void add(ConstView gradient, std::size_t draw);
  std::size_t count() const { return count_; }
  /// The statistic of all draws, one score per token.
  std::vector<double> scores() const;
  /// @param words_of the scores of words, of those of tokens @return the standard errors of those; none if there are
  /// too few draws, or if the groups of so long an input would take too much memory (more than 64 MB)
  std::vector<double> standard_errors(
      const std::function<std::vector<double>(const std::vector<double>& scores)>& words_of) const;

 private:
  /// Sums over some draws.
  struct Sums {
    std::size_t count = 0;
    std::vector<double> gradient = {};                             // (T · C), for the mean gradient
    std::vector<double> mean = {}, deviations = {}, squares = {};  // (T), for the other statistics
    void add(const std::vector<double>& scores);
    void merge(const Sums& other);
  };
  bool keeps_gradient() const { return method_.statistic == SmoothGrad::Statistic::mean_gradient; }
  std::vector<double> scores_of(const Sums& sums) const;
  Sums without(std::size_t group) const;

  SmoothGrad method_;
  std::size_t tokens_, columns_, count_ = 0;
  Sums all_;
  std::vector<Sums> groups_;
};

}  // namespace limn
