#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

/// How plausible explanations are: how well the units with the highest scores agree with the parts of the texts by
/// which people justify the label. A plausible explanation need not be faithful, nor a faithful one plausible.

namespace limn {

/// The agreement of one method's explanations with human rationales, from 0 to 1; nothing if no text has a rationale
/// that the model reads.
struct PlausibilityMetrics {
  std::string name;                ///< of the method
  std::optional<double> token_f1;  ///< ERASER: mean over texts of the F1 of the hard explanation's units
  std::optional<double> iou_f1;    ///< ERASER: F1 of the spans that overlap by at least ½ of their union, micro
  std::optional<double> auprc;     ///< ERASER: mean over texts of the area under the precision-recall curve of scores
  std::optional<double> ferret_token_f1;   ///< ferret: mean F1 of the five units with the highest positive scores
  std::optional<double> ferret_token_iou;  ///< ferret: mean overlap of those five, divided by the union
  std::optional<double> ferret_auprc;      ///< ferret: the area with negative scores set to 0
  double seconds = 0;                      ///< per text
};

/// The plausibility of several methods over many texts.
struct PlausibilityScores {
  std::size_t rows = 0;      ///< texts with a rationale in the part that the model reads
  std::size_t left_out = 0;  ///< texts without
  std::string unit;          ///< token, word, clause, sentence
  double share = 0;          ///< of the units that belong to a rationale; as many units make a hard explanation
  std::vector<PlausibilityMetrics> methods;  ///< in the order of the methods asked for
};

}  // namespace limn
