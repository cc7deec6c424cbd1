#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "render/report_tables.h"

/// The tables of a report in each format.

namespace limn {

/// The table as the viewer reads it.
nlohmann::ordered_json table_value(const ReportTable& table);
/// The table as HTML, for readers without JavaScript.
std::string plain_table(const ReportTable& table);
/// The table for a terminal. @param most_rows how many rows are shown
std::string terminal_table(const ReportTable& table, std::size_t most_rows = 10);

}  // namespace limn
