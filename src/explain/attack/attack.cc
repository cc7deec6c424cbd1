// HotFlip and input reduction, as AllenNLP Interpret has them.
#include "explain/attack/attack.h"

#include <fmt/format.h>
#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "explain/attack/edited_input.h"
#include "explain/gradient.h"
#include "explain/passes.h"
#include "limn/error.h"
#include "math/linear.h"
#include "task/probability.h"
#include "task/target_request.h"

namespace limn {
namespace {

/// What the model said, as numbers that can be compared: the answer's tokens (in the original), or a label.
using Saying = std::vector<std::size_t>;

/// A version that has been through the model, and back.
struct Reading {
  EditedInput edited;
  Prediction prediction;
  Saying said;
  Mat gradient;  // ∂F/∂e (T, C)

  double norm(std::size_t token) const {
    double squares = 0;
    for (const double value : gradient.view().row_span(token)) squares += value * value;
    return std::sqrt(squares);
  }
};

/// What both attacks share: the input, what the model said of it, and the loss whose gradient leads the way.
class Search {
 public:
  Search(const Explainer& explainer, const Input& input, const AttackOptions& options)
      : explainer_(explainer), pipeline_(explainer.pipeline()), input_(input), options_(options) {
    refuse_options();
    std::vector<Encoding> encodings = read_input(pipeline_, input, options.reading);
    if (encodings.size() != 1)
      throw Error({.thing = "the context",
                   .found = fmt::format("{} windows of it", encodings.size()),
                   .expected = "a context that the model reads at once, to attack it",
                   .hint = "attack the part with the answer in it"});
    encoding_ = std::move(encodings.front());
    const std::vector<Mat> logits = run(encoder(), {&encoding_, 1});
    const ConstView view = logits.front();
    prediction_ = limn::predict(pipeline_, input, {&encoding_, 1}, {&view, 1}, options.reading);
    resolve(view);
    choose_fixed();
  }

  const Tokenizer& tokenizer() const { return pipeline_.tokenizer; }
  const AttackOptions& options() const { return options_; }
  ConstView word_embeddings() const { return encoder().weights.embeddings.word; }
  std::size_t tokens() const { return encoding_.size(); }
  bool may_change(std::size_t token) const { return !fixed_[token]; }
  std::size_t changeable() const { return static_cast<std::size_t>(std::count(fixed_.begin(), fixed_.end(), false)); }
  bool alone_in_its_text(const EditedInput& edited, std::size_t token) const {
    const auto& sequences = edited.encoding.sequences;
    return std::count(sequences.begin(), sequences.end(), sequences[token]) == 1;
  }
  /// 1: F is to grow; −1: it is to shrink.
  float direction() const { return direction_; }
  bool reached(const Saying& said) const { return wanted_ ? said == *wanted_ : said != said_; }
  bool holds(const Saying& said) const { return said == said_; }

  std::vector<EditedToken> unedited() const {
    std::vector<EditedToken> edited_tokens(tokens());
    for (std::size_t token = 0; token < tokens(); ++token) edited_tokens[token].origin = token;
    return edited_tokens;
  }
  /// Versions of the input with these places, through the model and back in as few passes as memory should hold.
  std::vector<Reading> read(const std::vector<std::vector<EditedToken>>& edits);

  Attack start(std::string_view kind, const Reading& first) const;
  void finish(Attack& attack) const;

 private:
  Encoder encoder() const { return pipeline_.encoder(); }
  bool every_token() const { return encoder().weights.head.pooling == Pooling::none; }
  void refuse_options() const;
  void resolve(ConstView logits);
  void choose_fixed();
  Target target_in(const EditedInput& edited) const;
  Saying saying(const EditedInput& edited, const Prediction& prediction, ConstView logits) const;

