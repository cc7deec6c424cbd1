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

/// The results for one input: plain data, shared by everything that shows, stores or scores it.
/// All `begin`/`end` are half-open byte offsets into the sequence's original text.

namespace limn {

/// What a model was trained to do.
enum class Task { question_answering, sequence_classification, token_classification, masked_lm, sentence_embedding };

/// "question-answering", "sequence-classification", "token-classification", "masked-lm", "sentence-embedding".
std::string_view name(Task task);

/// What the outputs of a model mean.
enum class OutputMeaning {
  classes,      ///< logits of classes, one of which is right: softmax
  multi_label,  ///< logits of labels, each of which is right or not: a sigmoid each
  single,       ///< the logit of the only label: sigmoid
  value         ///< numbers such as a rating or a relevance: regression, or a cross-encoder without an activation
};

/// "classes", "multi-label", "single", "value".
std::string_view name(OutputMeaning meaning);

/// The user's input: one text, or two (question and context, or text and pair).
struct Input {
  std::string text;                 ///< sequence 0: the text, or the question
  std::optional<std::string> pair;  ///< sequence 1: the second text, or the context
};

/// One token of the model's input with its score.
struct Token {
  std::string token;                ///< as in the vocabulary: "[CLS]", "mac", "##edonia"
  std::int32_t id = 0;              ///< index in the vocabulary
  std::optional<int> sequence;      ///< 0 or 1; empty for special tokens added by the post-processor
  std::size_t begin = 0;            ///< offset of the first byte in its text
  std::size_t end = 0;              ///< one past the last byte
  std::optional<std::size_t> word;  ///< index of the word within its sequence; empty for special tokens
  bool special = false;             ///< a special token such as [CLS] or [SEP]
  double score = 0;                 ///< attribution score
};

/// One unit (word, sentence) of the original text with its score. Unpacks as [begin, end, score].
struct Word {
  std::size_t begin = 0;                      ///< offset of the first byte in its text
  std::size_t end = 0;                        ///< one past the last byte
  double score = 0;                           ///< attribution score
  int sequence = 0;                           ///< 0: text or question, 1: pair or context
  std::optional<double> standard_error = {};  ///< of the score, if the method estimates it by sampling

