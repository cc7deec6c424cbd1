#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "explain/onehot_norm.h"
#include "limn/explanation.h"
#include "limn/options.h"
#include "limn/result.h"
#include "limn/watch.h"
#include "task/pipeline.h"

namespace limn {

/// A pipeline and the data that its explanations share.
class Explainer {
 public:
  explicit Explainer(Pipeline pipeline) : pipeline_(std::move(pipeline)) {}

  const Pipeline& pipeline() const { return pipeline_; }
  /// Computed on first use.
  const OneHotNorm& onehot_norm() const;

 private:
  Pipeline pipeline_;
  mutable std::once_flag once_;
  mutable std::unique_ptr<const OneHotNorm> onehot_norm_;
};

class Coalitions;
struct Subject;

/// Returns one explanation per input, or, with all_entities and a token-classification model, one per entity.
/// Inputs are packed into shared passes. @throws Error if the method or the options are wrong for every input.
/// @param coalitions one per input, shared with other calls; or none
std::vector<Result<std::vector<Explanation>>> explain(const Explainer& explainer, std::span<const Input> inputs,
                                                      const ChosenMethod& chosen, const ExplainOptions& given,
                                                      bool all_entities, const Watch& watch,
                                                      std::span<Coalitions> coalitions = {});

/// Calls `work` with the subject of each explanation that explain() returns for the input with the same options, in the
/// same order; F is `explain` in place of the method's. @throws Error if the input cannot be explained.
void for_each_subject(const Explainer& explainer, const Input& input, const ExplainOptions& options, Scalar explain,
                      bool all_entities, const Watch& watch, Coalitions* coalitions,
                      const std::function<void(const Subject&, const TargetInfo&)>& work);

}  // namespace limn
