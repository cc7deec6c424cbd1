#include "retrieve/documents.h"

#include <algorithm>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <system_error>

#include "base/ascii.h"
#include "base/json.h"
#include "base/output_file.h"
#include "base/row_reader.h"
#include "base/utf8.h"
#include "limn/error.h"

namespace limn {
namespace {

namespace fs = std::filesystem;
using Take = std::function<void(Document)>;
using Skip = std::function<void(SkippedDocument)>;

constexpr std::uintmax_t largest_file = std::uintmax_t{512} << 20;

/// The first heading of a Markdown file.
std::string markdown_title(std::string_view text) {
  while (text.starts_with('\n') || text.starts_with(' ')) text.remove_prefix(1);
  if (!text.starts_with("# ")) return {};
  const std::string_view line = text.substr(2, text.find('\n') - 2);
  return std::string(line.substr(0, line.find_last_not_of(" \t\r#") + 1));
}

void read_text(const fs::path& file, std::string text, const std::string& type, const Take& take) {
  if (text.find('\0') != text.npos) throw Error({.found = "a binary file", .expected = "a text"});
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  check_utf8(text, "text");
  Document document{.key = file.string(), .title = file.stem().string(), .source = file.string(), .text = {}};
  if (type == ".html" || type == ".htm") {
    HtmlText page = html_text(text);
    if (!page.title.empty()) document.title = std::move(page.title);
    text = std::move(page.text);
  } else if (std::string title = type == ".md" ? markdown_title(text) : std::string(); !title.empty()) {
    document.title = std::move(title);
  }
  document.text = std::move(text);
  take(std::move(document));
}

/// A row's document: `text` (or `context`, `content`, `body`), `title`, `id`; all other fields are metadata.
Document row_document(const Row& row, const fs::path& file, std::size_t number) {
  Document document{.key = {}, .title = file.stem().string(), .source = file.string(), .text = {}};
  std::string text_field, id = std::to_string(number);
  for (const char* name : {"text", "context", "content", "body"}) {
    const std::string* text = row.find_text(name);
    if (text == nullptr) continue;
    text_field = name;
    document.text = *text;
    break;
  }
  if (text_field.empty()) throw Error({.found = "no field text", .expected = "a field text, context, content or body"});
  for (const auto& [name, value] : row.fields) {
    if (name == text_field) continue;
    if (name == "title")
      document.title = value;
    else if (name == "id" && !value.empty())
      id = value;
    else
      document.fields.emplace_back(name, value);
  }
  document.key = file.string() + "#" + id;
  return document;
}

void read_rows(const fs::path& file, std::istream& stream, const Take& take, const Skip& skip) {
  RowReader reader(stream, row_format(file), file.string());
  std::size_t number = 0;
  while (auto row = reader.next()) {
    ++number;
    try {
      if (row->error) throw Error(*row->error);
      take(row_document(*row, file, number));
    } catch (const Error& error) {
      skip({file.string() + ", line " + std::to_string(row->line), error.parts().found});
    }
  }
}

/// The paragraphs of a SQuAD file, each a document.
void read_paragraphs(const fs::path& file, const nlohmann::json& json, const Take& take) {
  const auto data = json.is_object() ? json.find("data") : json.end();
  if (data == json.end() || !data->is_array())
    throw Error({.found = "a JSON file without \"data\"", .expected = "a SQuAD file, or rows as .jsonl"});
  std::size_t number = 0;
  for (const auto& article : *data) {
    const std::string title = article.is_object() ? article.value("title", "") : "";
    if (!article.is_object() || !article.contains("paragraphs")) continue;
    for (const auto& paragraph : article["paragraphs"]) {
      ++number;
      if (!paragraph.is_object() || !paragraph.contains("context") || !paragraph["context"].is_string()) continue;
      Document document{.key = file.string() + "#" + std::to_string(number),
                        .title = title,
                        .source = file.string(),
                        .text = paragraph["context"].get<std::string>()};
      std::ranges::replace(document.title, '_', ' ');
      take(std::move(document));
    }
  }
}

/// Where the bytes of a file come from: rows are read one by one, everything else at once.
struct Source {
  std::function<std::string()> text;
  std::function<std::unique_ptr<std::istream>()> stream;
  std::function<nlohmann::json()> json;
};

void read_from(const Source& source, const fs::path& file, const Take& take, const Skip& skip) {
  const std::string type = ascii_lower(file.extension().string());
  try {
    if (type == ".txt" || type == ".md" || type == ".html" || type == ".htm")
      read_text(file, source.text(), type, take);
    else if (type == ".jsonl" || type == ".ndjson" || type == ".csv" || type == ".tsv")
      read_rows(file, *source.stream(), take, skip);
    else if (type == ".json")
      read_paragraphs(file, source.json(), take);
    else
      skip({file.string(), type.empty() ? "no file extension" : "the type " + type + " is not read"});
  } catch (const Error& error) {
    skip({file.string(), error.parts().found.empty() ? error.what() : error.parts().found});
  }
}

void read_one(const fs::path& file, const Take& take, const Skip& skip) {
  std::error_code error;
  const auto bytes = fs::file_size(file, error);
  if (!error && bytes > largest_file) return skip({file.string(), "a file of " + std::to_string(bytes) + " bytes"});
  const auto stream = [&]() -> std::unique_ptr<std::istream> {
    auto opened = std::make_unique<std::ifstream>(file, std::ios::binary);
    if (!*opened) throw Error({.found = "a file that cannot be opened", .expected = "a readable file"});
    return opened;
  };
  read_from({[&] { return limn::read_file(file); }, stream, [&] { return read_json(file); }}, file, take, skip);
}

}  // namespace

void read_contents(const NamedContents& file, const Take& take, const Skip& skip) {
  const auto stream = [&] { return std::make_unique<std::istringstream>(file.bytes); };
  const auto json = [&] { return parse_json(file.bytes, file.name); };
  read_from({[&] { return file.bytes; }, stream, json}, file.name, take, skip);
}

void read_documents(const fs::path& path, const Take& take, const Skip& skip) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    if (!fs::exists(path, error))
      throw Error({.file = path.string(), .found = "no such file or folder", .expected = "documents to index"});
    read_one(path, take, skip);
    return;
  }
  std::vector<fs::path> files;
  fs::recursive_directory_iterator entry(path, fs::directory_options::skip_permission_denied, error), end;
  for (; !error && entry != end; entry.increment(error)) {
    std::error_code ignored;
    if (entry->path().filename().string().starts_with('.')) {
      if (entry->is_directory(ignored)) entry.disable_recursion_pending();
      continue;
    }
    if (entry->is_regular_file(ignored)) files.push_back(entry->path());
  }
  std::ranges::sort(files);
  for (const fs::path& file : files) read_one(file, take, skip);
}

}  // namespace limn
