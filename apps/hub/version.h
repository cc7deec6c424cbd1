#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace limn::hub {

/// What the hub says about one version of a model.
struct Version {
  std::string commit;
  std::vector<std::string> files;

  bool has(std::string_view file) const;
};

/// The answer of GET /api/models/NAME/revision/REVISION. @throws Error if it is another.
Version parse_version(const nlohmann::json& json, const std::string& url);

/// The files without weights that limn reads of a checkpoint, in the order in which they should be there; config.json
/// last.
/// @throws Error if there is no config.json.
std::vector<std::string> small_files(const Version& version, const std::string& model);

/// The one weight file, or index of parts, that limn reads; the order is that of open_weights.
/// @throws Error, with what there is, if there is none.
std::string weight_file(const Version& version, const std::string& model);

}  // namespace limn::hub
