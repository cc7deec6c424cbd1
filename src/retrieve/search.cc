#include "retrieve/search.h"

#include <algorithm>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "limn/error.h"
#include "retrieve/expansion.h"
#include "retrieve/fusion.h"

namespace limn {
namespace {

/// BM25 is computed for so many passages at most; those below could not reach the top by their words.
constexpr std::size_t most_by_words = 1000;
bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n\f\v") == std::string_view::npos; }

/// From so many passages on, words that most of them have are left out: FTS5's BM25 gives a word of more than half of
/// the passages the weight 0 (1e-6), but scoring all these takes seconds. `frequent_share` is larger than one half
/// because shares are those of a sample.
constexpr std::size_t many_passages = 50'000;
constexpr double frequent_share = 0.55;

/// A word in quotes, so that it is no operator.
std::string in_double_quotes(const std::string& word) { return '"' + word + '"'; }

/// The words of a question, each once.
std::vector<std::string> distinct_words(std::string_view question) {
  std::set<std::string> seen;
  std::vector<std::string> words = search_words(question);
  std::erase_if(words, [&](const std::string& word) { return !seen.insert(word).second; });
  return words;
}

/// An FTS5 expression that matches any of the words.
std::string any_of(const std::vector<std::string>& words) {
  std::string expression;
  for (const std::string& word : words) expression += (expression.empty() ? "" : " OR ") + in_double_quotes(word);
  return expression;
}

/// Finds the passages of one question.
class Search {
 public:
  Search(const CollectionFile& collection, const Embedder* embedder, const SearchOptions& options, const Watch& watch)
      : collection_(collection),
        database_(collection.database()),
        embedder_(embedder),
        options_(options),
        watch_(watch) {
    if (!options.filters.empty()) read_allowed();
  }

  std::vector<FoundPassage> run(std::string_view question, std::size_t most, const std::vector<AddedTerm>& added) {
    const Retriever retriever = options_.retriever.value_or(embedder_ != nullptr ? Retriever::hybrid : Retriever::bm25);
    if (retriever != Retriever::dense) {
      const bool is_last = retriever == Retriever::bm25 && added.empty();
      by_words(any_of(without_frequent(distinct_words(question))), is_last ? most : most_by_words, 1);
      for (const AddedTerm& term : added)
        by_words(any_of(distinct_words(term.term)), most_by_words, options_.expansion.weight * term.weight);
    }
    if (retriever != Retriever::bm25) by_meaning(question);
    std::vector<ScoredPassage> ranked = fused(retriever);
    const std::size_t count = std::min(most, ranked.size());
    const auto better = [](const ScoredPassage& a, const ScoredPassage& b) {
      return a.score != b.score ? a.score > b.score : a.passage < b.passage;
    };
    std::ranges::partial_sort(ranked, ranked.begin() + static_cast<std::ptrdiff_t>(count), better);
    ranked.resize(count);
    return described(ranked, retriever);
  }

 private:
  void read_allowed() {
    allowed_.emplace();
    std::string sql = "SELECT p.id FROM passages p JOIN documents d ON d.id = p.document WHERE 1";
    for (const auto& [field, value] : options_.filters)
      if (field == "title" || field == "source" || field == "document")
        sql += std::string(" AND d.") + (field == "document" ? "key" : field) + " = ?";
      else
        sql += " AND EXISTS(SELECT 1 FROM json_each(d.fields) f WHERE f.key = ? AND f.value = ?)";
    Statement select(database_, sql);
    for (const auto& [field, value] : options_.filters) {
      if (field != "title" && field != "source" && field != "document") select.bind(field);
      select.bind(value);
    }
    while (select.next()) allowed_->insert(select.integer(0));
  }
  bool is_allowed(std::int64_t passage) const { return !allowed_ || allowed_->contains(passage); }

  /// The words without those of most passages, unless there are no others.
  std::vector<std::string> without_frequent(std::vector<std::string> words) const {
    if (collection_.info().passages < many_passages) return words;
    Statement last(database_, "SELECT max(id) FROM passages");
    const std::int64_t end = last.next() ? last.integer(0) : 0;
    last.reset();
    // A sample of passages with successive numbers at several places; the index is sorted by them.
    constexpr std::int64_t places = 16, length = 500;
    Statement all(database_, "SELECT count(*) FROM passages WHERE id BETWEEN ? AND ?");
    Statement with(database_, "SELECT count(*) FROM words WHERE words MATCH ? AND rowid BETWEEN ? AND ?");
    const auto count = [](Statement& statement) {
      const std::int64_t number = statement.next() ? statement.integer(0) : 0;
      statement.reset();
      return number;
    };
    std::int64_t sampled = 0;
    std::vector<std::int64_t> found(words.size());
    for (std::int64_t place = 0; place < places; ++place) {
      const std::int64_t first = 1 + (end - length) * place / (places - 1);
      sampled += count(all.bind(first).bind(first + length - 1));
      for (std::size_t i = 0; i < words.size(); ++i)
        found[i] += count(with.bind(in_double_quotes(words[i])).bind(first).bind(first + length - 1));
    }
    std::vector<std::string> rare;
    for (std::size_t i = 0; i < words.size(); ++i)
      if (static_cast<double>(found[i]) <= frequent_share * static_cast<double>(sampled)) rare.push_back(words[i]);
    return rare.empty() ? words : rare;
  }

