// What shares a pass, what is answered from before, and what is refused: on works that say nothing but who was there.
#include "apps/server/scheduler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <mutex>

#include "apps/server/cache.h"

namespace limn::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// A scheduler and a record of what ran together.
class Bench {
 public:
  explicit Bench(Scheduler::Options options = {}) : cache_(1 << 20), scheduler_(options, cache_, metrics_) {}
  ~Bench() { release(); }

  /// A job whose answer is its text. @param group works of one group share passes.
  std::future<HttpResponse> submit(const std::string& text, const std::string& group = "group",
                                   Lane lane = Lane::short_work, std::chrono::seconds time = std::chrono::seconds(600),
                                   bool gone = false) {
    const auto exchange = std::make_shared<Exchange>();
    exchange->gone = gone;
    const auto promise = std::make_shared<std::promise<HttpResponse>>();
    std::vector<Job> jobs;
    jobs.push_back({.work = {.lane = lane,
                             .group = group,
                             .key = group + " " + text,
                             .input = {.text = text, .pair = std::nullopt},
                             .run = [this](const std::vector<Input>& inputs,
                                           const Progress& progress) { return run(inputs, progress); }},
                    .exchange = exchange,
                    .deadline = Clock::now() + time,
                    .progress = {},
                    .done = [promise](HttpResponse response) { promise->set_value(std::move(response)); }});
    scheduler_.submit(std::move(jobs));
    return promise->get_future();
  }

  /// Keeps the lane's worker busy until release().
  std::future<HttpResponse> block(Lane lane = Lane::short_work) {
    auto blocked = submit("block", "blocker", lane);
    started_.get_future().wait();
    return blocked;
  }
  void release() {
    if (!std::exchange(released_, true)) gate_.set_value();
  }
  /// The texts of each pass after the blocker.
  std::vector<std::vector<std::string>> passes() const {
    const std::lock_guard lock(mutex_);
    return passes_;
  }
  Scheduler& scheduler() { return scheduler_; }
  Metrics& metrics() { return metrics_; }

 private:
  std::vector<WorkResult> run(const std::vector<Input>& inputs, const Progress& progress) {
    std::vector<WorkResult> results;
    std::vector<std::string> texts;
    for (const auto& input : inputs) {
      texts.push_back(input.text);
      results.push_back({"\"" + input.text + "\"", 1});
    }
    if (texts.front() == "block") {
      started_.set_value();
      opened_.wait();
      return results;
    }
    {
      const std::lock_guard lock(mutex_);
      passes_.push_back(texts);
    }
    if (texts.front() == "forever") {
      while (true) progress(0, 1);
    }
    if (std::ranges::find(texts, "bad") != texts.end())
      throw Error({.thing = "--text", .found = "bad", .expected = "good"});
    return results;
  }

  mutable std::mutex mutex_;
  std::vector<std::vector<std::string>> passes_;
  std::promise<void> started_, gate_;
  std::shared_future<void> opened_{gate_.get_future()};
  bool released_ = false;
  Metrics metrics_;
  Cache cache_;
  Scheduler scheduler_;
};

TEST(Scheduler, WhatWaitsOfOneGroupSharesAPass) {
  Bench bench;
  auto blocker = bench.block();
  std::vector<std::future<HttpResponse>> answers;
  for (const char* text : {"a", "b"}) answers.push_back(bench.submit(text));
  answers.push_back(bench.submit("x", "other"));
  answers.push_back(bench.submit("c"));
  bench.release();
  std::vector<std::string> bodies;
  for (auto& answer : answers) bodies.push_back(*answer.get().body);
  EXPECT_THAT(bodies, ElementsAre("\"a\"", "\"b\"", "\"x\"", "\"c\""));
  EXPECT_THAT(bench.passes(), ElementsAre(ElementsAre("a", "b", "c"), ElementsAre("x")));
}

TEST(Scheduler, APassIsBounded) {
  Bench bench({.queue = 10, .batch = 2});
  auto blocker = bench.block();
  std::vector<std::future<HttpResponse>> answers;
  for (const char* text : {"a", "b", "c", "d", "e"}) answers.push_back(bench.submit(text));
  bench.release();
  for (auto& answer : answers) EXPECT_EQ(answer.get().status, 200);
  EXPECT_THAT(bench.passes(), ElementsAre(ElementsAre("a", "b"), ElementsAre("c", "d"), ElementsAre("e")));
}

