#pragma once

#include "limn/write.h"
#include "options/named_values.h"

/// The named values of options, in the order in which messages and help list them.

namespace limn::cli {

enum class Special { hide, show };

inline constexpr Names<Special, 2> specials{{{{"hide", Special::hide}, {"show", Special::show}}}};
inline constexpr Names<Format, 5> formats{{{{"terminal", Format::terminal},
                                            {"json", Format::json},
                                            {"html", Format::html},
                                            {"svg", Format::svg},
                                            {"csv", Format::csv}}}};

}  // namespace limn::cli
