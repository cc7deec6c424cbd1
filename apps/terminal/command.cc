#include "apps/terminal/command.h"

#include <sstream>

namespace limn {

const char* const codes_and_environment =
    "Exit codes:\n"
    "  0 success; 1 invalid input (the message names it); 2 usage error; 3 some rows failed;\n"
    "  130 interrupted\n"
    "\n"
    "Environment:\n"
    "  LIMN_MODELS                 folders in which to look up models by name, separated by colons\n"
    "  HF_HUB_CACHE, HF_HOME       location of the Hugging Face cache; default: ~/.cache/huggingface\n"
    "  NO_COLOR, COLORTERM, TERM   whether and which colours to use on a terminal";

std::string command_footer(const std::string& examples) {
  std::string text = "Examples:\n";
  std::istringstream lines(examples);
  for (std::string line; std::getline(lines, line);) text += "  " + line + "\n";
  return text + "\n" + codes_and_environment;
}

}  // namespace limn
