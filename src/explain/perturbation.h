#pragma once

#include <cstddef>
#include <vector>

#include "explain/game.h"
#include "explain/subject.h"

namespace limn {

// Perturbation methods in two halves: the mathematics of a game, and the game that a text and a model make.

// ---- the mathematics: a score for each unit ---------------------------------------------------------

UnitScores score_units(Game& game, const Occlusion& method);        // occlusion.cc
UnitScores score_units(Game& game, const KernelShap& method);       // kernel_shap.cc
UnitScores score_units(Game& game, const ShapleySampling& method);  // shapley.cc
UnitScores score_units(Game& game, const Rise& method);             // rise.cc
UnitScores score_units(Game& game, const Sobol& method);            // sobol.cc

// ---- the game of a text -----------------------------------------------------------------------------

/// Token positions of each unit.
using Units = std::vector<std::vector<std::size_t>>;

/// The units of the subject's text, in order; tokens that the template added belong to none.
Units units_of(const Subject& subject, Unit unit);

/// F of the subject with only some of `units` present. Absent units are replaced token by token, or removed, which
/// makes rows shorter. Tokens that F itself looks at (an answer's first and last token, a tagged token) are never
/// removed but replaced by [MASK], so that F stays defined. The subject must outlive the game.
/// @throws Error if the tokenizer has no token to stand for an absent one.
Game masking_game(const Subject& subject, Units units, Masking masking);

/// What was found out about units, told of tokens.
Attribution attribution_of(const Subject& subject, const Units& units, const UnitScores& found, Game& game);

}  // namespace limn
