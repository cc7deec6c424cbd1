#pragma once

#include <string>
#include <string_view>

#include "model/config.h"
#include "model/config_fields.h"

namespace limn {

/// A family's name in `model_type`, and what the names of its model classes begin with: "bert", "Bert".
struct FamilyClass {
  std::string_view model_type, prefix;
};

/// The class that the config names, and what it is for: from its `limn` block, its `architectures`, or else from the
/// tensors of the heads. @throws Error if none of them tells.
struct NamedHead {
  std::string architecture;
  Task task;
};
NamedHead named_head(const Fields& fields, const FamilyClass& family, const HasTensor& has_tensor);

/// What the outputs mean, and the layers of the `limn` block if there is one.
HeadConfig head_config(const Fields& fields, Task task);

}  // namespace limn
