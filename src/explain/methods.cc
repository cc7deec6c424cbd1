#include "explain/methods.h"

#include <cassert>
#include <type_traits>
#include <variant>

namespace limn {

Attribution attribute(const Subject& subject, const Method& method) {
  return std::visit(
      [&](const auto& chosen) -> Attribution {
        using M = std::remove_cvref_t<decltype(chosen)>;
        if constexpr (std::is_same_v<M, Gradient> || std::is_same_v<M, GradientXInput>) {
          assert(false && "explainer.cc packs these");
          return {};
        } else {
          return attribute(subject, chosen);
        }
      },
      method);
}

}  // namespace limn
