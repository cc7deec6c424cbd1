#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "limn/error.h"
#include "limn/options.h"

/// The values that options take by name, in the order in which messages and help list them.

namespace limn::cli {

enum class Format { terminal, json, html, svg, csv };
enum class Special { hide, show };

template <class Value, std::size_t N>
struct Names {
  struct Entry {
    std::string_view name;
    Value value;
  };
  std::array<Entry, N> entries;

  /// "a, b, c"
  std::string list() const {
    std::string text;
    for (const auto& entry : entries) text += (text.empty() ? "" : ", ") + std::string(entry.name);
    return text;
  }
  /// @throws Error that lists the names if `given` is none of them. @param option for the message: "--reduce".
  Value find(std::string_view option, std::string_view given) const {
    for (const auto& entry : entries)
      if (entry.name == given) return entry.value;
    throw Error({.thing = std::string(option), .found = "'" + std::string(given) + "'", .expected = list()});
  }
};

inline constexpr Names<Scalar, 6> scalars{{{{"logit", Scalar::logit},
                                            {"probability", Scalar::probability},
                                            {"log-probability", Scalar::log_probability},
                                            {"loss", Scalar::loss},
                                            {"margin", Scalar::margin},
                                            {"max-logit", Scalar::max_logit}}}};
inline constexpr Names<Reduce, 5> reductions{{{{"sum", Reduce::sum},
                                               {"l1", Reduce::l1},
                                               {"l2", Reduce::l2},
                                               {"mean-abs", Reduce::mean_abs},
                                               {"onehot-l2", Reduce::onehot_l2}}}};
inline constexpr Names<Normalize, 5> normalizers{{{{"none", Normalize::none},
                                                   {"l1", Normalize::l1},
                                                   {"l2", Normalize::l2},
                                                   {"max", Normalize::max},
                                                   {"minmax", Normalize::minmax}}}};
inline constexpr Names<Unit, 4> units{
    {{{"token", Unit::token}, {"word", Unit::word}, {"clause", Unit::clause}, {"sentence", Unit::sentence}}}};
inline constexpr Names<WordScore, 3> word_scores{
    {{{"sum", WordScore::sum}, {"mean", WordScore::mean}, {"absmax", WordScore::absmax}}}};
inline constexpr Names<bool, 2> sobol_orders{{{{"total", true}, {"first", false}}}};
inline constexpr Names<Lime::Flavour, 2> flavours{
    {{{"marcotcr", Lime::Flavour::marcotcr}, {"captum", Lime::Flavour::captum}}}};
inline constexpr Names<Masking, 4> maskings{
    {{{"mask", Masking::mask}, {"remove", Masking::remove}, {"pad", Masking::pad}, {"unk", Masking::unk}}}};
inline constexpr Names<Baseline::Kind, 5> baselines{{{{"pad", Baseline::Kind::pad},
                                                      {"zero", Baseline::Kind::zero},
                                                      {"mask", Baseline::Kind::mask},
                                                      {"unk", Baseline::Kind::unk},
                                                      {"mean", Baseline::Kind::mean}}}};
inline const Names<std::vector<int>, 5> changed_texts{
    {{{"text", {0}}, {"question", {0}}, {"pair", {1}}, {"context", {1}}, {"both", {0, 1}}}}};
inline constexpr Names<Special, 2> specials{{{{"hide", Special::hide}, {"show", Special::show}}}};
inline constexpr Names<Format, 5> formats{{{{"terminal", Format::terminal},
                                            {"json", Format::json},
                                            {"html", Format::html},
                                            {"svg", Format::svg},
                                            {"csv", Format::csv}}}};

}  // namespace limn::cli
