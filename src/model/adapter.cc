#include "model/adapter.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/parallel.h"
#include "limn/error.h"
#include "model/formats/safetensors.h"

namespace limn {
namespace {

using Json = nlohmann::json;

constexpr const char* config_name = "adapter_config.json";
constexpr const char* weights_name = "adapter_model.safetensors";
constexpr std::string_view wrapper = "base_model.model.";

Json read_adapter_config(const std::filesystem::path& folder) {
  Json config = read_json(folder / config_name);
  if (!config.is_object())
    throw Error({.file = (folder / config_name).string(), .found = shown(config), .expected = "an object"});
  return config;
}

/// The settings of an adapter that change how it is merged.
struct Lora {
  std::string file;
  double alpha = 0;
  bool rank_stabilised = false;

  double scale(std::size_t rank) const {
    const auto r = static_cast<double>(rank);
    return alpha / (rank_stabilised ? std::sqrt(r) : r);
  }
};

Lora read_lora(const std::filesystem::path& folder) {
  const Json config = read_adapter_config(folder);
  Lora lora{.file = (folder / config_name).string()};
  const auto refuse = [&](const char* field, std::string expected) {
    throw Error({.file = lora.file,
                 .thing = field,
                 .found = config.contains(field) ? shown(config[field]) : "nothing",
                 .expected = std::move(expected),
                 .hint = "merge_and_unload() of the peft package merges other adapters"});
  };
  if (config.value("peft_type", Json()) != "LORA") refuse("peft_type", "LORA");
  const Json alpha = config.value("lora_alpha", Json());
  if (!alpha.is_number()) refuse("lora_alpha", "a number");
  lora.alpha = alpha.get<double>();
  if (config.value("use_dora", Json()) == true) refuse("use_dora", "false");
  if (config.value("fan_in_fan_out", Json()) == true) refuse("fan_in_fan_out", "false, as for the layers of encoders");
  const Json patterns = config.value("alpha_pattern", Json::object());
  if (!patterns.empty()) refuse("alpha_pattern", "nothing: one lora_alpha for every module");
  lora.rank_stabilised = config.value("use_rslora", Json()) == true;
  return lora;
}

/// The elements as float32, row-major.
std::vector<float> numbers_of(const Tensor& tensor) {
  if (!is_float_type(tensor.type))
    throw Error({.file = tensor.file,
                 .found = "elements of type " + shown_name(tensor.type),
                 .expected = "F32, F16, BF16 or F64"});
  std::vector<float> numbers(*count_numbers(tensor.shape));
  read_numbers(tensor, numbers);
  return numbers;
}

/// The base model's name of a tensor: files that were saved from the encoder alone lack its prefix ("bert.").
Tensors::iterator find_base(Tensors& tensors, const std::string& name) {
  if (const auto found = tensors.find(name); found != tensors.end()) return found;
  const auto dot = name.find('.');
  return dot == name.npos ? tensors.end() : tensors.find(name.substr(dot + 1));
}

[[noreturn]] void refuse_tensor(const std::string& file, const std::string& name, std::string found,
                                std::string expected) {
  throw Error({.file = file,
               .thing = "tensor " + shown_name(name),
               .found = std::move(found),
               .expected = std::move(expected),
               .hint = "the adapter may belong to another base model"});
}

/// W + scale · B A, with W (out, in), A (r, in), B (out, r). An embedding's A (r, V) and B (C, r) give W (V, C) as
/// W + scale · (B A)ᵀ.
class Merger {
 public:
  Merger(WeightFiles& weights, const Tensors& adapter, Lora lora)
      : weights_(weights), adapter_(adapter), lora_(std::move(lora)) {}

  void merge(const std::string& module, const std::string& a_name, const std::string& b_name, bool embedding) {
    const Tensor& a = adapter_.at(a_name);
    const auto b_found = adapter_.find(b_name);
    if (b_found == adapter_.end())
      refuse_tensor(a.file, b_name, "no such tensor", "the other half of " + shown_name(a_name));
    const Tensor& b = b_found->second;
    const auto base = find_base(weights_.tensors, module + ".weight");
    if (base == weights_.tensors.end())
      refuse_tensor(a.file, a_name, "no weight of this module in the base model", "a module of the base model");
    Tensor& w = base->second;
    const bool flat = a.shape.size() == 2 && b.shape.size() == 2 && w.shape.size() == 2 && a.shape[0] > 0;
    const std::size_t rows = embedding ? 1 : 0;
    if (!flat || b.shape[1] != a.shape[0] || b.shape[0] != w.shape[rows] || a.shape[1] != w.shape[1 - rows])
      refuse_tensor(a.file, a_name, "shapes " + shape_text(a.shape) + " and " + shape_text(b.shape),
                    "shapes that fit the base model's " + shape_text(w.shape));
    const std::size_t rank = a.shape[0], out = w.shape[0], in = w.shape[1];
    std::vector<float> left = numbers_of(embedding ? a : b), right = numbers_of(embedding ? b : a);
    // Both as (out, r) and (r, in).
    if (embedding) left = transposed(left, rank, out), right = transposed(right, in, rank);
    std::vector<float> merged = numbers_of(w);
    const auto scale = static_cast<float>(lora_.scale(rank));
    parallel_for(out, [&](std::size_t row) {
      float* const sums = merged.data() + row * in;
      for (std::size_t k = 0; k < rank; ++k) {
        const float factor = scale * left[row * rank + k];
        for (std::size_t column = 0; column < in; ++column) sums[column] += factor * right[k * in + column];
      }
    });
    replace(base->first, {.file = a.file, .type = "F32", .shape = w.shape, .bytes = {}}, std::move(merged));
  }

