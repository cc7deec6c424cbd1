#pragma once

#include <cctype>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "limn/explanation.h"

/// Explanations with the engine's structure, made without the engine: texts are split at white space and ASCII
/// punctuation, and each word has a given score.

namespace limn::fixtures {

using Scores = std::map<std::string, double, std::less<>>;

/// Adds one sequence's tokens and words. A word of more than eight ASCII letters becomes two tokens.
inline void add_sequence(Explanation& explanation, std::string_view text, int sequence, const Scores& scores,
                         double other) {
  const auto is_space = [](char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; };
  const auto is_mark = [](char c) { return static_cast<signed char>(c) >= 0 && std::ispunct(c); };
  std::size_t word = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    if (is_space(text[begin])) {
      ++begin;
      continue;
    }
    std::size_t end = begin + 1;
    if (!is_mark(text[begin]))
      while (end < text.size() && !is_space(text[end]) && !is_mark(text[end])) ++end;
    const std::string_view name = text.substr(begin, end - begin);
    const auto found = scores.find(name);
    const double score = found != scores.end() ? found->second : other * static_cast<double>(1 + (begin * 7) % 5) / 5;
    bool ascii = true;
    for (const char c : name) ascii = ascii && static_cast<signed char>(c) > 0;
    const std::size_t cut = ascii && name.size() > 8 && name.size() < 100 ? begin + 4 : end;
    const auto add = [&](std::size_t from, std::size_t to, double value) {
      const std::string part(text.substr(from, to - from));
      explanation.tokens.push_back({(from > begin ? "##" : "") + part,
                                    static_cast<std::int32_t>(1000 + explanation.tokens.size()), sequence, from, to,
                                    word, false, value});
    };
    add(begin, cut, score);
    if (cut < end) add(cut, end, score * 0.6);
    explanation.words.push_back({begin, end, score, sequence});
    ++word;
    begin = end;
  }
}

inline void add_special(Explanation& explanation, std::string token, std::int32_t id, double score) {
  explanation.tokens.push_back({std::move(token), id, {}, 0, 0, {}, true, score});
}

/// Tokens, words and the texts themselves, between [CLS] and [SEP].
inline Explanation of_texts(std::string text, std::optional<std::string> pair, const Scores& scores, double other) {
  Explanation explanation;
  explanation.text = std::move(text);
  explanation.pair = std::move(pair);
  add_special(explanation, "[CLS]", 101, 0.31);
  add_sequence(explanation, explanation.text, 0, scores, other);
  add_special(explanation, "[SEP]", 102, 0.12);
  if (explanation.pair) {
    add_sequence(explanation, *explanation.pair, 1, scores, other);
    add_special(explanation, "[SEP]", 102, 0.22);
  }
  explanation.passes = 1;
  explanation.seconds = 0.041;
  return explanation;
}

inline Explanation macedonia() {
  const std::string answer = "Achaemenid Persia";
  Explanation explanation =
      of_texts("To which empire was Macedonia subordinate before the 4th century BC?",
               "Macedonia was an ancient kingdom on the periphery of Archaic and Classical Greece, and later the "
               "dominant state of "
               "Hellenistic Greece. The kingdom was founded and initially ruled by the Argead dynasty, followed by the "
               "Antipatrid "
               "and Antigonid dynasties. Before the 4th century BC, Macedonia was a small kingdom outside of the area "
               "dominated by "
               "the city-states of Athens, Sparta and Thebes, and briefly subordinate to Achaemenid Persia.",
               {{"subordinate", 1.0},
                {"Achaemenid", 0.86},
                {"Persia", 0.52},
                {"Macedonia", 0.44},
                {"empire", 0.71},
                {"which", 0.3},
                {"briefly", 0.33},
                {"to", 0.38},
                {"dominated", 0.24}},
               0.09);
  explanation.model = "minilm-l6-qa";
  explanation.task = Task::question_answering;
  const std::size_t begin = explanation.pair->find(answer);
  std::size_t first = 0, last = 0;
  for (std::size_t i = 0; i < explanation.tokens.size(); ++i) {
    const Token& token = explanation.tokens[i];
    if (token.sequence != 1) continue;
    if (token.begin == begin) first = i;
    if (token.end == begin + answer.size()) last = i;
  }
  AnswerPrediction prediction;
  prediction.best = {answer, begin, begin + answer.size(), first, last, 0, 11.27, 0.83};
  prediction.answers = {prediction.best};
  prediction.null_probability = 0.02;
  prediction.confidence = 0.79;
  explanation.prediction = prediction;
  explanation.target.start_token = first;
  explanation.target.end_token = last;
  explanation.target.text = answer;
  explanation.method.name = "gradient";
  explanation.method.preset = "seed-qa";
  explanation.method.reduce = "onehot-l2";
  explanation.method.normalize = "max";
  explanation.value = 11.27;
  return explanation;
}

