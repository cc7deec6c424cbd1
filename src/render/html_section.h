#pragma once

#include <cstddef>
#include <string>

#include "limn/explanation.h"

namespace limn {

/// One explanation as a <section id="eN">: verdict, heated text, legend, strongest words, sentence, every token.
std::string html_section(const Explanation& explanation, std::size_t number);

}  // namespace limn
