#include "limn/calibration.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "limn/error.h"
#include "limn/write.h"
#include "render/confidence.h"
#include "render/display_text.h"
#include "render/json.h"
#include "render/json_parts.h"
#include "render/table_text.h"

namespace limn {
namespace {

using Json = nlohmann::ordered_json;

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

/// What was fitted on.
const char* things(const CalibrationResult& result) {
  return result.calibration.task == Task::token_classification ? "entities" : "rows";
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
      fmt::format("{} {}, {:.1f} % right\n\n", result.calibration.rows, things(result), 100 * result.accuracy) +
      quality_lines(named_qualities(result));
  if (result.calibration.task == Task::sequence_classification)
    text += fmt::format("\ntemperature {:.4g}\n", result.calibration.temperature);
  return text;
}

std::string to_svg(const CalibrationResult& result) {
  return confidence_chart("Probability and fitted confidence", named_qualities(result));
}

std::string to_html(const CalibrationResult& result) {
  std::string tables;
  for (const ReportTable& table : {table_of_qualities(named_qualities(result)), table_of_bins(named_qualities(result))})
    tables += plain_table(table);
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Confidence</title>\n"
      "<style>body {{ font-family: Helvetica, Arial, sans-serif; margin: 2em; background: #fff; color: #222 }} "
      "svg {{ max-width: 100%; height: auto }} th, td {{ text-align: left; padding: 2px 12px }}"
      "</style>\n</head>\n<body>\n<h1>Confidence</h1>\n<p>{} {}, {:.1f} % right; each confidence comes from a fit on "
      "the other half of them.</p>\n{}{}</body>\n</html>\n",
      result.calibration.rows, things(result), 100 * result.accuracy, to_svg(result), tables);
}

}  // namespace limn
