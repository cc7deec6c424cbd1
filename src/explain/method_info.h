#pragma once

#include <cstdint>
#include <string_view>

#include "limn/explanation.h"
#include "limn/options.h"
#include "model/config.h"

namespace limn {

/// The options that most methods have; what a method has no use for keeps its default.
struct CommonOptions {
  std::string_view name;  ///< "integrated-gradients"
  Scalar explain = Scalar::logit;
  Layer layer = Layer::word();
  Reduce reduce = Reduce::sum;
  bool absolute = false;
  Normalize normalize = Normalize::none;
  bool takes_layer = false, takes_reduce = false;
  bool moves_layer = false;  ///< the layer is not word, because this model normalises each word embedding alone
  std::uint64_t seed = 0;
};
CommonOptions common_options(const Method& method, const EncoderConfig& config);

/// The method in the words of the result.
MethodInfo method_info(const Method& method, const EncoderConfig& config, const ExplainOptions& options);

/// @throws Error for options that do not go together or that this model does not have.
void check_method(const Method& method, const EncoderConfig& config);

}  // namespace limn
