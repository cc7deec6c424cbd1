// Input reduction, as implemented in AllenNLP Interpret.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "explain/attack/attack.h"
#include "explain/attack/search.h"
#include "limn/error.h"

namespace limn {
namespace {

/// A removal, linked to those before it.
struct Link {
  std::shared_ptr<const Link> previous;
  AttackStep step;
};

struct Candidate {
  std::vector<EditedToken> edited_tokens;
  std::shared_ptr<const Link> previous;
  std::optional<std::size_t> removed;  ///< the token removed last; empty: the whole input
};

/// Returns the positions in the edited input of the `count` removable tokens with the smallest ‖g‖₂, smallest first.
std::vector<std::size_t> least_tokens(const AttackSearch& search, const Reading& reading, std::size_t count) {
  std::vector<std::pair<double, std::size_t>> tokens;
  for (std::size_t token = 0; token < reading.edited.origins.size(); ++token)
    if (search.may_change(reading.edited.origins[token]) && !search.is_only_token_of_text(reading.edited, token))
      tokens.emplace_back(reading.norm(token), token);
  std::sort(tokens.begin(), tokens.end());
  tokens.resize(std::min(tokens.size(), count));
  std::vector<std::size_t> least;
  for (const auto& [norm, token] : tokens) least.push_back(token);
  return least;
}

}  // namespace

// Each round reads the first `beam` candidates and drops those whose prediction differs. For each of the others it
// proposes the removal of each of the `beam` tokens with the smallest ‖g‖₂, smallest first.
Attack reduce_input(const Explainer& explainer, const Input& input, const AttackOptions& options, const Watch& watch) {
  if (options.toward)
    throw Error({.field = "toward",
                 .found = *options.toward,
                 .expected = "this option only for hotflip: input reduction keeps the prediction"});
  if (options.beam == 0) throw Error({.field = "beam", .found = "0", .expected = "at least 1"});
  AttackSearch search(explainer, input, options, watch);
  Attack attack;
  std::shared_ptr<const Link> last;
  std::vector<Candidate> candidates = {{.edited_tokens = search.unedited(), .previous = nullptr, .removed = {}}};
  const std::size_t most = options.max_steps > 0 ? options.max_steps : search.changeable();
  for (std::size_t round = 0; round <= most && !candidates.empty(); ++round) {
    candidates.resize(std::min(candidates.size(), options.beam));
    std::vector<std::vector<EditedToken>> edits;
    for (Candidate& candidate : candidates) edits.push_back(candidate.edited_tokens);
    std::vector<Reading> readings = search.read(edits);
    if (round == 0) attack = search.start("input-reduction", readings.front());
    if (round > 0 && watch.progress) watch.progress(round, most);
    std::vector<Candidate> next;
    bool is_first = true;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      if (!search.holds(readings[i].decision)) continue;
      std::shared_ptr<const Link> link;
      if (const auto& removed = candidates[i].removed)
        link = std::make_shared<const Link>(Link{.previous = candidates[i].previous,
                                                 .step = {.token = *removed,
                                                          .before = attack.tokens[*removed].token,
                                                          .after = {},
                                                          .input = readings[i].edited.input,
                                                          .prediction = readings[i].prediction}});
      if (is_first) last = link;
      is_first = false;
      for (const std::size_t token : least_tokens(search, readings[i], options.beam)) {
        next.push_back({.edited_tokens = edits[i], .previous = link, .removed = readings[i].edited.origins[token]});
        next.back().edited_tokens.erase(next.back().edited_tokens.begin() + static_cast<std::ptrdiff_t>(token));
      }
    }
    candidates = std::move(next);
  }
  for (; last; last = last->previous) attack.steps.push_back(last->step);
  std::reverse(attack.steps.begin(), attack.steps.end());
  attack.succeeded = !attack.steps.empty();
  search.finish(attack);
  return attack;
}

}  // namespace limn
