#include "limn/calibration.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "limn/error.h"
#include "limn/write.h"
#include "render/json.h"
#include "render/json_parts.h"

namespace limn {
namespace {

using Json = nlohmann::ordered_json;

Json quality_value(const ConfidenceQuality& quality) {
  return {{"calibration_error", quality.calibration_error},
          {"brier", quality.brier},
          {"auroc", or_null(quality.auroc)},
          {"risk_coverage", quality.risk_coverage}};
}

Json calibration_value(const Calibration& calibration) {
  Json value{{"limn", format_version}, {"task", name(calibration.task)}, {"rows", calibration.rows}};
  if (calibration.task == Task::sequence_classification) {
    value["temperature"] = calibration.temperature;
  } else {
    value["intercept"] = calibration.intercept;
    value["weights"] = calibration.weights;
  }
  value["labels"] = calibration.labels;
  for (const auto& [file, bytes] : calibration.files) value["files"][file] = bytes;
  return value;
}

[[noreturn]] void refuse(const std::filesystem::path& file, std::string thing, std::string found,
                         std::string expected) {
  throw Error({.file = file.string(),
               .thing = std::move(thing),
               .found = std::move(found),
               .expected = std::move(expected),
               .hint = "delete the file; 'limn calibrate' writes a new one"});
}

}  // namespace

std::string to_json(const Calibration& calibration) { return json_text(calibration_value(calibration), 2); }

Calibration read_calibration(const std::filesystem::path& file, const ModelInfo& model) try {
  const nlohmann::json object = read_json(file);
  Calibration calibration;
  calibration.task = model.task;
  if (object.at("task").get<std::string>() != name(model.task))
    refuse(file, "task", shown(object["task"]), std::string(name(model.task)) + ", as the model");
  calibration.labels = object.at("labels").get<std::vector<std::string>>();
  if (calibration.labels != model.labels) refuse(file, "labels", "those of another model", "those of this model");
  for (const auto& [name, bytes] : model.files)
    if (!object.contains("files") || object["files"].value(name, std::size_t{0}) != bytes)
      refuse(file, "files", "another size of " + name, fmt::format("{} bytes, as the model's file has", bytes));
  calibration.files = model.files;
  calibration.rows = object.at("rows").get<std::size_t>();
  if (model.task == Task::sequence_classification) {
    calibration.temperature = object.at("temperature").get<double>();
    if (!(calibration.temperature > 0)) refuse(file, "temperature", shown(object["temperature"]), "a positive number");
  } else {
    calibration.intercept = object.at("intercept").get<double>();
    calibration.weights = object.at("weights").get<std::map<std::string, double>>();
  }
  return calibration;
} catch (const nlohmann::json::exception&) {
  refuse(file, "", "something else", "a calibration");
}

std::string to_json(const CalibrationResult& result) {
  Json value{{"calibration", calibration_value(result.calibration)},
             {"accuracy", result.accuracy},
             {"probability", quality_value(result.probability)},
             {"confidence", quality_value(result.confidence)}};
  value["with_explanations"] = result.with_explanations ? quality_value(*result.with_explanations) : Json(nullptr);
  return json_text(value);
}

std::string to_terminal(const CalibrationResult& result) {
  std::string text =
      fmt::format("{} rows, {:.1f} % right\n\n{:<24}  {:>6}  {:>6}  {:>6}  {:>13}\n", result.calibration.rows,
                  100 * result.accuracy, "", "ECE", "Brier", "AUROC", "risk-coverage");
  const auto add = [&](const char* name, const ConfidenceQuality& quality) {
    text +=
        fmt::format("{:<24}  {:>6.4f}  {:>6.4f}  {:>6}  {:>13.4f}\n", name, quality.calibration_error, quality.brier,
                    quality.auroc ? fmt::format("{:.4f}", *quality.auroc) : "-", quality.risk_coverage);
  };
  add("probability", result.probability);
  add("confidence", result.confidence);
  if (result.with_explanations) add("with explanations", *result.with_explanations);
  if (result.calibration.task == Task::sequence_classification)
    text += fmt::format("\ntemperature {:.4g}\n", result.calibration.temperature);
  return text;
}

}  // namespace limn
