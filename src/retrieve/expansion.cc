#include "retrieve/expansion.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <set>

#include "base/ascii.h"

namespace limn {
namespace {

/// Function words of English, in lower case: neither masked nor added. For other languages, probabilities and inverse
/// frequencies keep function words back, if less well.
const std::set<std::string, std::less<>> function_words = {
    "a",     "about",  "after", "all",  "also", "an",    "and",   "any",  "are",   "as",    "at",    "be",
    "been",  "both",   "but",   "by",   "can",  "could", "did",   "do",   "does",  "for",   "from",  "had",
    "has",   "have",   "he",    "her",  "his",  "how",   "if",    "in",   "into",  "is",    "it",    "its",
    "many",  "may",    "more",  "most", "much", "not",   "of",    "on",   "one",   "only",  "or",    "other",
    "she",   "should", "so",    "some", "such", "than",  "that",  "the",  "their", "them",  "then",  "there",
    "these", "they",   "this",  "to",   "was",  "we",    "were",  "what", "when",  "where", "which", "while",
    "who",   "whom",   "whose", "why",  "will", "with",  "would", "you",  "your"};

constexpr std::size_t least_letters = 3;

bool is_word_byte(char byte) {
  const auto code = static_cast<unsigned char>(byte);
  return code >= 0x80 || std::isalnum(code) != 0 || byte == '_';
}

bool is_content(std::string_view word) {
  return word.size() >= least_letters && !function_words.contains(word) &&
         std::ranges::any_of(
             word, [](char byte) { return std::isdigit(static_cast<unsigned char>(byte)) == 0; });
}

/// Whether one of the words is the other with an ending, such as "rule" and "ruled": they have one stem.
bool are_alike(std::string_view a, std::string_view b) { return a.starts_with(b) || b.starts_with(a); }

/// Begin and end of each word of a text, in bytes.
std::vector<std::pair<std::size_t, std::size_t>> word_places(std::string_view text) {
  std::vector<std::pair<std::size_t, std::size_t>> places;
  for (std::size_t i = 0; i < text.size();) {
    if (!is_word_byte(text[i])) {
      ++i;
      continue;
    }
    const std::size_t begin = i;
    while (i < text.size() && is_word_byte(text[i])) ++i;
    places.emplace_back(begin, i);
  }
  return places;
}

/// Returns the word that a token of a vocabulary is; empty if it is a part of one, or a mark. A blank before a word is
/// written as Ġ (byte-level BPE) or ▁ (SentencePiece).
std::string whole_word(std::string_view token) {
  for (const std::string_view blank : {"Ġ", "▁"})
    if (token.starts_with(blank)) token.remove_prefix(blank.size());
  return std::ranges::all_of(token, is_word_byte) ? ascii_lower(token) : "";
}

void keep_best(std::vector<AddedTerm>& terms, std::size_t most) {
  std::ranges::stable_sort(terms, std::ranges::greater{}, &AddedTerm::weight);
  if (terms.size() > most) terms.resize(most);
}

}  // namespace

std::vector<std::string> search_words(std::string_view text) {
  std::vector<std::string> words;
  for (const auto& [begin, end] : word_places(text)) words.push_back(ascii_lower(text.substr(begin, end - begin)));
  return words;
}

std::vector<AddedTerm> proposed_terms(std::string_view question, const Propose& propose,
                                      const ExpansionOptions& options) {
  const std::vector<std::string> own = search_words(question);
  std::map<std::string, AddedTerm> found;
  for (const auto& [begin, end] : word_places(question)) {
    const std::string_view masked = question.substr(begin, end - begin);
    if (!is_content(ascii_lower(masked))) continue;
    for (const auto& [token, probability] : propose(question, begin, end)) {
      const std::string word = whole_word(token);
      if (probability < options.least_probability || !is_content(word)) continue;
      if (std::ranges::any_of(own, [&](const std::string& known) { return are_alike(known, word); })) continue;
      AddedTerm& term = found[word];
      if (probability > term.weight)
        term = {.term = word, .weight = probability, .in_place_of = std::string(masked), .passages = {}};
    }
  }
  std::vector<AddedTerm> terms;
  for (auto& [word, term] : found) terms.push_back(std::move(term));
  keep_best(terms, options.most_terms);
  return terms;
}

std::vector<AddedTerm> feedback_terms(const PassageStore& store, std::string_view question,
                                      const std::vector<FoundPassage>& passages, const ExpansionOptions& options) {
  constexpr std::size_t most_candidates = 64;  // each costs a query
  const std::vector<std::string> own = search_words(question);
  std::map<std::string, AddedTerm> frequencies;
  for (const FoundPassage& passage : passages) {
    const auto words = search_words(passage.text);
    for (const std::string& word : words) {
      if (!is_content(word)) continue;
      if (std::ranges::any_of(own, [&](const std::string& known) { return are_alike(known, word); })) continue;
      AddedTerm& term = frequencies[word];
      term.term = word;
      term.weight += 1 / static_cast<double>(words.size());
      if (term.passages.empty() || term.passages.back() != passage.id) term.passages.push_back(passage.id);
    }
  }
  std::vector<AddedTerm> terms;
  for (auto& [word, term] : frequencies) terms.push_back(std::move(term));
  keep_best(terms, most_candidates);
  std::vector<std::string> candidates;
  for (const AddedTerm& term : terms) candidates.push_back(term.term);
  const std::vector<double> with = store.passages_with(candidates);
  const auto all = static_cast<double>(store.info().passages);
  for (std::size_t i = 0; i < terms.size(); ++i) terms[i].weight *= std::log((all + 1) / (with[i] + 0.5));
  keep_best(terms, options.most_terms);
  std::erase_if(terms, [](const AddedTerm& term) { return term.weight <= 0; });
  const double largest = terms.empty() ? 1 : terms.front().weight;
  for (AddedTerm& term : terms) term.weight /= largest;
  return terms;
}

}  // namespace limn
