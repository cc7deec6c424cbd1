#include "apps/server/metrics.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace limn::server {
namespace {

class Page {
 public:
  void head(const char* name, const char* type, const char* help) {
    text_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
  }
  template <class Number>
  void value(const std::string& name, const std::string& labels, Number number) {
    text_ += labels.empty() ? fmt::format("{} {}\n", name, number) : fmt::format("{}{{{}}} {}\n", name, labels, number);
  }
  template <class Number>
  void one(const char* name, const char* type, const char* help, Number number) {
    head(name, type, help);
    value(name, "", number);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace

void Metrics::answered(const std::string& route, int status, double seconds) {
  const std::lock_guard lock(mutex_);
  ++requests_[{route, status}];
  Histogram& histogram = latencies_[route];
  const auto bucket = std::ranges::lower_bound(bounds, seconds) - bounds.begin();
  ++histogram.counts[static_cast<std::size_t>(bucket)];
  histogram.sum += seconds;
}

void Metrics::worked(std::size_t inputs, std::size_t tokens, double seconds) {
  const std::lock_guard lock(mutex_);
  ++batches_;
  inputs_ += inputs;
  tokens_ += tokens;
  work_seconds_ += seconds;
}

double Metrics::mean_work_seconds() const {
  const std::lock_guard lock(mutex_);
  return batches_ == 0 ? 0 : work_seconds_ / static_cast<double>(batches_);
}

std::string Metrics::text(const Now& now) const {
  const std::lock_guard lock(mutex_);
  Page page;
  page.head("limn_requests_total", "counter", "Requests answered.");
  for (const auto& [key, count] : requests_)
    page.value("limn_requests_total", fmt::format("route=\"{}\",status=\"{}\"", key.first, key.second), count);
  page.head("limn_request_duration_seconds", "histogram",
            "Seconds from the end of the request to the end of the answer.");
  for (const auto& [route, histogram] : latencies_) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < bounds.size(); ++i) {
      count += histogram.counts[i];
      page.value("limn_request_duration_seconds_bucket", fmt::format("route=\"{}\",le=\"{}\"", route, bounds[i]),
                 count);
    }
    count += histogram.counts.back();
    page.value("limn_request_duration_seconds_bucket", fmt::format("route=\"{}\",le=\"+Inf\"", route), count);
    page.value("limn_request_duration_seconds_sum", fmt::format("route=\"{}\"", route), histogram.sum);
    page.value("limn_request_duration_seconds_count", fmt::format("route=\"{}\"", route), count);
  }
  page.head("limn_queue_length", "gauge", "Inputs waiting for a model.");
  page.value("limn_queue_length", "lane=\"short\"", now.waiting_short);
  page.value("limn_queue_length", "lane=\"long\"", now.waiting_long);
  page.one("limn_queue_limit", "gauge", "Inputs that may wait in each lane.", now.queue_limit);
  page.one("limn_queue_refused_total", "counter", "Requests refused because the queue was full.", refused.load());
  page.one("limn_work_running", "gauge", "Inputs that a model is processing.", now.running);
  page.one("limn_work_cancelled_total", "counter",
           "Inputs cancelled: the client disconnected or the time limit was reached.", cancelled.load());
  page.one("limn_batches_total", "counter", "Batches of inputs that shared a forward pass.", batches_);
  page.one("limn_batch_inputs_total", "counter", "Inputs in these batches.", inputs_);
  page.one("limn_tokens_total", "counter", "Tokens of the inputs that models processed.", tokens_);
  page.one("limn_work_seconds_total", "counter", "Seconds that models spent on inputs.", work_seconds_);
  page.one("limn_tokens_per_second", "gauge", "Input tokens per second of model time.",
           work_seconds_ > 0 ? static_cast<double>(tokens_) / work_seconds_ : 0.0);
  page.one("limn_cache_hits_total", "counter", "Inputs answered from the cache.", cache_hits.load());
  page.one("limn_cache_misses_total", "counter", "Inputs that were not in the cache.", cache_misses.load());
  page.one("limn_cache_entries", "gauge", "Answers in the cache.", now.cache_entries);
  page.one("limn_cache_bytes", "gauge", "Size of the cache in bytes.", now.cache_bytes);
  page.one("limn_connections", "gauge", "Open connections.", connections.load());
  page.one("limn_models", "gauge", "Models served.", now.models);
  page.one("limn_temporary_collections", "gauge", "Collections of uploaded files.", now.uploads);
  page.one("limn_model_reloads_total", "counter", "Reloads of the models.", reloads.load());
  page.one("process_resident_memory_bytes", "gauge", "Resident memory of this process in bytes.", resident_bytes());
  return page.take();
}

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t total = 0, resident = 0;
  if (!(file >> total >> resident)) return 0;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace limn::server