  /// Adds `weight` times BM25 to the scores of at most so many passages.
  void by_words(const std::string& expression, std::size_t most, double weight) {
    if (expression.empty()) return;
    Statement select(database_, "SELECT rowid, bm25(words, 1.0, " + std::to_string(title_weight) +
                                    ") AS score FROM words WHERE words MATCH ? ORDER BY score");
    select.bind(expression);
    for (std::size_t count = 0; count < most && select.next();)
      if (is_allowed(select.integer(0))) words_[select.integer(0)] += weight * -select.number(1), ++count;
  }

  void by_meaning(std::string_view question) {
    check_embeds(embedder_, collection_.info());
    const std::vector<float> query = embedder_->embed({std::string(question)}, true, watch_);
    meaning_ = collection_.vectors().scan(query);
    if (allowed_) std::erase_if(meaning_, [&](const ScoredPassage& found) { return !is_allowed(found.passage); });
  }

  std::vector<ScoredPassage> fused(Retriever retriever) const {
    std::vector<ScoredPassage> result;
    if (retriever == Retriever::bm25)
      for (const auto& [passage, score] : words_) result.push_back({passage, score});
    if (retriever == Retriever::dense) result = meaning_;
    if (retriever != Retriever::hybrid) return result;
    double best = 0;
    for (const auto& [passage, score] : words_) best = std::max(best, score);
    for (const auto& [passage, cosine] : meaning_) {
      const auto word = words_.find(passage);
      result.push_back({passage, hybrid_score(word == words_.end() ? 0 : word->second, best, cosine)});
    }
    return result;
  }

  std::vector<FoundPassage> described(const std::vector<ScoredPassage>& ranked, Retriever retriever) const {
    std::unordered_map<std::int64_t, double> cosines;
    if (retriever != Retriever::bm25) {
      std::unordered_set<std::int64_t> wanted;
      for (const auto& [passage, score] : ranked) wanted.insert(passage);
      for (const auto& [passage, cosine] : meaning_)
        if (wanted.contains(passage)) cosines.emplace(passage, cosine);
    }
    std::vector<FoundPassage> result;
    Statement select(database_, R"(SELECT d.key, d.title, d.source, p."begin", p."end", p.text FROM passages p
                                   JOIN documents d ON d.id = p.document WHERE p.id = ?)");
    for (const auto& [passage, score] : ranked) {
      if (!select.bind(passage).next()) {  // removed by a writer a moment ago
        select.reset();
        continue;
      }
      FoundPassage& found = result.emplace_back();
      found.id = passage;
      found.document = select.text(0), found.title = select.text(1), found.source = select.text(2);
      found.begin = static_cast<std::size_t>(select.integer(3));
      found.end = static_cast<std::size_t>(select.integer(4));
      found.text = select.text(5);
      found.score = score;
      if (const auto word = words_.find(passage); word != words_.end()) found.bm25 = word->second;
      if (const auto cosine = cosines.find(passage); cosine != cosines.end()) found.dense = cosine->second;
      found.rank = result.size();
      select.reset();
    }
    return result;
  }

  const CollectionFile& collection_;
  const Database& database_;
  const Embedder* embedder_;
  const SearchOptions& options_;
  const Watch& watch_;
  std::optional<std::unordered_set<std::int64_t>> allowed_;
  std::unordered_map<std::int64_t, double> words_;  // BM25, larger is better
  std::vector<ScoredPassage> meaning_;
};

}  // namespace

void check_question(std::string_view question) {
  if (is_blank(question))
    throw Error(
        {.thing = "the question", .found = question.empty() ? "empty" : "only white space", .expected = "a question"});
}

void check_embeds(const Embedder* embedder, const CollectionInfo& info) {
  if (embedder == nullptr)
    throw Error({.field = "retriever",
                 .found = info.dimensions > 0 ? "no model for the question" : "a collection without embeddings",
                 .expected = "bm25"});
}

std::vector<FoundPassage> find_passages(const CollectionFile& collection, const Embedder* embedder,
                                        std::string_view question, const SearchOptions& options, const Watch& watch,
                                        const std::vector<AddedTerm>& added) {
  check_question(question);
  // One transaction, so that all parts see the same state while others write.
  collection.database().run("BEGIN");
  struct End {
    const Database& database;
    ~End() { database.end(); }
  } end{collection.database()};
  return Search(collection, embedder, options, watch).run(question, options.top, added);
}

}  // namespace limn
