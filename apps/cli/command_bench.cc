#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <functional>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>

#include "apps/cli/commands.h"
#include "apps/cli/help.h"
#include "apps/cli/input.h"
#include "apps/cli/load_model.h"
#include "apps/cli/options.h"
#include "apps/terminal/output.h"
#include "apps/terminal/progress.h"
#include "base/parallel.h"
#include "limn/limn.h"
#include "math/kernels.h"
#include "options/methods.h"
#include "render/json.h"
#include "store/model_lookup.h"

namespace limn::cli {
namespace {

using Clock = std::chrono::steady_clock;

struct BenchCommand {
  ModelOptions model;
  MethodRequest method;
  ReadingOptions reading;
  std::string input;
  std::size_t batch = 1;
  std::size_t limit = std::numeric_limits<std::size_t>::max();
  std::optional<std::string> format;
};

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// Returns the peak resident memory of this process in MiB (VmHWM of proc(5)).
double peak_mebibytes() {
  std::ifstream status("/proc/self/status");
  for (std::string field; status >> field; status.ignore(std::numeric_limits<std::streamsize>::max(), '\n')) {
    double kibibytes = 0;
    if (field == "VmHWM:" && status >> kibibytes) return kibibytes / 1024;
  }
  return 0;
}

/// Returns the smallest value such that at least this share of the values does not exceed it. @param values not empty
double quantile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
  return values[std::clamp<std::size_t>(rank, 1, values.size()) - 1];
}

double rounded(double value, double digits) {
  const double factor = std::pow(10, digits);
  return std::round(value * factor) / factor;
}

int bench(const BenchCommand& command) {
  const Format format = choose_format({.format = command.format, .file = {}}, {Format::terminal, Format::json});
  MethodRequest method = command.method;
  const bool forward = method.method == "forward";
  if (forward) method.method.reset();
  if (method.method) named_method(*method.method, "forward, ");
  read_texts(method, choose_method(method));  // check options before loading the model, which takes longer

  const auto load_start = Clock::now();
  set_threads(command.model.threads);
  const Model model = load_model(find_model(command.model.model, model_folders()));
  const double load_seconds = seconds_since(load_start);
  const ChosenMethod chosen = choose_method(method, model.info().task);
  ExplainOptions options;
  options.reading = predict_options(command.reading);
  const std::vector<Input> inputs = read_inputs(command.input, model.info().task, command.limit);
  if (inputs.empty()) throw Error({.file = command.input, .found = "no inputs", .expected = "at least one"});

  const auto work = [&](const std::vector<Input>& batch) {
    if (forward)
      model.predict(batch, options.reading);
    else
      model.explain(batch, chosen, options);
  };
  const std::size_t batch = command.batch == 0 ? inputs.size() : command.batch;
  // Warm up: reads the weights, which the second pass packs, allocates buffers, starts threads.
  model.predict(std::vector{inputs.front()}, options.reading);
  work({inputs.front()});
  std::vector<double> milliseconds;
  Progress progress(inputs.size());
  const auto start = Clock::now();
  for (std::size_t begin = 0; begin < inputs.size(); begin += batch) {
    const auto part = std::span(inputs).subspan(begin, std::min(batch, inputs.size() - begin));
    const auto call_start = Clock::now();
    work({part.begin(), part.end()});
    milliseconds.push_back(seconds_since(call_start) * 1e3);
    progress.advance(part.size());
  }
  const double seconds = seconds_since(start);
  progress.wipe();
  const std::string method_name = forward ? "forward" : method.preset.value_or(method.method.value_or("gradient"));

  const nlohmann::ordered_json result = {{"method", method_name},
                                         {"model", model.info().name},
                                         {"items", inputs.size()},
                                         {"seconds", rounded(seconds, 4)},
                                         {"items_per_s", rounded(static_cast<double>(inputs.size()) / seconds, 4)},
                                         {"p50_ms", rounded(quantile(milliseconds, 0.5), 3)},
                                         {"p95_ms", rounded(quantile(milliseconds, 0.95), 3)},
                                         {"load_s", rounded(load_seconds, 4)},
                                         {"peak_mb", rounded(peak_mebibytes(), 1)},
                                         {"threads", threads()},
                                         {"batch", command.batch},
                                         {"isa", kernels().isa}};
  std::string text;
  if (format == Format::json)
    text = json_text(result) + "\n";
  else
    for (const auto& [name, value] : result.items())
      text += fmt::format("{:<12} {}\n", name, value.is_string() ? value.get<std::string>() : value.dump());
  write_output(std::nullopt, text);
  return done;
}

}  // namespace

void add_bench(CLI::App& program, Run& run) {
  const auto command = std::make_shared<BenchCommand>();
  CLI::App& app = *program.add_subcommand(
      "bench", "Measure inputs per second, milliseconds per call and peak memory on this machine.");
  const auto option = [&](const char* name, auto& value, const char* description, const char* text) {
    return app.add_option(name, value, description)->option_text(text)->group("Measurement");
  };
  add_options(app, command->model);
  option("--input", command->input, "inputs, as for 'limn explain'", "FILE")->required();
  option("--batch", command->batch,
         "inputs per call: 1, like an interactive user; 0: all, packed automatically; default: 1", "N")
      ->check(CLI::NonNegativeNumber);
  option("--limit", command->limit, "only the first N inputs", "N")->check(CLI::PositiveNumber);
  option("--format", command->format, "terminal or json; default: terminal on a terminal and json elsewhere", "FORMAT");
  add_options(app, command->method);
  app.get_option("--method")->description("forward (prediction only) or a method of 'limn explain'; default: gradient");
  add_options(app, command->reading);
  app.footer(
      command_footer("limn bench -m minilm-l6-qa --input questions.jsonl --method forward\n"
                     "limn bench -m minilm-l6-qa --input questions.jsonl --batch 0 --threads 2 --format json"));
  app.callback([&run, command] { run = [command] { return bench(*command); }; });
}

}  // namespace limn::cli
