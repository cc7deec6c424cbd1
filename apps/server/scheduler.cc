#include "apps/server/scheduler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <map>
#include <new>
#include <set>
#include <utility>

#include "limn/collection.h"

namespace limn::server {
namespace {

HttpResponse cancelled_response(const Job& job) {
  if (job.exchange->gone) return problem(499, "the client closed the connection");
  return problem(422, Error({.thing = "the work",
                             .found = "more time than one request may take",
                             .expected = "less",
                             .hint = "fewer samples or steps, a shorter text or another method take less"}));
}

/// Turns the exception that is being handled into a response.
HttpResponse failure(const Job& job) {
  try {
    throw;
  } catch (const Cancelled&) {
    return cancelled_response(job);
  } catch (const Unavailable& error) {
    HttpResponse unavailable = problem(503, error);
    unavailable.headers.emplace_back("Retry-After", "10");
    return unavailable;
  } catch (const Error& error) {
    return problem(422, error);
  } catch (const std::bad_alloc&) {
    return problem(503, "out of memory; shorter or fewer inputs need less");
  } catch (const std::exception& error) {
    return problem(500, fmt::format("internal error: {}", error.what()));
  }
}

std::size_t bytes_of(const Job& job) {
  const Input& input = job.work.input;
  return input.text.size() + (input.pair ? input.pair->size() : 0);
}

}  // namespace

void Job::answer(HttpResponse response) {
  if (const auto call = std::exchange(done, nullptr)) call(std::move(response));
}

Scheduler::Scheduler(Options options, Cache& cache, Metrics& metrics)
    : options_(options), cache_(cache), metrics_(metrics) {
  for (const Lane lane : {Lane::short_work, Lane::long_work}) workers_.emplace_back([this, lane] { serve(lane); });
  sweeper_ = std::thread([this] { sweep(); });
}

Scheduler::~Scheduler() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (auto& worker : workers_) worker.join();
  {
    const std::lock_guard lock(mutex_);
    swept_ = true;
  }
  wake_sweeper_.notify_all();
  sweeper_.join();
}

bool Scheduler::submit(std::vector<Job>& jobs, const std::function<void()>& taken) {
  std::size_t bytes = 0;
  for (const auto& job : jobs) bytes += bytes_of(job);
  if (jobs.empty()) {
    taken();
    return true;
  }
  {
    const std::lock_guard lock(mutex_);
    Queue& queue = queue_of(jobs.front().work.kind->lane);
    // Jobs whose clients have disconnected do not count; the sweeper answers them.
    const auto wanted = static_cast<std::size_t>(std::ranges::count_if(queue.jobs, &Job::wanted));
    if (wanted + jobs.size() > options_.queue) return false;
    if (queue.bytes > 0 && queue.bytes + bytes > options_.queue_bytes) return false;
    taken();
    queue.bytes += bytes;
    for (auto& job : jobs) queue.jobs.push_back(std::move(job));
  }
  wake_.notify_all();
  return true;
}

std::size_t Scheduler::waiting(Lane lane) const {
  const std::lock_guard lock(mutex_);
  return queue_of(lane).jobs.size();
}

std::size_t Scheduler::running() const {
  const std::lock_guard lock(mutex_);
  return running_;
}

std::size_t Scheduler::retry_after(Lane lane) const {
  const double share = lane == Lane::short_work ? static_cast<double>(options_.batch) : 1;
  const double batches = static_cast<double>(waiting(lane)) / share;
  return static_cast<std::size_t>(std::clamp(std::ceil(batches * metrics_.mean_work_seconds()), 1.0, 60.0));
}

/// Takes the oldest job and others of its group, with at most `most` different keys. The remaining jobs of its request
/// move to the end of the queue, so that a request with many inputs takes turns with others.
std::vector<Job> Scheduler::take(Queue& queue, std::size_t most) const {
  std::vector<Job> taken;
  std::set<std::string> keys;
  std::size_t bytes = 0;
  const Job& oldest = queue.jobs.front();
  const std::string group = oldest.work.kind->group;
  const auto exchange = oldest.exchange;
  std::deque<Job> left, later;
  for (auto& job : queue.jobs) {
    const bool known = keys.contains(job.work.key);
    const bool room = keys.empty() || (keys.size() < most && bytes + bytes_of(job) <= options_.batch_bytes);
    if (job.work.kind->group == group && (known || room)) {
      if (!known) bytes += bytes_of(job);
      keys.insert(job.work.key);
      queue.bytes -= bytes_of(job);
      taken.push_back(std::move(job));
    } else {
      (job.exchange == exchange ? later : left).push_back(std::move(job));
    }
  }
  std::ranges::move(later, std::back_inserter(left));
  queue.jobs = std::move(left);
  return taken;
}

