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

#include "limn/methods.h"

/// What limn says about one input: plain data, shared by everything that shows, stores or scores it.
/// All `begin`/`end` are byte offsets into the sequence's original text, half open.

namespace limn {

/// What a model was trained to do.
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
  std::string token;                ///< as in the vocabulary: "[CLS]", "mac", "##edonia"
  std::int32_t id = 0;              ///< its number in the vocabulary
  std::optional<int> sequence;      ///< 0 or 1; nothing for special tokens that the template adds
  std::size_t begin = 0;            ///< where it stands in its text, in bytes
  std::size_t end = 0;              ///< one past its last byte
  std::optional<std::size_t> word;  ///< index of the word within its sequence; nothing for special tokens
  bool special = false;             ///< [CLS], [SEP] and the like
  double score = 0;                 ///< what the method says of it
};

/// One unit (word, sentence) of the original text with its score. Unpacks as [begin, end, score].
struct Word {
  std::size_t begin = 0;                      ///< where it stands in its text, in bytes
  std::size_t end = 0;                        ///< one past its last byte
  double score = 0;                           ///< what the method says of it
  int sequence = 0;                           ///< 0: text or question, 1: pair or context
  std::optional<double> standard_error = {};  ///< of the score, where a sampling method knows it

  /// For structured bindings.
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
  std::string text;             ///< empty: no answer
  std::size_t begin = 0;        ///< where it stands in the context, in bytes
  std::size_t end = 0;          ///< one past its last byte
  std::size_t start_token = 0;  ///< position in the window's encoding, inclusive
  std::size_t end_token = 0;    ///< position in the window's encoding, inclusive
  std::size_t window = 0;       ///< which window of a long context
  double score = 0;             ///< start logit + end logit
  double probability = 0;       ///< softmax(start)[a] · softmax(end)[b]
};

/// What a model that answers questions says.
struct AnswerPrediction {
  Answer best;                       ///< the empty answer if the null answer wins
  std::vector<Answer> answers;       ///< the top K spans, best first; never the null answer
  double null_score = 0;             ///< start + end logit of [CLS], the smallest over the windows
  double null_probability = 0;       ///< of the null answer
  std::optional<double> confidence;  ///< if a calibration has been fitted
};

/// What a classifier says.
struct LabelPrediction {
  std::string label;       ///< the likeliest; empty if multi-label and none is above 1/2
  std::size_t index = 0;   ///< of the label
  double probability = 0;  ///< of the label
  std::vector<std::pair<std::string, double>> probabilities;  ///< every label, in the model's order
  bool multi_label = false;                                   ///< each label is predicted or not, on its own
  std::vector<std::string> labels;                            ///< multi-label: those with a probability of at least 1/2
};

/// A named thing in the text.
struct Entity {
  std::string label;            ///< without its B-/I- prefix
  std::size_t begin = 0;        ///< where it stands in the text, in bytes
  std::size_t end = 0;          ///< one past its last byte
  std::string text;             ///< as in the original text
  double probability = 0;       ///< the mean over its first tokens of its words
  std::size_t first_token = 0;  ///< position in the encoding, inclusive
  std::size_t last_token = 0;   ///< position in the encoding, inclusive
};

/// The label of one token.
struct TokenLabel {
  std::size_t token = 0;   ///< position in the encoding
  std::string label;       ///< with its B-/I- prefix
  double probability = 0;  ///< of the label
};

/// What a model that tags tokens says.
struct EntityPrediction {
  std::vector<Entity> entities;    ///< in order
  std::vector<TokenLabel> tokens;  ///< one per ordinary token
};

/// What a masked language model would put in the place of each mask token of the text.
struct MaskPrediction {
  /// A token, and how likely it is.
  struct Fill {
    std::string token;       ///< as in the vocabulary
    std::int32_t id = 0;     ///< its number in the vocabulary
    double probability = 0;  ///< softmax over the vocabulary
  };
  /// One mask token of the text.
  struct Mask {
    std::size_t token = 0;    ///< position in the encoding
    int sequence = 0;         ///< 0: text, 1: pair
    std::size_t begin = 0;    ///< where it stands in its text, in bytes
    std::size_t end = 0;      ///< one past its last byte
    std::vector<Fill> fills;  ///< the top K, likeliest first
  };
  std::vector<Mask> masks;  ///< in the text's order
};

/// What the model says, as its task has it; nothing for a task without a prediction.
using Prediction = std::variant<std::monostate, AnswerPrediction, LabelPrediction, EntityPrediction, MaskPrediction>;

