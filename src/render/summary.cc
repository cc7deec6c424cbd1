#include "render/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <variant>

#include "render/display_text.h"
#include "render/palette.h"

namespace limn {
namespace {

constexpr std::size_t label_columns = 60, answer_columns = 200;

std::string_view sequence_text(const Explanation& explanation, int sequence) {
  if (sequence == 0) return explanation.text;
  return explanation.pair ? std::string_view(*explanation.pair) : std::string_view();
}

std::string_view part(std::string_view text, std::size_t begin, std::size_t end) {
  end = std::min(end, text.size());
  return begin < end ? text.substr(begin, end - begin) : std::string_view();
}

std::string with_true_minus(std::string number) {
  const bool only_zeros = number.find_first_of("123456789") == std::string::npos;
  if (number.starts_with('-')) number.replace(0, 1, only_zeros ? "" : "−");
  if (const auto exponent = number.find("e-"); exponent != std::string::npos) number.replace(exponent, 2, "e−");
  return number;
}

std::string value_text(double value) { return with_true_minus(fmt::format("{:.4g}", value)); }

/// "1.326", or "valence 0.7, arousal −0.2".
std::string values_text(const LabelPrediction& prediction) {
  if (prediction.values.size() == 1) return value_text(prediction.values[0].second);
  std::string text;
  for (const auto& [label, value] : prediction.values)
    text += (text.empty() ? "" : ", ") + shorten(label, label_columns) + " " + value_text(value);
  return text;
}

Verdict verdict_of(const AnswerPrediction& prediction, const Explanation&) {
  const Answer& best = prediction.best;
  if (best.text.empty()) return {"", "no answer", prediction.null_probability, prediction.confidence};
  return {"", shorten(best.text, answer_columns), best.probability, prediction.confidence};
}

Verdict verdict_of(const LabelPrediction& prediction, const Explanation&) {
  if (prediction.meaning == OutputMeaning::value) return {"", values_text(prediction), {}, {}};
  Verdict result{"", shorten(prediction.label, label_columns), prediction.probability, prediction.confidence};
  if (prediction.meaning != OutputMeaning::multi_label) return result;
  result.text.clear();
  for (const std::string& label : prediction.labels)
    result.text += (result.text.empty() ? "" : ", ") + shorten(label, label_columns);
  if (result.text.empty()) result.text = "no label";
  if (prediction.labels.size() != 1) result.probability.reset();  // several labels have several probabilities
  return result;
}

Verdict verdict_of(const EntityPrediction& prediction, const Explanation& explanation) {
  const TargetInfo& target = explanation.target;
  if (const Entity* entity = explained_entity(prediction, explanation))
    return {shorten(entity->label, label_columns), shorten(entity->text, answer_columns), entity->probability,
            entity->confidence};
  if (!target.label) return {"", prediction.entities.empty() ? "no entities" : "entities", {}, {}};
  Verdict result{shorten(*target.label, label_columns), shorten(target.text, answer_columns), {}, {}};
  for (const TokenLabel& token : prediction.tokens)
    if (target.start_token && token.token == explanation.window_begin + *target.start_token &&
        token.label == *target.label)
      result.probability = token.probability;
  return result;
}

Verdict verdict_of(const MaskPrediction& prediction, const Explanation&) {
  Verdict result;
  for (const MaskPrediction::Mask& mask : prediction.masks)
    if (!mask.fills.empty())
      result.text += (result.text.empty() ? "" : ", ") + shorten(mask.fills[0].token, label_columns);
  if (prediction.masks.size() == 1 && !prediction.masks[0].fills.empty())
    result.probability = prediction.masks[0].fills[0].probability;
  return result;
}

Verdict verdict_of(const Embedding& prediction, const Explanation&) {
  return {"", prediction.cosine ? "cosine " + value_text(*prediction.cosine) : "an embedding", {}, {}};
}

Verdict verdict_of(const std::monostate&, const Explanation& explanation) {
  return {"",
          shorten(explanation.target.text.empty() ? explanation.target.label.value_or("") : explanation.target.text,
                  answer_columns),
          {},
          {}};
}

// Whether the explained answer is the model's prediction.
bool explains_best(const AnswerPrediction& prediction, const TargetInfo& target) {
  if (!target.start_token || !target.end_token) return true;
  return *target.start_token == prediction.best.start_token && *target.end_token == prediction.best.end_token;
}

std::string list_in_words(const std::vector<std::string>& items) {
  std::string result;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) result += i + 1 == items.size() ? " and " : ", ";
    result += items[i];
  }
  return result;
}

