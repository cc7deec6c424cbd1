#include "model/config_fields.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>

#include "base/json.h"
#include "limn/error.h"

namespace limn {
namespace {

struct NamedActivation {
  std::string_view name;
  Activation activation;
};
constexpr NamedActivation activations[] = {
    {"gelu", Activation::gelu},          {"gelu_python", Activation::gelu},
    {"gelu_new", Activation::gelu_tanh}, {"gelu_pytorch_tanh", Activation::gelu_tanh},
    {"relu", Activation::relu},          {"silu", Activation::silu},
    {"swish", Activation::silu},         {"tanh", Activation::tanh},
};

}  // namespace

const Fields::Json* Fields::find(Spellings spellings) const {
  const auto found = json_.find(present(spellings));
  return found == json_.end() || found->is_null() ? nullptr : &*found;
}

std::optional<Fields> Fields::object(std::string_view name) const {
  const Json* value = find({name});
  if (value == nullptr) return {};
  if (!value->is_object()) fail({name}, "an object");
  return Fields(*value, file_, path_ + std::string(name) + ".");
}

std::size_t Fields::size(Spellings spellings, std::optional<std::size_t> fallback, std::size_t largest) const {
  const Json* value = find(spellings);
  if (value == nullptr && fallback) return *fallback;
  const bool fits = value != nullptr && value->is_number_integer() && *value >= 1 && *value <= largest;
  if (!fits) fail(spellings, "a whole number from 1 to " + std::to_string(largest));
  return value->get<std::size_t>();
}

std::size_t Fields::size_if_any(Spellings spellings, std::size_t largest) const {
  const Json* value = find(spellings);
  if (value == nullptr || (value->is_number_integer() && *value < 1)) return 0;
  return size(spellings, {}, largest);
}

float Fields::number(Spellings spellings, float fallback, float above, float below) const {
  const Json* value = find(spellings);
  if (value == nullptr) return fallback;
  const float number = value->is_number() ? value->get<float>() : above;
  if (!(number > above && number < below)) {
    const auto shown = [](float bound) { return Json(static_cast<std::int64_t>(bound)).dump(); };
    fail(spellings, "a number between " + shown(above) + " and " + shown(below));
  }
  return number;
}

Activation Fields::activation(Spellings spellings, std::string_view fallback) const {
  const auto name = text(spellings).value_or(std::string(fallback));
  const auto found = std::ranges::find(activations, name, &NamedActivation::name);
  if (found == std::end(activations)) fail(spellings, "one of " + list(activations, &NamedActivation::name));
  return found->activation;
}

std::optional<std::string> Fields::text(Spellings spellings) const {
  const Json* value = find(spellings);
  if (value == nullptr) return {};
  if (!value->is_string()) fail(spellings, "a string");
  return value->get<std::string>();
}

bool Fields::flag(Spellings spellings, bool fallback) const {
  const Json* value = find(spellings);
  if (value == nullptr) return fallback;
  if (!value->is_boolean()) fail(spellings, "true or false");
  return value->get<bool>();
}

void Fields::require(std::string_view name, const Json& value) const {
  const Json* found = find({name});
  if (found != nullptr && *found != value) fail({name}, value.dump());
}

void Fields::fail(Spellings spellings, std::string expected, std::string hint) const {
  const Json* value = find(spellings);
  fail_at(spellings, value == nullptr ? "nothing" : shown(*value), std::move(expected), std::move(hint));
}

void Fields::fail_at(Spellings spellings, std::string found, std::string expected, std::string hint) const {
  throw Error({.file = file_,
               .thing = path_ + std::string(present(spellings)),
               .found = std::move(found),
               .expected = std::move(expected),
               .hint = std::move(hint)});
}

std::string_view Fields::present(Spellings spellings) const {
  for (const std::string_view name : spellings) {
    const auto found = json_.find(name);
    if (found != json_.end() && !found->is_null()) return name;
  }
  return *spellings.begin();
}

}  // namespace limn
