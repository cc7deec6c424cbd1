#pragma once

#include <string>

#include "evaluate/classification.h"
#include "evaluate/squad.h"
#include "evaluate/tokens.h"

namespace limn {

/// The results of `limn evaluate` as JSON, in percent, on one line. @param seconds that the whole run took
std::string to_json(const SquadScores& scores, double seconds);
std::string to_json(const ClassificationScores& scores, double seconds);
std::string to_json(const EntityScores& scores, double seconds);

}  // namespace limn