// What the words count for: "this answer", "positive".
std::string aim(const Explanation& explanation) {
  const TargetInfo& target = explanation.target;
  if (const auto* prediction = std::get_if<AnswerPrediction>(&explanation.prediction)) {
    if (!explains_best(*prediction, target)) return target.text.empty() ? "\"no answer\"" : "the explained answer";
    return prediction->best.text.empty() ? "\"no answer\"" : "this answer";
  }
  if (const auto* prediction = std::get_if<EntityPrediction>(&explanation.prediction))
    if (const Entity* entity = explained_entity(*prediction, explanation)) return shorten(entity->label, label_columns);
  const auto* labels = std::get_if<LabelPrediction>(&explanation.prediction);
  if (labels && labels->meaning == OutputMeaning::value && !target.contrast)
    return labels->values.size() > 1 && target.label ? "a higher " + shorten(*target.label, label_columns)
                                                     : "a higher value";
  if (explanation.task == Task::sentence_embedding) return "similarity";
  if (target.label) {
    const std::string label = shorten(*target.label, label_columns);
    return target.contrast ? label + " rather than " + shorten(*target.contrast, label_columns) : label;
  }
  return "this result";
}

std::vector<std::string> quoted_words(const Explanation& explanation, int sign) {
  constexpr std::size_t most_named = 3;
  std::vector<std::string> result;
  for (const std::size_t i : strongest_words(explanation, listed_words)) {
    if (sign * explanation.words[i].score < 0) continue;
    const std::string text = '"' + word_text(explanation, explanation.words[i]) + '"';
    const auto is_same = [&](const std::string& other) { return lower_case(other) == lower_case(text); };
    if (result.size() < most_named && std::none_of(result.begin(), result.end(), is_same)) result.push_back(text);
  }
  return result;
}

}  // namespace

const Entity* explained_entity(const EntityPrediction& prediction, const Explanation& explanation) {
  if (!explanation.target.start_token) return nullptr;
  const std::size_t token = explanation.window_begin + *explanation.target.start_token;
  for (const Entity& entity : prediction.entities)
    if (entity.first_token <= token && token <= entity.last_token) return &entity;
  return nullptr;
}

Verdict verdict(const Explanation& explanation) {
  Verdict result =
      std::visit([&](const auto& prediction) { return verdict_of(prediction, explanation); }, explanation.prediction);
  if (result.text.empty()) result.text = "(empty)";
  return result;
}

std::vector<std::pair<std::string, double>> likeliest_labels(const Explanation& explanation, std::size_t count) {
  const auto* prediction = std::get_if<LabelPrediction>(&explanation.prediction);
  if (!prediction) return {};
  auto result = prediction->probabilities;
  std::stable_sort(result.begin(), result.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  if (result.size() > count) result.resize(count);
  for (auto& [label, probability] : result) label = shorten(label, label_columns);
  return result;
}

std::string explained_instead(const Explanation& explanation) {
  const TargetInfo& target = explanation.target;
  if (const auto* prediction = std::get_if<AnswerPrediction>(&explanation.prediction)) {
    if (explains_best(*prediction, target)) return {};
    return target.text.empty() ? "Explained: no answer" : "Explained: " + shorten(target.text, answer_columns);
  }
  if (const auto* prediction = std::get_if<LabelPrediction>(&explanation.prediction)) {
    const std::string label = shorten(target.label.value_or(""), label_columns);
    if (target.contrast) return "Explained: " + label + " rather than " + shorten(*target.contrast, label_columns);
    if (prediction->meaning == OutputMeaning::value)
      return target.label && prediction->values.size() > 1 ? "Explained: " + label : std::string();
    // With several labels, or none above 1/2, the verdict does not show which label is explained.
    const bool is_the_verdict = prediction->meaning == OutputMeaning::multi_label
                                    ? prediction->labels.size() == 1 && target.label == prediction->labels[0]
                                    : target.label == prediction->label;
    if (target.label && !is_the_verdict) return "Explained: " + label;
  }
  return {};
}

std::string method_text(const Explanation& explanation) {
  const MethodInfo& method = explanation.method;
  const std::string name = (method.automatic ? "auto: " : "") + shorten(method.name, label_columns);
  if (method.preset) return name + ", preset " + shorten(*method.preset, label_columns);
  std::vector<std::string> details;
  if (!method.reduce.empty()) details.push_back(method.reduce);
  if (!method.normalize.empty() && method.normalize != "none") details.push_back(method.normalize);
  return details.empty()
             ? name
             : fmt::format("{} ({})", name, shorten(fmt::format("{}", fmt::join(details, ", ")), label_columns));
}

std::string scalar_text(const Explanation& explanation) {
  const TargetInfo& target = explanation.target;
  const std::string what = shorten(target.explain, label_columns);
  const std::string label = shorten(target.label.value_or("the target"), label_columns);
  std::string scalar;
  if (explanation.task == Task::question_answering) {
    scalar = fmt::format("start {0} + end {0} of {1}", what,
                         aim(explanation) == "this answer" ? "the answer" : aim(explanation));
  } else if (target.contrast) {
    scalar = fmt::format("{0} of {1} − {0} of {2}", what, label, shorten(*target.contrast, label_columns));
  } else if (explanation.task == Task::sentence_embedding) {
    scalar = what;
  } else {
    scalar = fmt::format("{} {} {}", what, what == "loss" ? "for" : "of", label);
    if (explanation.task == Task::token_classification && !target.text.empty())
      scalar += fmt::format(" at \"{}\"", shorten(target.text, label_columns));
  }
  return fmt::format("F = {} = {}", scalar, value_text(explanation.value));
}

std::string completeness_text(const Explanation& explanation) {
  if (!explanation.baseline_value) return {};
  const auto& tokens = explanation.tokens;
  const double sum = std::accumulate(tokens.begin(), tokens.end(), 0.0,
                                     [](double total, const Token& token) { return total + token.score; });
  const double difference = explanation.value - *explanation.baseline_value;
  std::string text = fmt::format("sum of scores {}, F(x) − F(baseline) = {}", value_text(sum), value_text(difference));
  if (explanation.completeness_error) text += ", error " + value_text(*explanation.completeness_error);
  return text;
}

std::string faithfulness_text(const Faithfulness& faithfulness) {
  const double fall = faithfulness.comprehensiveness;
  if (!faithfulness.upper)
    return fmt::format("removing the units in this order lowers the probability by {} on average", value_text(fall));
  if (*faithfulness.upper <= 0) return "no order of removing the units lowers the probability";
  const std::string best = faithfulness.exact ? "the best order" : "the best order found";
  if (fall <= 0) return "does not lower the probability, which " + best + " would";
  return fmt::format("removes {} of what {} would", percent_text(fall / *faithfulness.upper), best);
}

bool is_punctuation(const Explanation& explanation, const Word& word) {
  return is_punctuation(part(sequence_text(explanation, word.sequence), word.begin, word.end));
}

std::string verdict_text(const Explanation& explanation) {
  const Verdict said = verdict(explanation);
  return fmt::format("{}{}{}{}", said.kind, said.kind.empty() ? "" : " ", said.text,
                     said.probability ? " " + percent_text(*said.probability) : "");
}

std::vector<std::size_t> strongest_words(const Explanation& explanation, std::size_t count, int sign) {
  const auto& words = explanation.words;
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const double score = words[i].score;
    if (std::isfinite(score) && score != 0 && sign * score >= 0 && !is_punctuation(explanation, words[i]))
      order.push_back(i);
  }
  count = std::min(count, order.size());
  const auto stronger = [&](std::size_t a, std::size_t b) {
    const double one = std::abs(words[a].score), other = std::abs(words[b].score);
    return one > other || (one == other && a < b);
  };
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(), stronger);
  order.resize(count);
  return order;
}

