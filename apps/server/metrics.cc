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
  page.head("limn_requests_total", "counter", "Requests that were answered.");
  for (const auto& [key, count] : requests_)
    page.value("limn_requests_total", fmt::format("route=\"{}\",status=\"{}\"", key.first, key.second), count);
  page.head("limn_request_duration_seconds", "histogram", "From the whole request to the whole answer.");
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
  page.head("limn_queue_length", "gauge", "Inputs that wait for a model.");
  page.value("limn_queue_length", "lane=\"short\"", now.waiting_short);
  page.value("limn_queue_length", "lane=\"long\"", now.waiting_long);
  page.one("limn_queue_limit", "gauge", "Inputs that may wait in each lane.", now.queue_limit);
  page.one("limn_queue_refused_total", "counter", "Requests refused because the queue was full.", refused.load());
  page.one("limn_work_running", "gauge", "Inputs that are in a model.", now.running);
  page.one("limn_work_cancelled_total", "counter", "Inputs given up: the client had gone or time was over.",
           cancelled.load());
  page.one("limn_batches_total", "counter", "Groups of inputs that went through a model together.", batches_);
  page.one("limn_batch_inputs_total", "counter", "Inputs in these groups.", inputs_);
  page.one("limn_tokens_total", "counter", "Tokens of inputs that went through a model.", tokens_);
  page.one("limn_work_seconds_total", "counter", "Seconds that models worked.", work_seconds_);
  page.one("limn_tokens_per_second", "gauge", "Tokens of inputs for each second that models worked.",
           work_seconds_ > 0 ? static_cast<double>(tokens_) / work_seconds_ : 0.0);
  page.one("limn_cache_hits_total", "counter", "Inputs answered from the cache.", cache_hits.load());
  page.one("limn_cache_misses_total", "counter", "Inputs that were not in the cache.", cache_misses.load());
  page.one("limn_cache_entries", "gauge", "Answers in the cache.", now.cache_entries);
  page.one("limn_cache_bytes", "gauge", "Bytes of the cache.", now.cache_bytes);
  page.one("limn_connections", "gauge", "Open connections.", connections.load());
  page.one("limn_models", "gauge", "Models that are served.", now.models);
  page.one("limn_model_reloads_total", "counter", "How often the models were loaded anew.", reloads.load());
  page.one("process_resident_memory_bytes", "gauge", "Memory of this process.", resident_bytes());
  return page.take();
}

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t total = 0, resident = 0;
  if (!(file >> total >> resident)) return 0;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace limn::server
