#include "store/repository.h"

#include <algorithm>

#include "base/json.h"
#include "limn/error.h"

namespace limn {
namespace {

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

/// Whether a part of a path is safe: it cannot leave its folder.
bool is_plain_part(std::string_view part) {
  const auto plain = [](char c) { return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.'; };
  return !part.empty() && part.size() <= 96 && std::ranges::all_of(part, plain) && part.front() != '.' &&
         part.front() != '-' && part.find("..") == part.npos;
}

bool has_plain_parts(std::string_view path, std::size_t most) {
  for (std::size_t count = 1;; ++count) {
    const std::size_t slash = path.find('/');
    if (count > most || !is_plain_part(path.substr(0, slash))) return false;
    if (slash == path.npos) return true;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace

std::string Repository::folder() const {
  std::string result = "models--" + name;
  if (const std::size_t slash = result.find('/'); slash != result.npos) result.replace(slash, 1, "--");
  return result;
}

Repository parse_repository(std::string_view text) {
  const std::size_t at = text.find('@');
  Repository result{.name = std::string(text.substr(0, at))};
  if (at != text.npos) result.revision = text.substr(at + 1);
  if (!has_plain_parts(result.name, 2) || result.name.find("--") != std::string::npos) {
    throw Error({.file = shown_name(text),
                 .found = "not a model name",
                 .expected = "ORG/NAME or ORG/NAME@REVISION of letters, digits, '-', '_' and '.'",
                 .hint = "the name is part of the model's address on the hub"});
  }
  if (!has_plain_parts(result.revision, 8)) {
    throw Error({.file = shown_name(text),
                 .thing = "revision",
                 .found = shown_name(result.revision),
                 .expected = "a branch, a tag or a commit"});
  }
  return result;
}

bool is_commit(std::string_view text) {
  const auto hexadecimal = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return text.size() == 40 && std::ranges::all_of(text, hexadecimal);
}

}  // namespace limn
