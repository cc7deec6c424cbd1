#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "explain/explainer.h"
#include "task/target.h"
#include "text/encoding.h"

namespace limn {

/// One encoding and the scalar F of its logits that is explained: what a method is given.
struct Subject {
  const Explainer& explainer;
  const Encoding& encoding;
  const Target& target;
  std::string_view text, pair;  ///< the original texts
  double value = 0;             ///< F(x)
  const ExplainOptions& options;
  const Watch& watch;

  Encoder encoder() const { return explainer.pipeline().encoder(watch); }
  /// Of what is taken away, and of the words of the result.
  Unit unit() const { return options.unit.value_or(Unit::word); }
  /// Reports progress, if anybody asked for it.
  void report(std::size_t done, std::size_t total) const {
    if (watch.progress) watch.progress(done, total);
  }
};

/// What a method found out: a score for each token, before normalisation. A unit's score is spread evenly over its
/// tokens, so that the tokens of a unit add up to it.
struct Attribution {
  std::vector<double> scores = {};           ///< (T)
  std::vector<double> standard_errors = {};  ///< (T): a unit's, given to its first token; or empty
  std::optional<double> baseline_value = {}, completeness_error = {};
  std::size_t passes = 0;
  std::map<std::string, double> numbers = {};  ///< steps, samples, … for MethodInfo
  std::vector<std::string> warnings = {};
  std::vector<std::vector<double>> heatmap = {};
};

}  // namespace limn
