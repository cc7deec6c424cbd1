// limn-pdf < document.json > document.pdf: the program that draws PDF for limn (src/render/pdf_document.h).
#include <cstdio>
#include <exception>
#include <iostream>
#include <iterator>
#include <string>

#include "apps/pdf/pages.h"

#ifdef __SANITIZE_ADDRESS__
/// Fontconfig keeps its patterns until the process ends.
extern "C" const char* __lsan_default_suppressions() { return "leak:libfontconfig.so\n"; }
extern "C" const char* __lsan_default_options() { return "print_suppressions=0"; }
#endif

int main(int argc, char**) {
  if (argc != 1) {
    std::fputs("usage: limn-pdf < document.json > document.pdf; limn runs it for --format pdf\n", stderr);
    return 2;
  }
  try {
    const std::string json((std::istreambuf_iterator<char>(std::cin)), std::istreambuf_iterator<char>());
    const limn::pdf::Drawn drawn = limn::pdf::draw(limn::pdf::read_document(json));
    if (std::fwrite(drawn.bytes.data(), 1, drawn.bytes.size(), stdout) != drawn.bytes.size() ||
        std::fflush(stdout) != 0) {
      std::perror("limn-pdf");
      return 1;
    }
    if (drawn.unknown > 0)
      std::fprintf(stderr,
                   "%zu character%s of the PDF: no installed font has %s, and boxes stand there; install fonts such as "
                   "fonts-noto-core and fonts-noto-cjk\n",
                   drawn.unknown, drawn.unknown == 1 ? "" : "s", drawn.unknown == 1 ? "it" : "them");
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
