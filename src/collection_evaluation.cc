#include <algorithm>
#include <array>
#include <chrono>

#include "evaluate/answer_text.h"
#include "evaluate/squad.h"
#include "limn/collection.h"
#include "limn/error.h"

namespace limn {

AskScores evaluate_ask(const Collection& collection, const std::filesystem::path& data,
                       const std::optional<Model>& reader, const std::optional<Model>& reranker,
                       const EvaluateAskOptions& options, const Watch& watch) {
  const auto start = std::chrono::steady_clock::now();
  constexpr std::array<std::size_t, 4> depths = {1, 5, 10, 20};
  std::vector<SquadQuestion> questions = read_squad(data);
  AskOptions asking = options.ask;
  asking.top = 1;
  if (!default_null_threshold(questions)) asking.reading.null_allowed = false;
  if (questions.size() > options.limit) questions.resize(options.limit);
  std::array<std::size_t, depths.size()> hits{};
  double reciprocal = 0, exact = 0, f1 = 0;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const SquadQuestion& question = questions[i];
    SearchOptions searching = asking.search;
    searching.top = depths.back();
    const SearchResult found = collection.search(question.input.text, searching, reranker, watch);
    const auto own = std::ranges::find_if(found.passages, [&](const FoundPassage& passage) {
      return question.input.pair->find(passage.text) != std::string::npos;
    });
    if (own != found.passages.end()) {
      const auto rank = static_cast<std::size_t>(own - found.passages.begin()) + 1;
      reciprocal += 1 / static_cast<double>(rank);
      for (std::size_t d = 0; d < depths.size(); ++d) hits[d] += rank <= depths[d] ? 1 : 0;
    }
    if (reader) {
      const AskResult asked = collection.ask(*reader, question.input.text, asking, reranker, watch);
      const AnswerScore score =
          best_answer_score(question.answers, asked.answered ? asked.answers.front().answer : std::string());
      exact += score.exact;
      f1 += score.f1;
    }
    if (watch.progress) watch.progress(i + 1, questions.size());
  }
  if (hits.back() == 0)
    throw Error({.file = collection.info().file.string(),
                 .found = "no passage of the paragraphs of " + data.string(),
                 .expected = "a collection of these paragraphs",
                 .hint = "'limn index' reads the file itself"});
  const auto percent = [&](double sum) { return 100 * sum / static_cast<double>(questions.size()); };
  AskScores scores{.questions = questions.size(), .recall = {}, .mrr = percent(reciprocal)};
  for (std::size_t d = 0; d < depths.size(); ++d)
    scores.recall.emplace_back(depths[d], percent(static_cast<double>(hits[d])));
  if (reader) scores.exact = percent(exact), scores.f1 = percent(f1);
  scores.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return scores;
}

}  // namespace limn
