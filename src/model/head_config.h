#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/config.h"
#include "model/config_fields.h"

namespace limn {

/// A family's name in `model_type` and the prefix of its model classes: "bert", "Bert".
struct FamilyClass {
  std::string_view model_type, prefix;
};

/// The model class and its task.
struct NamedHead {
  std::string architecture;
  Task task;
};
/// Takes the model class and its task from the config's `limn` block, from its `architectures`, or else from the
/// tensors of the heads, with a warning. @throws Error if none of them identifies a head.
NamedHead named_head(const Fields& fields, const FamilyClass& family, const HasTensor& has_tensor,
                     std::vector<std::string>& warnings);

/// The task, and the layers of the `limn` block if there is one.
HeadConfig head_config(const Fields& fields, Task task);

/// The number of outputs that the weights of a head have; nothing if it cannot be determined.
std::optional<std::size_t> head_outputs(const FamilyClass& family, const HeadConfig& head,
                                        const std::optional<std::string>& prefix, const TensorRows& rows);

}  // namespace limn
