#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "limn/explanation.h"

namespace limn {

/// A text, and the parts of it by which people justify its label.
struct RationaleText {
  std::string name;                                        ///< in messages: "line 3", "task 2"
  std::string text;                                        ///< valid UTF-8
  std::vector<std::pair<std::size_t, std::size_t>> spans;  ///< [begin, end) in bytes; sorted, not empty, may overlap
};

/// Reads texts with human rationales:
///
/// - .jsonl of ERASER: `annotation_id`, and `evidences` [[{docid, start_token, end_token}]], whose documents are the
///   a file DOCID in the folder docs beside it; tokens are separated by white space.
/// - .jsonl of doccano: `text`, and `label`, `labels` or `entities`: [[begin, end, LABEL]] or [{start_offset,
///   end_offset}].
/// - .json or .jsonl of Label Studio: `data` {`text`}, and `annotations` [{`result` [{`value` {start, end}}]}].
/// - .csv, .tsv or .jsonl with `text` and `rationale`: ranges as "27-37;50-60".
///
/// All offsets but ERASER's count Unicode code points. @throws Error that names the file, the row, what was found and
/// what was expected; also for ranges outside the text, and if no text has a rationale.
std::vector<RationaleText> read_rationales(const std::filesystem::path& file);

}  // namespace limn
