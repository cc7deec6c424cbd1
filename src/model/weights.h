#pragma once

#include <optional>
#include <span>
#include <vector>

#include "math/activation.h"
#include "math/mat.h"
#include "model/config.h"

namespace limn {

// Letters: V vocabulary, C channels, F feed-forward, L outputs of the head. All views point into Checkpoint's memory.

struct Linear {
  ConstView w;                // (out, in)
  std::span<const float> b;   // (out), or empty
};

struct Norm {
  std::span<const float> w, b;  // (C)
  float epsilon = 0;
};

struct EmbeddingWeights {
  ConstView word;        // (V, C)
  ConstView position;    // (positions, C)
  ConstView token_type;  // (token types, C), or empty
  Norm norm;
};

struct LayerWeights {
  Linear query, key, value, output;  // (C, C)
  Norm attention_norm;
  Linear up, down;  // (F, C), (C, F)
  Norm feed_forward_norm;
};

/// One step of a head: activation(linear(x)), then the norm if there is one.
struct HeadStep {
  Linear linear;
  Activation activation = Activation::identity;
  std::optional<Norm> norm;
};

struct Head {
  Pooling pooling = Pooling::none;  ///< none: every token has its own outputs
  std::vector<HeadStep> steps;
};

struct Weights {
  EmbeddingWeights embeddings;
  std::vector<LayerWeights> layers;
  Head head;
};

}  // namespace limn