/// Which scalar F was explained.
struct TargetInfo {
  std::string explain = "logit";        ///< logit, probability, log-probability, loss, margin
  std::optional<std::string> label;     ///< classification, token classification
  std::optional<std::size_t> index;     ///< the label's
  std::optional<std::string> contrast;  ///< the label B of "why A rather than B"
  /// Question answering: the answer's first token; token classification: the token's position.
  std::optional<std::size_t> start_token;
  /// Question answering: the answer's last token; token classification: the token's position.
  std::optional<std::size_t> end_token;
  std::string text;  ///< the explained answer or entity, as in the original text
};

/// How it was explained; what a method has no use for stays empty.
struct MethodInfo {
  std::string name;                          ///< "gradient"
  std::optional<std::string> preset;         ///< if one was chosen
  std::optional<std::string> baseline;       ///< pad, zero, mask, unk, mean or text
  std::string layer = "word";                ///< word, embeddings, or the layer's number
  std::string reduce;                        ///< sum, l1, l2, onehot-l2
  std::string normalize;                     ///< none, l1, l2, max, minmax
  std::string unit = "word";                 ///< of `words`: token, word, sentence
  std::uint64_t seed = 0;                    ///< of methods that draw samples
  std::map<std::string, double> numbers;     ///< steps, samples, sigma, … of methods that have them
  bool is_signed = false;                    ///< scores have a sign: for and against
  std::optional<Method> method = {};         ///< with every option, so that it can be run again
  std::optional<WordScore> word_score = {};  ///< if it was asked for, or a preset has one
};

/// What the model says about one input, and how much each token and word matters for that.
struct Explanation {
  std::string model;                          ///< the model's name
  Task task = Task::sequence_classification;  ///< the model's task
  std::string text;                           ///< sequence 0 as the user wrote it
  std::optional<std::string> pair;            ///< sequence 1 as the user wrote it
  Prediction prediction;                      ///< what the model says
  TargetInfo target;                          ///< which scalar F was explained
  MethodInfo method;                          ///< how it was explained
  double value = 0;                           ///< F(x)
  std::optional<double> baseline_value;       ///< F(baseline), of methods that have one
  std::optional<double>
      completeness_error;             ///< |Σ scores − (F(x) − F(baseline))|, of methods that promise completeness
  std::size_t passes = 0;             ///< rows sent through the model, forward and backward counted once
  double seconds = 0;                 ///< that it took
  std::vector<Token> tokens;          ///< special ones included
  std::vector<Word> words;            ///< special tokens have none; in order of sequence, then of begin
  std::vector<std::string> warnings;  ///< what the reader should know
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
  std::string model;                          ///< the model's name
  Task task = Task::sequence_classification;  ///< the model's task
  std::string kind;                           ///< "hotflip" or "input-reduction"
  Input input;                                ///< as the user wrote it
  std::optional<std::string> toward;  ///< HotFlip: what the model was to say; nothing: anything else than before
  TargetInfo target;                  ///< what the model said, and of which token, or what it was to say
  std::vector<Token> tokens;          ///< of `input`; a token's score is ‖∂F/∂e‖₂ before the first step
  std::vector<AttackStep> steps;      ///< in order
  Prediction before;                  ///< of the input
  Prediction after;                   ///< of the output
  Input output;                       ///< the texts after the last step
  bool succeeded =
      false;  ///< HotFlip: the model says something else (or what it was to say); reduction: a token could go
  /// Tokens do not always read back as themselves ("un" and "dog" side by side are "undog"). If the output's texts
  /// give other tokens when they are read anew: what the model says of those.
  std::optional<Prediction> reread;
  std::size_t passes = 0;             ///< sequences sent through the model, forward and backward counted once
  double seconds = 0;                 ///< that it took
  std::vector<std::string> warnings;  ///< what the reader should know
};

// ---- attention -------------------------------------------------------------------------------------

/// Every attention probability of one input: what each head of each layer looked at, which is no proof of what
/// mattered.
struct AttentionMaps {
  std::string model;                          ///< the model's name
  Task task = Task::sequence_classification;  ///< the model's task
  Input input;                                ///< as the user wrote it
  Prediction prediction;                      ///< what the model says
  std::size_t layers = 0;                     ///< how many
  std::size_t heads = 0;                      ///< in each layer
  std::vector<Token> tokens;                  ///< T; scores are 0
  std::vector<float> weights;                 ///< (layers, heads, T, T); each row sums to 1
  double seconds = 0;                         ///< that it took
  std::vector<std::string> warnings;          ///< what the reader should know

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
