#include <fmt/format.h>

#include "limn/collection.h"
#include "render/display_text.h"
#include "render/summary.h"
#include "render/terminal_paint.h"
#include "render/text_flow.h"

namespace limn {
namespace {

constexpr std::size_t title_columns = 60, source_columns = 100;

std::string place(const FoundPassage& passage, std::size_t begin, std::size_t end) {
  return fmt::format("{} · {} · characters {}–{}", shorten(passage.title, title_columns),
                     shorten(passage.document, source_columns), begin, end);
}

std::string scores_text(const FoundPassage& passage) {
  std::string text = fmt::format("score {:.4g}", passage.score);
  if (passage.bm25) text += fmt::format(" · BM25 {:.4g}", *passage.bm25);
  if (passage.dense) text += fmt::format(" · cosine {:.4g}", *passage.dense);
  return text;
}

/// "Also searched for: reigned (for "ruled"), Philip (from the first passages)".
void add_terms(std::string& out, const TerminalStyle& style, const std::vector<AddedTerm>& added) {
  if (added.empty()) return;
  std::string text;
  for (const AddedTerm& term : added)
    text += fmt::format(
        "{}{} ({})", text.empty() ? "" : ", ", visible(term.term),
        term.in_place_of.empty() ? "from the first passages" : fmt::format("for \"{}\"", visible(term.in_place_of)));
  add_line(out, style, "Also searched for: " + text, {.dim = true});
  out += '\n';
}

}  // namespace

std::string to_terminal(const SearchResult& result, const TerminalStyle& style) {
  std::string out;
  add_terms(out, style, result.added);
  if (result.passages.empty()) out += "no passage\n";
  for (const FoundPassage& passage : result.passages) {
    add_line(out, style, fmt::format("{}. {}", passage.rank, place(passage, passage.begin, passage.end)),
             {.bold = true});
    add_line(out, style, visible(passage.text), {}, 2);
    add_line(out, style, scores_text(passage), {.dim = true}, 2);
    out += '\n';
  }
  add_line(out, style,
           fmt::format("retrieve {:.0f} ms{}", result.retrieve_ms,
                       result.rerank_ms > 0 ? fmt::format(" · rerank {:.0f} ms", result.rerank_ms) : ""),
           {.dim = true});
  return out;
}

std::string to_terminal(const AskScores& scores) {
  std::string table = fmt::format("questions  {}\n", scores.questions);
  for (const auto& [k, share] : scores.recall) table += fmt::format("recall@{:<3} {:.2f}\n", k, share);
  table += fmt::format("MRR        {:.2f}\n", scores.mrr);
  if (scores.exact) table += fmt::format("EM         {:.2f}\n", *scores.exact);
  if (scores.f1) table += fmt::format("F1         {:.2f}\n", *scores.f1);
  return table;
}

std::string to_terminal(const AskResult& result, const TerminalStyle& style) {
  std::string out;
  add_terms(out, style, result.added);
  if (!result.answered)
    add_line(out, style, fmt::format("no answer in these documents ({})", percent_text(result.no_answer_probability)),
             {.bold = true});
  for (const FoundAnswer& found : result.answers) {
    if (!out.empty()) out += '\n';
    add_line(out, style, fmt::format("{}  {}", shorten(found.answer, 200), percent_text(found.probability)),
             {.bold = true});
    add_line(out, style, place(found.passage, found.begin, found.end), {.dim = true});
    if (found.explanation)
      out += to_terminal(*found.explanation, style);
    else
      add_line(out, style, visible(found.passage.text), {}, 2);
    add_line(out, style, fmt::format("passage {}: {}", found.passage.rank, scores_text(found.passage)), {.dim = true});
    if (found.retrieval) out += to_terminal(*found.retrieval, style);
  }
  if (result.answered)
    add_line(out, style, fmt::format("no answer  {}", percent_text(result.no_answer_probability)), {.dim = true});
  add_line(out, style,
           fmt::format("{} passages read · retrieve {:.0f} ms · rerank {:.0f} ms · read {:.0f} ms · explain {:.0f} ms",
                       result.passages_read, result.retrieve_ms, result.rerank_ms, result.read_ms, result.explain_ms),
           {.dim = true});
  return out;
}

}  // namespace limn