  /// A tensor that the adapter saved whole.
  void add(const std::string& name, const Tensor& tensor) {
    const auto base = find_base(weights_.tensors, name);
    replace(base == weights_.tensors.end() ? name : base->first,
            {.file = tensor.file, .type = "F32", .shape = tensor.shape, .bytes = {}}, numbers_of(tensor));
  }

 private:
  static std::vector<float> transposed(const std::vector<float>& matrix, std::size_t rows, std::size_t columns) {
    std::vector<float> result(matrix.size());
    for (std::size_t row = 0; row < rows; ++row)
      for (std::size_t column = 0; column < columns; ++column)
        result[column * rows + row] = matrix[row * columns + column];
    return result;
  }

  void replace(const std::string& name, Tensor tensor, std::vector<float> numbers) {
    auto& memory = weights_.computed.emplace_back(std::make_unique<float[]>(std::max<std::size_t>(numbers.size(), 1)));
    std::ranges::copy(numbers, memory.get());
    tensor.bytes = std::as_bytes(std::span(memory.get(), numbers.size()));
    weights_.tensors.insert_or_assign(name, std::move(tensor));
  }

  WeightFiles& weights_;
  const Tensors& adapter_;
  Lora lora_;
};

bool take_suffix(std::string& name, std::string_view suffix) {
  if (!name.ends_with(suffix)) return false;
  name.resize(name.size() - suffix.size());
  return true;
}

}  // namespace

std::optional<std::string> adapter_base(const std::filesystem::path& folder) {
  std::error_code ignored;
  if (std::filesystem::exists(folder / "config.json", ignored) ||
      !std::filesystem::exists(folder / config_name, ignored))
    return {};
  const Json base = read_adapter_config(folder).value("base_model_name_or_path", Json());
  return base.is_string() ? std::optional(base.get<std::string>()) : std::nullopt;
}

std::optional<std::filesystem::path> adapter_base_folder(const std::filesystem::path& folder) {
  const auto base = adapter_base(folder);
  if (!base || base->empty()) return {};
  std::error_code ignored;
  for (const auto& path : {folder / *base, std::filesystem::path(*base)})
    if (std::filesystem::is_directory(path, ignored)) return path;
  return {};
}

Json adapted_config(Json config, const std::filesystem::path& adapter) {
  constexpr std::pair<std::string_view, std::string_view> heads[] = {{"SEQ_CLS", "ForSequenceClassification"},
                                                                     {"TOKEN_CLS", "ForTokenClassification"},
                                                                     {"QUESTION_ANS", "ForQuestionAnswering"}};
  const Json task = read_adapter_config(adapter).value("task_type", Json());
  const auto found = std::ranges::find_if(heads, [&](const auto& head) { return task == head.first; });
  const auto classes = config.find("architectures");
  if (found == std::end(heads) || classes == config.end() || !classes->is_array() || classes->size() != 1 ||
      !classes->front().is_string())
    return config;
  std::string name = classes->front().get<std::string>();
  if (!take_suffix(name, "Model")) name.resize(std::min(name.size(), name.find("For")));
  config["architectures"] = Json::array({name + std::string(found->second)});
  return config;
}

void merge_adapter(WeightFiles& weights, const std::filesystem::path& adapter) {
  const Lora lora = read_lora(adapter);
  const std::filesystem::path path = adapter / weights_name;
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored))
    throw Error({.file = path.string(),
                 .found = "no such file",
                 .expected = "the adapter's weights",
                 .hint = "save_pretrained of peft writes them"});
  weights.files.push_back({weights_name, MappedFile(path)});
  const Tensors tensors = read_safetensors(weights.files.back().file.bytes(), path.string());
  Merger merger(weights, tensors, lora);
  for (const auto& [name, tensor] : tensors) {
    if (!name.starts_with(wrapper))
      refuse_tensor(path.string(), name, "another name", "a name that begins with " + std::string(wrapper));
    std::string module = name.substr(wrapper.size());
    if (take_suffix(module, ".lora_A.weight"))
      merger.merge(module, name, std::string(wrapper) + module + ".lora_B.weight", false);
    else if (take_suffix(module, ".lora_embedding_A"))
      merger.merge(module, name, std::string(wrapper) + module + ".lora_embedding_B", true);
    else if (name.find(".lora_") == name.npos)
      merger.add(module, tensor);
    else if (!name.ends_with(".lora_B.weight") && !name.ends_with(".lora_embedding_B"))
      refuse_tensor(path.string(), name, "a part that limn does not know", "lora_A and lora_B");
  }
}

}  // namespace limn
