#include "model/labels.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <utility>

#include "base/json.h"

namespace limn {
namespace {

using Json = nlohmann::json;

constexpr std::size_t most_labels = std::size_t{1} << 16;

using Names = std::map<std::size_t, std::string>;  // by output

std::string text_of(const Fields& fields, const Json& label) {
  if (label.is_string()) return label.get<std::string>();
  if (!label.is_primitive()) fields.fail_at({"id2label"}, shown(label), "each label to be a string");
  return label.dump();  // false, 7
}

std::size_t output_of(const Fields& fields, const std::string& key) {
  std::size_t output = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), output);
  if (error != std::errc() || end != key.data() + key.size() || output >= most_labels) {
    fields.fail_at({"id2label"}, "the key " + shown_name(key),
                   "the numbers of the outputs, from 0 to " + std::to_string(most_labels - 1));
  }
  return output;
}

Names named_outputs(const Fields& fields, std::vector<std::string>& warnings) {
  Names names;
  const Json* map = fields.find({"id2label"});
  const Json* inverse = fields.find({"label2id"});
  if (map == nullptr && inverse != nullptr && inverse->is_object()) {
    for (const auto& [label, id] : inverse->items())
      if (id.is_number_unsigned() && id < most_labels) names.emplace(id.get<std::size_t>(), label);
    if (!names.empty()) warnings.push_back("config.json: id2label is missing; the labels are those of label2id");
    return names;
  }
  if (map == nullptr) return names;
  if (map->is_array() && map->size() <= most_labels) {
    warnings.push_back("config.json: id2label is a list, not an object; its labels are numbered from 0");
    for (const Json& label : *map) names.emplace(names.size(), text_of(fields, label));
  } else {
    if (!map->is_object()) fields.fail({"id2label"}, "an object of labels");
    for (const auto& [key, label] : map->items())
      if (!label.is_null()) names.emplace(output_of(fields, key), text_of(fields, label));
  }
  const auto is_text = [](const Json& label) { return label.is_string() || label.is_number_integer(); };
  if (!std::ranges::all_of(*map, is_text))
    warnings.push_back("config.json: id2label has labels that are not strings; they are shown as in the file");
  return names;
}

}  // namespace

std::vector<std::string> read_labels(const Fields& fields, std::optional<std::size_t> outputs,
                                     std::vector<std::string>& warnings) {
  Names names = named_outputs(fields, warnings);
  const bool has_number = fields.find({"num_labels", "_num_labels"}) != nullptr;
  const std::size_t number = fields.size({"num_labels", "_num_labels"}, 2, most_labels);
  std::size_t highest = names.empty() ? 0 : names.rbegin()->first + 1;
  const std::size_t named = names.size();
  // A hole at 0 and as many labels as outputs: somebody counted from 1.
  const bool from_one = named > 0 && !names.contains(0) && highest == named + 1;
  if (from_one && outputs.value_or(has_number ? number : named) == named) {
    Names shifted;
    for (auto& [output, label] : names) shifted.emplace(output - 1, std::move(label));
    names = std::move(shifted);
    highest = named;
    warnings.push_back("config.json: id2label counts from 1; its labels are taken in order");
  }
  // Names of all outputs of a smaller head may belong to another model: the weights are refused for their shape.
  const bool other_model = outputs && !names.empty() && highest != *outputs && !(has_number && number == *outputs);
  const std::size_t count =
      other_model ? highest : std::max(highest, outputs.value_or(has_number || names.empty() ? number : highest));
  if (outputs && names.empty() && count != number)
    warnings.push_back("config.json names no labels; the weights have " + std::to_string(count) + " outputs");
  if (has_number && number != count)
    warnings.push_back("config.json: num_labels is " + std::to_string(number) + ", but there are " +
                       std::to_string(count) + " outputs");
  if (!names.empty() && names.size() < count)
    warnings.push_back("config.json: id2label names " + std::to_string(names.size()) + " of " + std::to_string(count) +
                       " outputs; the others are called LABEL_ and their number");
  std::vector<std::string> labels;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < count; ++i) {
    const auto name = names.find(i);
    const std::string label = name == names.end() ? "LABEL_" + std::to_string(i) : name->second;
    std::string unique = label;
    for (std::size_t copy = 2; !seen.insert(unique).second; ++copy) unique = label + " (" + std::to_string(copy) + ")";
    if (unique != label)
      warnings.push_back("config.json: id2label has the label " + shown_name(label) + " twice; output " +
                         std::to_string(i) + " is called " + shown_name(unique));
    labels.push_back(std::move(unique));
  }
  return labels;
}

OutputMeaning output_meaning(const Fields& fields, Task task, std::size_t outputs, std::vector<std::string>& warnings) {
  const bool classifies_text = task == Task::sequence_classification;
  const auto type = fields.text({"problem_type"});
  if (type == "multi_label_classification") return OutputMeaning::multi_label;
  if (type == "regression" && classifies_text) return OutputMeaning::value;
  if (type && type != "single_label_classification") {
    fields.fail({"problem_type"}, classifies_text
                                      ? "single_label_classification, multi_label_classification or regression"
                                      : "single_label_classification or multi_label_classification");
  }
  if (outputs != 1) return OutputMeaning::classes;
  if (!classifies_text) return OutputMeaning::single;
  const Json* own = fields.find({"sentence_transformers"});  // since version 4
  std::optional<std::string> activation = fields.text({"sbert_ce_default_activation_function"});
  if (own != nullptr && own->is_object()) {
    const auto found = own->find("activation_fn");
    if (found != own->end() && found->is_string()) activation = found->get<std::string>();
  }
  if (!activation || activation->empty() || activation->ends_with(".Sigmoid") || *activation == "Sigmoid")
    return OutputMeaning::single;
  if (!activation->ends_with(".Identity") && *activation != "Identity")
    warnings.push_back("config.json: the activation " + shown_name(*activation) +
                       " is not applied: the model's output is shown as it is");
  return OutputMeaning::value;
}

}  // namespace limn
