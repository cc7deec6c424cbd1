#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "limn/calibration.h"
#include "limn/scores.h"
#include "render/report_tables.h"

/// How well probabilities tell right predictions from wrong ones, as numbers, table and chart.

namespace limn {

/// The measured probabilities and their names.
using NamedQualities = std::vector<std::pair<std::string, const ConfidenceQuality*>>;

NamedQualities named_qualities(const RowConfidence& confidence);
NamedQualities named_qualities(const CalibrationResult& result);

/// ECE, Brier score, AUROC, the area under the risk–coverage curve, and the bins of the reliability diagram.
nlohmann::ordered_json quality_value(const ConfidenceQuality& quality);
/// The same numbers, a line for each, for a terminal.
std::string quality_lines(const NamedQualities& qualities);
/// The same numbers as a table.
ReportTable table_of_qualities(const NamedQualities& qualities);
/// The bins of the reliability diagram as a table.
ReportTable table_of_bins(const NamedQualities& qualities);

/// The reliability diagram (share of right predictions in each tenth of the probability) beside the risk–coverage curve
/// (share of wrong ones among the surest), as SVG.
std::string confidence_chart(std::string_view title, const NamedQualities& qualities);

}  // namespace limn
