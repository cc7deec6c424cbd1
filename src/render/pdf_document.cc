#include "render/pdf_document.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "render/comparison.h"
#include "render/display_text.h"
#include "render/json.h"
#include "render/palette.h"
#include "render/summary.h"
#include "render/text_runs.h"

namespace limn {
namespace {

using Json = nlohmann::ordered_json;

constexpr double explained_line = 1.4, other_line = 0.6;  // points
constexpr const char* unread_ink = "#767676";             // the lightest grey with a contrast of 4.5 : 1

/// The blocks of a document, in order.
class Blocks {
 public:
  void add(const char* style, const std::string& text) {
    if (!text.empty()) blocks_.push_back({{"style", style}, {"runs", Json::array({{{"text", text}}})}});
  }
  void rule() { blocks_.push_back({{"style", "rule"}}); }

  /// The texts of an explanation with their heat, and what the colours and lines mean. @param scale the score of full
  /// colour
  void add_texts(const Explanation& explanation, double scale) {
    const std::vector<TextRuns> texts = text_runs(explanation);
    Kinds kinds;
    for (const TextRuns& shown : texts) {
      add("label", sequence_name(explanation, shown.sequence));
      Json runs = Json::array();
      for (const Run& run : word_runs(shown)) runs.push_back(run_of(explanation, shown, run, scale, kinds));
      blocks_.push_back({{"style", "text"}, {"runs", std::move(runs)}});
    }
    add_legend(explanation, scale, kinds);
  }

  std::string document(const std::string& title) && {
    return json_text({{"title", title}, {"blocks", std::move(blocks_)}});
  }

 private:
  /// What a text has, so that the legend names nothing else.
  struct Kinds {
    bool unread = false, explained = false, others = false;
  };

  static Json run_of(const Explanation& explanation, const TextRuns& shown, const Run& run, double scale,
                     Kinds& kinds) {
    const std::string text =
        visible(shown.text.substr(run.begin, run.end - run.begin), {.keep_layout = true, .keep_bidi = true});
    Json value = {{"text", text}};
    const Scale colors = scale_of(explanation);
    const double heat = run.word ? intensity(explanation.words[*run.word].score, scale) : 0;
    if (heat != 0) {
      value["fill"] = color_text(limn::heat(heat, Theme::light, colors));
      if (needs_inverse_ink(heat, Theme::light, colors)) value["ink"] = color_text(inverse_ink(Theme::light));
    }
    if (!run.read && text.find_first_not_of(" \n\t") != text.npos) {
      kinds.unread = true;
      value["ink"] = unread_ink;
    }
    if (run.mark) {
      const bool is_explained = shown.marks[*run.mark].explained;
      (is_explained ? kinds.explained : kinds.others) = true;
      value["line"] = is_explained ? explained_line : other_line;
    }
    return value;
  }

  void add_legend(const Explanation& explanation, double scale, const Kinds& kinds) {
    Json entries = Json::array();
    const Scale colors = scale_of(explanation);
    const auto color = [&](double heat) { return color_text(limn::heat(heat, Theme::light, colors)); };
    if (colors == Scale::magnitude) {
      entries.push_back({{"fill", color(1)}, {"text", score_text(scale, scale) + ": depends on it most"}});
    } else {
      const std::string& label = explanation.target.label.value_or(explanation.target.text);
      const std::string target = label.empty() ? "the prediction" : shorten(label, 24);
      entries.push_back({{"fill", color(1)}, {"text", score_text(scale, scale) + " for " + target}});
      entries.push_back({{"fill", color(-1)}, {"text", score_text(-scale, scale) + " against " + target}});
    }
    blocks_.push_back({{"style", "legend"}, {"entries", std::move(entries)}});
    entries = Json::array();
    if (kinds.explained) entries.push_back({{"line", explained_line}, {"text", "what is explained"}});
    if (kinds.others) entries.push_back({{"line", other_line}, {"text", "also predicted"}});
    if (!entries.empty()) blocks_.push_back({{"style", "legend"}, {"entries", std::move(entries)}});
    if (kinds.unread) add("small", "Grey: the model did not read this.");
  }

  Json blocks_ = Json::array();
};

void add(Blocks& blocks, const Explanation& explanation) {
  blocks.add("title", verdict_text(explanation));
  std::string facts = shorten(explanation.model, 60) + " · " + method_text(explanation);
  if (const Verdict said = verdict(explanation); said.confidence)
    facts = "confidence " + percent_text(*said.confidence) + " · " + facts;
  std::string others;
  for (const auto& [label, probability] : likeliest_labels(explanation, 6))
    others += (others.empty() ? "" : " · ") + label + " " + percent_text(probability);
  blocks.add("small", others);
  blocks.add("small", facts);
  blocks.add("heading", explained_instead(explanation));
  for (const std::string& warning : explanation.warnings) blocks.add("small", "Warning: " + visible(warning));
  blocks.add_texts(explanation, word_scale(explanation));
  blocks.add("body", sentence(explanation));
  blocks.add("label", "How this was computed");
  blocks.add("small", scalar_text(explanation));
  blocks.add("small", completeness_text(explanation));
  if (explanation.faithfulness) blocks.add("small", faithfulness_text(*explanation.faithfulness));
}

void add(Blocks& blocks, const ComparisonAxes& axes, const ComparedInput& input) {
  if (input.row) blocks.add("label", fmt::format("row {}", *input.row));
  if (input.cells.empty()) {
    blocks.add("body", "Error: " + visible(input.error));
    return;
  }
  blocks.add("title", input_text(input.cells.front(), 60));
  if (input.expected)
    blocks.add("small", "expected: " + (input.expected->empty() ? "no answer" : shorten(*input.expected, 80)));
  for (std::size_t i = 0; i < input.cells.size(); ++i) {
    blocks.add("heading", cell_facts(axes, input, i));
    blocks.add_texts(input.cells[i], shared_scale(axes, input, i % axes.methods.size()));
  }
  if (input.correlations.empty()) return;
  blocks.add("heading", correlations_title);
  for (const CellCorrelation& pair : input.correlations) blocks.add("small", correlation_line(axes, pair));
}

}  // namespace

std::string pdf_document(std::span<const Explanation> explanations) {
  Blocks blocks;
  if (explanations.empty()) blocks.add("body", "No explanations.");
  for (std::size_t i = 0; i < explanations.size(); ++i) {
    if (i > 0) blocks.rule();
    add(blocks, explanations[i]);
  }
  return std::move(blocks).document(explanations.size() == 1 ? verdict_text(explanations.front())
                                                             : fmt::format("{} explanations", explanations.size()));
}

std::string pdf_document(const ComparisonAxes& axes, std::span<const ComparedInput> inputs) {
  Blocks blocks;
  if (inputs.empty()) blocks.add("body", "No inputs.");
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (i > 0) blocks.rule();
    add(blocks, axes, inputs[i]);
  }
  const bool is_one = inputs.size() == 1 && !inputs.front().cells.empty();
  return std::move(blocks).document(is_one ? input_text(inputs.front().cells.front(), 60)
                                           : fmt::format("a comparison of {} inputs", inputs.size()));
}

}  // namespace limn
