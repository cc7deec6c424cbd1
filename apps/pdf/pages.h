#pragma once

#include <string>

#include "apps/pdf/document.h"

namespace limn::pdf {

/// A drawn document.
struct Drawn {
  std::string bytes;
  std::size_t unknown = 0;  ///< characters that no installed font has, drawn as boxes
};

/// Draws a document on pages of A4: Pango breaks lines, orders and shapes scripts, and chooses fonts.
/// @throws std::exception if Cairo fails
Drawn draw(const Document& document);

}  // namespace limn::pdf
