#include "text/sentences.h"

namespace limn {

std::vector<Span> sentences(std::string_view text) {
  std::vector<Span> result;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); i++) {
    const bool stop = text[i] == '.' || text[i] == '!' || text[i] == '?';
    if (text[i] != '\n' && !(stop && (i + 1 == text.size() || text[i + 1] == ' ' || text[i + 1] == '\n'))) continue;
    if (i + 1 > begin) result.push_back({begin, i + 1});
    begin = i + 1;
  }
  if (begin < text.size()) result.push_back({begin, text.size()});
  return result;
}

}  // namespace limn
