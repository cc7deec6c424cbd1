#pragma once

#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "options/names.h"
#include "options/option.h"

/// Bindings of options to struct members, for every type of option.

namespace limn {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
OptionValue read_member(const Option& option, const T& member) {
  if constexpr (is_optional<T>) {
    return member ? read_member(option, *member) : OptionValue();
  } else if constexpr (std::is_enum_v<T>) {
    return std::string(name_of(member));
  } else if constexpr (std::is_same_v<T, bool>) {
    if (option.type == OptionType::choice) return std::string(option.values[member ? 0 : 1]);
    return member != option.negated;
  } else if constexpr (std::is_same_v<T, std::uint64_t>) {
    if (option.type == OptionType::layer) return std::to_string(member);
    return member == 0 && option.zero_is_unset ? OptionValue() : member;
  } else if constexpr (std::is_same_v<T, Layer>) {
    return name_of(member);
  } else if constexpr (std::is_same_v<T, Baseline>) {
    return member.kind == Baseline::Kind::text ? member.text : std::string(name_of(member.kind));
  } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
    return member.empty() ? OptionValue() : member;
  } else {
    return member;  // double or std::string
  }
}

/// @param value a checked value, or std::monostate
template <class T>
void write_member(const Option& option, T& member, const OptionValue& value) {
  if constexpr (is_optional<T>) {
    member.reset();
    if (!std::holds_alternative<std::monostate>(value)) write_member(option, member.emplace(), value);
  } else if (std::holds_alternative<std::monostate>(value)) {
    if constexpr (std::is_same_v<T, std::uint64_t> || std::is_same_v<T, std::vector<std::string>>)
      member = {};  // For these types "no value" is 0 or empty; members of other types always have a value.
  } else if constexpr (std::is_enum_v<T>) {
    member = find_value<T>(std::get<std::string>(value)).value();
  } else if constexpr (std::is_same_v<T, bool>) {
    member = option.type == OptionType::choice ? std::get<std::string>(value) == option.values[0]
                                               : std::get<bool>(value) != option.negated;
  } else if constexpr (std::is_same_v<T, Layer>) {
    member = find_layer(std::get<std::string>(value)).value();
  } else if constexpr (std::is_same_v<T, Baseline>) {
    const auto& given = std::get<std::string>(value);
    const auto kind = find_value<Baseline::Kind>(given);
    member.kind = kind.value_or(Baseline::Kind::text);
    member.text = kind ? "" : given;
  } else if constexpr (std::is_same_v<T, std::uint64_t>) {
    if (option.type != OptionType::layer) {
      member = std::get<std::uint64_t>(value);
      return;
    }
    const auto& given = std::get<std::string>(value);
    const int number = find_layer(given).value().number;
    if (number < 1) throw option_error(option.name, "'" + given + "'", "the number of a layer, from 1, for attention");
    member = static_cast<std::uint64_t>(number);
  } else {
    member = std::get<T>(value);
  }
}

/// Binds an option to the part of an Owner that `member` (a pointer to member, or a function that returns a reference)
/// selects.
template <class Owner, class Member>
Binding<Owner> in(Member member) {
  return {.get = [member](const Option& option,
                          const Owner& owner) { return read_member(option, std::invoke(member, owner)); },
          .set = [member](const Option& option, Owner& owner,
                          const OptionValue& value) { write_member(option, std::invoke(member, owner), value); }};
}

template <class Owner, class T>
Binding<Owner> in(T Owner::*member) {
  return in<Owner, T Owner::*>(member);
}

/// The same for one of the methods' structs.
template <class M, class Member>
MethodBinding in_method(Member member) {
  MethodBinding binding;
  binding.method = Method(M{}).index();
  binding.get = [member](const Option& option, const Method& method) {
    return read_member(option, std::invoke(member, std::get<M>(method)));
  };
  binding.set = [member](const Option& option, Method& method, const OptionValue& value) {
    write_member(option, std::invoke(member, std::get<M>(method)), value);
  };
  return binding;
}

/// Binds an option to the members of the methods that have it: of(&SmoothGrad::samples,
/// &ShapleySampling::permutations).
template <class... M, class... T>
std::vector<MethodBinding> of(T M::*... members) {
  return {in_method<M>(members)...};
}

/// The same for members that may have no value. @param meaning what "no value" means, for help texts
template <class... M, class... T>
std::vector<MethodBinding> unset(std::string_view meaning, T M::*... members) {
  std::vector<MethodBinding> bindings = of(members...);
  for (MethodBinding& binding : bindings) binding.unset = meaning;
  return bindings;
}

inline std::vector<MethodBinding> operator+(std::vector<MethodBinding> first, std::vector<MethodBinding> second) {
  for (MethodBinding& binding : second) first.push_back(std::move(binding));
  return first;
}

/// The names of an enumeration's values.
template <class Value>
std::vector<std::string_view> values_of() {
  std::vector<std::string_view> list;
  for (const auto& [name, value] : names<Value>) list.push_back(name);
  return list;
}

}  // namespace limn
