#pragma once

#include <string>
#include <string_view>

namespace limn {

/// A model on the hub: "ORG/NAME" or "NAME", and a revision: a branch, a tag or a commit.
struct Repository {
  std::string name;
  std::string revision = "main";

  std::string folder() const;  ///< "models--ORG--NAME", the folder in the Hugging Face cache
};

/// Parses "ORG/NAME@REVISION". @throws Error if a part is not a valid name on the hub, because both are used in paths.
Repository parse_repository(std::string_view text);

/// Whether the text is a commit hash: 40 hexadecimal digits.
bool is_commit(std::string_view text);

}  // namespace limn
