#pragma once

#include <span>
#include <vector>

#include "explain/explainer.h"

namespace limn {

/// Explains inputs with ExplainOptions::document: one explanation each, of F = Σ w_k F_k over the windows k.
///
/// Question answering: F_k is that of the window's best answer, or of "no answer" if that is the prediction, and w_k is
/// the softmax over the windows of the answer's score (of minus the score of "no answer"). With F_k the logit, the
/// gradient of F is that of log Σ exp F_k. The windows with the largest weights are explained, until their sum is
/// 0.999.
///
/// Sequence classification: F is that of the text, whose logits are the mean of the windows', and w_k the window's
/// share of the text. If F is a logit or a difference of logits, F_k is the same of the window; otherwise it is F as
/// this window alone changes it (Target::whole). Here, options may name a target and a contrast, and ask for the
/// logits.
///
/// Token classification: F_k is the sum over the entities that are found in the window, and w_k = 1.
///
/// A token's score is the sum over the windows that contain it, each with its weight: what holds of F for methods that
/// are linear in F. So a text of one window has that window's scores.
/// @param method, options resolved from the chosen ones
std::vector<Result<std::vector<Explanation>>> explain_documents(const Explainer& explainer,
                                                                std::span<const Input> inputs, const Method& method,
                                                                const ExplainOptions& options, const Watch& watch);

/// The same for one input. @throws Error if it cannot be explained
Explanation explain_document(const Explainer& explainer, const Input& input, const Method& method,
                             const ExplainOptions& options, const Watch& watch);

}  // namespace limn
