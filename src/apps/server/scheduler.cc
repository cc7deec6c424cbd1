#include "apps/server/scheduler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <new>
#include <set>
#include <utility>

namespace limn::server {
namespace {

/// Thrown by the progress of a work that nobody waits for any more.
struct GivenUp {};

bool over(const Job& job) { return Clock::now() > job.deadline; }

bool wanted(const Job& job) { return !job.exchange->gone && !over(job); }

HttpResponse given_up(const Job& job) {
  if (job.exchange->gone) return problem(499, "the client closed the connection");
  return problem(422, Error({.thing = "the work",
                             .found = "more than the time that one request may take",
                             .expected = "less",
                             .hint = "fewer --samples or --steps, a shorter text or another --method take less"}));
}

/// What a failure that is thrown says.
HttpResponse failure(const Job& job) {
  try {
    throw;
  } catch (const GivenUp&) {
    return given_up(job);
  } catch (const Error& error) {
    return problem(422, error);
  } catch (const std::bad_alloc&) {
    return problem(503, "out of memory; shorter or fewer inputs need less");
  } catch (const std::exception& error) {
    return problem(500, fmt::format("internal error: {}", error.what()));
  }
}

}  // namespace

Scheduler::Scheduler(Options options, Cache& cache, Metrics& metrics)
    : options_(options), cache_(cache), metrics_(metrics) {
  for (const Lane lane : {Lane::short_work, Lane::long_work}) workers_.emplace_back([this, lane] { serve(lane); });
}

Scheduler::~Scheduler() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (auto& worker : workers_) worker.join();
}

std::size_t Scheduler::room() const {
  const std::lock_guard lock(mutex_);
  return options_.queue - std::min(options_.queue, queues_[0].size() + queues_[1].size());
}

void Scheduler::submit(std::vector<Job> jobs) {
  {
    const std::lock_guard lock(mutex_);
    for (auto& job : jobs) queues_[static_cast<std::size_t>(job.work.lane)].push_back(std::move(job));
  }
  wake_.notify_all();
}

std::size_t Scheduler::waiting(Lane lane) const {
  const std::lock_guard lock(mutex_);
  return queues_[static_cast<std::size_t>(lane)].size();
}

std::size_t Scheduler::running() const {
  const std::lock_guard lock(mutex_);
  return running_;
}

std::size_t Scheduler::retry_after() const {
  const double batches = static_cast<double>(waiting(Lane::short_work)) / static_cast<double>(options_.batch) +
                         static_cast<double>(waiting(Lane::long_work));
  return static_cast<std::size_t>(std::clamp(std::ceil(batches * metrics_.mean_work_seconds()), 1.0, 60.0));
}

/// The oldest job and others of its group with at most `most` different keys.
std::vector<Job> Scheduler::take(std::deque<Job>& queue, std::size_t most) const {
  std::vector<Job> taken;
  std::set<std::string> keys;
  const std::string group = queue.front().work.group;
  std::deque<Job> left;
  for (auto& job : queue) {
    const bool fits = job.work.group == group && (keys.contains(job.work.key) || keys.size() < most);
    if (fits) keys.insert(job.work.key);
    if (fits)
      taken.push_back(std::move(job));
    else
      left.push_back(std::move(job));
  }
  queue = std::move(left);
  return taken;
}

void Scheduler::serve(Lane lane) {
  std::deque<Job>& queue = queues_[static_cast<std::size_t>(lane)];
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [&] { return stopping_ || !queue.empty(); });
    if (queue.empty()) return;
    std::vector<Job> jobs = take(queue, lane == Lane::short_work ? options_.batch : 1);
    const std::size_t count = jobs.size();
    running_ += count;
    lock.unlock();
    work_on(std::move(jobs));
    lock.lock();
    running_ -= count;
  }
}

void Scheduler::work_on(std::vector<Job> jobs) {
  std::map<std::string, std::vector<Job*>> by_key;
  for (Job& job : jobs) {
    if (!wanted(job)) {
      metrics_.cancelled++;
      if (job.exchange->gone) {
        job.done(given_up(job));
      } else {
        HttpResponse late = problem(503, "the models are busy: the request waited for as long as it may take");
        late.headers.emplace_back("Retry-After", fmt::to_string(retry_after()));
        job.done(std::move(late));
      }
    } else if (Body body = cache_.find(job.work.key)) {
      metrics_.cache_hits++;
      job.done({.body = std::move(body)});
    } else {
      by_key[job.work.key].push_back(&job);
    }
  }
  if (by_key.empty()) return;
  std::vector<std::vector<Job*>> alike;
  for (auto& [key, same] : by_key) {
    metrics_.cache_misses++;
    metrics_.cache_hits += same.size() - 1;
    alike.push_back(std::move(same));
  }
  run(alike);
}

/// Runs works of one group; each element holds the jobs of one key.
void Scheduler::run(const std::vector<std::vector<Job*>>& alike) {
  const Progress progress = [&](std::size_t done, std::size_t total) {
    bool anyone = false;
    for (const auto& same : alike) {
      for (const Job* job : same) {
        if (!wanted(*job)) continue;
        anyone = true;
        if (job->progress) job->progress(done, total);
      }
    }
    if (!anyone) throw GivenUp();
  };
  std::vector<Input> inputs;
  for (const auto& same : alike) inputs.push_back(same.front()->work.input);
  const auto start = Clock::now();
  try {
    auto results = alike.front().front()->work.run(inputs, progress);
    std::size_t tokens = 0;
    for (const auto& result : results) tokens += result.tokens;
    metrics_.worked(inputs.size(), tokens, std::chrono::duration<double>(Clock::now() - start).count());
    for (std::size_t i = 0; i < alike.size(); i++) {
      const Body body = make_body(std::move(results[i].json));
      cache_.add(alike[i].front()->work.key, body);
      for (const Job* job : alike[i]) job->done({.body = body});
    }
  } catch (...) {
    if (alike.size() > 1) {  // find those at fault
      for (const auto& same : alike) run({same});
      return;
    }
    for (const Job* job : alike.front()) {
      if (!wanted(*job)) metrics_.cancelled++;
      job->done(failure(*job));
    }
  }
}

}  // namespace limn::server
