// Methods that are still to be written; each leaves this file when it is.
#include "explain/methods.h"
#include "limn/error.h"

namespace limn {

namespace {
[[noreturn]] void unfinished() { throw Error({.thing = "--method", .found = "a method that is not written yet"}); }
}  // namespace

Attribution attribute(const Subject&, const SmoothGrad&) { unfinished(); }
Attribution attribute(const Subject&, const ExpectedGradients&) { unfinished(); }
Attribution attribute(const Subject&, const GradCam&) { unfinished(); }
Attribution attribute(const Subject&, const Lime&) { unfinished(); }
Attribution attribute(const Subject&, const KernelShap&) { unfinished(); }
Attribution attribute(const Subject&, const ShapleySampling&) { unfinished(); }
Attribution attribute(const Subject&, const PartitionShap&) { unfinished(); }
Attribution attribute(const Subject&, const Rise&) { unfinished(); }
Attribution attribute(const Subject&, const Sobol&) { unfinished(); }
Attribution attribute(const Subject&, const Attention&) { unfinished(); }
Attribution attribute(const Subject&, const AttentionRollout&) { unfinished(); }
Attribution attribute(const Subject&, const GradientAttention&) { unfinished(); }

}  // namespace limn