std::string sentence(const Explanation& explanation) {
  const std::string towards = aim(explanation);
  if (!has_sign(explanation)) {
    const auto words = quoted_words(explanation, 0);
    if (words.empty()) return fmt::format("No word mattered for {}.", towards);
    return fmt::format("{} mattered most for {}.", list_in_words(words), towards);
  }
  const auto with = quoted_words(explanation, 1), against = quoted_words(explanation, -1);
  if (with.empty() && against.empty()) return fmt::format("No word pushed towards {} or against it.", towards);
  if (against.empty()) return fmt::format("{} pushed most towards {}.", list_in_words(with), towards);
  if (with.empty()) return fmt::format("{} pushed most against {}.", list_in_words(against), towards);
  return fmt::format("{} pushed most towards {}; {} pushed most against it.", list_in_words(with), towards,
                     list_in_words(against));
}

std::string word_text(const Explanation& explanation, const Word& word, std::size_t columns) {
  return shorten(part(sequence_text(explanation, word.sequence), word.begin, word.end), columns);
}

std::string input_text(const Explanation& explanation, std::size_t columns) {
  const std::string text = shorten(explanation.text, columns);
  return text.empty() ? "(empty text)" : text;
}

std::string sequence_name(const Explanation& explanation, int sequence) {
  if (!explanation.pair) return {};
  if (explanation.task == Task::question_answering) return sequence == 0 ? "question" : "context";
  return sequence == 0 ? "text" : "pair";
}

std::string score_text(double score, double scale) {
  if (!std::isfinite(score)) return "not a number";
  if (score == 0) return "0";
  scale = std::abs(scale);
  if (!std::isfinite(scale) || scale < 1e-4 || scale >= 1e6) return with_true_minus(fmt::format("{:.2e}", score));
  const int decimals = std::clamp(2 - static_cast<int>(std::floor(std::log10(scale))), 0, 6);
  return with_true_minus(fmt::format("{:.{}f}", score, decimals));
}

std::string percent_text(double probability) {
  const double percent = 100 * probability;
  if (!std::isfinite(percent)) return "not a number";
  if (percent > 0 && percent < 0.1) return "<0.1%";
  if (percent < 100 && percent > 99.9) return ">99.9%";
  const bool near_an_end = percent < 9.95 || percent >= 98.95;
  return fmt::format("{:.{}f}%", percent, near_an_end && percent != 0 && percent != 100 ? 1 : 0);
}

std::string duration_text(double seconds) {
  if (!std::isfinite(seconds)) return "not a number";
  if (seconds < 0.001) return "<1 ms";
  return seconds < 1 ? fmt::format("{:.0f} ms", 1000 * seconds) : fmt::format("{:.1f} s", seconds);
}

}  // namespace limn
