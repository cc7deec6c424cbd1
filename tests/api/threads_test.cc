// Calls that run several passes at once give the same results with any number of threads, and speak to their caller on
// its own thread.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "limn/limn.h"

namespace limn::threads_test {
namespace {

/// Numbers of everything that a call returned.
using Numbers = std::vector<double>;

const Model& classifier() {
  static const Model model = Model::load(std::string(LIMN_SOURCE_DIR) + "/tests/golden/bert-cls");
  return model;
}

std::string long_text(std::size_t words, std::size_t seed) {
  const std::vector<std::string> some = {"a", "good", "film", "with", "a", "bad", "end", "and"};
  std::string text;
  for (std::size_t i = 0; i < words; ++i) text += some[(i * i + seed * (i + 3)) % some.size()] + " ";
  return text;
}

/// Enough texts for several passes: one pass of this small model takes thousands of rows.
std::vector<Input> many_texts(std::size_t count) {
  std::vector<Input> inputs;
  for (std::size_t i = 0; i < count; ++i) inputs.push_back({.text = long_text(50 + i % 13, i), .pair = {}});
  return inputs;
}

Numbers scores_of(const std::vector<Explanation>& explanations) {
  Numbers numbers;
  for (const Explanation& why : explanations) {
    numbers.push_back(why.value);
    for (const Token& token : why.tokens) numbers.push_back(token.score);
  }
  return numbers;
}

struct Call {
  const char* name;
  std::size_t least_passes;
  Numbers (*results)(const Watch&);
};

const std::vector<Call> calls = {
    {"predict", 4,
     [](const Watch& watch) {
       Numbers numbers;
       const auto results = classifier().predict(many_texts(120), {}, watch);
       for (const auto& result : results)
         for (const auto& [label, probability] : std::get<LabelPrediction>(result.value()).probabilities)
           numbers.push_back(probability);
       return numbers;
     }},
    {"gradient", 2,
     [](const Watch& watch) {
       std::vector<Explanation> all;
       const auto results = classifier().explain(many_texts(200), Gradient{}, {}, watch);
       for (const auto& result : results) all.push_back(result.value());
       return scores_of(all);
     }},
    {"integrated gradients", 4,
     [](const Watch& watch) {
       return scores_of({classifier().explain({.text = long_text(60, 1), .pair = {}}, IntegratedGradients{.steps = 200},
                                              {}, watch)});
     }},
    {"smoothgrad", 3,
     [](const Watch& watch) {
       return scores_of(
           {classifier().explain({.text = long_text(60, 2), .pair = {}}, SmoothGrad{.samples = 300}, {}, watch)});
     }},
    {"lime", 4,
     [](const Watch& watch) {
       return scores_of(
           {classifier().explain({.text = long_text(60, 3), .pair = {}}, Lime{.samples = 300}, {}, watch)});
     }},
};

TEST(Threads, ResultsDoNotDependOnTheirNumberWhenPassesRunAtOnce) {
  for (const Call& call : calls) {
    SCOPED_TRACE(call.name);
    Numbers first;
    for (const std::size_t count : {1u, 2u, 5u}) {
      set_threads(count);
      std::size_t passes = 0;
      const Numbers found = call.results({.cancelled = [&] {
        ++passes;
        return false;
      }});
      EXPECT_GE(passes, call.least_passes) << count << " threads";
      ASSERT_GT(found.size(), 30u);
      if (first.empty()) first = found;
      EXPECT_EQ(found, first) << count << " threads";
    }
  }
  set_threads(0);
}

TEST(Threads, CallsSpeakToTheirCallerOnItsThread) {
  set_threads(3);
  for (const Call& call : calls) {
    SCOPED_TRACE(call.name);
    std::vector<std::thread::id> speakers;
    const auto speak = [&] { speakers.push_back(std::this_thread::get_id()); };
    call.results({.progress = [&](std::size_t, std::size_t) { speak(); },
                  .partial = [&](const std::vector<Word>&) { speak(); },
                  .cancelled =
                      [&] {
                        speak();
                        return false;
                      }});
    ASSERT_GE(speakers.size(), call.least_passes);
    EXPECT_THAT(speakers, testing::Each(std::this_thread::get_id()));
  }
  set_threads(0);
}

// A thread that waits for the others' passes helps in their loops; one that is in a loop must not begin another.
TEST(Threads, ManyCallsAtOnceShareThem) {
  set_threads(3);
  const Numbers expected = calls[1].results({});
  std::vector<Numbers> found(4);
  std::vector<std::thread> callers;
  for (Numbers& numbers : found) callers.emplace_back([&] { numbers = calls[1].results({}); });
  for (std::thread& caller : callers) caller.join();
  for (const Numbers& numbers : found) EXPECT_EQ(numbers, expected);
  set_threads(0);
}

}  // namespace
}  // namespace limn::threads_test
