#include "apps/cli/explanation_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <utility>

#include "limn/error.h"
#include "options/names.h"
#include "render/explanation_reader.h"

namespace limn::cli {
namespace {

std::size_t read(std::istream& stream, const std::string& name, const TakeExplanation& take) try {
  return read_explanations(stream, name, take);
} catch (const Error& error) {
  Error::Parts parts = error.parts();
  if (!parts.thing.starts_with("object ")) throw;  // thrown by `take`
  parts.hint = "write one with 'limn explain --format json'";
  throw Error(std::move(parts));
}

}  // namespace

std::size_t read_explanation_file(const std::string& file, const TakeExplanation& take) {
  if (file == "-") return read(std::cin, "standard input", take);
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw Error({.file = file, .found = std::strerror(errno), .expected = "a readable file"});
  return read(stream, file, take);
}

ChosenMethod method_of(const MethodInfo& info) {
  ChosenMethod chosen = *info.method;
  chosen.preset = info.preset;
  chosen.unit = find_value<Unit>(info.unit);
  chosen.word_score = info.word_score;
  chosen.seed = info.seed;
  return chosen;
}

}  // namespace limn::cli
