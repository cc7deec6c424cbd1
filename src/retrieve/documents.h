#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "limn/collection.h"

namespace limn {

/// One document, as text.
struct Document {
  std::string key;                                               ///< unique: the file, or file#row
  std::string title;                                             ///< of its own, or the file's name
  std::string source;                                            ///< the file
  std::string text;                                              ///< valid UTF-8
  std::vector<std::pair<std::string, std::string>> fields = {};  ///< metadata
};

/// Calls `take` with each document of a file, or of all files below a folder in the order of their names. Hidden files
/// and folders are left out, links to folders are not followed.
/// @param skip receives files and rows that cannot be read, with the reason. @throws Error if the path does not exist.
void read_documents(const std::filesystem::path& path, const std::function<void(Document)>& take,
                    const std::function<void(SkippedDocument)>& skip);

/// The same for one file in memory: its name stands for the file, and its ending says how it is read.
void read_contents(const NamedContents& file, const std::function<void(Document)>& take,
                   const std::function<void(SkippedDocument)>& skip);

/// Title and text of an HTML page: without scripts and styles, one line for each block.
/// @throws Error if it cannot be parsed.
struct HtmlText {
  std::string title, text;
};
HtmlText html_text(std::string_view html);

}  // namespace limn
