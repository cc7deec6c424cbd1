#include "apps/server/documentation.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "apps/server/assets.h"
#include "apps/server/table_json.h"
#include "options/methods.h"
#include "render/display_text.h"

namespace limn::server {
namespace {

using Json = nlohmann::ordered_json;

/// Plain text as HTML; `code` between backticks.
std::string prose(std::string_view text) {
  std::string html;
  bool is_code = false;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('`', begin), text.size());
    const std::string part = escape(visible(text.substr(begin, end - begin)));
    html += is_code && end < text.size() ? "<code>" + part + "</code>" : part;
    is_code = !is_code;
    begin = end + 1;
  }
  return html;
}

std::string code(std::string_view text) { return "<code>" + escape(visible(text)) + "</code>"; }

std::string text_at(const Json& object, const char* key) {
  return object.contains(key) && object[key].is_string() ? object[key].get<std::string>() : "";
}

/// The schema that a reference names, or the schema itself.
const Json& resolved(const Json& document, const Json& schema) {
  const std::string name = text_at(schema, "$ref");
  return name.starts_with("#/") ? document.at(Json::json_pointer(name.substr(1))) : schema;
}

/// "text", "count from 1 to 5000", "one of a, b", "list of at most 64".
std::string type_text(const Json& document, const Json& schema) {
  const Json& own = resolved(document, schema);
  if (own.contains("anyOf")) {
    std::vector<std::string> parts;
    for (const Json& part : own["anyOf"])
      if (std::string text = type_text(document, part); !text.empty() && text != "null")
        parts.push_back(std::move(text));
    return fmt::format("{}", fmt::join(parts, " or "));
  }
  if (own.contains("enum")) {
    std::vector<std::string> values;
    for (const Json& value : own["enum"])
      if (!value.is_null()) values.push_back(value.is_string() ? value.get<std::string>() : value.dump());
    return fmt::format("{}", fmt::join(values, ", "));
  }
  std::vector<std::string> types;
  if (own.contains("type"))
    for (const Json& type : own["type"].is_array() ? own["type"] : Json::array({own["type"]}))
      if (type != "null") types.push_back(type.get<std::string>());
  std::string text = fmt::format("{}", fmt::join(types, " or "));
  const auto bound = [&](const char* key, const char* words) {
    if (own.contains(key)) text += fmt::format(" {} {}", words, own[key].dump());
  };
  bound("minimum", "from");
  bound("exclusiveMinimum", "above");
  bound("maximum", "to");
  bound("exclusiveMaximum", "below");
  if (own.contains("items")) text += " of " + type_text(document, own["items"]);
  bound("maxItems", ", at most");
  return text;
}

std::string row_of(const std::vector<std::string>& cells) {
  std::string html = "<tr>";
  for (const std::string& cell : cells) html += "<td>" + cell + "</td>";
  return html + "</tr>\n";
}

std::string table(const std::vector<std::string_view>& heads, const std::string& rows) {
  std::string html = "<div class=\"wide\"><table>\n<thead><tr>";
  for (const std::string_view head : heads) html += fmt::format("<th scope=\"col\">{}</th>", escape(head));
  return html + "</tr></thead>\n<tbody>\n" + rows + "</tbody></table></div>\n";
}

std::string fields_table(const Json& document, const Json& schema) {
  std::string rows;
  const auto required = schema.value("required", std::vector<std::string>());
  const Json properties = schema.value("properties", Json::object());
  for (const auto& [name, property] : properties.items()) {
    std::string says = text_at(property, "description");
    if (says.empty()) says = text_at(resolved(document, property), "description");
    if (property.contains("default"))
      says += (says.empty() ? "" : " ") + ("Default: " + property["default"].dump()) + ".";
    rows += row_of({code(name) + (std::ranges::count(required, name) > 0 ? " (required)" : ""),
                    prose(type_text(document, property)), prose(says)});
  }
  return rows.empty() ? "" : table({"field", "type", ""}, rows);
}

