#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "limn/comparison.h"
#include "limn/explanation.h"
#include "render/text_runs.h"

/// The parts that all renderings of a comparison share.

namespace limn {

/// The means of a comparison over its inputs, without those that have errors.
class ComparisonMeans {
 public:
  explicit ComparisonMeans(const ComparisonAxes& axes)
      : axes_(axes), models_(axes.models.size()), cells_(axes.cells()) {}

  void add(const ComparedInput& input);

  struct Model {
    std::size_t answered = 0;          ///< questions with an answer
    std::size_t right = 0, known = 0;  ///< correct predictions; inputs with a known correct prediction
  };
  std::size_t inputs() const { return inputs_; }
  bool has_questions() const { return has_questions_; }
  const Model& model(std::size_t model) const { return models_[model]; }
  /// The mean of a cell.
  double seconds(std::size_t cell) const { return mean(cells_[cell].seconds); }
  double passes(std::size_t cell) const { return mean(cells_[cell].passes); }
  /// The means over the inputs in which a correlation is defined.
  std::vector<CellCorrelation> correlations() const;

 private:
  struct Cell {
    double seconds = 0, passes = 0;
  };
  struct Pair {
    CellCorrelation sum;
    std::size_t kendalls = 0, spearmans = 0;
  };
  double mean(double sum) const { return inputs_ == 0 ? 0 : sum / static_cast<double>(inputs_); }

  const ComparisonAxes& axes_;
  std::size_t inputs_ = 0;
  bool has_questions_ = false;
  std::vector<Model> models_;
  std::vector<Cell> cells_;
  std::vector<Pair> pairs_;
};

/// The largest |score| of the words of one method over all models: their common scale.
double shared_scale(const ComparisonAxes& axes, const ComparedInput& input, std::size_t method);

/// The part of an explanation's texts that fits into two lines: around the answer or entity, else around the strongest
/// word.
struct Excerpt {
  std::size_t sequence = 0;
  std::size_t first_run = 0, last_run = 0;  ///< half-open range
};
Excerpt excerpt(const Explanation& explanation, const std::vector<TextRuns>& texts);

/// Formats a run of an excerpt on one line, truncated if it is very long.
std::string one_line(std::string_view text);

/// Whether the model found an answer; true for other tasks.
bool has_answer(const Explanation& explanation);

/// "1 pass", "32 passes", "7.5 passes".
std::string passes_text(double passes);
/// "0.83"; "–" if it is undefined.
std::string correlation_text(const std::optional<double>& correlation);
/// "minilm-l6-qa · gradient: Anna 83%, right · 41 ms, 1 pass": what a cell found, and its cost.
std::string cell_facts(const ComparisonAxes& axes, const ComparedInput& input, std::size_t cell);
/// The heading above the lines of correlation_line().
inline constexpr const char* correlations_title = "How alike the words are ordered (Kendall's τ-b, Spearman's ρ)";
/// "gradient and occlusion: τ 0.50, ρ −0.25, 20 words, without signs".
std::string correlation_line(const ComparisonAxes& axes, const CellCorrelation& pair);
/// "right" or "wrong" if the correct prediction is known; otherwise empty.
std::string_view judgement(const ComparedInput& input, std::size_t model);
/// "7 of 9 right", "8 of 9 answered"; empty if neither is known.
std::string success_text(const ComparisonMeans& means, std::size_t model);
/// "22.7 M", "812".
std::string short_number(std::size_t number);
/// "45.2 MB", where 1 MB is 10⁶ bytes.
std::string bytes_text(std::size_t bytes);

}  // namespace limn
