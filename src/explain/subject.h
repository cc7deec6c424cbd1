#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "explain/coalitions.h"
#include "explain/explainer.h"
#include "task/target.h"
#include "text/encoding.h"

namespace limn {

/// The input of a method: one encoding and the target function F of its logits.
struct Subject {
  const Explainer& explainer;
  const Encoding& encoding;
  const Target& target;
  std::string_view text, pair;  ///< the original texts
  double value = 0;             ///< F(x)
  const ExplainOptions& options;
  const Watch& watch;
  Coalitions* coalitions = nullptr;  ///< shared with other methods; may be null

  Encoder encoder() const { return explainer.pipeline().encoder(watch); }
  /// The unit of perturbations and of the result's words.
  Unit unit() const { return options.unit.value_or(Unit::word); }
  /// Reports progress, if the caller requested it.
  void report(std::size_t done, std::size_t total) const {
    if (watch.progress) watch.progress(done, total);
  }
};

/// The result of a method: a score for each token, before normalisation. A unit's score is divided evenly among its
/// tokens, so that their scores add up to it.
struct Attribution {
  std::vector<double> scores = {};           ///< (T)
  std::vector<double> standard_errors = {};  ///< (T), that of a unit at its first token, NaN if unknown; or empty
  std::optional<double> baseline_value = {}, completeness_error = {};
  std::size_t passes = 0;
  std::map<std::string, double> numbers = {};  ///< steps, samples, …, for MethodInfo
  std::vector<std::string> warnings = {};
  std::vector<std::vector<double>> heatmap = {};
};

}  // namespace limn
