#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace limn {

/// The one exception of limn: a user's mistake, told so that the user can mend it.
///
/// `what()` reads "FILE: FIELD: THING: found FOUND, expected EXPECTED; HINT"; parts that are empty are left out.
class Error : public std::runtime_error {
 public:
  /// Use with designated initialisers: `throw Error({.file = …, .thing = …, .found = …});`
  struct Parts {
    std::string file = {};      ///< the file or input where it went wrong: "model.safetensors", "line 12"
    std::string field = {};     ///< the option or input that it is about, by its name: "samples", "max_length"
    std::string thing = {};     ///< what in the file: "tensor 'classifier.weight'"
    std::string found = {};     ///< what was there
    std::string expected = {};  ///< what should have been there; lists are complete ("gradient, lime, …")
    std::string hint = {};      ///< what to do about it
  };
  /// Makes the message from its parts.
  explicit Error(Parts parts);

  /// The message with the field as a front end spells it: the command writes "--max-length" for "max_length".
  std::string message_with(std::string_view field) const;

  /// What the message is made of.
  const Parts& parts() const noexcept { return parts_; }

 private:
  Parts parts_;
};

}  // namespace limn
