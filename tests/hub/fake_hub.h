#pragma once

#include <map>

#include "cli/program.h"
#include "hub/test_server.h"

/// A hub with one small model (tests/model/data/weights), and the command that downloads it.

namespace limn::hub_test {

namespace fs = std::filesystem;
using Json = nlohmann::json;

inline const fs::path model_folder = fs::path(LIMN_SOURCE_DIR) / "tests/model/data/weights/bert-qa";
inline const std::string commit = "0123456789abcdef0123456789abcdef01234567";

/// Digests by `git hash-object FILE` (small files) and `sha256sum FILE` (weights).
struct HubFile {
  std::string source, etag;
};
inline const std::map<std::string, HubFile> whole_model = {
    {"README.md", {"cases.json", "ffffffffffffffffffffffffffffffffffffffff"}},
    {"config.json", {"config.json", "e0f7ff6bab31b4b2f496a89ea311e76079f944e7"}},
    {"tokenizer.json", {"tokenizer.json", "1354450d89aa5a949a196352bb65bec63ffeb50e"}},
    {"model.safetensors", {"model.safetensors", "beaef7ed2f2bc0223d8c23ec93852a9bbc367a70eb64a241d3388fc8cb520886"}},
    {"pytorch_model.bin", {"zip.bin", "f1fc956363150f3dde5c755dba7b1d43cee255512c95a466a01a2c58a32c173a"}},
    {"tf_model.h5", {"tf_model.h5", "2fa07340349aae7f0fb908391f8a7aed4b684918054656f5fa1781d0516aa9b5"}},
};
inline const std::map<std::string, HubFile> model_in_parts = {
    {"config.json", whole_model.at("config.json")},
    {"tokenizer.json", whole_model.at("tokenizer.json")},
    {"pytorch_model.bin.index.json", {"pytorch_model.bin.index.json", "1f4f2c956327efec7e7f871e07b7b5501f2a79dd"}},
    {"pytorch_model-00001-of-00002.bin",
     {"pytorch_model-00001-of-00002.bin", "36d2455104704397f14f869f02302c2f602e1e08e4ef0ff316c1ffe45682f49c"}},
    {"pytorch_model-00002-of-00002.bin",
     {"pytorch_model-00002-of-00002.bin", "04919b6a5ede387a3bb1500a59b5281da870bb5578fe149cdd3ff822d6abf294"}},
};

/// Returns the rest of a file according to the Range header.
inline Response rest_of(const std::string& body, const Request& request) {
  const auto range = request.headers.find("range");
  if (range == request.headers.end()) return {.body = body};
  const std::size_t begin = std::stoul(range->second.substr(std::string("bytes=").size()));
  if (begin >= body.size()) return {.status = 416};
  return {.status = 206,
          .headers = {{"Content-Range", "bytes " + std::to_string(begin) + "-" + std::to_string(body.size() - 1) + "/" +
                                            std::to_string(body.size())}},
          .body = body.substr(begin)};
}

/// Returns the hub's response to GET /api/models/ORG/NAME/revision/REVISION, and to HEAD and GET of
/// /ORG/NAME/resolve/COMMIT/FILE.
inline Response hub(const Request& request, const std::map<std::string, HubFile>& files) {
  if (request.target.starts_with("/api/models/limn/tiny/revision/")) {
    Json siblings = Json::array();
    for (const auto& [name, file] : files) siblings.push_back({{"rfilename", name}});
    return {.body = Json{{"sha", commit}, {"siblings", siblings}}.dump()};
  }
  const std::string prefix = "/limn/tiny/resolve/" + commit + "/";
  const auto file = request.target.starts_with(prefix) ? files.find(request.target.substr(prefix.size())) : files.end();
  if (file == files.end()) return {.status = 404, .headers = {{"X-Error-Code", "EntryNotFound"}}};
  Response response = rest_of(cli_test::read(model_folder / file->second.source), request);
  response.headers["X-Repo-Commit"] = commit;
  response.headers[file->second.etag.size() == 64 ? "X-Linked-Etag" : "ETag"] = "\"" + file->second.etag + "\"";
  if (file->second.etag.size() == 64)
    response.headers["X-Linked-Size"] = std::to_string(fs::file_size(model_folder / file->second.source));
  return response;
}

inline Server::Handler whole_hub() {
  return [](const Request& request) { return hub(request, whole_model); };
}

/// A temporary cache, and the command that uses it.
class Puller {
 public:
  explicit Puller(const std::string& endpoint) {
    setting_.environment = {{"HF_ENDPOINT", endpoint}, {"HF_HUB_CACHE", cache_.path().string()}};
  }

  cli_test::Setting& setting() { return setting_; }
  const cli_test::Setting& setting() const { return setting_; }
  const fs::path& cache() const { return cache_.path(); }
  fs::path model() const { return cache_.path() / "models--limn--tiny"; }
  fs::path snapshot() const { return model() / "snapshots" / commit; }
  cli_test::Result pull(const std::string& name = "limn/tiny") const {
    return cli_test::run({"models", "pull", name}, setting_);
  }
  /// Returns the names in a folder of the model.
  std::vector<std::string> names(const std::string& folder) const {
    std::vector<std::string> result;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(model() / folder, ignored))
      result.push_back(entry.path().filename());
    return result;
  }
  /// Whether `limn models` lists the model.
  bool is_visible() const { return cli_test::run({"models"}, setting_).out.find("limn/tiny") != std::string::npos; }

 private:
  cli_test::Folder cache_;
  cli_test::Setting setting_;
};

}  // namespace limn::hub_test
