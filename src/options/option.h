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

/// One table defines the name, type, values, default and help of every option, and the structs of limn/options.h that
/// have it. The command, HTTP, saved explanations and the documentation follow it.

namespace limn {

/// An option's value: nothing (a default described in words: "all", "the last layer"), or a value of the option's type.
using OptionValue = std::variant<std::monostate, bool, std::uint64_t, double, std::string, std::vector<std::string>>;

enum class OptionType {
  choice,    ///< one of Option::values, as text
  count,     ///< a whole number, std::uint64_t
  number,    ///< a double
  flag,      ///< a bool
  text,      ///< any text
  layer,     ///< "word", "embeddings", or a layer number, as text
  baseline,  ///< one of Option::values, or any other text
  texts      ///< a list of texts
};

struct Option;

/// Binds an option to a member of a struct. `get` and `set` know the member's type; callers check the value before
/// `set`.
template <class Owner>
struct Binding {
  std::function<OptionValue(const Option&, const Owner&)> get;
  std::function<void(const Option&, Owner&, const OptionValue&)> set;
};

/// Binds an option to a method's struct.
struct MethodBinding : Binding<Method> {
  std::size_t method = 0;       ///< Method::index()
  std::string_view unset = {};  ///< meaning of "no value": "the last"
};

/// The range of a count or number.
struct Range {
  double least = std::numeric_limits<double>::lowest();
  double most = std::numeric_limits<double>::max();
  bool open = false;  ///< excludes the end points
};

/// The kind of work for one input that grows with a count. Services limit each.
enum class Cost { none, steps, samples, top };

/// A row of the table.
struct Option {
  std::string_view name;  ///< as in the command, without leading dashes: "max-steps"
  OptionType type = OptionType::text;
  std::string_view help;                      ///< a phrase, without values and default
  std::string_view value_name = {};           ///< placeholder of the value in help texts; default: by type
  std::vector<std::string_view> values = {};  ///< the values of a choice; layer, baseline: the named values
  Range range = {};
  bool zero_is_unset = false;               ///< count: 0 means "no value"
  Cost cost = Cost::none;                   ///< count: the work that grows with it
  bool is_upper_bound = false;              ///< count: how much work is allowed, so a service may lower a default
  bool negated = false;                     ///< flag: set if the member is false
  bool preset_only = false;                 ///< used by presets and saved explanations; no front end offers it
  bool names_method = false;                ///< distinguishes methods of one struct ("vargrad" from "smoothgrad")
  bool for_every_method = false;            ///< methods that do not have it ignore it instead of refusing it
  std::string_view former_name = {};        ///< refused with an error that gives the new name
  std::vector<MethodBinding> methods = {};  ///< the structs that have it
  std::optional<Binding<ExplainOptions>> explaining = {};
  std::optional<Binding<PredictOptions>> reading = {};
  std::string_view unset = {};  ///< explaining, reading: meaning of "no value"

  /// Returns the method's binding; null if the method does not have the option.
  const MethodBinding* of(const Method& method) const;
  /// Returns the name used in HTTP fields and saved explanations: "max_steps".
  std::string field() const;
};

/// Every option, in the order of help texts and documents.
const std::vector<Option>& options();
/// Returns the option of that name.
/// @throws Error that lists the options if the name is unknown, or gives the new name if it is a former one.
const Option& option(std::string_view name);
/// Returns null if the name is unknown. @param name "max-steps", or as a field, "max_steps"
const Option* find_option(std::string_view name);

// ---- values ----------------------------------------------------------------------------------------

/// Parses a value: "12", "0.5", "true", "onehot-l2". @throws Error, as `checked`.
OptionValue value_from_text(const Option& option, std::string_view text);
/// Converts the value to the option's own type (a count to a number or a text, for example), and checks its type,
/// values and range. @throws Error that names the option, what was found and what was expected.
OptionValue checked(const Option& option, OptionValue value);
/// Formats a value: "12", "word", "on"; "" for no value.
std::string text_of(const OptionValue& value);
/// Describes the accepted values: "a whole number of at least 1", "a number above 0", "sum, l1, l2".
std::string expectation(const Option& option);
/// Makes an error about an option.
Error option_error(std::string_view name, std::string found, std::string expected, std::string hint = {});

// ---- get and set -----------------------------------------------------------------------------------

/// @pre the method has the option
OptionValue get(const Option& option, const Method& method);
OptionValue get(const Option& option, const ExplainOptions& options);
OptionValue get(const Option& option, const PredictOptions& options);
/// Sets the member to which the option is bound. @return false if it is not bound there. @throws Error, as `checked`.
bool set(const Option& option, Method& method, const OptionValue& value);
bool set(const Option& option, ExplainOptions& options, const OptionValue& value);
bool set(const Option& option, PredictOptions& options, const OptionValue& value);

/// @throws Error for the first option of the method whose value is out of range.
void check_ranges(const Method& method);

// ---- defaults --------------------------------------------------------------------------------------

/// Returns the names of the methods that have the option, in the order of methods().
std::vector<std::string_view> methods_with(const Option& option);
/// Describes the default of every method that has the option: "mask", "logit; probability for lime and rise".
std::string default_text(const Option& option);

}  // namespace limn
