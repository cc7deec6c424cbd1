#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "limn/explanation.h"
#include "render/terminal.h"

namespace limn {

/// An attack as JSON: predictions as everywhere, and each step with the texts after it.
std::string to_json(const Attack& attack, int indent = -1);
/// The same as a value, for callers that add keys of their own.
nlohmann::ordered_json json_value(const Attack& attack);

/// An attack for a terminal, ending in a line feed: what the model said before and after, both texts, every step.
std::string to_terminal(const Attack& attack, const TerminalStyle& style = {});

}  // namespace limn
