#pragma once

#include "limn/write.h"
#include "options/names.h"

namespace limn {

namespace cli {
enum class Special { hide, show };
enum class Picture { bars, text };
}  // namespace cli

template <>
inline constexpr auto names<cli::Special> = std::to_array<Named<cli::Special>>({{"hide", cli::Special::hide},
                                                                                {"show", cli::Special::show}});
template <>
inline constexpr auto names<cli::Picture> = std::to_array<Named<cli::Picture>>({{"bars", cli::Picture::bars},
                                                                                {"text", cli::Picture::text}});
template <>
inline constexpr auto names<Format> = std::to_array<Named<Format>>({{"terminal", Format::terminal},
                                                                    {"json", Format::json},
                                                                    {"html", Format::html},
                                                                    {"svg", Format::svg},
                                                                    {"csv", Format::csv}});

}  // namespace limn
