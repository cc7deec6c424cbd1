#pragma once

#include <cstdint>
#include <string_view>

#include "limn/explanation.h"
#include "limn/options.h"
#include "model/config.h"

namespace limn {

/// The options shared by most methods; options that a method does not have keep their defaults.
struct CommonOptions {
  std::string_view name;  ///< "integrated-gradients"
  Scalar explain = Scalar::logit;
  Layer layer = Layer::word();
  Reduce reduce = Reduce::sum;
  bool absolute = false;
  Normalize normalize = Normalize::none;
  bool takes_layer = false, takes_reduce = false;
  bool moves_layer = false;  ///< the layer is not word, because this model normalises each word embedding separately
  std::uint64_t seed = 0;
};
CommonOptions common_options(const Method& method, const EncoderConfig& config);

/// Returns the method's description for the result.
MethodInfo method_info(const Method& method, const EncoderConfig& config, const ExplainOptions& options);

/// Returns how the scores of a unit's tokens become its score: as asked for, or else their sum if scores have signs.
WordScore word_score_of(const MethodInfo& info, const ExplainOptions& options);
/// The same, of a method.
WordScore word_score_of(const Method& method, const EncoderConfig& config, const ExplainOptions& options);

/// @throws Error for options that are incompatible with each other or with this model.
void check_method(const Method& method, const EncoderConfig& config);

}  // namespace limn
