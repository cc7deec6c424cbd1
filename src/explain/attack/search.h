#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <string_view>
#include <vector>

#include "explain/attack/edited_input.h"
#include "explain/explainer.h"
#include "task/target_request.h"

namespace limn {

/// The model's decision as comparable numbers: the answer's tokens (positions in the original), or a label.
using Decision = std::vector<std::size_t>;

/// An edited input after its forward and backward pass.
struct Reading {
  EditedInput edited;
  Prediction prediction;
  Decision decision;
  Mat gradient;  // ∂F/∂e (T, C)

  double norm(std::size_t token) const {
    double squares = 0;
    for (const double value : gradient.view().row_span(token)) squares += value * value;
    return std::sqrt(squares);
  }
};

/// The common part of both attacks: the input, the model's decision, and the loss whose gradient guides the search.
class AttackSearch {
 public:
  /// Reads the input. @throws Error if the input or the options do not allow an attack.
  AttackSearch(const Explainer& explainer, const Input& input, const AttackOptions& options, const Watch& watch);

  const Tokenizer& tokenizer() const { return pipeline_.tokenizer; }
  const AttackOptions& options() const { return options_; }
  StoredView word_embeddings() const { return encoder().weights.embeddings.word; }
  std::size_t tokens() const { return encoding_.size(); }
  bool may_change(std::size_t token) const { return !fixed_[token]; }
  std::size_t changeable() const { return static_cast<std::size_t>(std::count(fixed_.begin(), fixed_.end(), false)); }
  bool is_only_token_of_text(const EditedInput& edited, std::size_t token) const {
    const auto& sequences = edited.encoding.sequences;
    return std::count(sequences.begin(), sequences.end(), sequences[token]) == 1;
  }
  /// 1: the attack increases F; −1: it decreases F.
  float direction() const { return direction_; }
  bool reached(const Decision& decision) const { return wanted_ ? decision == *wanted_ : decision != decision_; }
  bool holds(const Decision& decision) const { return decision == decision_; }

  std::vector<EditedToken> unedited() const {
    std::vector<EditedToken> edited_tokens(tokens());
    for (std::size_t token = 0; token < tokens(); ++token) edited_tokens[token].origin = token;
    return edited_tokens;
  }
  /// Runs forward and backward passes of edited inputs, as many in one pass as memory allows.
  std::vector<Reading> read(const std::vector<std::vector<EditedToken>>& edits);

  Attack start(std::string_view kind, const Reading& first) const;
  void finish(Attack& attack) const;

 private:
  Encoder encoder() const { return pipeline_.encoder(watch_); }
  bool has_token_logits() const { return !encoder().weights.head.pools(); }
  void check_options() const;
  void resolve(ConstView logits);
  void choose_fixed();
  Target target_in(const EditedInput& edited) const;
  Decision decision_of(const EditedInput& edited, const Prediction& prediction, ConstView logits) const;

  const Pipeline& pipeline_;
  const Input& input_;
  const AttackOptions& options_;
  const PredictOptions reading_;
  const Watch& watch_;
  Encoding encoding_;
  Prediction prediction_;
  ResolvedTarget resolved_;
  float direction_ = 1;
  Decision decision_;
  std::optional<Decision> wanted_;
  std::vector<bool> fixed_;  // (T)
  std::size_t passes_ = 1;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace limn
