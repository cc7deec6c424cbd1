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
  std::string_view summary;  ///< one sentence for people who do not know it
  bool one_pass = true;      ///< a forward and at most one backward pass for each target; otherwise many
};

/// Every method, in the order of help texts and documents.
const std::vector<NamedMethod>& methods();
/// "gradient, gradient-x-input, …"
std::string method_names();
/// Null if there is none of that name.
const NamedMethod* find_method(std::string_view name);
/// @param others names that are allowed, too: "forward, "
/// @throws Error that lists the methods if there is none of that name.
const NamedMethod& named_method(std::string_view name, std::string_view others = {});
/// The named method that this is, whatever its options are.
const NamedMethod& named_method(const Method& method);

/// Whether inputs go through the model together faster than one by one.
bool shares_passes(const Method& method);

/// The options in which a method differs from the named one, in the order of options().
std::vector<std::pair<const Option*, OptionValue>> changed_options(const Method& method);

}  // namespace limn
