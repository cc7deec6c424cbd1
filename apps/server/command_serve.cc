#include "apps/server/command_serve.h"

#include <fmt/format.h>

#include <CLI/Config.hpp>  // App.hpp uses what these two define
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <system_error>

#include "apps/server/server.h"
#include "apps/terminal/exit_code.h"
#include "limn/limn.h"

namespace limn::server {
namespace {

struct ServeCommand {
  std::vector<std::string> models, collections, origins, hosts;
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;
  std::size_t threads = 0;
  std::optional<std::string> key_file;
  std::size_t queue = 256, batch = 16, cache_megabytes = 32, body_kilobytes = 1024, connections = 4096;
  std::size_t tokens = 8192, steps = 1000, samples = 5000;
  std::size_t uploads = 16;
  double seconds = 60, upload_minutes = 60;
  bool quiet = false;
};

/// Reads one key per line; skips empty lines and lines that begin with #.
std::vector<std::string> read_keys(const std::string& file) {
  std::ifstream stream(file);
  std::vector<std::string> keys;
  for (std::string line; std::getline(stream, line);) {
    line.erase(line.find_last_not_of(" \t\r") + 1);
    if (!line.empty() && line.front() != '#') keys.push_back(line);
  }
  if (keys.empty()) {
    std::error_code ignored;
    throw Error({.file = file,
                 .field = "api_key_file",
                 .found = std::filesystem::is_directory(file, ignored) ? "a folder"
                          : stream.is_open()                           ? "no keys"
                                                                       : "a file that cannot be read",
                 .expected = "one key per line"});
  }
  return keys;
}

/// The host names under which the server answers; empty: any. A server that listens only on this machine and needs no
/// key answers only under this machine's own names. Otherwise any website could point its own name here and read the
/// answers (DNS rebinding).
std::vector<std::string> allowed_hosts(const ServeCommand& command) {
  std::vector<std::string> hosts = command.hosts;
  const bool is_local = command.host == "localhost" || command.host == "::1" || command.host.starts_with("127.");
  if (hosts.empty() && (!is_local || command.key_file)) return {};
  for (const char* name : {"localhost", "127.0.0.1", "[::1]"}) hosts.push_back(name);
  const std::string own = command.host.find(':') == std::string::npos ? command.host : "[" + command.host + "]";
  if (std::ranges::find(hosts, own) == hosts.end()) hosts.push_back(own);
  return hosts;
}

int serve(const ServeCommand& command) {
  Server::Options options;
  options.models = command.models;
  options.collections = command.collections;
  options.listener.host = command.host;
  options.listener.port = command.port;
  options.listener.largest_body = command.body_kilobytes << 10;
  options.listener.connections = command.connections;
  Service::Options& service = options.service;
  service.scheduler = {.queue = command.queue, .batch = command.batch};
  service.cache_bytes = command.cache_megabytes << 20;
  service.time = std::chrono::milliseconds(static_cast<long>(command.seconds * 1000));
  service.limits = {.tokens = command.tokens, .steps = command.steps, .samples = command.samples};
  service.limits.upload_bytes = options.listener.largest_body;
  options.temporary = {.most = command.uploads,
                       .idle = std::chrono::milliseconds(static_cast<long>(command.upload_minutes * 60'000))};
  service.limits.inputs = std::min(service.limits.inputs, command.queue);
  service.origins = command.origins;
  service.hosts = allowed_hosts(command);
  if (command.key_file) service.api_keys = read_keys(*command.key_file);
  options.log = to_standard_error(command.quiet);
  serve_until_signalled(std::move(options), command.threads);
  return done;
}

}  // namespace

void add_serve(CLI::App& program, CommandRun& run) {
  const auto command = std::make_shared<ServeCommand>();
  CLI::App& app = *program.add_subcommand("serve", "Serve the same functions over HTTP, with a web page.");
  const auto option = [&](const char* name, auto& value, const std::string& description, const char* text,
                          const char* group) {
    return app.add_option(name, value, description)->option_text(text)->group(group);
  };
  option("-m,--model", command->models, "checkpoint folder, or a name that 'limn models' lists; repeat for each model",
         "MODEL", "Model")
      ->required()
      ->allow_extra_args(false);
  option("--collection", command->collections,
         "what 'limn index' wrote, for questions: a file, or http://HOST:9200/INDEX; repeat for each", "COLLECTION",
         "Model")
      ->allow_extra_args(false);
  option("--threads", command->threads, "processor threads; default: all", "N", "Model")->check(CLI::Range(0, 1024));
  const char* network = "Network";
  option("--port", command->port, "default: 8080; 0: any free port", "N", network);
  option("--host", command->host, "address to listen on; default: 127.0.0.1, this machine only", "ADDRESS", network);
  option("--api-key-file", command->key_file, "answer only clients that send one of the keys in FILE, one per line",
         "FILE", network);
  option("--cors-origin", command->origins,
         "allow pages of this site to send requests, such as https://example.org; repeat for each; * for any", "ORIGIN",
         network)
      ->allow_extra_args(false);
  option("--allowed-host", command->hosts,
         "a host name under which the server answers, such as models.example.org; repeat for each; default: this "
         "machine's own names if it listens only on this machine and needs no key, otherwise any",
         "NAME", network)
      ->allow_extra_args(false);
  app.add_flag("--quiet", command->quiet, "do not log each request on standard error")->group(network);
  const char* limits = "Limits";
  const auto at_least_one = CLI::Range(std::size_t{1}, std::size_t{1} << 30);
  option("--queue", command->queue,
         "inputs that may wait, for short work and for long work each; further requests get status 503; default: 256",
         "N", limits)
      ->check(at_least_one);
  option("--batch", command->batch, "inputs that share a forward pass; default: 16", "N", limits)->check(at_least_one);
  option("--cache-mb", command->cache_megabytes, "size of the answer cache in megabytes; default: 32; 0: no cache", "N",
         limits)
      ->check(CLI::Range(std::size_t{0}, std::size_t{1} << 20));
  option("--max-body-kb", command->body_kilobytes, "largest request in kilobytes; default: 1024", "N", limits)
      ->check(CLI::Range(std::size_t{1}, std::size_t{1} << 20));
  option("--max-connections", command->connections, "most open connections; default: 4096", "N", limits)
      ->check(at_least_one);
  option("--max-tokens", command->tokens, "most tokens of an input; default: 8192", "N", limits)->check(at_least_one);
  option("--max-steps", command->steps, "most steps of a path; default: 1000", "N", limits)->check(at_least_one);
  option("--max-samples", command->samples, "most samples of a method; default: 5000", "N", limits)
      ->check(at_least_one);
  option("--max-uploads", command->uploads,
         "most temporary collections of uploaded files at the same time; default: 16; 0: no uploads", "N", limits)
      ->check(CLI::Range(0, 1000));
  option("--upload-minutes", command->upload_minutes,
         "minutes without a question after which a temporary collection is removed; default: 60", "X", limits)
      ->check(CLI::Range(0.001, 10080.0));
  option("--timeout", command->seconds, "most seconds per request; default: 60", "X", limits)
      ->check(CLI::Range(0.001, 86400.0));
  app.footer(
      command_footer("limn serve -m minilm-l6-sentiment\n"
                     "limn serve -m minilm-l6-qa -m minilm-l6-squad1 -m minilm-l6-ner --port 8080\n"
                     "limn serve -m minilm-l6-qa --collection notes.limn\n"
                     "limn serve -m ./checkpoint --host 0.0.0.0 --api-key-file keys.txt"));
  app.callback([&run, command] { run = [command] { return serve(*command); }; });
}

}  // namespace limn::server
