#include "apps/pdf/document.h"

#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace limn::pdf {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::pair<std::string_view, Style>, 8> styles = {{{"title", Style::title},
                                                                       {"heading", Style::heading},
                                                                       {"label", Style::label},
                                                                       {"text", Style::text},
                                                                       {"body", Style::body},
                                                                       {"small", Style::small},
                                                                       {"legend", Style::legend},
                                                                       {"rule", Style::rule}}};

Style style_of(const std::string& name) {
  for (const auto& [known, style] : styles)
    if (known == name) return style;
  throw std::runtime_error("unknown style '" + name + "'");
}

/// @param text "#rrggbb"
Color color_of(const std::string& text) {
  const auto part = [&](std::size_t at) {
    int value = 0;
    const char* const begin = text.data() + at;
    if (text.size() != 7 || std::from_chars(begin, begin + 2, value, 16).ptr != begin + 2)
      throw std::runtime_error("unknown colour '" + text + "'");
    return value / 255.0;
  };
  return {.red = part(1), .green = part(3), .blue = part(5)};
}

std::optional<Color> optional_color(const Json& value, const char* name) {
  const auto found = value.find(name);
  if (found == value.end()) return std::nullopt;
  return color_of(found->get<std::string>());
}

Run run_of(const Json& value) {
  return {.text = value.at("text").get<std::string>(),
          .ink = optional_color(value, "ink"),
          .fill = optional_color(value, "fill"),
          .line = value.value("line", 0.0)};
}

}  // namespace

Document read_document(const std::string& json) {
  const Json value = Json::parse(json);
  Document document;
  document.title = value.at("title").get<std::string>();
  for (const Json& one : value.at("blocks")) {
    Block block{.style = style_of(one.at("style").get<std::string>()), .runs = {}};
    if (block.style != Style::rule)
      for (const Json& run : one.at(block.style == Style::legend ? "entries" : "runs"))
        block.runs.push_back(run_of(run));
    document.blocks.push_back(std::move(block));
  }
  return document;
}

}  // namespace limn::pdf
