#pragma once

#include <cstddef>
#include <vector>

#include "explain/game.h"
#include "explain/subject.h"

namespace limn {

// Perturbation methods in two halves: the mathematics of a game, and the game defined by a text and a model.

// ---- the mathematics: a score for each unit ---------------------------------------------------------

UnitScores score_units(Game& game, const Occlusion& method);        // occlusion.cc
UnitScores score_units(Game& game, const KernelShap& method);       // kernel_shap.cc
UnitScores score_units(Game& game, const ShapleySampling& method);  // shapley.cc
UnitScores score_units(Game& game, const Rise& method);             // rise.cc
UnitScores score_units(Game& game, const Sobol& method);            // sobol.cc
UnitScores score_units(Game& game, const OptimalOrder& method);     // removal_order.cc

// ---- the game of a text -----------------------------------------------------------------------------

/// Token positions of each unit.
using Units = std::vector<std::vector<std::size_t>>;

/// Returns the units of the subject's text, in order. Tokens added by the post-processor belong to no unit.
Units units_of(const Subject& subject, Unit unit);

/// Returns the game whose value is F of the subject with only some of `units` present. The tokens of other units are
/// replaced one by one, or removed, which shortens the input. Tokens on which F is defined (an answer's first and last
/// token, a tagged token) are never removed but replaced by [MASK]. The subject must outlive the game.
/// @throws Error if the tokenizer lacks the replacement token.
Game masking_game(const Subject& subject, Units units, Masking masking);

/// Converts the scores of units to scores of tokens, without standard errors.
Attribution attribution_of(const Subject& subject, const Units& units, const UnitScores& found, Game& game);

/// Returns scores so far as words, whose places are those of the result. @param found of the subject's units
std::vector<Word> partial_words(const Subject& subject, const UnitScores& found);

}  // namespace limn
