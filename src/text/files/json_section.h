#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

/// One value of a JSON file and its name for error messages: "post_processor.single[2]". Every reader below throws
/// Error if the value has another type. Keeps references to the document and the file name.
class JsonSection {
 public:
  JsonSection(const nlohmann::json& value, const std::string& file, std::string name = {});

  const std::string& file() const { return file_; }
  const std::string& name() const { return name_; }
  const nlohmann::json& value() const { return value_; }

  bool is_null() const { return value_.is_null(); }
  /// A field of an object; null if it is missing.
  JsonSection operator[](std::string_view field) const;
  std::vector<JsonSection> items() const;                           ///< of a list
  std::vector<std::pair<std::string, JsonSection>> fields() const;  ///< of an object

  std::string string() const;
  bool boolean() const;
  std::size_t count() const;  ///< a non-negative integer
  std::int32_t id() const;    ///< an integer from 0 to 2³¹ − 1
  /// The object's type, for example "BertNormalizer".
  std::string type() const { return (*this)["type"].string(); }

  template <class T>
  T or_else(T (JsonSection::*read)() const, T otherwise) const {
    return is_null() ? otherwise : (this->*read)();
  }

  [[noreturn]] void refuse(std::string expected, std::string hint = {}) const;

 private:
  const nlohmann::json& value_;
  const std::string& file_;
  std::string name_;
};

}  // namespace limn
