#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "limn/error.h"

namespace limn {

/// A file that exists as long as the object.
class DataFile {
 public:
  DataFile(const std::string& name, const std::string& text)
      : path_(std::filesystem::path(testing::TempDir()) / ("limn-evaluate-" + name)) {
    std::ofstream(path_, std::ios::binary) << text;
  }
  DataFile(const DataFile&) = delete;
  DataFile& operator=(const DataFile&) = delete;
  ~DataFile() { std::filesystem::remove(path_); }

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Returns the error's message without the file's name.
inline std::string error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    const std::string text = error.what();
    const auto name = text.find("limn-evaluate-");
    return name == text.npos ? text : text.substr(name + 14);
  }
  return "no error";
}

}  // namespace limn
