#pragma once

#include <optional>
#include <string>
#include <vector>

/// What limn-pdf draws. src/render/pdf_document.h describes the JSON.

namespace limn::pdf {

/// A part of a block's text. Colours are from 0 to 1.
struct Color {
  double red = 0, green = 0, blue = 0;
};
struct Run {
  std::string text;
  std::optional<Color> ink, fill;
  double line = 0;  ///< width of the line below, in points; 0: none
};

enum class Style { title, heading, label, text, body, small, legend, rule };

struct Block {
  Style style = Style::body;
  std::vector<Run> runs;  ///< entries, if it is a legend
};

struct Document {
  std::string title;
  std::vector<Block> blocks;
};

/// @throws std::exception if the text is not such a document
Document read_document(const std::string& json);

}  // namespace limn::pdf
