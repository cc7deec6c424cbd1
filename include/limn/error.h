#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace limn {

/// The only exception type for a user's mistake; its message helps the user to fix it.
///
/// `what()` returns "FILE: FIELD: THING: found FOUND, expected EXPECTED; HINT"; empty parts are left out.
class Error : public std::runtime_error {
 public:
  /// The parts of a message, for designated initialisers: `throw Error({.file = …, .thing = …, .found = …});`
  struct Parts {
    std::string file = {};      ///< the file or input with the error: "model.safetensors", "line 12"
    std::string field = {};     ///< the name of the option or input concerned: "samples", "max_length"
    std::string thing = {};     ///< the object within the file: "tensor 'classifier.weight'"
    std::string found = {};     ///< what was found
    std::string expected = {};  ///< what was expected; lists are complete ("gradient, lime, …")
    std::string hint = {};      ///< what to do about it
  };
  /// Builds the message from its parts.
  explicit Error(Parts parts);

  /// Returns the message with the field spelled as in a front end: the command writes "--max-length" for "max_length".
  std::string message_with(std::string_view field) const;

  /// The parts of the message.
  const Parts& parts() const noexcept { return parts_; }

 private:
  Parts parts_;
};

}  // namespace limn
