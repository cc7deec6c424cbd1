#pragma once

#include <filesystem>
#include <string>

/// PDF is drawn by a program of its own, limn-pdf, so that neither the library nor the command loads fonts and what
/// shapes them.

namespace limn {

/// Returns the program. @throws Error that says what to install if there is none
std::filesystem::path pdf_program();

struct PdfFile {
  std::string bytes;
  std::string warning;  ///< how many characters no installed font has; otherwise empty
};

/// Draws what pdf_document() returns. @throws Error if there is no limn-pdf, or if it fails
PdfFile draw_pdf(const std::string& document);

}  // namespace limn
