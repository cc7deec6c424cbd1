#include "options/option.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "options/methods.h"
#include "options/names.h"

namespace limn {
namespace {

constexpr bool is_text(OptionType type) {
  return type == OptionType::choice || type == OptionType::text || type == OptionType::layer ||
         type == OptionType::baseline;
}

/// Formats a value for a message: texts are quoted.
std::string shown(const OptionValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return "'" + *text + "'";
  if (const auto* list = std::get_if<std::vector<std::string>>(&value))
    return fmt::format("a list of {}", list->size());
  if (std::holds_alternative<std::monostate>(value)) return "nothing";
  return text_of(value);
}

[[noreturn]] void refuse(const Option& option, const OptionValue& value) {
  throw option_error(option.name, shown(value), expectation(option));
}

bool in_range(const Range& range, double number) {
  return range.open ? number > range.least && number < range.most : number >= range.least && number <= range.most;
}

template <class Number>
std::optional<Number> parse(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// "a", "a and b", "a, b and c".
std::string enumerated(const std::vector<std::string_view>& list) {
  if (list.size() < 2) return std::string(list.empty() ? "" : list.front());
  return fmt::format("{} and {}", fmt::join(list.begin(), list.end() - 1, ", "), list.back());
}

}  // namespace

std::string name_of(Layer layer) {
  if (layer == Layer::word()) return "word";
  if (layer == Layer::embeddings()) return "embeddings";
  return std::to_string(layer.number);
}

std::optional<Layer> find_layer(std::string_view given) {
  if (given == "word") return Layer::word();
  if (given == "embeddings") return Layer::embeddings();
  const auto number = parse<int>(given);
  if (!number || *number < 1) return std::nullopt;
  return Layer{*number};
}

// ---- rows ------------------------------------------------------------------------------------------

const MethodBinding* Option::of(const Method& method) const {
  const auto found = std::ranges::find(methods, method.index(), &MethodBinding::method);
  return found == methods.end() ? nullptr : &*found;
}

std::string Option::field() const {
  std::string field(name);
  std::ranges::replace(field, '-', '_');
  return field;
}

const Option* find_option(std::string_view name) {
  std::string wanted(name);
  std::ranges::replace(wanted, '_', '-');
  const auto found = std::ranges::find(options(), wanted, &Option::name);
  return found == options().end() ? nullptr : &*found;
}

const Option& option(std::string_view name) {
  if (const Option* found = find_option(name)) return *found;
  std::string known;
  for (const Option& row : options()) {
    if (!row.former_name.empty() && row.former_name == name)
      throw option_error(name, "a name that is no longer used", fmt::format("its new name, {}", row.name));
    if (!row.preset_only) known += (known.empty() ? "" : ", ") + std::string(row.name);
  }
  throw option_error(name, "an unknown option", known);
}

// ---- values ----------------------------------------------------------------------------------------

Error option_error(std::string_view name, std::string found, std::string expected, std::string hint) {
  std::string field(name);
  std::ranges::replace(field, '-', '_');
  return Error(
      {.field = std::move(field), .found = std::move(found), .expected = std::move(expected), .hint = std::move(hint)});
}

std::string text_of(const OptionValue& value) {
  struct Text {
    std::string operator()(std::monostate) const { return ""; }
    std::string operator()(bool flag) const { return flag ? "on" : "off"; }
    std::string operator()(std::uint64_t number) const { return std::to_string(number); }
    std::string operator()(double number) const { return fmt::format("{}", number); }
    std::string operator()(const std::string& text) const { return text; }
    std::string operator()(const std::vector<std::string>& list) const {
      return fmt::format("{}", fmt::join(list, ", "));
    }
  };
  return std::visit(Text(), value);
}

std::string expectation(const Option& option) {
  const auto& [least, most, open] = option.range;
  const bool above = least > Range().least, below = most < Range().most;
  switch (option.type) {
    case OptionType::choice:
      return fmt::format("{}", fmt::join(option.values, ", "));
    case OptionType::count:
      return above ? fmt::format("a whole number of at least {}", least) : "a whole number";
    case OptionType::number:
      if (above && below) return fmt::format("a number between {} and {}", least, most);
      if (above) return open ? fmt::format("a number above {}", least) : fmt::format("a number of {} or more", least);
      return "a number";
    case OptionType::flag:
      return "true or false";
    case OptionType::layer:
      return "word, embeddings, or a number from 1";
    case OptionType::texts:
      return "a list of texts";
    case OptionType::text:
    case OptionType::baseline:
      break;
  }
  return "a text";
}

OptionValue value_from_text(const Option& option, std::string_view text) {
  const OptionValue given = std::string(text);
  if (option.type == OptionType::count) {
    const auto number = parse<std::uint64_t>(text);
    if (!number) refuse(option, given);
    return checked(option, *number);
  }
  if (option.type == OptionType::number) {
    const auto number = parse<double>(text);
    if (!number) refuse(option, given);
    return checked(option, *number);
  }
  if (option.type == OptionType::flag) {
    if (text != "true" && text != "false") refuse(option, given);
    return text == "true";
  }
  return checked(option, given);
}

OptionValue checked(const Option& option, OptionValue value) {
  const auto* count = std::get_if<std::uint64_t>(&value);
  if (is_text(option.type) && count) value = std::to_string(*count);
  if (option.type == OptionType::number && count) value = static_cast<double>(*count);
  const auto* text = std::get_if<std::string>(&value);
  bool fits = false;
  switch (option.type) {
    case OptionType::choice:
      fits = text && std::ranges::find(option.values, *text) != option.values.end();
      break;
    case OptionType::count:
      fits = count && in_range(option.range, static_cast<double>(*count));
      break;
    case OptionType::number:
      fits = std::holds_alternative<double>(value) && in_range(option.range, std::get<double>(value));
      break;
    case OptionType::flag:
      fits = std::holds_alternative<bool>(value);
      break;
    case OptionType::layer:
      fits = text && find_layer(*text);
      break;
    case OptionType::text:
    case OptionType::baseline:
      fits = text;
      break;
    case OptionType::texts:
      fits = std::holds_alternative<std::vector<std::string>>(value);
      break;
  }
  if (!fits) refuse(option, value);
  return value;
}

// ---- get and set -----------------------------------------------------------------------------------

OptionValue get(const Option& option, const Method& method) { return option.of(method)->get(option, method); }

OptionValue get(const Option& option, const ExplainOptions& options) {
  return option.explaining ? option.explaining->get(option, options) : get(option, options.reading);
}

OptionValue get(const Option& option, const PredictOptions& options) { return option.reading->get(option, options); }

bool set(const Option& option, Method& method, const OptionValue& value) {
  const MethodBinding* binding = option.of(method);
  if (!binding) return false;
  binding->set(option, method, std::holds_alternative<std::monostate>(value) ? value : checked(option, value));
  return true;
}

bool set(const Option& option, ExplainOptions& options, const OptionValue& value) {
  if (!option.explaining) return set(option, options.reading, value);
  option.explaining->set(option, options, checked(option, value));
  return true;
}

bool set(const Option& option, PredictOptions& options, const OptionValue& value) {
  if (!option.reading) return false;
  option.reading->set(option, options, checked(option, value));
  return true;
}

void check_ranges(const Method& method) {
  for (const Option& row : options()) {
    if (!row.of(method) || (row.type != OptionType::count && row.type != OptionType::number)) continue;
    const OptionValue value = get(row, method);
    if (!std::holds_alternative<std::monostate>(value)) checked(row, value);
  }
}

// ---- defaults --------------------------------------------------------------------------------------

std::vector<std::string_view> methods_with(const Option& option) {
  std::vector<std::string_view> list;
  for (const NamedMethod& known : methods())
    if (option.of(known.method)) list.push_back(known.name);
  return list;
}

std::string default_text(const Option& option) {
  const auto text = [](const OptionValue& value, std::string_view unset) {
    return std::holds_alternative<std::monostate>(value) ? std::string(unset) : text_of(value);
  };
  if (option.explaining || option.reading) return text(get(option, ExplainOptions()), option.unset);
  struct Group {
    std::string value;
    std::vector<std::string_view> methods;
  };
  std::vector<Group> groups;
  std::size_t count = 0;
  for (const NamedMethod& known : methods()) {
    const MethodBinding* binding = option.of(known.method);
    if (!binding) continue;
    ++count;
    const std::string value = text(binding->get(option, known.method), binding->unset);
    const auto group = std::ranges::find(groups, value, &Group::value);
    if (group == groups.end())
      groups.push_back({value, {known.name}});
    else
      group->methods.push_back(known.name);
  }
  // The default of most methods is listed without their names.
  std::ranges::stable_sort(groups, std::greater(), [](const Group& group) { return group.methods.size(); });
  std::string result;
  for (const Group& group : groups) {
    const bool is_usual = result.empty() && 2 * group.methods.size() > count;
    result += result.empty() ? "" : "; ";
    result += is_usual ? group.value : fmt::format("{} for {}", group.value, enumerated(group.methods));
  }
  return result;
}

}  // namespace limn
