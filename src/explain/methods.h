#pragma once

#include "explain/subject.h"
#include "limn/options.h"

namespace limn {

// The methods that send many perturbed inputs of a subject through the model. limn/methods.h gives the formulas.

Attribution attribute(const Subject& subject, const SmoothGrad& method);           // noise.cc
Attribution attribute(const Subject& subject, const IntegratedGradients& method);  // path.cc
Attribution attribute(const Subject& subject, const ExpectedGradients& method);    // expected_gradients.cc
Attribution attribute(const Subject& subject, const GradCam& method);              // gradcam.cc
Attribution attribute(const Subject& subject, const Occlusion& method);            // occlusion.cc
Attribution attribute(const Subject& subject, const Lime& method);                 // lime.cc
Attribution attribute(const Subject& subject, const KernelShap& method);           // kernel_shap.cc
Attribution attribute(const Subject& subject, const ShapleySampling& method);      // shapley.cc
Attribution attribute(const Subject& subject, const PartitionShap& method);        // partition_shap.cc
Attribution attribute(const Subject& subject, const Rise& method);                 // rise.cc
Attribution attribute(const Subject& subject, const Sobol& method);                // sobol.cc
Attribution attribute(const Subject& subject, const OptimalOrder& method);         // perturbation.cc
Attribution attribute(const Subject& subject, const Attention& method);            // attention_methods.cc
Attribution attribute(const Subject& subject, const AttentionRollout& method);     // attention_methods.cc
Attribution attribute(const Subject& subject, const GradientAttention& method);    // attention_methods.cc

/// Dispatches to the method; not for Gradient and GradientXInput, which pack several inputs into a pass (explainer.cc).
Attribution attribute(const Subject& subject, const Method& method);

}  // namespace limn
