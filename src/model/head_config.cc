#include "model/head_config.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "base/json.h"
#include "model/names.h"

namespace limn {
namespace {

using Json = nlohmann::json;

constexpr std::size_t most_head_layers = 64;

struct Suffix {
  std::string_view name;
  Task task;
  std::string_view only_of = {};  ///< the only family that has it; empty: all families
};
constexpr Suffix suffixes[] = {
    {"ForQuestionAnswering", Task::question_answering},
    {"ForSequenceClassification", Task::sequence_classification},
    {"ForTokenClassification", Task::token_classification},
    {"ForMaskedLM", Task::masked_lm},
    {"ForPreTraining", Task::masked_lm, "bert"},
    {"ForPreTraining", Task::masked_lm, "albert"},
};

std::vector<NamedHead> known_heads(const FamilyClass& family) {
  std::vector<NamedHead> known;
  for (const Suffix& suffix : suffixes) {
    if (!suffix.only_of.empty() && suffix.only_of != family.model_type) continue;
    known.push_back({std::string(family.prefix) + std::string(suffix.name), suffix.task});
  }
  return known;
}

/// Whether the labels are tags of tokens, such as "O" or "B-PER".
bool has_tags(const Fields& fields) {
  const Json* map = fields.find({"id2label"});
  if (map == nullptr || !map->is_object()) return false;
  return std::ranges::any_of(*map, [](const Json& label) {
    const std::string text = label.is_string() ? label.get<std::string>() : "";
    return text == "O" || text.starts_with("B-") || text.starts_with("I-");
  });
}

/// The heads whose tensors are all in the checkpoint.
std::vector<NamedHead> heads_in_file(const FamilyClass& family, const HasTensor& has_tensor) {
  const FamilyNames& names = family_names(family.model_type);
  const auto has = [&](const std::string& name) { return std::ranges::any_of(spellings(names, name), has_tensor); };
  const auto has_step = [&](const StepNames& step) {
    return has(step.linear + ".weight") || (step.tied && (has(step.linear + ".bias") || has(step.bias)));
  };
  std::vector<NamedHead> found;
  for (const NamedHead& known : known_heads(family)) {
    const auto fits = [&](const HeadNames& head) {
      return head.task == known.task && std::ranges::all_of(head.steps, has_step);
    };
    const bool is_new = std::ranges::find(found, known.task, &NamedHead::task) == found.end();
    if (is_new && std::ranges::any_of(names.heads, fits)) found.push_back(known);
  }
  return found;
}

NamedHead head_by_tensors(const Fields& fields, const FamilyClass& family, const HasTensor& has_tensor) {
  std::vector<NamedHead> found = heads_in_file(family, has_tensor);
  // A head that classifies sequences contains all tensors of one that classifies tokens.
  const auto is_tagger = [](const NamedHead& head) { return head.task == Task::token_classification; };
  if (found.size() > 1 && std::ranges::any_of(found, is_tagger)) {
    const bool tags = has_tags(fields);
    std::erase_if(found, [&](const NamedHead& head) { return is_tagger(head) != tags; });
  }
  if (found.size() == 1) return found.front();
  fields.fail({"architectures"}, "a list with one of " + list(known_heads(family), &NamedHead::architecture),
              found.empty() ? "the weights contain no head that limn supports, so there is no output to explain"
                            : "the weights fit more than one of them; add the right one to config.json");
}

Task task_of(const Fields& block, const std::optional<Pooling>& pooling) {
  constexpr Task tasks[] = {Task::question_answering, Task::sequence_classification, Task::token_classification,
                            Task::masked_lm};
  const auto text = block.text({"task"});
  // Only this task has a single row of outputs for the whole text.
  if (!text && pooling && *pooling != Pooling::none) return Task::sequence_classification;
  const auto found = std::ranges::find_if(tasks, [&](Task task) { return text == name(task); });
  if (found != std::end(tasks)) return *found;
  std::string known;
  for (const Task task : tasks) known += (known.empty() ? "" : ", ") + std::string(name(task));
  block.fail({"task"}, "one of " + known);
}

std::optional<Pooling> pooling_of(const Fields& block) {
  struct Named {
    std::string_view name;
    Pooling pooling;
  };
  constexpr Named known[] = {
      {"none", Pooling::none}, {"first", Pooling::first}, {"mean", Pooling::mean}, {"max", Pooling::max}};
  const auto text = block.text({"pooling"});
  if (!text) return {};
  const auto found = std::ranges::find(known, *text, &Named::name);
  if (found == std::end(known)) block.fail({"pooling"}, "one of " + list(known, &Named::name));
  return found->pooling;
}

/// The layers that `layers` names, first to last; `activation` is applied between them.
std::vector<HeadLayer> layers_of(const Fields& block) {
  const Json* names = block.find({"layers"});
  const auto is_name = [](const Json& name) { return name.is_string() && !name.get<std::string>().empty(); };
  if (names == nullptr || !names->is_array() || names->empty() || names->size() > most_head_layers ||
      !std::ranges::all_of(*names, is_name))
    block.fail({"layers"}, "a list of the head's linear layers, by the names of their tensors without \".weight\"");
  const bool has_activation = block.find({"activation"}) != nullptr;
  const Activation between = has_activation ? block.activation({"activation"}, "") : Activation::identity;
  std::vector<HeadLayer> layers;
  for (const Json& name : *names) layers.push_back({name.get<std::string>(), between});
  layers.back().activation = Activation::identity;
  return layers;
}

}  // namespace

NamedHead named_head(const Fields& fields, const FamilyClass& family, const HasTensor& has_tensor,
                     std::vector<std::string>& warnings) {
  const std::vector<NamedHead> known = known_heads(family);
  const std::string expected = "one of " + list(known, &NamedHead::architecture);
  const Json* names = fields.find({"architectures"});
  if (const auto block = fields.object("limn")) {
    const bool named = names != nullptr && names->is_array() && !names->empty() && names->front().is_string();
    return {named ? names->front().get<std::string>() : std::string(family.prefix) + "Model",
            task_of(*block, pooling_of(*block))};
  }
  const auto by_tensors = [&](const std::string& reason) {
    NamedHead head = head_by_tensors(fields, family, has_tensor);
    warnings.push_back("config.json: architectures " + reason + "; the weights have the head of " + head.architecture);
    return head;
  };
  if (names == nullptr && has_tensor) return by_tensors("is missing");
  if (names != nullptr && names->is_array() && names->empty() && has_tensor) return by_tensors("is empty");
  if (names == nullptr || !names->is_array() || names->empty())
    fields.fail({"architectures"}, "a list with " + expected, "it determines the task of the checkpoint's head");
  std::string found;
  bool headless = false;
  for (const Json& name : *names) {
    const std::string text = name.is_string() ? name.get<std::string>() : "";
    const auto match = std::ranges::find(known, text, &NamedHead::architecture);
    if (match != known.end()) return *match;
    found += (found.empty() ? "" : ", ") + shown(name);
    headless = headless || text.ends_with("Model");  // BertModel
  }
  const std::string encoder = std::string(family.prefix) + "Model";
  if (names->size() == 1 && names->front() == encoder && has_tensor && !heads_in_file(family, has_tensor).empty())
    return by_tensors("names " + encoder + ", an encoder without a head");
  fields.fail_at({"architectures"}, found, expected,
                 headless ? "the checkpoint is an encoder without a head, so there is no output to explain"
                          : "it determines the task of the checkpoint's head; a class of your own can be described in "
                            "a \"limn\" block");
}

HeadConfig head_config(const Fields& fields, Task task) {
  HeadConfig head;
  head.task = task;
  if (const auto block = fields.object("limn")) {
    head.pooling = pooling_of(*block).value_or(Pooling::none);
    head.layers = layers_of(*block);
    const bool pools = *head.pooling != Pooling::none;
    if (pools != (task == Task::sequence_classification)) {
      block->fail({"pooling"}, pools ? "none, since this task has outputs for every token"
                                     : "first, mean or max, since this task has one row of outputs per text");
    }
  }
  return head;
}

std::optional<std::size_t> head_outputs(const FamilyClass& family, const HeadConfig& head,
                                        const std::optional<std::string>& prefix, const TensorRows& rows) {
  if (!rows) return {};
  FamilyNames names = family_names(family.model_type);
  if (prefix) names = renamed(std::move(names), *prefix);
  const auto rows_of = [&](const std::string& linear) -> std::optional<std::size_t> {
    for (const std::string& name : spellings(names, linear + ".weight"))
      if (const auto found = rows(name)) return found;
    return {};
  };
  if (!head.layers.empty()) return rows_of(head.layers.back().linear);
  for (const HeadNames& known : names.heads)
    if (known.task == head.task)
      if (const auto found = rows_of(known.steps.back().linear)) return found;
  return {};
}

}  // namespace limn
