// Batching, caching and rejection, with jobs that only record which inputs ran together.
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

/// A scheduler, and a record of the inputs that ran together.
class Bench {
 public:
  explicit Bench(Scheduler::Options options = {}) : cache_(1 << 20), scheduler_(options, cache_, metrics_) {}
  ~Bench() { release(); }

  /// Submits a job whose answer is its text. @param group jobs of one group share passes.
  std::future<HttpResponse> submit(const std::string& text, const std::string& group = "group",
                                   Lane lane = Lane::short_work, std::chrono::seconds time = std::chrono::seconds(600),
                                   bool gone = false) {
    const auto exchange = std::make_shared<Exchange>();
    exchange->gone = gone;
    const auto promise = std::make_shared<std::promise<HttpResponse>>();
    std::vector<Job> jobs;
    jobs.push_back(
        {.work = {.kind = kind(group, lane), .key = group + " " + text, .input = {.text = text, .pair = std::nullopt}},
         .exchange = exchange,
         .deadline = Clock::now() + time,
         .progress = {},
         .done = [promise](HttpResponse response) { promise->set_value(std::move(response)); }});
    if (!scheduler_.submit(jobs)) promise->set_value(problem(503, "no room"));
    return promise->get_future();
  }
  /// Submits one request with several inputs.
  std::vector<std::future<HttpResponse>> submit_all(const std::vector<std::string>& texts, Lane lane) {
    const auto exchange = std::make_shared<Exchange>();
    std::vector<std::future<HttpResponse>> answers;
    std::vector<Job> jobs;
    for (const auto& text : texts) {
      const auto promise = std::make_shared<std::promise<HttpResponse>>();
      answers.push_back(promise->get_future());
      jobs.push_back({.work = {.kind = kind("many", lane), .key = text, .input = {.text = text, .pair = std::nullopt}},
                      .exchange = exchange,
                      .deadline = Clock::now() + std::chrono::seconds(600),
                      .progress = {},
                      .done = [promise](HttpResponse response) { promise->set_value(std::move(response)); }});
    }
    EXPECT_TRUE(scheduler_.submit(jobs));
    return answers;
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
  /// Returns the texts of each pass after the blocker.
  std::vector<std::vector<std::string>> passes() const {
    const std::lock_guard lock(mutex_);
    return passes_;
  }
  Scheduler& scheduler() { return scheduler_; }
  Metrics& metrics() { return metrics_; }

 private:
  std::shared_ptr<const WorkKind> kind(const std::string& group, Lane lane) {
    return std::make_shared<const WorkKind>(
        WorkKind{.lane = lane,
                 .group = group,
                 .run = [this](const std::vector<Input>& inputs, const Watch& watch) { return run(inputs, watch); }});
  }
  std::vector<Result<WorkResult>> run(const std::vector<Input>& inputs, const Watch& watch) {
    std::vector<Result<WorkResult>> results;
    std::vector<std::string> texts;
    for (const auto& input : inputs) {
      texts.push_back(input.text);
      if (input.text == "bad")
        results.emplace_back(Error({.field = "text", .found = "bad", .expected = "good"}));
      else
        results.emplace_back(WorkResult{"\"" + input.text + "\"", 1});
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
      while (!watch.cancelled()) watch.progress(0, 1);
      throw Cancelled();
    }
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

TEST(Scheduler, WaitingJobsOfOneGroupShareAPass) {
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

TEST(Scheduler, BatchIsBounded) {
  Bench bench({.queue = 10, .batch = 2});
  auto blocker = bench.block();
  std::vector<std::future<HttpResponse>> answers;
  for (const char* text : {"a", "b", "c", "d", "e"}) answers.push_back(bench.submit(text));
  bench.release();
  for (auto& answer : answers) EXPECT_EQ(answer.get().status, 200);
  EXPECT_THAT(bench.passes(), ElementsAre(ElementsAre("a", "b"), ElementsAre("c", "d"), ElementsAre("e")));
}

TEST(Scheduler, EqualJobsRunOnce) {
  Bench bench;
  auto blocker = bench.block();
  std::vector<std::future<HttpResponse>> answers;
  for (int i = 0; i < 4; ++i) answers.push_back(bench.submit("a"));
  bench.release();
  for (auto& answer : answers) EXPECT_EQ(*answer.get().body, "\"a\"");
  EXPECT_EQ(*bench.submit("a").get().body, "\"a\"");  // from the cache
  EXPECT_THAT(bench.passes(), ElementsAre(ElementsAre("a")));
}

TEST(Scheduler, InvalidInputDoesNotAffectOthersInABatch) {
  Bench bench;
  auto blocker = bench.block();
  auto good = bench.submit("a"), bad = bench.submit("bad"), also_good = bench.submit("c");
  bench.release();
  EXPECT_EQ(good.get().status, 200);
  EXPECT_EQ(also_good.get().status, 200);
  const HttpResponse refused = bad.get();
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(*refused.body, HasSubstr("\"field\":\"text\""));
  EXPECT_THAT(bench.passes(), ElementsAre(ElementsAre("a", "bad", "c")));  // valid inputs run once
}

TEST(Scheduler, LongWorkDoesNotDelayShortWork) {
  Bench bench;
  auto blocker = bench.block(Lane::long_work);
  EXPECT_EQ(bench.submit("a").get().status, 200);
}

TEST(Scheduler, QueueOfEachLaneIsBounded) {
  Bench bench({.queue = 2, .batch = 16});
  auto blocker = bench.block();
  auto a = bench.submit("a"), b = bench.submit("b", "other"), c = bench.submit("c");
  EXPECT_EQ(c.get().status, 503);
  EXPECT_GE(bench.scheduler().retry_after(Lane::short_work), 1u);
  EXPECT_EQ(bench.submit("d", "group", Lane::long_work).get().status, 200);  // the other lane has room
  bench.release();
  EXPECT_EQ(a.get().status, 200);
  EXPECT_EQ(b.get().status, 200);
}

TEST(Scheduler, WaitingBytesAreBounded) {
  Bench bench({.queue_bytes = 1000});
  auto blocker = bench.block();
  auto first = bench.submit(std::string(700, 'a')), second = bench.submit(std::string(700, 'b')),
       third = bench.submit(std::string(200, 'c'));
  EXPECT_EQ(second.get().status, 503);
  bench.release();
  EXPECT_EQ(first.get().status, 200);
  EXPECT_EQ(third.get().status, 200);
  EXPECT_EQ(bench.submit(std::string(5000, 'd')).get().status, 200);  // a single input may have any length
}

TEST(Scheduler, BatchBytesAreBounded) {
  Bench bench({.batch_bytes = 10});
  auto blocker = bench.block();
  std::vector<std::future<HttpResponse>> answers;
  for (const char* text : {"aaaaaaaaaaaaaaa", "bbbb", "cccc", "dddd"}) answers.push_back(bench.submit(text));
  bench.release();
  for (auto& answer : answers) EXPECT_EQ(answer.get().status, 200);
  EXPECT_THAT(bench.passes(),
              ElementsAre(ElementsAre("aaaaaaaaaaaaaaa"), ElementsAre("bbbb", "cccc"), ElementsAre("dddd")));
}

TEST(Scheduler, RequestsWithManyInputsTakeTurns) {
  Bench bench;
  auto blocker = bench.block(Lane::long_work);
  auto many = bench.submit_all({"a1", "a2", "a3"}, Lane::long_work);
  auto one = bench.submit("b", "group", Lane::long_work);
  auto more = bench.submit_all({"c1", "c2"}, Lane::long_work);
  bench.release();
  for (auto& answer : many) EXPECT_EQ(answer.get().status, 200);
  for (auto& answer : more) EXPECT_EQ(answer.get().status, 200);
  EXPECT_EQ(one.get().status, 200);
  EXPECT_THAT(bench.passes(), ElementsAre(ElementsAre("a1"), ElementsAre("b"), ElementsAre("c1"), ElementsAre("a2"),
                                          ElementsAre("c2"), ElementsAre("a3")));
}

TEST(Scheduler, UnwantedJobsAreAnsweredWhileWorkersAreBusy) {
  Bench bench({.queue = 1, .between_sweeps = std::chrono::milliseconds(5)});
  auto blocker = bench.block();
  const HttpResponse late = bench.submit("a", "group", Lane::short_work, std::chrono::seconds(0)).get();
  EXPECT_EQ(late.status, 503);
  EXPECT_EQ(bench.submit("b", "group", Lane::short_work, std::chrono::seconds(600), true).get().status, 499);
  auto c = bench.submit("c");  // their places in the queue are free
  bench.release();
  EXPECT_EQ(c.get().status, 200);
}

TEST(Scheduler, ExpiredJobDoesNotWaitForOthersInItsBatch) {
  Bench bench;
  auto blocker = bench.block(Lane::long_work);
  auto patient = bench.submit("forever", "group", Lane::long_work, std::chrono::seconds(4)),
       hasty = bench.submit("forever", "group", Lane::long_work, std::chrono::seconds(1));
  bench.release();
  EXPECT_EQ(hasty.get().status, 422);
  EXPECT_EQ(patient.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  EXPECT_EQ(patient.get().status, 422);
}

TEST(Scheduler, JobsOfDisconnectedClientsAreNotStarted) {
  Bench bench;
  EXPECT_EQ(bench.submit("a", "group", Lane::short_work, std::chrono::seconds(600), true).get().status, 499);
  EXPECT_TRUE(bench.passes().empty());
}

TEST(Scheduler, TimeoutInTheQueueHasRetryAfter) {
  Bench bench;
  const HttpResponse late = bench.submit("a", "group", Lane::short_work, std::chrono::seconds(-1)).get();
  EXPECT_EQ(late.status, 503);
  EXPECT_THAT(late.headers, testing::Contains(testing::Pair("Retry-After", testing::_)));
  EXPECT_TRUE(bench.passes().empty());
}

TEST(Scheduler, WorkEndsAtTheTimeLimit) {
  Bench bench;
  const HttpResponse over = bench.submit("forever", "group", Lane::long_work, std::chrono::seconds(1)).get();
  EXPECT_EQ(over.status, 422);
  EXPECT_THAT(*over.body, HasSubstr("more time than"));
  EXPECT_EQ(bench.metrics().cancelled, 1u);
}

TEST(Cache, EvictsLeastRecentlyUsed) {
  const Body body = make_body(std::string(800, 'x'));
  Cache cache(3300);  // three entries of 1 + 800 bytes and their overhead
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

TEST(Cache, ZeroBytesDisablesIt) {
  Cache cache(0);
  cache.add("a", make_body("1"));
  EXPECT_EQ(cache.find("a"), nullptr);
}

}  // namespace
}  // namespace limn::server