TEST(Scheduler, EqualWorksAreDoneOnce) {
  Bench bench;
  auto blocker = bench.block();
  std::vector<std::future<HttpResponse>> answers;
  for (int i = 0; i < 4; i++) answers.push_back(bench.submit("a"));
  bench.release();
  for (auto& answer : answers) EXPECT_EQ(*answer.get().body, "\"a\"");
  EXPECT_EQ(*bench.submit("a").get().body, "\"a\"");  // from the cache
  EXPECT_THAT(bench.passes(), ElementsAre(ElementsAre("a")));
}

TEST(Scheduler, ABadInputDoesNotSpoilThePassForOthers) {
  Bench bench;
  auto blocker = bench.block();
  auto good = bench.submit("a"), bad = bench.submit("bad"), also_good = bench.submit("c");
  bench.release();
  EXPECT_EQ(good.get().status, 200);
  EXPECT_EQ(also_good.get().status, 200);
  const HttpResponse refused = bad.get();
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(*refused.body, HasSubstr("\"field\":\"text\""));
}

TEST(Scheduler, LongWorkDoesNotHoldUpShortWork) {
  Bench bench;
  auto blocker = bench.block(Lane::long_work);
  EXPECT_EQ(bench.submit("a").get().status, 200);
}

TEST(Scheduler, TheQueueIsBounded) {
  Bench bench({.queue = 2, .batch = 16});
  auto blocker = bench.block();
  EXPECT_EQ(bench.scheduler().room(), 2u);
  auto a = bench.submit("a"), b = bench.submit("b", "other", Lane::short_work);
  EXPECT_EQ(bench.scheduler().room(), 0u);
  EXPECT_GE(bench.scheduler().retry_after(), 1u);
  bench.release();
  EXPECT_EQ(a.get().status, 200);
}

TEST(Scheduler, WorkForClientsThatHaveGoneIsNotBegun) {
  Bench bench;
  EXPECT_EQ(bench.submit("a", "group", Lane::short_work, std::chrono::seconds(600), true).get().status, 499);
  EXPECT_TRUE(bench.passes().empty());
}

TEST(Scheduler, WhoWaitedTooLongIsToldWhenToComeBack) {
  Bench bench;
  const HttpResponse late = bench.submit("a", "group", Lane::short_work, std::chrono::seconds(-1)).get();
  EXPECT_EQ(late.status, 503);
  EXPECT_THAT(late.headers, testing::Contains(testing::Pair("Retry-After", testing::_)));
  EXPECT_TRUE(bench.passes().empty());
}

TEST(Scheduler, WorkEndsWhenTimeIsOver) {
  Bench bench;
  const HttpResponse over = bench.submit("forever", "group", Lane::long_work, std::chrono::seconds(1)).get();
  EXPECT_EQ(over.status, 422);
  EXPECT_THAT(*over.body, HasSubstr("more than the time"));
  EXPECT_EQ(bench.metrics().cancelled, 1u);
}

TEST(Cache, KeepsWhatWasUsedLastWithinItsBytes) {
  const Body body = make_body(std::string(800, 'x'));
  Cache cache(3300);  // three entries of 1 + 800 bytes and what the lists need
  cache.add("a", body);
  cache.add("b", body);
  cache.add("c", body);
  EXPECT_NE(cache.find("a"), nullptr);
  cache.add("d", body);
  EXPECT_EQ(cache.find("b"), nullptr);
  EXPECT_NE(cache.find("a"), nullptr);
  EXPECT_NE(cache.find("d"), nullptr);
  EXPECT_EQ(cache.figures().entries, 3u);
  EXPECT_LE(cache.figures().bytes, 3300u);
  cache.add("too large", make_body(std::string(4000, 'x')));
  EXPECT_EQ(cache.find("too large"), nullptr);
  EXPECT_EQ(cache.figures().entries, 3u);
  cache.clear();
  EXPECT_EQ(cache.figures().bytes, 0u);
}

TEST(Cache, OfNoBytesKeepsNothing) {
  Cache cache(0);
  cache.add("a", make_body("1"));
  EXPECT_EQ(cache.find("a"), nullptr);
}

}  // namespace
}  // namespace limn::server
