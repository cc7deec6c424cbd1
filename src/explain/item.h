#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "explain/coalitions.h"
#include "explain/explainer.h"
#include "limn/error.h"
#include "limn/explanation.h"
#include "limn/methods.h"
#include "limn/options.h"
#include "task/input_windows.h"
#include "task/target_request.h"

namespace limn {

/// The state of one input, from its windows to its explanations.
struct Item {
  const Input* input = nullptr;
  std::optional<WindowStore> windows = {};  // of a long context or single text; otherwise one encoding
  Prediction prediction = {};
  std::vector<ResolvedTarget> targets = {};
  std::vector<Explanation> explanations = {};  // one per target
  Coalitions* coalitions = nullptr;            // shared with other calls
  std::optional<Error> error = {};             // why there are no explanations

  /// Runs work on this item and stores an Error that it throws. @return whether the work succeeded
  template <class Work>
  bool attempt(const Work& work) {
    try {
      work();
    } catch (const Error& caught) {
      error = caught;
    }
    return !error;
  }
};

/// Takes one window of the item: its number, encoding and logits.
using TakeItemWindow = std::function<void(std::size_t window, Encoding& encoding, ConstView logits)>;

/// Runs the windows of the item's input and sets its prediction.
/// @param take also gets each window; may move the encoding away. @throws Error of the input
void read_windows(const Pipeline& pipeline, const Encoder& encoder, const PredictOptions& options, Item& item,
                  const TakeItemWindow& take);

/// Explains the targets of items whose prediction and targets are known. Methods of one pass also find those of an item
/// with a single encoding. An Error of an item ends up in it.
/// @param encoder that of the items' windows
void explain_targets(const Explainer& explainer, const Encoder& encoder, std::span<Item> items, const Method& method,
                     const ExplainOptions& options, bool all_entities, const Watch& watch);

}  // namespace limn
