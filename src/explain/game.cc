#include "explain/game.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace limn {

Game::Game(std::size_t units, Evaluate evaluate, Report report, Check check)
    : units_(units), evaluate_(std::move(evaluate)), report_(std::move(report)), check_(std::move(check)) {}

bool Game::is_time_for_partial() const {
  constexpr std::chrono::milliseconds between{500};
  return partial_ && std::chrono::steady_clock::now() - last_partial_ >= between;
}

void Game::offer(const UnitScores& scores) {
  if (!is_time_for_partial() || scores.scores.empty()) return;
  partial_(scores);
  last_partial_ = std::chrono::steady_clock::now();
}

void Game::report_partial(std::span<const Mask> masks, const ScoresSoFar& so_far) {
  if (!is_time_for_partial()) return;
  std::vector<double> values;
  values.reserve(masks.size());
  for (const Mask& mask : masks) values.push_back(known_.at(mask));
  offer(so_far(values));
}

std::vector<double> Game::values(std::span<const Mask> masks, const ScoresSoFar& so_far) {
  constexpr std::size_t report_every = 64;
  std::vector<const Mask*> unknown;
  for (std::size_t i = 0; i < masks.size(); ++i) {
    assert(masks[i].size() == units_);
    check(i);
    if (known_.emplace(masks[i], 0.).second) unknown.push_back(&masks[i]);
  }
  const std::size_t total = std::max(planned_, evaluations_ + unknown.size());
  if (report_ && !unknown.empty()) report_(evaluations_, total);  // the total is known before the first evaluation
  for (std::size_t begin = 0; begin < unknown.size(); begin += report_every) {
    const auto some = std::span(unknown).subspan(begin, std::min(report_every, unknown.size() - begin));
    const std::vector<double> found = evaluate_(some);
    assert(found.size() == some.size());
    for (std::size_t i = 0; i < found.size(); ++i) known_[*some[i]] = found[i];
    evaluations_ += found.size();
    if (report_) report_(evaluations_, total);
    if (const std::size_t next = begin + some.size(); so_far && next < unknown.size())
      report_partial(masks.first(static_cast<std::size_t>(unknown[next] - masks.data())), so_far);
  }
  std::vector<double> result;
  result.reserve(masks.size());
  for (const Mask& mask : masks) result.push_back(known_.at(mask));
  return result;
}

}  // namespace limn
