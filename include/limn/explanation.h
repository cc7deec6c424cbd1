#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

/// What limn says about one input: plain data, shared by everything that shows, stores or scores it.
/// All `begin`/`end` are byte offsets into the sequence's original text, half open.

namespace limn {

enum class Task { question_answering, sequence_classification, token_classification, masked_lm };

/// "question-answering", "sequence-classification", "token-classification", "masked-lm".
std::string_view name(Task task);

/// What the user gave: one text, or two (question and context, or text and pair).
struct Input {
  std::string text;                 ///< sequence 0: the text, or the question
  std::optional<std::string> pair;  ///< sequence 1: the second text, or the context
};

/// One token of the model's input with its score.
struct Token {
  std::string token;  ///< as in the vocabulary: "[CLS]", "mac", "##edonia"
  std::int32_t id = 0;
  std::optional<int> sequence;  ///< 0 or 1; nothing for special tokens that the template adds
  std::size_t begin = 0, end = 0;
  std::optional<std::size_t> word;  ///< index of the word within its sequence; nothing for special tokens
  bool special = false;
  double score = 0;
};

/// One unit (word, sentence) of the original text with its score. Unpacks as [begin, end, score].
struct Word {
  std::size_t begin = 0, end = 0;
  double score = 0;
  int sequence = 0;
  std::optional<double> standard_error = {};  ///< of the score, where a sampling method knows it

  template <std::size_t I>
  const auto& get() const {
    if constexpr (I == 0)
      return begin;
    else if constexpr (I == 1)
      return end;
    else
      return score;
  }
};

/// A span of the context.
struct Answer {
  std::string text;  ///< empty: no answer
  std::size_t begin = 0, end = 0;
  std::size_t start_token = 0, end_token = 0;  ///< positions in the window's encoding, both inclusive
  std::size_t window = 0;                      ///< which window of a long context
  double score = 0;                            ///< start logit + end logit
  double probability = 0;                      ///< softmax(start)[a] · softmax(end)[b]
};

struct AnswerPrediction {
  Answer best;                  ///< the empty answer if the null answer wins
  std::vector<Answer> answers;  ///< the top K spans, best first; never the null answer
  double null_score = 0;        ///< start + end logit of [CLS], the smallest over the windows
  double null_probability = 0;
  std::optional<double> confidence;  ///< if a calibration has been fitted
};

struct LabelPrediction {
  std::string label;  ///< the likeliest; empty if multi-label and none is above 1/2
  std::size_t index = 0;
  double probability = 0;
  std::vector<std::pair<std::string, double>> probabilities;  ///< every label, in the model's order
  bool multi_label = false;
  std::vector<std::string> labels;  ///< multi-label: those with a probability of at least 1/2
};

struct Entity {
  std::string label;  ///< without its B-/I- prefix
  std::size_t begin = 0, end = 0;
  std::string text;
  double probability = 0;                       ///< the mean over its first tokens of its words
  std::size_t first_token = 0, last_token = 0;  ///< both inclusive
};

struct TokenLabel {
  std::size_t token = 0;  ///< position in the encoding
  std::string label;
  double probability = 0;
};

struct EntityPrediction {
  std::vector<Entity> entities;
  std::vector<TokenLabel> tokens;  ///< one per ordinary token
};

/// What a masked language model would put in the place of each mask token of the text.
struct MaskPrediction {
  struct Fill {
    std::string token;  ///< as in the vocabulary
    std::int32_t id = 0;
    double probability = 0;
  };
  struct Mask {
    std::size_t token = 0;  ///< position in the encoding
    int sequence = 0;
    std::size_t begin = 0, end = 0;
    std::vector<Fill> fills;  ///< the top K, likeliest first
  };
  std::vector<Mask> masks;  ///< in the text's order
};

using Prediction = std::variant<std::monostate, AnswerPrediction, LabelPrediction, EntityPrediction, MaskPrediction>;

/// Which scalar F was explained.
struct TargetInfo {
  std::string explain = "logit";     ///< logit, probability, log-probability, loss, margin
  std::optional<std::string> label;  ///< classification, token classification
  std::optional<std::size_t> index;
  std::optional<std::string> contrast;  ///< the label B of "why A rather than B"
  std::optional<std::size_t> start_token,
      end_token;     ///< question answering; token classification: the position in both
  std::string text;  ///< the explained answer or entity, as in the original text
};

/// How it was explained; what a method has no use for stays empty.
struct MethodInfo {
  std::string name;  ///< "gradient"
  std::optional<std::string> preset;
  std::optional<std::string> baseline;
  std::string layer = "word";  ///< word, embeddings, or the layer's number
  std::string reduce;          ///< sum, l1, l2, onehot-l2
  std::string normalize;       ///< none, l1, l2, max, minmax
  std::string unit = "word";   ///< of `words`: token, word, sentence
  std::uint64_t seed = 0;
  std::map<std::string, double> numbers;  ///< steps, samples, sigma, … of methods that have them
  bool is_signed = false;                 ///< scores have a sign: for and against
};

struct Explanation {
  std::string model;
  Task task = Task::sequence_classification;
  std::string text;                 ///< sequence 0 as the user wrote it
  std::optional<std::string> pair;  ///< sequence 1 as the user wrote it
  Prediction prediction;
  TargetInfo target;
  MethodInfo method;
  double value = 0;  ///< F(x)
  std::optional<double> baseline_value, completeness_error;
  std::size_t passes = 0;  ///< rows sent through the model, forward and backward counted once
  double seconds = 0;
  std::vector<Token> tokens;
  std::vector<Word> words;  ///< special tokens have none; in order of sequence, then of begin
  std::vector<std::string> warnings;
  /// Textual heatmap: row i says how much each token matters for token i; empty for other methods.
  std::vector<std::vector<double>> heatmap;
  std::map<std::string, std::vector<double>>
      logits;  ///< "start" and "end", or "logits" (row-major); empty unless asked for