  /// Supports structured bindings.
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
  std::string text;                ///< empty: no answer
  std::size_t begin = 0;           ///< offset of the first byte in the context
  std::size_t end = 0;             ///< one past the last byte
  std::size_t start_token = 0;     ///< position in the window's encoding, inclusive
  std::size_t end_token = 0;       ///< position in the window's encoding, inclusive
  std::size_t window = 0;          ///< index of the window of a long context
  double score = 0;                ///< start logit + end logit
  double probability = 0;          ///< softmax(start)[a] · softmax(end)[b]
  double context_probability = 0;  ///< the same, with softmax over the context's tokens and [CLS] only
};

/// The prediction of a question-answering model.
struct AnswerPrediction {
  Answer best;                  ///< the empty answer if the null answer wins
  std::vector<Answer> answers;  ///< the top K spans, best first; never the null answer
  double null_score = 0;        ///< start + end logit of [CLS], the minimum over the windows
  double null_probability = 0;  ///< probability of the null answer
  double null_context_probability =
      0;                             ///< Answer::context_probability of the null answer, the minimum over the windows
  std::optional<double> confidence;  ///< set if a calibration has been fitted
};

/// The prediction of a sequence classifier.
struct LabelPrediction {
  std::string label;       ///< the most likely label; empty if multi-label and none is above 1/2, or for values
  std::size_t index = 0;   ///< index of the label
  double probability = 0;  ///< probability of the label
  std::vector<std::pair<std::string, double>> probabilities;  ///< every label, in the model's order
  OutputMeaning meaning = OutputMeaning::classes;             ///< of the probabilities or values
  std::vector<std::string> labels;  ///< multi-label: the labels with a probability of at least 1/2
  std::vector<std::pair<std::string, double>> values = {};  ///< of OutputMeaning::value: every output; no probabilities
  std::optional<double> confidence = {};                    ///< set if a calibration has been fitted
};

/// A named entity in the text.
struct Entity {
  std::string label;                      ///< label without its B-/I- prefix
  std::size_t begin = 0;                  ///< offset of the first byte in the text
  std::size_t end = 0;                    ///< one past the last byte
  std::string text;                       ///< as in the original text
  double probability = 0;                 ///< mean over the first tokens of its words
  std::size_t first_token = 0;            ///< position among the tokens of the whole text, inclusive
  std::size_t last_token = 0;             ///< position among the tokens of the whole text, inclusive
  std::optional<double> confidence = {};  ///< that it is right, if a calibration has been fitted
};

/// The label of one token.
struct TokenLabel {
  std::size_t token = 0;   ///< position among the tokens of the whole text, special tokens at its ends included
  std::string label;       ///< label with its B-/I- prefix
  double probability = 0;  ///< probability of the label
};

/// The prediction of a token-classification model.
struct EntityPrediction {
  std::vector<Entity> entities;    ///< entities, in text order
  std::vector<TokenLabel> tokens;  ///< one per token that is not special
};

/// A masked language model's predictions for each mask token of the text.
struct MaskPrediction {
  /// A token and its probability.
  struct Fill {
    std::string token;       ///< as in the vocabulary
    std::int32_t id = 0;     ///< index in the vocabulary
    double probability = 0;  ///< softmax over the vocabulary
  };
  /// One mask token of the text.
  struct Mask {
    std::size_t token = 0;    ///< position in the encoding
    int sequence = 0;         ///< 0: text, 1: pair
    std::size_t begin = 0;    ///< offset of the first byte in its text
    std::size_t end = 0;      ///< one past the last byte
    std::vector<Fill> fills;  ///< the top K, most likely first
  };
  std::vector<Mask> masks;  ///< masks, in text order
};

/// A text as a point in space: texts of similar meaning have a large cosine.
struct Embedding {
  std::vector<float> values;          ///< (D)
  std::size_t tokens = 0;             ///< tokens that the model read, including special ones and those of a prompt
  std::optional<double> cosine = {};  ///< with the embedding of the input's pair, if there is one
  std::optional<double> dot = {};     ///< dot product with it
};

/// The model's prediction, by task; std::monostate for a task without a prediction.
using Prediction =
    std::variant<std::monostate, AnswerPrediction, LabelPrediction, EntityPrediction, MaskPrediction, Embedding>;

/// The target function F that was explained.
struct TargetInfo {
  std::string explain = "logit";        ///< logit, probability, log-probability, loss, margin; embeddings: cosine
  std::optional<std::string> label;     ///< classification, token classification: the label
  std::optional<std::size_t> index;     ///< index of the label
  std::optional<std::string> contrast;  ///< the label B of "why A rather than B"
  /// Question answering: the answer's first token; token classification: the token's position; both in
  /// Explanation::tokens.
  std::optional<std::size_t> start_token;
  /// Question answering: the answer's last token; token classification: the token's position.
  std::optional<std::size_t> end_token;
  std::string text;  ///< the explained answer or entity, as in the original text
};

/// The method and its options; options that the method does not have stay empty.
struct MethodInfo {
  std::string name;                          ///< "gradient"
  std::optional<std::string> preset;         ///< name of the preset, if one was chosen
  std::optional<std::string> baseline;       ///< pad, zero, mask, unk, mean or text
  std::string layer = "word";                ///< word, embeddings, or the layer's number; empty if the method has none
  std::string reduce;                        ///< sum, l1, l2, onehot-l2
  std::string normalize;                     ///< none, l1, l2, max, minmax
  std::string unit = "word";                 ///< of `words`: token, word, sentence
  std::uint64_t seed = 0;                    ///< random seed of sampling methods
  std::map<std::string, double> numbers;     ///< steps, samples, sigma, … of methods that have them
  bool is_signed = false;                    ///< scores are signed: for (+) and against (−)
  std::optional<Method> method = {};         ///< the method with every option, so that it can be run again
  std::optional<WordScore> word_score = {};  ///< set if requested, or by a preset
  bool automatic = false;                    ///< limn chose the method by the number of units
};

/// How far an explanation's order of the units is right about the model: F is the probability of the explained label,
/// and the units are removed one by one, the highest score first.
struct Faithfulness {
  double comprehensiveness = 0;  ///< mean fall of F when the first k units are removed, over all k
  double sufficiency = 0;        ///< the same for the opposite order: low if the first units are enough
  /// The comprehensiveness between that of the worst order (0) and of the best order (1) that exist; empty if all
  /// orders are equal, as for a single unit, or if the bounds are unknown.
  std::optional<double> normalised_comprehensiveness = {};
  std::optional<double> normalised_sufficiency = {};  ///< the same for the sufficiency; the best is 0
  std::optional<double> upper = {};                   ///< comprehensiveness of the best order
  std::optional<double> lower = {};                   ///< comprehensiveness of the worst order
  bool exact = true;                                  ///< the bounds are those of all orders, not found by search
  std::size_t beam = 0;                               ///< width of the search for the bounds; 0: exact, or none
};

/// A window of a long text or context that contributes to the explanation of the whole.
struct ExplainedWindow {
  std::size_t window = 0;  ///< index of the window
  std::size_t begin = 0;   ///< offset of its first byte in the context, or in the text
  std::size_t end = 0;     ///< one past the last byte
  double weight = 1;       ///< by which its F, and so each score, is multiplied
  double value = 0;        ///< its F(x), as if it were the whole text
  std::string text = {};   ///< question answering: its best answer; token classification: its first entity
};

/// How the windows of a long text were combined to one explanation: F is Σ weight · F of the window. Classification
/// with an F that is not linear in the logits: F is that of the mean logits Σ weight · logits of the window.
struct DocumentHeat {
  std::size_t windows = 1;  ///< how many windows were read
  double weight = 1;        ///< question answering: sum of the weights that are explained, of 1
  /// Question answering: the heaviest first, up to 99.9 % of the weight; otherwise in the order of the text.
  std::vector<ExplainedWindow> explained = {};
};

/// The model's prediction for one input, and how much each token and word contributes to it.
struct Explanation {
  std::string model;                          ///< the model's name
  Task task = Task::sequence_classification;  ///< the model's task
  std::string text;                           ///< sequence 0 as the user wrote it
  std::optional<std::string> pair;            ///< sequence 1 as the user wrote it
  Prediction prediction;                      ///< the model's prediction
  TargetInfo target;                          ///< the target function F
  MethodInfo method;                          ///< the method and its options
  double value = 0;                           ///< F(x)
  std::optional<double> baseline_value;       ///< F(baseline), for methods with a baseline
  std::optional<double>
      completeness_error;     ///< |Σ scores − (F(x) − F(baseline))|, for methods that satisfy completeness
  std::size_t passes = 0;     ///< rows sent through the model; forward and backward count as one
  double seconds = 0;         ///< elapsed time
  std::vector<Token> tokens;  ///< all tokens of the explained window, including special ones
  /// How many tokens of the text or context precede the window. In token classification, the prediction counts tokens
  /// from the beginning of the text: tokens[i] is its token window_begin + i.
  std::size_t window_begin = 0;
  std::vector<Word> words;            ///< sorted by sequence, then begin; special tokens have none
  std::vector<std::string> warnings;  ///< warnings for the user
  /// Textual heatmap: row i holds how much each token contributes to token i; empty for other methods.
  std::vector<std::vector<double>> heatmap;
  std::map<std::string, std::vector<double>>
      logits;  ///< "start" and "end", or "logits" (row-major); empty unless requested
  std::optional<Faithfulness> faithfulness = {};  ///< set if requested
  /// Set if requested, and for a text to classify that has several windows; `tokens` are then those of all of them.
  std::optional<DocumentHeat> document = {};

