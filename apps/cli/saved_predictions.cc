#include "apps/cli/saved_predictions.h"

#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "apps/cli/rows.h"
#include "apps/terminal/output.h"
#include "base/fingerprint.h"
#include "limn/error.h"

namespace limn::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string object_of(const RowPrediction& prediction) {
  Json object = {{"labels", prediction.labels}};
  // JSON has no infinity, which a context without any span has.
  object["null_excess"] = std::isinf(prediction.null_excess) ? Json(nullptr) : Json(prediction.null_excess);
  const auto add = [&](const char* name, const std::optional<double>& value) {
    if (value) object[name] = *value;
  };
  add("probability", prediction.probability);
  add("null_probability", prediction.null_probability);
  add("confidence", prediction.confidence);
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

RowPrediction prediction_of(const nlohmann::json& object) {
  RowPrediction prediction{.labels = object.at("labels").get<std::vector<std::string>>()};
  const auto& excess = object.at("null_excess");
  prediction.null_excess = excess.is_null() ? INFINITY : excess.get<double>();
  const auto read = [&](const char* name, std::optional<double>& value) {
    if (object.contains(name)) value = object.at(name).get<double>();
  };
  read("probability", prediction.probability);
  read("null_probability", prediction.null_probability);
  read("confidence", prediction.confidence);
  return prediction;
}

}  // namespace

SavedPredictions::SavedPredictions(const std::string& file, const std::string& settings, bool resume) {
  if (resume && is_finished(file)) {
    const std::size_t rows = check_finished(file, settings).rows;
    read(file, rows);
    complain(fmt::format("{} is already complete: no row is predicted again", file));
    return;
  }
  rows_.emplace(file, settings, resume);
  read(rows_->partial(), rows_->rows());
  if (!known_.empty()) complain(fmt::format("{} rows are already done", known_.size()));
  hint_.emplace(rows_->interrupted(), "");
}

void SavedPredictions::read(const std::filesystem::path& file, std::size_t rows) {
  std::ifstream stream(file, std::ios::binary);
  std::string line;
  while (known_.size() < rows && std::getline(stream, line)) try {
      known_.push_back(prediction_of(nlohmann::json::parse(line)));
    } catch (const nlohmann::json::exception&) {
      break;
    }
  if (known_.size() < rows)
    throw Error({.file = file.string(),
                 .thing = fmt::format("line {}", known_.size() + 1),
                 .found = "no prediction",
                 .expected = fmt::format("those of {} rows", rows),
                 .hint = "remove the file to start over"});
}

void SavedPredictions::add(std::size_t row, const RowPrediction& prediction) {
  if (rows_) rows_->write(row, fingerprint(std::to_string(row)), false, {members_of(object_of(prediction))});
}

void SavedPredictions::finish() {
  if (rows_) rows_->finish();
}

}  // namespace limn::cli
