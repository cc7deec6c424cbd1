#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "limn/write.h"
#include "render/display_text.h"
#include "render/json.h"
#include "render/json_parts.h"

namespace limn {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_words = 20;

/// The most frequent words, most frequent first.
std::vector<std::pair<std::string, std::size_t>> frequent(const std::map<std::string, std::size_t>& words) {
  std::vector<std::pair<std::string, std::size_t>> list(words.begin(), words.end());
  std::stable_sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  if (list.size() > most_words) list.resize(most_words);
  return list;
}

std::string listed(const std::map<std::string, std::size_t>& words) {
  std::string text;
  for (const auto& [word, count] : frequent(words))
    text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", shorten(word, 30), count);
  return text.empty() ? "none" : text;
}

std::string drift_text(std::optional<double> value) { return value ? fmt::format("{:.3f}", *value) : "-"; }

}  // namespace

std::string to_json(const DriftedInput& input) {
  return json_text({{"before", input.before},
                    {"after", input.after},
                    {"changed", input.changed},
                    {"kendall", or_null(input.kendall)},
                    {"spearman", or_null(input.spearman)},
                    {"drift", or_null(input.drift())},
                    {"gained", input.gained},
                    {"lost", input.lost}});
}

std::string to_json(const DriftScores& scores) {
  Json gained = Json::array(), lost = Json::array();
  for (const auto& [word, count] : frequent(scores.gained)) gained.push_back({{"word", word}, {"inputs", count}});
  for (const auto& [word, count] : frequent(scores.lost)) lost.push_back({{"word", word}, {"inputs", count}});
  return json_text({{"inputs", scores.inputs},
                    {"changed_predictions", scores.changed},
                    {"correlated", scores.correlated},
                    {"mean_kendall", or_null(scores.mean_kendall)},
                    {"mean_spearman", or_null(scores.mean_spearman)},
                    {"drift", or_null(scores.drift())},
                    {"gained", std::move(gained)},
                    {"lost", std::move(lost)}});
}

std::string to_terminal(const DriftScores& scores) {
  return fmt::format(
      "inputs               {}\nchanged predictions  {}\nmean Spearman        {}\nmean Kendall         {}\n"
      "drift                {}\n\ngained  {}\nlost    {}\n",
      scores.inputs, scores.changed, drift_text(scores.mean_spearman), drift_text(scores.mean_kendall),
      drift_text(scores.drift()), listed(scores.gained), listed(scores.lost));
}

}  // namespace limn