  /// The text of one sequence. @param sequence 0 or 1.
  std::string_view sequence(int sequence) const;
  /// The word as the user wrote it.
  std::string_view text_of(const Word& word) const;
};

// ---- attacks ---------------------------------------------------------------------------------------

/// One change made by an attack, and the prediction after it.
struct AttackStep {
  std::size_t token = 0;  ///< position of the changed token in Attack::tokens
  std::string before;     ///< the original token
  std::string after;      ///< its replacement; empty: removed
  Input input;            ///< the texts after this step
  Prediction prediction;  ///< prediction for the remaining tokens; offsets into `input`
};

/// A search for a small change of the input that changes the prediction, or for the largest change that does not.
struct Attack {
  std::string model;                          ///< the model's name
  Task task = Task::sequence_classification;  ///< the model's task
  std::string kind;                           ///< "hotflip" or "input-reduction"
  Input input;                                ///< as the user wrote it
  std::optional<std::string> toward;          ///< HotFlip: the prediction to reach; empty: any other than before
  TargetInfo target;              ///< the original prediction, and of which token, or the prediction to reach
  std::vector<Token> tokens;      ///< tokens of `input`; a token's score is ‖∂F/∂e‖₂ before the first step
  std::vector<AttackStep> steps;  ///< steps, in order
  Prediction before;              ///< prediction for the input
  Prediction after;               ///< prediction for the output
  Input output;                   ///< the texts after the last step
  bool succeeded = false;  ///< HotFlip: the prediction changed (or reached `toward`); reduction: a token was removed
  /// The prediction for the output's texts, if tokenizing them again gives other tokens: the tokens "un" and "dog" side
  /// by side, for example, read "undog".
  std::optional<Prediction> reread;
  std::size_t passes = 0;             ///< sequences sent through the model; forward and backward count as one
  double seconds = 0;                 ///< elapsed time
  std::vector<std::string> warnings;  ///< warnings for the user
};

// ---- attention -------------------------------------------------------------------------------------

/// Every attention probability for one input: what each head of each layer attended to, which does not prove what
/// mattered.
struct AttentionMaps {
  std::string model;                          ///< the model's name
  Task task = Task::sequence_classification;  ///< the model's task
  Input input;                                ///< as the user wrote it
  Prediction prediction;                      ///< the model's prediction
  std::size_t layers = 0;                     ///< number of layers
  std::size_t heads = 0;                      ///< heads per layer
  std::vector<Token> tokens;                  ///< T; scores are 0
  std::vector<float> weights;                 ///< (layers, heads, T, T); each row sums to 1
  double seconds = 0;                         ///< elapsed time
  std::vector<std::string> warnings;          ///< warnings for the user

  /// The attention of token `from` to token `to`; layer and head count from 0.
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
