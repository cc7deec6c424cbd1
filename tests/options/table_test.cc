// The table of options: rows are well formed, defaults equal those of the structs, ranges are enforced.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string>

#include "limn/error.h"
#include "options/choose_method.h"
#include "options/methods.h"
#include "options/names.h"
#include "options/option.h"
#include "options/presets.h"

namespace limn {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

template <class Work>
std::string message_of(const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

OptionValue text(const char* value) { return std::string(value); }

TEST(Table, RowsAreWellFormed) {
  std::set<std::string_view> names;
  for (const Option& row : options()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name << " is listed twice";
    EXPECT_EQ(find_option(row.field()), &row);
    EXPECT_FALSE(row.help.empty()) << row.name;
    EXPECT_FALSE(default_text(row).empty()) << row.name;
    EXPECT_EQ(row.type == OptionType::choice, row.values.size() >= 2 && row.type == OptionType::choice) << row.name;
    EXPECT_EQ(!row.methods.empty() + row.explaining.has_value() + row.reading.has_value(), 1) << row.name;
    std::set<std::size_t> bound;
    for (const MethodBinding& binding : row.methods)
      EXPECT_TRUE(bound.insert(binding.method).second) << row.name << " is bound twice to one struct";
  }
  EXPECT_GE(names.size(), 39u);
}

TEST(Table, DefaultsAreValidValues) {
  std::size_t values = 0;
  const auto check = [&](const Option& row, const OptionValue& value) {
    if (std::holds_alternative<std::monostate>(value)) return;
    EXPECT_EQ(checked(row, value), value) << row.name;
    ++values;
  };
  for (const Option& row : options()) {
    if (!row.methods.empty()) {
      for (const NamedMethod& known : methods())
        if (row.of(known.method)) check(row, get(row, known.method));
    } else {
      check(row, get(row, ExplainOptions()));
    }
  }
  EXPECT_GE(values, 100u);
}

TEST(Table, GetReturnsTheValueSet) {
  std::size_t count = 0;
  for (const Option& row : options()) {
    std::vector<OptionValue> values;
    for (const auto& value : row.values) values.emplace_back(std::string(value));
    if (row.type == OptionType::count) values.emplace_back(std::uint64_t{3});
    if (row.type == OptionType::number) values.emplace_back(0.25);
    if (row.type == OptionType::flag) values.insert(values.end(), {true, false});
    if (row.type == OptionType::layer || row.type == OptionType::text) values.emplace_back(text("2"));
    if (row.type == OptionType::baseline) values.emplace_back(text("any words"));
    if (row.type == OptionType::texts) values.emplace_back(std::vector<std::string>{"one text", "and another"});
    for (const OptionValue& value : values) {
      for (const NamedMethod& known : methods()) {
        Method method = known.method;
        if (!row.of(method)) continue;
        const bool names_a_layer = value == text("word") || value == text("embeddings");
        if (std::holds_alternative<Attention>(method) && names_a_layer) continue;
        EXPECT_TRUE(set(row, method, value));
        EXPECT_EQ(get(row, method), value) << known.name << " " << row.name;
        ++count;
      }
      ExplainOptions options;
      if (!row.methods.empty()) {
        EXPECT_FALSE(set(row, options, value));
        continue;
      }
      EXPECT_TRUE(set(row, options, value));
      EXPECT_EQ(get(row, options), value) << row.name;
      ++count;
    }
  }
  EXPECT_GE(count, 250u);
}

TEST(Table, RejectsValuesOutOfRange) {
  const auto refusal = [](const char* name, const OptionValue& value) {
    return message_of([&] { checked(option(name), value); });
  };
  const std::uint64_t none = 0;
  for (const char* name : {"samples", "steps", "max-steps", "window", "head", "top"})
    EXPECT_EQ(refusal(name, none), option(name).field() + ": found 0, expected a whole number of at least 1");
  EXPECT_THAT(refusal("sigma", -0.1), HasSubstr("found -0.1, expected a number of 0 or more"));
  EXPECT_THAT(refusal("sigma", std::nan("")), HasSubstr("found nan"));
  for (const char* name : {"tolerance", "kernel-width"}) EXPECT_THAT(refusal(name, 0.), HasSubstr("a number above 0"));
  for (const double end : {0., 1.}) EXPECT_THAT(refusal("present", end), HasSubstr("a number between 0 and 1"));
  EXPECT_THAT(refusal("reduce", text("l3")), HasSubstr("found 'l3', expected sum, l1, l2, mean-abs, onehot-l2"));
  EXPECT_THAT(refusal("reduce", true), HasSubstr("found on, expected sum, "));
  EXPECT_THAT(refusal("layer", text("0")), HasSubstr("found '0', expected word, embeddings, or a number from 1"));
  EXPECT_THAT(refusal("samples", 2.5), HasSubstr("found 2.5, expected a whole number"));
  EXPECT_THAT(refusal("exact", text("yes")), HasSubstr("found 'yes', expected true or false"));
  EXPECT_EQ(refusal("sigma", std::uint64_t{1}), "no error");
  EXPECT_EQ(refusal("target", std::uint64_t{1}), "no error");
}

TEST(Table, ChecksTheRangesOfAMethodStruct) {
  EXPECT_EQ(message_of([] { check_ranges(IntegratedGradients{.steps = 0}); }), "no error");
  EXPECT_THAT(message_of([] { check_ranges(IntegratedGradients{.max_steps = 0}); }), HasSubstr("max_steps: "));
  EXPECT_THAT(message_of([] { check_ranges(ShapleySampling{.permutations = 0}); }), HasSubstr("samples: "));
  EXPECT_THAT(message_of([] { check_ranges(PartitionShap{.evaluations = 0}); }), HasSubstr("samples: "));
  EXPECT_THAT(message_of([] { check_ranges(Rise{.probability = 1}); }), HasSubstr("present: "));
  EXPECT_THAT(message_of([] { check_ranges(Occlusion{.window = 0}); }), HasSubstr("window: "));
}

TEST(Table, ParsesValuesFromText) {
  EXPECT_EQ(value_from_text(option("samples"), "12"), OptionValue(std::uint64_t{12}));
  EXPECT_EQ(value_from_text(option("sigma"), "0.5"), OptionValue(0.5));
  EXPECT_EQ(value_from_text(option("exact"), "true"), OptionValue(true));
  EXPECT_EQ(value_from_text(option("flavour"), "ferret"), text("ferret"));
  EXPECT_THAT(message_of([] { value_from_text(option("samples"), "-1"); }), HasSubstr("samples: found '-1'"));
  EXPECT_THAT(message_of([] { value_from_text(option("samples"), "3x"); }), HasSubstr("samples: found '3x'"));
}

TEST(Table, DescribesDefaultsInWords) {
  EXPECT_EQ(default_text(option("masking")), "mask");
  EXPECT_EQ(default_text(option("explain")), "logit; probability for lime and rise");
  EXPECT_EQ(default_text(option("layer")),
            "word, or embeddings in families that normalise each word embedding (DeBERTa, ModernBERT); the last for "
            "gradcam and attention; word for gradient");
  EXPECT_EQ(default_text(option("samples")),
            "20 for smoothgrad, squaregrad and vargrad; 1000 for lime, kernel-shap and rise; 50 for "
            "expected-gradients; 25 for shapley; 500 for partition-shap; 32 for sobol");
  EXPECT_EQ(default_text(option("baseline")), "pad for integrated-gradients; mask for sequential-integrated-gradients");
  EXPECT_EQ(default_text(option("stride")), "128");
  EXPECT_EQ(default_text(option("always-answer")), "off");
}

TEST(Table, FormerNamesReportTheNewName) {
  EXPECT_THAT(message_of([] { option("absent"); }), HasSubstr("masking"));
  EXPECT_THAT(message_of([] { option("pieces"); }), HasSubstr("word-score"));
  EXPECT_THAT(message_of([] { option("nothing"); }), HasSubstr("samples"));
}

TEST(Methods, NineteenMethodsAreFoundByName) {
  EXPECT_EQ(methods().size(), 19u);
  for (const NamedMethod& known : methods()) {
    EXPECT_EQ(&named_method(known.name), &known);
    EXPECT_EQ(&named_method(known.method), &known);
    EXPECT_TRUE(changed_options(known.method).empty()) << known.name;
    EXPECT_FALSE(known.summary.empty());
  }
  EXPECT_EQ(named_method(SmoothGrad{.statistic = SmoothGrad::Statistic::mean}).name, "smoothgrad");
  EXPECT_THAT(message_of([] { named_method("?"); }), HasSubstr("method: found '?', expected gradient, "));
}

/// Saved explanations rely on this.
TEST(Presets, EqualTheNamedMethodWithTheChangedOptions) {
  std::size_t count = 0;
  for (const Preset& known : presets()) {
    Method method = named_method(known.method).method;
    for (const auto& [option, value] : changed_options(known.method)) EXPECT_TRUE(set(*option, method, value));
    EXPECT_EQ(method, known.method) << known.name;
    EXPECT_TRUE(is_preset(known.name, method, known.unit)) << known.name;
    ++count;
  }
  EXPECT_EQ(count, presets().size());
  EXPECT_GE(count, 34u);
}

// ---- method requests -------------------------------------------------------------------------------

ChosenMethod choose(MethodRequest request) { return choose_method(request); }
GivenOption given(const char* name, OptionValue value) { return {&option(name), std::move(value)}; }

TEST(ChooseMethod, DefaultsToGradient) { EXPECT_EQ(choose({}).method, Method(Gradient{})); }

TEST(ChooseMethod, SetsOptionsOfTheMethod) {
  const ChosenMethod chosen =
      choose({.method = "sobol", .options = {given("samples", std::uint64_t{8}), given("order", text("first"))}});
  EXPECT_EQ(chosen.method, Method(Sobol{.samples = 8, .total = false}));
  EXPECT_EQ(choose({.method = "attention", .options = {given("layer", text("2"))}}).method,
            Method(Attention{.layer = 2}));
}

TEST(ChooseMethod, KeepsThePresetNameWhileSettingsMatch) {
  EXPECT_EQ(choose({.preset = "lit-ig"}).preset, "lit-ig");
  EXPECT_EQ(choose({.preset = "lit-ig", .options = {given("steps", std::uint64_t{30})}}).preset, "lit-ig");
  EXPECT_EQ(choose({.preset = "lit-ig", .options = {given("steps", std::uint64_t{31})}}).preset, std::nullopt);
  EXPECT_EQ(choose({.method = "integrated-gradients", .preset = "lit-ig"}).preset, "lit-ig");
  EXPECT_EQ(choose({.method = "lime", .preset = "lit-ig"}).preset, std::nullopt);
  const ChosenMethod seeded = choose({.preset = "captum-lime", .options = {given("seed", std::uint64_t{7})}});
  EXPECT_EQ(seeded.preset, "captum-lime");
  EXPECT_EQ(std::get<Lime>(seeded.method).seed, 7u);
  EXPECT_EQ(seeded.unit, Unit::token);
  EXPECT_EQ(choose({.preset = "captum-lime", .options = {given("unit", text("word"))}}).preset, std::nullopt);
  EXPECT_EQ(choose({.preset = "lit-ig", .options = {given("unit", text("token"))}}).preset, "lit-ig");
}

TEST(ChooseMethod, RejectsOptionsThatTheMethodDoesNotHave) {
  const MethodRequest request = {.method = "lime", .options = {given("tolerance", 1.)}};
  EXPECT_THAT(message_of([&] { choose_method(request); }),
              HasSubstr("tolerance: found method lime, expected a method that has this option"));
  std::vector<std::string> without;
  choose_method(request, {}, &without);
  EXPECT_THAT(without, ElementsAre("tolerance"));
  EXPECT_EQ(choose({.method = "occlusion", .options = {given("seed", std::uint64_t{7})}}).seed, 7u);
}

TEST(ChosenMethod, ConvertsFromMethodsAndPresets) {
  const ChosenMethod lime = Lime{.samples = 3};
  EXPECT_EQ(lime.method, Method(Lime{.samples = 3}));
  EXPECT_EQ(lime.preset, std::nullopt);
  const ChosenMethod neuralqa = preset("neuralqa");
  EXPECT_EQ(neuralqa.preset, "neuralqa");
  EXPECT_EQ(neuralqa.word_score, WordScore::mean);
}

}  // namespace
}  // namespace limn
