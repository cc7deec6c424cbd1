#include "explain/attack/search.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "explain/gradient.h"
#include "limn/error.h"
#include "model/passes.h"
#include "task/probability.h"

namespace limn {

AttackSearch::AttackSearch(const Explainer& explainer, const Input& input, const AttackOptions& options,
                           const Watch& watch)
    : pipeline_(explainer.pipeline()),
      input_(input),
      options_(options),
      reading_(of_beginning(options.reading)),
      watch_(watch) {
  check_options();
  std::vector<Encoding> encodings = read_input(pipeline_, input, reading_);
  const bool is_question = pipeline_.head().task == Task::question_answering;
  if (encodings.size() != 1)
    throw Error({.thing = is_question ? "the context" : "the text",
                 .found = fmt::format("{} windows of it", encodings.size()),
                 .expected = fmt::format("a {} that fits into one window", is_question ? "context" : "text"),
                 .hint = fmt::format("attack the part that contains the {}", is_question ? "answer" : "entity")});
  encoding_ = std::move(encodings.front());
  const std::vector<Mat> logits = run(encoder(), {&encoding_, 1});
  const ConstView view = logits.front();
  prediction_ = limn::predict(pipeline_, input, encoding_, view, reading_);
  resolve(view);
  choose_fixed();
}

void AttackSearch::check_options() const {
  const Task task = pipeline_.head().task;
  if (task == Task::masked_lm || task == Task::sentence_embedding)
    throw Error({.file = pipeline_.info.name,
                 .thing = "the model's task",
                 .found = std::string(name(task)),
                 .expected = "question-answering, sequence-classification or token-classification"});
  if (options_.target && task != Task::token_classification)
    throw Error(
        {.field = "target", .found = *options_.target, .expected = "this option only for token classification"});
  if (task == Task::sequence_classification && pipeline_.head().meaning == OutputMeaning::value)
    throw Error({.file = pipeline_.info.name,
                 .thing = "the model's output",
                 .found = "a number (regression)",
                 .expected = "a model that chooses a label, which an attack can change"});
  for (const int sequence : options_.sequences)
    if (sequence < 0 || sequence > (input_.pair ? 1 : 0))
      throw Error(
          {.thing = "the sequence to attack",
           .found = std::to_string(sequence),
           .expected = input_.pair ? "0 (the text or question) or 1 (the pair or context)" : "0: there is one text"});
}

void AttackSearch::resolve(ConstView logits) {
  const WindowStore window(encoding_, copy(logits));
  const ReadInput read = {.input = input_, .head = pipeline_.head(), .prediction = prediction_, .windows = window};
  const Task task = pipeline_.head().task;
  ExplainOptions own, other;
  own.target = options_.target;
  if (own.target && own.target->find(':') != std::string::npos)
    throw Error(
        {.field = "target", .found = *own.target, .expected = "POSITION: the model's own label at it is attacked"});
  resolved_ = resolve_target(own, Scalar::loss, read);
  const EditedInput whole = edited_input(encoding_, input_, unedited());
  decision_ = decision_of(whole, prediction_, logits);
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
  if (task == Task::sequence_classification && pipeline_.head().has_sigmoid()) {
    // Each label is predicted independently; ∂loss/∂e is a multiple of ∂logit/∂e, and the sign of the logit decides.
    resolved_.target.explain = Scalar::logit;
    resolved_.info.explain = "logit";
    decision_ = decision_of(whole, prediction_, logits);
    if (wanted_) wanted_ = {1};
    direction_ = decision_.front() == 0 || wanted_ ? 1.f : -1.f;
  }
}

Decision AttackSearch::decision_of(const EditedInput& edited, const Prediction& prediction, ConstView logits) const {
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
  if (pipeline_.head().has_sigmoid()) return {logits(0, resolved_.target.picks.front().column) >= 0 ? 1u : 0u};
  return {std::get<LabelPrediction>(prediction).index};
}

/// Determines the tokens that the attack must not change.
void AttackSearch::choose_fixed() {
  const bool question_only = options_.sequences.empty() && pipeline_.head().task == Task::question_answering;
  const std::vector<int> changing = question_only ? std::vector<int>{0} : options_.sequences;
  for (std::size_t token = 0; token < tokens(); ++token) {
    const std::int32_t sequence = encoding_.sequences[token];
    const bool chosen = changing.empty() || std::find(changing.begin(), changing.end(), sequence) != changing.end();
    fixed_.push_back(encoding_.special[token] || sequence < 0 || !chosen);
  }
  if (!has_token_logits()) return;
  // The answer from its first token to its last, both the original and the wanted one; of an entity, the tagged token.
  const auto fix = [&](std::size_t a, std::size_t b) {
    for (std::size_t token = std::min(a, b); token <= std::max(a, b); ++token) fixed_[token] = true;
  };
  fix(resolved_.target.picks.front().row, resolved_.target.picks.back().row);
  if (pipeline_.head().task == Task::question_answering) fix(decision_.front(), decision_.back());
}

Target AttackSearch::target_in(const EditedInput& edited) const {
  Target target = resolved_.target;
  if (has_token_logits())
    for (Target::Pick& pick : target.picks) {
      const auto found = std::lower_bound(edited.origins.begin(), edited.origins.end(), pick.row);
      pick.row = static_cast<std::size_t>(found - edited.origins.begin());
    }
  return target;
}

std::vector<Reading> AttackSearch::read(const std::vector<std::vector<EditedToken>>& edits) {
  const Encoder encoder = this->encoder();
  std::vector<Reading> readings;
  const auto rows_of = [&](std::size_t i) { return edits[i].size(); };
  in_passes(edits.size(), traced_rows(encoder.config), rows_of, [&](std::size_t begin, std::size_t end) {
    Batch batch;
    for (std::size_t i = begin; i < end; ++i) {
      readings.push_back(
          {.edited = edited_input(encoding_, input_, edits[i]), .prediction = {}, .decision = {}, .gradient = {}});
      batch.add(readings.back().edited.encoding.ids, readings.back().edited.encoding.type_ids);
    }
    Mat x = limn::word_embeddings(encoder, batch);
    const TracedPass pass = traced_forward(encoder, std::move(batch), Layer::word(), std::move(x));
    Mat dlogits(pass.logits.rows(), pass.logits.columns());
    for (std::size_t i = begin; i < end; ++i) {
      Reading& reading = readings[i];
      const ConstView logits = logits_of(encoder, pass.batch, pass.logits.view(), i - begin);
      reading.prediction = limn::predict(pipeline_, reading.edited.input, reading.edited.encoding, logits, reading_);
      reading.decision = decision_of(reading.edited, reading.prediction, logits);
      value_vjp(target_in(reading.edited), logits, logits_of(encoder, pass.batch, dlogits.view(), i - begin));
    }
    const Mat dx = gradient(encoder, pass, std::move(dlogits));
    for (std::size_t i = begin; i < end; ++i)
      readings[i].gradient =
          copy(dx.view().row_range(pass.batch.row_begin[i - begin], pass.batch.row_begin[i - begin + 1]));
    passes_ += end - begin;
  });
  return readings;
}

Attack AttackSearch::start(std::string_view kind, const Reading& first) const {
  Attack attack;
  attack.model = pipeline_.info.name;
  attack.task = pipeline_.info.task;
  attack.kind = kind;
  attack.input = attack.output = input_;
  attack.toward = options_.toward;
  attack.target = resolved_.info;
  attack.tokens = shown_tokens(tokenizer(), encoding_);
  for (std::size_t token = 0; token < tokens(); ++token) attack.tokens[token].score = first.norm(token);
  attack.before = attack.after = prediction_;
  attack.warnings = reading_warnings({&encoding_, 1});
  return attack;
}

/// Sets the results that follow from the steps.
void AttackSearch::finish(Attack& attack) const {
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
    const std::vector<Encoding> anew = read_input(pipeline_, attack.output, reading_);
    if (anew.size() != 1 || anew.front().ids != ids)
      attack.reread = limn::predict(pipeline_, std::span(&attack.output, 1), reading_, watch_).front().value();
  }
  attack.passes = passes_;
  attack.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
}

}  // namespace limn