inline Explanation no_answer() {
  Explanation explanation = macedonia();
  explanation.text = "Who founded the airport of Macedonia?";
  const std::string pair = *explanation.pair;
  explanation = of_texts(explanation.text, pair, {{"airport", 1.0}, {"founded", 0.7}, {"dynasty", 0.3}}, 0.07);
  explanation.model = "minilm-l6-qa";
  explanation.task = Task::question_answering;
  AnswerPrediction prediction;
  prediction.best = {"", 0, 0, 0, 0, 0, 7.5, 0.97};
  prediction.answers = {
      {"the Argead dynasty", pair.find("the Argead"), pair.find("the Argead") + 18, 45, 49, 0, 1.2, 0.01}};
  prediction.null_probability = 0.97;
  explanation.prediction = prediction;
  explanation.target.start_token = 0;
  explanation.target.end_token = 0;
  explanation.method.name = "gradient";
  explanation.method.reduce = "onehot-l2";
  explanation.method.normalize = "max";
  explanation.value = 7.5;
  return explanation;
}

inline Explanation sentiment() {
  Explanation explanation =
      of_texts("A gorgeous, witty and seductive movie, even if the middle act is dull and far too long.", {},
               {{"gorgeous", 1.92},
                {"witty", 1.31},
                {"seductive", 0.84},
                {"dull", -1.65},
                {"long", -0.42},
                {"too", -0.31},
                {"movie", 0.22},
                {"even", -0.12},
                {"if", -0.18}},
               0.04);
  explanation.model = "minilm-l6-sentiment";
  explanation.prediction =
      LabelPrediction{"positive", 1, 0.934, {{"negative", 0.066}, {"positive", 0.934}}, OutputMeaning::classes, {}};
  explanation.target.label = "positive";
  explanation.target.index = 1;
  explanation.method.name = "integrated-gradients";
  explanation.method.baseline = "pad";
  explanation.method.reduce = "sum";
  explanation.method.normalize = "none";
  explanation.method.numbers = {{"steps", 32}, {"tolerance", 0.01}};
  explanation.method.is_signed = true;
  explanation.value = 2.31;
  explanation.baseline_value = -0.42;
  explanation.completeness_error = 0.0031;
  explanation.passes = 32;
  explanation.seconds = 0.312;
  return explanation;
}