  /// The text of one sequence. @param sequence 0 or 1.
  std::string_view sequence(int sequence) const;
  /// The word as the user wrote it.
  std::string_view text_of(const Word& word) const;
};

// ---- attacks ---------------------------------------------------------------------------------------

/// One change of an attack and what the model says after it.
struct AttackStep {
  std::size_t token = 0;  ///< which token: its position in Attack::tokens
  std::string before;     ///< the token that stood there
  std::string after;      ///< the token in its place; empty: removed
  Input input;            ///< the texts after this step
  Prediction prediction;  ///< of what is left, token by token; offsets into `input`
};

/// A search for a small change of the input that changes what the model says, or for the largest that does not.
struct Attack {
  std::string model;
  Task task = Task::sequence_classification;
  std::string kind;                   ///< "hotflip" or "input-reduction"
  Input input;                        ///< as the user wrote it
  std::optional<std::string> toward;  ///< HotFlip: what the model was to say; nothing: anything else than before
  TargetInfo target;                  ///< what the model said, and of which token, or what it was to say
  std::vector<Token> tokens;          ///< of `input`; a token's score is ‖∂F/∂e‖₂ before the first step
  std::vector<AttackStep> steps;
  Prediction before, after;
  Input output;  ///< the texts after the last step
  bool succeeded =
      false;  ///< HotFlip: the model says something else (or what it was to say); reduction: a token could go
  /// Tokens do not always read back as themselves ("un" and "dog" side by side are "undog"). If the output's texts
  /// give other tokens when they are read anew: what the model says of those.
  std::optional<Prediction> reread;
  std::size_t passes = 0;  ///< sequences sent through the model, forward and backward counted once
  double seconds = 0;
  std::vector<std::string> warnings;
};

// ---- attention -------------------------------------------------------------------------------------

/// Every attention probability of one input: what each head of each layer looked at, which is no proof of what
/// mattered.
struct AttentionMaps {
  std::string model;
  Task task = Task::sequence_classification;
  Input input;
  Prediction prediction;
  std::size_t layers = 0, heads = 0;
  std::vector<Token> tokens;   ///< T; scores are 0
  std::vector<float> weights;  ///< (layers, heads, T, T); each row sums to 1
  double seconds = 0;
  std::vector<std::string> warnings;

  /// How much token `from` looked at token `to`; layer and head count from 0.
  float at(std::size_t layer, std::size_t head, std::size_t from, std::size_t to) const {
    return weights[((layer * heads + head) * tokens.size() + from) * tokens.size() + to];
  }
};

}  // namespace limn

template <>
struct std::tuple_size<limn::Word> : std::integral_constant<std::size_t, 3> {};
template <std::size_t I>
struct std::tuple_element<I, limn::Word> {
  using type = std::conditional_t<I == 2, const double, const std::size_t>;
};