  const Explainer& explainer_;
  const Pipeline& pipeline_;
  const Input& input_;
  const AttackOptions& options_;
  Encoding encoding_;
  Prediction prediction_;
  ResolvedTarget resolved_;
  float direction_ = 1;
  Saying said_;
  std::optional<Saying> wanted_;
  std::vector<bool> fixed_;  // (T)
  std::size_t passes_ = 1;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

void Search::refuse_options() const {
  const Task task = pipeline_.head().task;
  if (task == Task::masked_lm)
    throw Error({.file = pipeline_.info.name,
                 .thing = "the model's task",
                 .found = "masked-lm",
                 .expected = "question-answering, sequence-classification or token-classification, to attack"});
  if (options_.target && task != Task::token_classification)
    throw Error({.thing = "--target", .found = *options_.target, .expected = "it only for token classification"});
  for (const int sequence : options_.sequences)
    if (sequence < 0 || sequence > (input_.pair ? 1 : 0))
      throw Error(
          {.thing = "the sequence to attack",
           .found = std::to_string(sequence),
           .expected = input_.pair ? "0 (the text or question) or 1 (the pair or context)" : "0: there is one text"});
}

void Search::resolve(ConstView logits) {
  const ReadInput read = {.input = input_,
                          .head = pipeline_.head(),
                          .prediction = prediction_,
                          .encodings = {&encoding_, 1},
                          .logits = {&logits, 1}};
  const Task task = pipeline_.head().task;
  ExplainOptions own, other;
  own.target = options_.target;
  if (own.target && own.target->find(':') != std::string::npos)
    throw Error(
        {.thing = "--target", .found = *own.target, .expected = "POSITION: the model's own label there is attacked"});
  resolved_ = resolve_target(own, Scalar::loss, read);
  const EditedInput whole = edited_input(encoding_, input_, unedited());
  said_ = saying(whole, prediction_, logits);
  if (options_.toward) {
    if (task == Task::question_answering)
      other.answer = options_.toward;
    else if (task == Task::token_classification)
      other.target = fmt::format("{}:{}", *resolved_.info.start_token, *options_.toward);
    else
      other.target = options_.toward;
    resolved_ = resolve_target(other, Scalar::loss, read);
    direction_ = -1;
    if (task == Task::question_answering)
      wanted_ = {*resolved_.info.start_token, *resolved_.info.end_token};
    else
      wanted_ = {*resolved_.info.index};
  }
  if (task == Task::sequence_classification && pipeline_.head().sigmoid) {
    // Each label is said or not; ∂loss/∂e is a multiple of ∂logit/∂e, and the logit has a sign whatever is said.
    resolved_.target.explain = Scalar::logit;
    resolved_.info.explain = "logit";
    said_ = saying(whole, prediction_, logits);
    if (wanted_) wanted_ = {1};
    direction_ = said_.front() == 0 || wanted_ ? 1.f : -1.f;
  }
}

Saying Search::saying(const EditedInput& edited, const Prediction& prediction, ConstView logits) const {
  switch (pipeline_.head().task) {
    case Task::question_answering: {
      const Answer& best = std::get<AnswerPrediction>(prediction).best;
      return {edited.origins[best.start_token], edited.origins[best.end_token]};
    }
    case Task::token_classification: {
      const std::size_t row = target_in(edited).picks.front().row;
      return {argmax(logits.row_range(row, row + 1))};
    }
    default:
      break;
  }
  if (pipeline_.head().sigmoid) return {logits(0, resolved_.target.picks.front().column) >= 0 ? 1u : 0u};
  return {std::get<LabelPrediction>(prediction).index};
}

/// Tokens that no attack changes.
void Search::choose_fixed() {
  const bool question_only = options_.sequences.empty() && pipeline_.head().task == Task::question_answering;
  const std::vector<int> changing = question_only ? std::vector<int>{0} : options_.sequences;
  for (std::size_t token = 0; token < tokens(); ++token) {
    const std::int32_t sequence = encoding_.sequences[token];
    const bool chosen = changing.empty() || std::find(changing.begin(), changing.end(), sequence) != changing.end();
    fixed_.push_back(encoding_.special[token] || sequence < 0 || !chosen);
  }
  if (!every_token()) return;
  // From an answer's first token to its last, wherever the attack is to go; of an entity, the token whose label it is.
  const auto fix = [&](std::size_t a, std::size_t b) {
    for (std::size_t token = std::min(a, b); token <= std::max(a, b); ++token) fixed_[token] = true;
  };
  fix(resolved_.target.picks.front().row, resolved_.target.picks.back().row);
  if (pipeline_.head().task == Task::question_answering) fix(said_.front(), said_.back());
}

Target Search::target_in(const EditedInput& edited) const {
  Target target = resolved_.target;
  if (every_token())
    for (Target::Pick& pick : target.picks) {
      const auto found = std::lower_bound(edited.origins.begin(), edited.origins.end(), pick.row);
      pick.row = static_cast<std::size_t>(found - edited.origins.begin());
    }
  return target;
}

std::vector<Reading> Search::read(const std::vector<std::vector<EditedToken>>& edits) {
  const Encoder encoder = this->encoder();
  const std::size_t budget = traced_rows(encoder.config);
  std::vector<Reading> readings;
  for (std::size_t begin = 0; begin < edits.size();) {
    Batch batch;
    std::size_t end = begin;
    while (end < edits.size() && (end == begin || batch.rows() + edits[end].size() <= budget)) {
      readings.push_back(
          {.edited = edited_input(encoding_, input_, edits[end]), .prediction = {}, .said = {}, .gradient = {}});
      batch.add(readings.back().edited.encoding.ids, readings.back().edited.encoding.type_ids);
      ++end;
    }
    Mat x = limn::word_embeddings(encoder, batch);
    const TracedPass pass = traced_forward(encoder, std::move(batch), Layer::word(), std::move(x));
    Mat dlogits(pass.logits.rows(), pass.logits.columns());
    for (std::size_t i = begin; i < end; ++i) {
      Reading& reading = readings[i];
      const ConstView logits = logits_of(encoder, pass.batch, pass.logits.view(), i - begin);
      reading.prediction =
          limn::predict(pipeline_, reading.edited.input, {&reading.edited.encoding, 1}, {&logits, 1}, options_.reading);
      reading.said = saying(reading.edited, reading.prediction, logits);
      value_vjp(target_in(reading.edited), logits, logits_of(encoder, pass.batch, dlogits.view(), i - begin));
    }
    const Mat dx = gradient(encoder, pass, std::move(dlogits));
    for (std::size_t i = begin; i < end; ++i)
      readings[i].gradient =
          copy(dx.view().row_range(pass.batch.row_begin[i - begin], pass.batch.row_begin[i - begin + 1]));
    passes_ += end - begin;
    begin = end;
  }
  return readings;
}

Attack Search::start(std::string_view kind, const Reading& first) const {
  Attack attack;
  attack.model = pipeline_.info.name;
  attack.task = pipeline_.info.task;
  attack.kind = kind;
  attack.input = attack.output = input_;
  attack.toward = options_.toward;
  attack.target = resolved_.info;
  attack.tokens = tokens_of(tokenizer(), encoding_);
  for (std::size_t token = 0; token < tokens(); ++token) attack.tokens[token].score = first.norm(token);
  attack.before = attack.after = prediction_;
  attack.warnings = reading_warnings({&encoding_, 1});
  return attack;
}

/// What follows from the steps.
void Search::finish(Attack& attack) const {
  if (!attack.steps.empty()) {
    attack.output = attack.steps.back().input;
    attack.after = attack.steps.back().prediction;
    std::vector<std::int32_t> ids;
    if (attack.kind == "hotflip") {
      for (const Token& token : attack.tokens) ids.push_back(token.id);
      for (const AttackStep& step : attack.steps) ids[step.token] = *tokenizer().id(step.after);
    } else {
      std::vector<bool> gone(tokens(), false);
      for (const AttackStep& step : attack.steps) gone[step.token] = true;
      for (std::size_t token = 0; token < tokens(); ++token)
        if (!gone[token]) ids.push_back(attack.tokens[token].id);
    }
    const std::vector<Encoding> anew = read_input(pipeline_, attack.output, options_.reading);
    if (anew.size() != 1 || anew.front().ids != ids)
      attack.reread = limn::predict(pipeline_, std::span(&attack.output, 1), options_.reading).front();
  }
  attack.passes = passes_;
  attack.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
}

// ---- HotFlip -------------------------------------------------------------------------------------------------------

/// Whether every code point is a letter or a number, as Python's str.isalnum() has it.
bool is_alphanumeric(std::string_view word) {
  const auto* rest = reinterpret_cast<const utf8proc_uint8_t*>(word.data());
  auto left = static_cast<utf8proc_ssize_t>(word.size());
  if (left == 0) return false;
  while (left > 0) {
    utf8proc_int32_t code = 0;
    const utf8proc_ssize_t read = utf8proc_iterate(rest, left, &code);
    if (read <= 0) return false;
    const utf8proc_category_t category = utf8proc_category(code);
    const bool letter = category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
    const bool number = category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO;
    if (!letter && !number) return false;
    rest += read;
    left -= read;
  }
  return true;
}

/// Ids of the words that a token may be flipped to: no "##…", no special token, no "[unused1]", no punctuation.
std::vector<std::int32_t> whole_words(const Tokenizer& tokenizer) {
  std::vector<std::int32_t> ids;
  for (std::size_t id = 0; id < tokenizer.vocabulary_size(); ++id)
    if (is_alphanumeric(tokenizer.token(static_cast<std::int32_t>(id)))) ids.push_back(static_cast<std::int32_t>(id));
  return ids;
}

/// AllenNLP's ignore_tokens.
bool is_ignored(std::string_view word) {
  constexpr std::array<std::string_view, 5> ignored = {".", ",", ";", "!", "?"};
  return std::find(ignored.begin(), ignored.end(), word) != ignored.end();
}

/// The word, other than the one that stands there, whose embedding e' has the largest direction · (e' − e)·g; e·g is
/// the same for all. @param g (1, C)
std::int32_t best_word(const Search& search, const std::vector<std::int32_t>& words, ConstView g,
                       std::int32_t present) {
  const ConstView embeddings = search.word_embeddings();
  Mat products(1, embeddings.rows);
  linear(g, embeddings, {}, products);  // g Eᵀ
  std::int32_t best = -1;
  for (const std::int32_t id : words) {
    const auto gain = [&](std::int32_t word) {
      return search.direction() * products(0, static_cast<std::size_t>(word));
    };
    if (id != present && (best < 0 || gain(id) > gain(best))) best = id;
  }
  return best;
}

}  // namespace

Attack hotflip(const Explainer& explainer, const Input& input, const AttackOptions& options) {
  Search search(explainer, input, options);
  const std::vector<std::int32_t> words = whole_words(search.tokenizer());
  std::vector<EditedToken> edited_tokens = search.unedited();
  Reading reading = std::move(search.read({edited_tokens}).front());
  Attack attack = search.start("hotflip", reading);
  attack.succeeded = search.reached(reading.said);

  std::vector<bool> flipped(search.tokens());
  for (std::size_t token = 0; token < flipped.size(); ++token)
    flipped[token] = !search.may_change(token) || is_ignored(attack.tokens[token].token);
  const std::size_t most = options.max_steps > 0 ? options.max_steps : search.changeable();
  while (!attack.succeeded && attack.steps.size() < most) {
    std::optional<std::size_t> chosen;
    for (std::size_t token = 0; token < flipped.size(); ++token)
      if (!flipped[token] && (!chosen || reading.norm(token) > reading.norm(*chosen))) chosen = token;
    if (!chosen) break;
    flipped[*chosen] = true;
    const std::int32_t word =
        best_word(search, words, reading.gradient.view().row_range(*chosen, *chosen + 1), attack.tokens[*chosen].id);
    if (word < 0) break;
    edited_tokens[*chosen].id = word;
    edited_tokens[*chosen].word = search.tokenizer().token(word);
    reading = std::move(search.read({edited_tokens}).front());
    attack.steps.push_back({.token = *chosen,
                            .before = attack.tokens[*chosen].token,
                            .after = std::string(edited_tokens[*chosen].word),
                            .input = reading.edited.input,
                            .prediction = reading.prediction});
    attack.succeeded = search.reached(reading.said);
    if (options.progress) options.progress(attack.steps.size(), most);
  }
  search.finish(attack);
  return attack;
}

// ---- input reduction -----------------------------------------------------------------------------------------------

namespace {

/// A removal and those before it.
struct Link {
  std::shared_ptr<const Link> previous;
  AttackStep step;
};

struct Candidate {
  std::vector<EditedToken> edited_tokens;
  std::shared_ptr<const Link> previous;
  std::optional<std::size_t> removed;  ///< after those; nothing: the whole input
};

/// Positions in the reading's version of the `count` tokens with the least ‖g‖₂ that may go, least first.
std::vector<std::size_t> least_tokens(const Search& search, const Reading& reading, std::size_t count) {
  std::vector<std::pair<double, std::size_t>> tokens;
  for (std::size_t token = 0; token < reading.edited.origins.size(); ++token)
    if (search.may_change(reading.edited.origins[token]) && !search.alone_in_its_text(reading.edited, token))
      tokens.emplace_back(reading.norm(token), token);
  std::sort(tokens.begin(), tokens.end());
  tokens.resize(std::min(tokens.size(), count));
  std::vector<std::size_t> least;
  for (const auto& [norm, token] : tokens) least.push_back(token);
  return least;
}

}  // namespace

// Each round reads the first `beam` candidates, drops those of which the model says something else, and proposes for
// each other one the removal of each of the `beam` tokens with the least ‖g‖₂, least first.
Attack reduce_input(const Explainer& explainer, const Input& input, const AttackOptions& options) {
  if (options.toward)
    throw Error({.thing = "--toward",
                 .found = *options.toward,
                 .expected = "it only for hotflip: a reduction keeps what the model says"});
  if (options.beam == 0) throw Error({.thing = "--beam", .found = "0", .expected = "at least 1"});
  Search search(explainer, input, options);
  Attack attack;
  std::shared_ptr<const Link> last;
  std::vector<Candidate> candidates = {{.edited_tokens = search.unedited(), .previous = nullptr, .removed = {}}};
  const std::size_t most = options.max_steps > 0 ? options.max_steps : search.changeable();
  for (std::size_t round = 0; round <= most && !candidates.empty(); ++round) {
    candidates.resize(std::min(candidates.size(), options.beam));
    std::vector<std::vector<EditedToken>> edits;
    for (Candidate& candidate : candidates) edits.push_back(candidate.edited_tokens);
    std::vector<Reading> readings = search.read(edits);
    if (round == 0) attack = search.start("input-reduction", readings.front());
    if (round > 0 && options.progress) options.progress(round, most);
    std::vector<Candidate> next;
    bool is_first = true;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      if (!search.holds(readings[i].said)) continue;
      std::shared_ptr<const Link> link;
      if (const auto& removed = candidates[i].removed)
        link = std::make_shared<const Link>(Link{.previous = candidates[i].previous,
                                                 .step = {.token = *removed,
                                                          .before = attack.tokens[*removed].token,
                                                          .after = {},
                                                          .input = readings[i].edited.input,
                                                          .prediction = readings[i].prediction}});
      if (is_first) last = link;
      is_first = false;
      for (const std::size_t token : least_tokens(search, readings[i], options.beam)) {
        next.push_back({.edited_tokens = edits[i], .previous = link, .removed = readings[i].edited.origins[token]});
        next.back().edited_tokens.erase(next.back().edited_tokens.begin() + static_cast<std::ptrdiff_t>(token));
      }
    }
    candidates = std::move(next);
  }
  for (; last; last = last->previous) attack.steps.push_back(last->step);
  std::reverse(attack.steps.begin(), attack.steps.end());
  attack.succeeded = !attack.steps.empty();
  search.finish(attack);
  return attack;
}

}  // namespace limn
