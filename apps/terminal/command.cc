#include "apps/terminal/command.h"

#include <sstream>

namespace limn {

const char* const codes_and_environment =
    "Exit codes:\n"
    "  0 done; 1 a mistake in what was given (the message says where); 2 usage; 3 some rows failed;\n"
    "  130 interrupted\n"
    "\n"
    "Environment:\n"
    "  LIMN_MODELS                 folders in which models are looked up by name, separated by colons\n"
    "  HF_HUB_CACHE, HF_HOME       where the Hugging Face cache is; default: ~/.cache/huggingface\n"
    "  NO_COLOR, COLORTERM, TERM   which colours are used on a terminal";

std::string command_footer(const std::string& examples) {
  std::string text = "Examples:\n";
  std::istringstream lines(examples);
  for (std::string line; std::getline(lines, line);) text += "  " + line + "\n";
  return text + "\n" + codes_and_environment;
}

}  // namespace limn
