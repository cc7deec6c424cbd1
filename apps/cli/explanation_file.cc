#include "apps/cli/explanation_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>

#include "limn/error.h"
#include "render/explanation_reader.h"

namespace limn::cli {

std::size_t read_explanation_file(const std::string& file, const std::function<void(Explanation)>& take) {
  if (file == "-") return read_explanations(std::cin, "standard input", take);
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw Error({.file = file, .found = std::strerror(errno), .expected = "a readable file"});
  return read_explanations(stream, file, take);
}

}  // namespace limn::cli