std::string paths_part(const Json& document) {
  std::string html = "<h2 id=\"paths\">Paths</h2>\n";
  const Json& paths = document.at("paths");
  for (const auto& [path, item] : paths.items())
    for (const auto& [method, operation] : item.items()) {
      std::string name = method;
      std::ranges::transform(name, name.begin(), [](char c) { return static_cast<char>(c >= 'a' ? c - 32 : c); });
      html += fmt::format("<h3 id=\"{0}\">{1} {2}</h3>\n<p>{3}.</p>\n", escape(text_at(operation, "operationId")), name,
                          code(path), prose(text_at(operation, "summary")));
      if (!operation.contains("requestBody")) continue;
      const Json& body = resolved(document, operation["requestBody"]["content"]["application/json"]["schema"]);
      html += "<p>" + prose(text_at(body, "description")) + "</p>\n";
      html += "<details><summary>Fields</summary>\n" + fields_table(document, body) + "</details>\n";
    }
  return html;
}

std::string methods_part() {
  std::string rows;
  for (const Json& method : methods_json()) {
    std::vector<std::string> options;
    for (const Json& option : method["options"]) {
      const std::string usual = text_at(option, "default");
      options.push_back(code(text_at(option, "name")) + (usual.empty() ? "" : " " + prose(usual)));
    }
    rows += row_of({code(text_at(method, "name")), prose(text_at(method, "summary")),
                    fmt::format("{}", fmt::join(options, ", "))});
  }
  return "<h2 id=\"methods\">Methods</h2>\n<p>With their own options and defaults.</p>\n" +
         table({"method", "", "options"}, rows);
}

std::string errors_part(const Json& document) {
  std::string rows;
  const Json& responses = document.at("paths").at("/v1/explain").at("post").at("responses");
  for (const auto& [status, response] : responses.items())
    if (status != "200") rows += row_of({code(status), prose(text_at(resolved(document, response), "description"))});
  return "<h2 id=\"errors\">Errors</h2>\n<p>Problem details of RFC 9457: " + code("detail") + ", and where it helps " +
         code("field") + ", " + code("found") + ", " + code("expected") + ", " + code("hint") + ".</p>\n" +
         table({"status", ""}, rows);
}

constexpr std::string_view introduction = R"(<h1>limn</h1>
<p>What a transformer encoder says about a text, and which words made it say so. <a href="./">The page</a> shows it;
this is how programs ask. <a href="openapi.json">openapi.json</a> describes the same for machines.</p>
<nav aria-label="Contents"><a href="#calls">Calls</a> <a href="#paths">Paths</a> <a href="#methods">Methods</a>
<a href="#errors">Errors</a> <a href="#limits">Limits</a></nav>
<h2 id="calls">Calls</h2>
<p>Requests and answers are JSON. Without <code>model</code>, the first model that fits the input is used.</p>
<pre tabindex="0">curl -s localhost:8080/v1/explain -H 'Content-Type: application/json' \
  -d '{"text": "A gorgeous, witty film.", "method": "integrated-gradients"}'</pre>
<pre tabindex="0">curl -s localhost:8080/v1/predict -H 'Content-Type: application/json' \
  -d '{"inputs": ["A gorgeous, witty film.", "Dull."]}'</pre>
<p>The answer has <code>prediction</code>, and <code>words</code> with <code>text</code>, <code>begin</code>,
<code>end</code> (code points) and <code>score</code>. With <code>Accept: text/event-stream</code>, long work sends events
<code>progress</code> with <code>done</code>, <code>total</code> and, from methods that draw samples, the <code>words</code>
so far with their standard errors; then <code>result</code> or <code>problem</code>. Closing the connection cancels it.</p>
)";

}  // namespace

std::string documentation_page(std::string_view openapi, long seconds) {
  const Json document = Json::parse(openapi);
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>limn: documentation</title>\n"
      "<link rel=\"icon\" href=\"data:,\">\n<style>{}</style>\n</head>\n<body>\n<main>\n",
      documentation_style());
  html += introduction;
  if (document.at("paths").at("/v1/explain").at("post").contains("security"))
    html += "<p>This server needs a key: " + code("Authorization: Bearer KEY") + " or " + code("X-Api-Key: KEY") +
            ".</p>\n";
  html += paths_part(document) + methods_part() + errors_part(document);
  html += fmt::format(
      "<h2 id=\"limits\">Limits</h2>\n<p>A request may take {} seconds. {} has the largest numbers of tokens, "
      "steps, samples and inputs. limn {}.</p>\n</main>\n</body>\n</html>\n",
      seconds, code("/v1/models"), escape(text_at(document["info"], "version")));
  return html;
}

}  // namespace limn::server
