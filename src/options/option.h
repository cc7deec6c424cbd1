#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "limn/error.h"
#include "limn/options.h"

/// One table says of every option its name, type, values, default and help, and which structs of limn/options.h have
/// it. The command, HTTP, saved explanations and the documents follow it.

namespace limn {

/// An option's value: nothing (the default in words: "all", "the last layer"), or what OptionType says.
using OptionValue = std::variant<std::monostate, bool, std::uint64_t, double, std::string, std::vector<std::string>>;

enum class OptionType {
  choice,    ///< one of Option::values, as text
  count,     ///< a whole number, std::uint64_t
  number,    ///< a double
  flag,      ///< a bool
  text,      ///< any text
  layer,     ///< "word", "embeddings", or the number of a layer, as text
  baseline,  ///< one of Option::values, or any other text
  texts      ///< a list of texts
};

struct Option;

/// Ties an option to a member of a struct. `get` and `set` know the member's type; what is set is checked before.
template <class Owner>
struct Binding {
  std::function<OptionValue(const Option&, const Owner&)> get;
  std::function<void(const Option&, Owner&, const OptionValue&)> set;
};

/// A method's struct that has the option.
struct MethodBinding : Binding<Method> {
  std::size_t method = 0;       ///< Method::index()
  std::string_view unset = {};  ///< what it means that the option has no value: "the last"
};

/// What a count or number may be.
struct Range {
  double least = std::numeric_limits<double>::lowest();
  double most = std::numeric_limits<double>::max();
  bool open = false;  ///< without its ends
};

/// A row of the table.
struct Option {
  std::string_view name;  ///< as the command has it, without dashes: "max-steps"
  OptionType type = OptionType::text;
  std::string_view help;                      ///< half a sentence, without values and default
  std::string_view value_name = {};           ///< what stands for the value in a help text; default: of the type
  std::vector<std::string_view> values = {};  ///< of a choice; of a layer or baseline: the names that are known
  Range range = {};
  bool zero_is_unset = false;               ///< of a count: a member that is 0 has no value
  bool negated = false;                     ///< of a flag: it is set if the member is false
  bool preset_only = false;                 ///< of presets and saved explanations: no front end offers it
  bool names_method = false;                ///< tells methods of one struct apart, as "vargrad" from "smoothgrad"
  bool for_every_method = false;            ///< methods without it take no notice, where others are refused
  std::string_view former_name = {};        ///< refused, with the new one in the message
  std::vector<MethodBinding> methods = {};  ///< the structs that have it
  std::optional<Binding<ExplainOptions>> explaining = {};
  std::optional<Binding<PredictOptions>> reading = {};
  std::string_view unset = {};  ///< of explaining and reading: what it means that it has no value

  /// The binding of that method; null if it does not have the option.
  const MethodBinding* of(const Method& method) const;
  /// What fields and saved explanations call it: "max_steps".
  std::string field() const;
};

/// Every option, in the order of help texts and documents.
const std::vector<Option>& options();
/// @throws Error that says what is known if there is none of that name, or the new name if it is a former one.
const Option& option(std::string_view name);
/// Null if there is none of that name. @param name "max-steps", or as a field, "max_steps"
const Option* find_option(std::string_view name);

// ---- values ----------------------------------------------------------------------------------------

/// The value that a text stands for: "12", "0.5", "true", "onehot-l2". @throws Error, as `checked`.
OptionValue value_from_text(const Option& option, std::string_view text);
/// The value in the option's own type (a number where a text may be one, say), if it has that type, is one of its
/// values and in its range. @throws Error that names the option, what was found and what was expected.
OptionValue checked(const Option& option, OptionValue value);
/// "12", "word", "on"; nothing: "".
std::string text_of(const OptionValue& value);
/// What the option takes: "at least 1", "a number above 0", "sum, l1, l2".
std::string expectation(const Option& option);
/// An error about an option.
Error option_error(std::string_view name, std::string found, std::string expected, std::string hint = {});

// ---- get and set -----------------------------------------------------------------------------------

/// @param option one that the method has
OptionValue get(const Option& option, const Method& method);
OptionValue get(const Option& option, const ExplainOptions& options);
OptionValue get(const Option& option, const PredictOptions& options);
/// Sets what the option is bound to. @return false if it is not bound there. @throws Error, as `checked`.
bool set(const Option& option, Method& method, const OptionValue& value);
bool set(const Option& option, ExplainOptions& options, const OptionValue& value);
bool set(const Option& option, PredictOptions& options, const OptionValue& value);

/// @throws Error for the first option of the method whose value is out of its range.
void check_ranges(const Method& method);

// ---- defaults --------------------------------------------------------------------------------------

/// Those of the named methods that have the option, in the order of methods().
std::vector<std::string_view> methods_with(const Option& option);
/// What it is if it is not given, of every method that has it: "mask", "logit; probability for lime and rise".
std::string default_text(const Option& option);

}  // namespace limn