/// Periodically answers jobs that are no longer wanted, even while the workers are busy.
void Scheduler::sweep() {
  std::unique_lock lock(mutex_);
  while (!wake_sweeper_.wait_for(lock, options_.between_sweeps, [&] { return swept_; })) {
    std::vector<Job> unwanted;
    for (Queue& queue : queues_) {
      const auto begin = std::stable_partition(queue.jobs.begin(), queue.jobs.end(), std::mem_fn(&Job::wanted));
      for (auto job = begin; job != queue.jobs.end(); ++job) {
        queue.bytes -= bytes_of(*job);
        unwanted.push_back(std::move(*job));
      }
      queue.jobs.erase(begin, queue.jobs.end());
    }
    if (unwanted.empty()) continue;
    lock.unlock();
    for (Job& job : unwanted) dismiss(job);
    unwanted.clear();
    lock.lock();
  }
}

/// Answers a job that did not start in time, or whose client has disconnected.
void Scheduler::dismiss(Job& job) {
  ++metrics_.cancelled;
  if (job.exchange->gone) return job.answer(cancelled_response(job));
  HttpResponse late = problem(503, "the models are busy: the request reached its time limit while waiting");
  late.headers.emplace_back("Retry-After", fmt::to_string(retry_after(job.work.kind->lane)));
  job.answer(std::move(late));
}

void Scheduler::serve(Lane lane) {
  Queue& queue = queue_of(lane);
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [&] { return stopping_ || !queue.jobs.empty(); });
    if (queue.jobs.empty()) return;
    std::vector<Job> jobs = take(queue, lane == Lane::short_work ? options_.batch : 1);
    const std::size_t count = jobs.size();
    running_ += count;
    lock.unlock();
    try {
      work_on(jobs);
    } catch (const std::exception& error) {  // for example, too little memory for the usual error path
      for (Job& job : jobs) job.answer(problem(503, error.what()));
    }
    jobs.clear();
    lock.lock();
    running_ -= count;
  }
}

void Scheduler::work_on(std::vector<Job>& jobs) {
  std::map<std::string_view, std::vector<Job*>> by_key;
  for (Job& job : jobs) {
    if (!job.wanted()) {
      dismiss(job);
    } else if (Body body = cache_.find(job.work.key)) {
      ++metrics_.cache_hits;
      job.answer({.body = std::move(body), .headers = {{"Cache-Status", "limn; hit"}}});
    } else {
      by_key[job.work.key].push_back(&job);
    }
  }
  if (by_key.empty()) return;
  std::vector<std::vector<Job*>> alike;
  for (auto& [key, same] : by_key) {
    ++metrics_.cache_misses;
    metrics_.cache_hits += same.size() - 1;
    alike.push_back(std::move(same));
  }
  run(alike);
}

/// Runs jobs of one group; each element holds the jobs with one key.
void Scheduler::run(const std::vector<std::vector<Job*>>& alike) {
  std::vector<Result<WorkResult>> results;
  try {
    results = results_of(alike);
  } catch (...) {
    for (const auto& same : alike) {
      for (Job* job : same) {
        if (!job->done) continue;
        if (!job->wanted()) ++metrics_.cancelled;
        job->answer(failure(*job));
      }
    }
    return;
  }
  for (std::size_t i = 0; i < alike.size(); ++i) {
    if (results[i]) {
      const Body body = make_body(std::move(results[i]->json));
      if (alike[i].front()->work.kind->is_lasting) cache_.add(alike[i].front()->work.key, body);
      for (Job* job : alike[i]) job->answer({.body = body});
    } else {
      for (Job* job : alike[i]) job->answer(problem(422, results[i].error()));
    }
  }
}

std::vector<Result<WorkResult>> Scheduler::results_of(const std::vector<std::vector<Job*>>& alike) {
  const auto for_each_waiting = [&](const auto& visit) {
    for (const auto& same : alike)
      for (Job* job : same)
        if (job->done) visit(*job, alike.size() > 1 || same.size() > 1);
  };
  const Watch watch = {.progress =
                           [&](std::size_t done, std::size_t total) {
                             for_each_waiting([&](Job& job, bool) {
                               if (job.progress && job.wanted()) job.progress(done, total);
                             });
                           },
                       .partial =
                           [&](const std::vector<Word>& words) {
                             for_each_waiting([&](Job& job, bool) {
                               if (job.partial && job.wanted()) job.partial(words);
                             });
                           },
                       .cancelled =
                           [&] {
                             bool anyone = false;
                             for_each_waiting([&](Job& job, bool is_shared) {
                               if (job.wanted())
                                 anyone = true;
                               else if (is_shared)  // the others continue
                                 ++metrics_.cancelled, job.answer(cancelled_response(job));
                             });
                             return !anyone;
                           }};
  std::vector<Input> inputs;
  for (const auto& same : alike) inputs.push_back(same.front()->work.input);
  const auto start = Clock::now();
  auto results = alike.front().front()->work.kind->run(inputs, watch);
  std::size_t tokens = 0;
  for (const auto& result : results)
    if (result) tokens += result->tokens;
  metrics_.worked(inputs.size(), tokens, std::chrono::duration<double>(Clock::now() - start).count());
  return results;
}

}  // namespace limn::server
