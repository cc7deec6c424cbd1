#pragma once

#include <string>
#include <string_view>

namespace limn {

/// A model on the hub: "ORG/NAME" or "NAME", and which version: a branch, a tag or a commit.
struct Repository {
  std::string name;
  std::string revision = "main";

  std::string folder() const;  ///< "models--ORG--NAME": in the Hugging Face cache
};

/// "ORG/NAME@REVISION". @throws Error if a part cannot be a name on the hub: both become parts of paths.
Repository parse_repository(std::string_view text);

/// Whether it is what the hub calls a commit: 40 hexadecimal digits.
bool is_commit(std::string_view text);

}  // namespace limn
