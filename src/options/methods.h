#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "limn/options.h"
#include "options/option.h"

namespace limn {

/// A method by its name.
struct NamedMethod {
  std::string_view name;
  Method method;
  std::string_view group;    ///< "gradients", "perturbation", "attention"
  std::string_view summary;  ///< one sentence for people who do not know the method
  bool one_pass = true;      ///< one forward and at most one backward pass per target; false: many
};

/// Every method that explains any text, in the order of help texts and documents.
const std::vector<NamedMethod>& methods();
/// The optimal order, which is for short texts only.
const NamedMethod& optimal_order();
/// The name that stands for a method chosen for each input, see ChosenMethod::automatic.
inline constexpr std::string_view automatic_name = "auto";

/// "gradient, gradient-x-input, …"
std::string method_names();
/// Returns null if the name is unknown. Case does not matter, underscores stand for hyphens, and common other names
/// (ig, saliency, shap) are known.
const NamedMethod* find_method(std::string_view name);
/// @param others other names that are allowed, for the message: "forward, "
/// @throws Error that lists the methods if the name is unknown.
const NamedMethod& named_method(std::string_view name, std::string_view others = {});
/// Returns the named method that this is, independent of its options.
const NamedMethod& named_method(const Method& method);

/// Whether the method packs several inputs into one pass, which is faster than one pass per input.
bool shares_passes(const Method& method);

/// Returns the options that differ from the defaults of the named method, in the order of options().
std::vector<std::pair<const Option*, OptionValue>> changed_options(const Method& method);

}  // namespace limn
