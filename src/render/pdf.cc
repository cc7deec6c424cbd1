#include "render/pdf.h"

#include <fmt/format.h>

#include <span>

#include "base/program.h"
#include "limn/error.h"
#include "limn/write.h"
#include "render/display_text.h"
#include "render/pdf_document.h"

namespace limn {

std::filesystem::path pdf_program() {
  if (auto program = find_program("limn-pdf")) return *std::move(program);
  throw Error({.thing = "limn-pdf, the program that draws PDF",
               .found = "neither beside this program nor in PATH",
               .expected = "it in one of these places",
               .hint = "install the Debian package limn-pdf, or libpango1.0-dev before limn is built"});
}

PdfFile draw_pdf(const std::string& document) {
  const std::filesystem::path program = pdf_program();
  ProgramResult result = run_program(program, document);
  std::string said = shorten(result.err, 400);
  if (result.code != 0 || !result.out.starts_with("%PDF-"))
    throw Error({.file = program.string(),
                 .found = fmt::format("exit code {}{}{}", result.code, said.empty() ? "" : ": ", said),
                 .expected = "a PDF"});
  return {.bytes = std::move(result.out), .warning = std::move(said)};
}

std::string to_pdf(const Explanation& explanation) { return to_pdf(std::span(&explanation, 1)); }

std::string to_pdf(std::span<const Explanation> explanations) { return draw_pdf(pdf_document(explanations)).bytes; }

std::string to_pdf(const ComparisonTable& comparison) {
  return draw_pdf(pdf_document(comparison.axes, comparison.inputs)).bytes;
}

}  // namespace limn