/// Three entities of one sentence, one explanation each.
inline std::vector<Explanation> entities() {
  Explanation base = of_texts("George Washington met the Marquis de Lafayette in Philadelphia in 1777.", {}, {}, 0.06);
  base.model = "minilm-l6-ner";
  base.task = Task::token_classification;
  base.method.name = "gradient";
  base.method.reduce = "onehot-l2";
  base.method.normalize = "max";
  EntityPrediction prediction;
  const auto position = [&](std::size_t byte) {
    for (std::size_t i = 0; i < base.tokens.size(); ++i)
      if (base.tokens[i].sequence && base.tokens[i].begin <= byte && byte < base.tokens[i].end) return i;
    return std::size_t{0};
  };
  const std::pair<const char*, const char*> found[] = {
      {"PER", "George Washington"}, {"PER", "Lafayette"}, {"LOC", "Philadelphia"}};
  for (const auto& [label, text] : found) {
    const std::size_t begin = base.text.find(text), end = begin + std::string_view(text).size();
    prediction.entities.push_back({label, begin, end, text, 0.97, position(begin), position(end - 1)});
  }
  for (std::size_t i = 0; i < base.tokens.size(); ++i)
    if (!base.tokens[i].special) {
      std::string label = "O";
      for (const Entity& entity : prediction.entities)
        if (i >= entity.first_token && i <= entity.last_token)
          label = (i == entity.first_token ? "B-" : "I-") + entity.label;
      prediction.tokens.push_back({i, label, 0.98});
    }
  std::vector<Explanation> result;
  for (const Entity& entity : prediction.entities) {
    Explanation explanation = base;
    explanation.prediction = prediction;
    explanation.target.label = "B-" + entity.label;
    explanation.target.index = 1;
    explanation.target.start_token = entity.first_token;
    explanation.target.end_token = entity.first_token;
    explanation.target.text = entity.text;
    for (Word& word : explanation.words)
      if (word.begin >= entity.begin && word.end <= entity.end)
        word.score = word.begin == entity.begin ? 1.0 : 0.55;
      else if (explanation.text.substr(word.begin, word.end - word.begin) == (entity.label == "LOC" ? "in" : "met"))
        word.score = 0.48;
    // A word's first token has the word's score.
    for (const Word& word : explanation.words)
      for (Token& token : explanation.tokens)
        if (token.sequence && token.begin == word.begin) token.score = word.score;
    explanation.value = 6.13;
    result.push_back(explanation);
  }
  return result;
}

inline Explanation multi_label() {
  Explanation explanation = of_texts("You are a fool, and so is your dog.", {},
                                     {{"fool", 1.0}, {"You", 0.42}, {"dog", 0.2}, {"your", 0.18}}, 0.05);
  explanation.model = "comments";
  explanation.prediction = LabelPrediction{"toxic",
                                           0,
                                           0.94,
                                           {{"toxic", 0.94}, {"insult", 0.88}, {"threat", 0.01}, {"obscene", 0.21}},
                                           OutputMeaning::multi_label,
                                           {"toxic", "insult"}};
  explanation.target.label = "toxic";
  explanation.target.index = 0;
  explanation.method.name = "gradient";
  explanation.method.preset = "seed-classification";
  explanation.method.reduce = "onehot-l2";
  explanation.method.normalize = "max";
  explanation.value = 2.75;
  return explanation;
}

/// Text that could harm a page or a terminal.
inline Explanation hostile() {
  Explanation explanation = of_texts(
      "<script>alert(1)</script> \"quoted\" & 'single' <img src=x onerror=alert(2)> \x1B[31mred\x1B[0m "
      "\x1B]0;title\x07 "
      "bell\x07 back\x08space \xC2\x9B"
      "31m nul" +
          std::string(1, '\0') +
          "l \xE2\x80\xAEoverride\xE2\x80\xAC "
          "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7 family, \xE6\xBC\xA2\xE5\xAD\x97 "
          "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D e\xCC\x81t\xC3\xA9\r\nsecond line\tafter a tab </textarea></style><!-- ]]>",
      {}, {{"script", 1.0}, {"red", 0.8}, {"override", 0.6}, {"\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D", 0.5}}, 0.2);
  explanation.model = "<b>model</b>\x1B[2J";
  explanation.prediction = LabelPrediction{
      "<i>label</i>\x1B[1m", 0, 0.5, {{"<i>label</i>\x1B[1m", 0.5}, {"\"other\"", 0.5}}, OutputMeaning::classes, {}};
  explanation.target.label = "<i>label</i>\x1B[1m";
  explanation.target.index = 0;
  explanation.method.name = "<u>gradient</u>";
  explanation.method.reduce = "l2";
  explanation.method.normalize = "max";
  explanation.warnings = {"<em>cut</em> \x1B[5m"};
  return explanation;
}

}  // namespace limn::fixtures
