#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "limn/explanation.h"
#include "limn/options.h"
#include "math/mat.h"
#include "model/config.h"
#include "task/target.h"
#include "text/encoding.h"

namespace limn {

/// One input as the model has read it: what a target can be chosen from.
struct ReadInput {
  const Input& input;
  const HeadConfig& head;
  const Prediction& prediction;
  std::span<const Encoding> encodings;  ///< question answering: the windows; otherwise one
  std::span<const ConstView> logits;    ///< one for each encoding
};

/// The scalar to explain, in the words of the result, and the encoding (window) that it belongs to.
struct ResolvedTarget {
  Target target;
  TargetInfo info;
  std::size_t window = 0;
};

/// What `options` ask to be explained, or else what the model predicts:
/// - question answering: the best answer (its first token twice, [CLS]:[CLS], if that is the null answer). `target`
/// "START:END"
///   counts tokens in the predicted answer's window, in any order; `answer` is the first occurrence of a text in the
///   context, by its case before regardless of case, that begins and ends with a token, or else the tokens that cover
///   it;
/// - sequence classification: the likeliest label; `target` and `contrast` are a label or its index;
/// - token classification: the first token of the likeliest entity with that token's label, or without entities the
/// ordinary
///   token with the largest logit; `target` "POSITION:LABEL", or "POSITION" for the label that is predicted there.
/// @throws Error for what is not there (the message lists the labels, the range, or the nearest part of the context),
/// and for an option that the task does not have.
ResolvedTarget resolve_target(const ExplainOptions& options, Scalar explain, const ReadInput& read);

/// The same, but for token classification without a `target` one for each entity, in the text's order, and for
/// Scalar::max_logit one for the start and one for the end.
std::vector<ResolvedTarget> resolve_targets(const ExplainOptions& options, Scalar explain, const ReadInput& read);

}  // namespace limn
