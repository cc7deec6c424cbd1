#pragma once

#include <cstddef>
#include <vector>

#include "limn/explanation.h"
#include "limn/options.h"
#include "model/config.h"
#include "task/input_windows.h"
#include "task/target.h"

namespace limn {

/// One input with its windows and prediction, from which a target is chosen.
struct ReadInput {
  const Input& input;
  const HeadConfig& head;
  const Prediction& prediction;
  const WindowStore& windows;  ///< of a long context or single text: the windows; otherwise one encoding
};

/// A target, its description for the result, and the encoding (window) to which it belongs.
struct ResolvedTarget {
  Target target;
  TargetInfo info;
  std::size_t window = 0;
};

/// Returns the target that `options` request, or else the model's prediction.
///
/// Question answering: by default the best answer, or [CLS]:[CLS] if the null answer wins. `target` "START:END" gives
/// token positions in the predicted answer's window, in any order. `answer` is the first occurrence of a text in the
/// context, preferably with the same case, that begins and ends at token boundaries, or else the tokens that cover it.
///
/// Sequence classification: by default the most likely label. `target` and `contrast` are a label or its index.
///
/// Token classification: by default the first token of the most likely entity with that token's label, or, without
/// entities, the token with the largest logit that is not special. `target` is "POSITION:LABEL", or "POSITION" for the
/// label predicted at that position; positions count the tokens of the whole text. It may also be the type or
/// the text of an entity: of several, the most probable.
/// @throws Error for a target that does not exist (the message lists the labels, the range, or the nearest part of the
/// context), and for an option that the task does not have.
ResolvedTarget resolve_target(const ExplainOptions& options, Scalar explain, const ReadInput& read);

/// The same, but token classification without a `target` returns one target per entity, in text order, and
/// Scalar::max_logit returns one for the start and one for the end.
std::vector<ResolvedTarget> resolve_targets(const ExplainOptions& options, Scalar explain, const ReadInput& read);

}  // namespace limn
