#pragma once

#include "limn/write.h"
#include "options/names.h"

namespace limn {

namespace cli {
enum class Special { hide, show };
enum class Picture { bars, text };
enum class TableForm { long_form, wide_form };
}  // namespace cli

template <>
inline constexpr auto names<cli::Special> = std::to_array<Named<cli::Special>>({{"hide", cli::Special::hide},
                                                                                {"show", cli::Special::show}});
template <>
inline constexpr auto names<cli::Picture> = std::to_array<Named<cli::Picture>>({{"bars", cli::Picture::bars},
                                                                                {"text", cli::Picture::text}});
template <>
inline constexpr auto names<cli::TableForm> =
    std::to_array<Named<cli::TableForm>>({{"long", cli::TableForm::long_form}, {"wide", cli::TableForm::wide_form}});
template <>
inline constexpr auto names<Format> = std::to_array<Named<Format>>({{"terminal", Format::terminal},
                                                                    {"json", Format::json},
                                                                    {"html", Format::html},
                                                                    {"svg", Format::svg},
                                                                    {"pdf", Format::pdf},
                                                                    {"csv", Format::csv},
                                                                    {"tsv", Format::tsv},
                                                                    {"latex", Format::latex}});

}  // namespace limn
