#include <nlohmann/json.hpp>

#include "limn/collection.h"
#include "render/json.h"
#include "render/json_parts.h"
#include "render/similarity.h"

namespace limn {
namespace {

using Json = nlohmann::ordered_json;

Json passage_value(const FoundPassage& passage) {
  return {{"document", passage.document},  {"title", passage.title},
          {"source", passage.source},      {"passage", passage.id},
          {"begin", passage.begin},        {"end", passage.end},
          {"text", passage.text},          {"score", passage.score},
          {"bm25", or_null(passage.bm25)}, {"dense", or_null(passage.dense)},
          {"rank", passage.rank}};
}

Json answer_value(const FoundAnswer& found) {
  Json value{{"answer", found.answer},
             {"probability", found.probability},
             {"confidence", or_null(found.confidence)},
             {"score", found.score},
             {"document", found.passage.document},
             {"title", found.passage.title},
             {"source", found.passage.source},
             {"begin", found.begin},
             {"end", found.end},
             {"passage", found.passage.id},
             {"passage_rank", found.passage.rank},
             {"passage_score", found.passage.score},
             {"passage_bm25", or_null(found.passage.bm25)},
             {"passage_dense", or_null(found.passage.dense)},
             {"passage_begin", found.passage.begin},
             {"context", found.passage.text}};
  value["explanation"] = found.explanation ? json_value(*found.explanation) : Json(nullptr);
  if (found.retrieval) value["retrieval"] = json_value(*found.retrieval);
  return value;
}

/// Words that were added to a question, each with its reason.
Json added_value(const std::vector<AddedTerm>& added) {
  Json list = Json::array();
  for (const AddedTerm& term : added) {
    list.push_back({{"term", term.term}, {"weight", term.weight}});
    if (!term.in_place_of.empty()) list.back()["in_place_of"] = term.in_place_of;
    if (!term.passages.empty()) list.back()["passages"] = term.passages;
  }
  return list;
}

}  // namespace

std::string to_json(const SearchResult& result, int indent) {
  Json passages = Json::array();
  for (const FoundPassage& passage : result.passages) passages.push_back(passage_value(passage));
  return json_text(
      {{"limn", format_version},
       {"question", result.question},
       {"added", added_value(result.added)},
       {"passages", std::move(passages)},
       {"stages",
        {{"expand_ms", result.expand_ms}, {"retrieve_ms", result.retrieve_ms}, {"rerank_ms", result.rerank_ms}}}},
      indent);
}

std::string to_json(const AskScores& scores) {
  Json recall = Json::object();
  for (const auto& [k, share] : scores.recall) recall[std::to_string(k)] = share;
  return json_text({{"questions", scores.questions},
                    {"recall", std::move(recall)},
                    {"mrr", scores.mrr},
                    {"em", or_null(scores.exact)},
                    {"f1", or_null(scores.f1)},
                    {"seconds", scores.seconds}});
}

std::string to_json(const AskResult& result, int indent) {
  Json answers = Json::array();
  for (const FoundAnswer& answer : result.answers) answers.push_back(answer_value(answer));
  return json_text({{"limn", format_version},
                    {"question", result.question},
                    {"added", added_value(result.added)},
                    {"answered", result.answered},
                    {"answers", std::move(answers)},
                    {"no_answer_probability", result.no_answer_probability},
                    {"passages_read", result.passages_read},
                    {"stages",
                     {{"expand_ms", result.expand_ms},
                      {"retrieve_ms", result.retrieve_ms},
                      {"rerank_ms", result.rerank_ms},
                      {"read_ms", result.read_ms},
                      {"explain_ms", result.explain_ms}}}},
                   indent);
}

}  // namespace limn
