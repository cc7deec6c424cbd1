#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace limn::hub {

/// The hub's description of one version of a model.
struct Version {
  std::string commit;
  std::vector<std::string> files;

  bool has(std::string_view file) const;
};

/// Parses the response to GET /api/models/NAME/revision/REVISION. @throws Error if it has another form.
Version parse_version(const nlohmann::json& json, const std::string& url);

/// Returns the files other than weights that limn reads from a checkpoint, in the order of download; config.json is
/// last.
/// @throws Error if there is no config.json.
std::vector<std::string> small_files(const Version& version, const std::string& model);

/// Returns the weight file, or the index of its parts, that limn reads, in open_weights' order of preference.
/// @throws Error that lists the existing files if there is none.
std::string weight_file(const Version& version, const std::string& model);

}  // namespace limn::hub
