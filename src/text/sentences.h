#pragma once

#include <string_view>
#include <vector>

#include "text/encoding.h"

namespace limn {

/// The sentences of a text, in order, without the white space around them. They end at . ! ? … and at line breaks.
std::vector<Span> sentences(std::string_view text);

}  // namespace limn
