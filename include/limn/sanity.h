#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

/// Whether explanations depend on what they should depend on: the weights and the label, but not on case, punctuation,
/// white space and typos that leave the prediction as it is.

namespace limn {

/// The mean rank correlation of explanations with the original ones.
struct SanityStep {
  std::string change;              ///< what was changed: "head", "layer 6", …, "embeddings"; "typos"
  std::size_t inputs = 0;          ///< with a defined correlation; perturbed texts: with the same prediction
  std::optional<double> spearman;  ///< mean over them
};

/// One method's explanations after each change.
struct MethodSanity {
  std::string name;                        ///< of the method
  std::vector<SanityStep> randomized;      ///< weights random from the top: each step adds one part
  std::optional<SanityStep> other_label;   ///< another label, drawn at random, is explained; classification only
  std::vector<SanityStep> perturbed;       ///< case, punctuation, white space, typos
  std::optional<bool> depends_on_weights;  ///< whether |ρ| is below ½ when all weights are random
};

/// The sanity of several methods.
struct SanityScores {
  std::string model;                  ///< its name
  std::size_t inputs = 0;             ///< texts
  std::vector<MethodSanity> methods;  ///< in the order of the methods asked for
};

}  // namespace limn
