// limn-pull ORG/NAME[@REVISION] terminal|json: the program that `limn models pull` runs.
#include <fmt/format.h>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <nlohmann/json.hpp>
#include <string>

#include "apps/hub/cache.h"
#include "apps/hub/progress.h"
#include "apps/hub/pull.h"
#include "apps/terminal/exit_code.h"
#include "apps/terminal/interrupt.h"
#include "apps/terminal/output.h"
#include "apps/terminal/size_text.h"
#include "limn/error.h"
#include "render/display_text.h"
#include "render/json.h"
#include "store/hub_cache.h"

namespace {

using namespace limn;

hub::PulledModel pull(const Repository& repository) {
  constexpr const char* default_endpoint = "https://huggingface.co";
  const char* endpoint = std::getenv("HF_ENDPOINT");
  const char* offline = std::getenv("HF_HUB_OFFLINE");
  if (offline && *offline && std::string_view(offline) != "0")
    throw Error({.file = "HF_HUB_OFFLINE", .found = offline, .expected = "an unset variable, which allows downloads"});
  const auto cache = hub_cache_folder();
  if (!cache)
    throw Error(
        {.file = "HF_HUB_CACHE", .found = "neither this variable nor HOME", .expected = "the folder of the cache"});
  hub::HttpClient client(endpoint && *endpoint ? endpoint : default_endpoint, hub::access_token());
  const OnInterrupt say_goodbye("interrupted; downloaded data is kept, and the same command resumes the download", "");
  hub::DownloadProgress progress;
  return hub::pull(client, repository, *cache, [&](const hub::PullProgress& now) { progress.show(now); });
}

void run(const std::string& name, bool json) {
  const Repository repository = parse_repository(name);
  const hub::PulledModel model = pull(repository);
  if (json) {
    write_output(std::nullopt, json_text({{"name", repository.name},
                                          {"revision", repository.revision},
                                          {"commit", model.commit},
                                          {"folder", model.folder.string()},
                                          {"files", model.files}}) +
                                   "\n");
    return;
  }
  std::uint64_t bytes = 0;
  for (const auto& [file, size] : model.files) bytes += size;
  write_output(std::nullopt, fmt::format("{}  {} files, {}\n{}\n", name, model.files.size(),
                                         size_text(static_cast<double>(bytes)), visible(model.folder.string())));
}

}  // namespace

int main(int argc, char** argv) {
  reserve_standard_descriptors();
  if (argc != 3) {
    complain("usage: limn models pull ORG/NAME[@REVISION]");
    return usage;
  }
  std::signal(SIGPIPE, SIG_DFL);
  explain_truncated_files();
  std::signal(SIGXFSZ, SIG_IGN);  // a file size limit is then an error like a full disk
  try {
    run(argv[1], std::string_view(argv[2]) == "json");
    return done;
  } catch (const limn::Error& error) {
    complain(error.what());
  } catch (const std::exception& error) {
    complain(fmt::format("internal error: {}", error.what()));
  }
  return users_mistake;
}
