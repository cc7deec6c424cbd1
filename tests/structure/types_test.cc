// What a compiler sees in one file at a time only: a name with two meanings, and a loop over a value that is gone.
// CMake adds two more files to this program, each of which includes every header of include/ and src/: two types of
// one name do not compile there, and a function that is defined in a header but not inline does not link.
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "structure/source_tree.h"

namespace limn {
namespace {

/// Types that are defined at namespace scope, outside unnamed namespaces: "limn::Encoder". clang-format keeps
/// namespaces unindented, so such a definition begins its line, and a closing brace carries its namespace's name.
std::vector<std::string> types_in(const std::vector<std::string>& lines) {
  static const std::regex opens(R"(^(?:inline )?namespace ?([\w:]*) \{$)"), closes(R"(^\}  // namespace.*)"),
      type(R"(^(?:struct|class|union|enum class|enum)(?: \[\[\w+\]\])? (\w+)(?: final)?(?: : [^;()]*)? \{.*)");
  std::vector<std::string> scope, types;
  for (const std::string& line : lines) {
    std::smatch match;
    if (std::regex_match(line, match, opens))
      scope.push_back(match[1]);
    else if (std::regex_match(line, closes) && !scope.empty())
      scope.pop_back();
    else if (std::regex_match(line, match, type)) {
      std::string name;
      bool local = false;
      for (const auto& part : scope) {
        local |= part.empty();
        name += part + "::";
      }
      if (!local) types.push_back(name + match[1].str());
    }
  }
  return types;
}

TEST(Types, TheReaderOfTypesKnowsScopes) {
  const std::vector<std::string> lines = {"namespace limn {",
                                          "struct Forward;",
                                          "struct One {",
                                          "  struct Inner {",
                                          "  };",
                                          "};",
                                          "namespace {",
                                          "struct Local {};",
                                          "}  // namespace",
                                          "namespace server {",
                                          "enum class Two { a };",
                                          "class Three : public One {",
                                          "};",
                                          "}  // namespace server",
                                          "}  // namespace limn"};
  EXPECT_EQ(types_in(lines), (std::vector<std::string>{"limn::One", "limn::server::Two", "limn::server::Three"}));
}

TEST(Types, NoNameHasTwoDefinitions) {
  std::map<std::string, std::filesystem::path> defined;
  for (const auto* folder : {"include", "src", "apps"}) {
    for (const auto& file : files_below(folder, {".h", ".cc"})) {
      for (const auto& type : types_in(lines_of(file))) {
        const auto [first, is_new] = defined.emplace(type, file);
        EXPECT_TRUE(is_new) << type << " is defined in " << first->second << " and in " << file;
      }
    }
  }
  EXPECT_GT(defined.size(), 200u);
}

/// The expression after the colon of a range-based for in `line`, if there is one that ends in the line.
std::optional<std::string> range_of(const std::string& line) {
  const auto start = line.find("for (");
  if (start == std::string::npos) return std::nullopt;
  int depth = 0;
  std::size_t colon = 0;
  for (auto i = start + 4; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '(' || c == '[' || c == '{') ++depth;
    if (c == ')' || c == ']' || c == '}') --depth;
    if (c == ';' && depth == 1) return std::nullopt;
    if (depth == 1 && colon == 0 && c == ':' && line[i - 1] == ' ') colon = i + 2;
    if (depth == 0) return colon == 0 ? std::nullopt : std::optional(line.substr(colon, i - colon));
  }
  return std::nullopt;
}

/// Whether a function is called on what another call returned, with parentheses: `a().b()`. Until C++23 a value that
/// a() returned is destroyed before the loop starts.
bool calls_a_member_of_a_result(const std::string& range) {
  static const std::regex element(R"(\)\[)");  // load(file)["rows"]
  if (std::regex_search(range, element)) return true;
  static const std::regex chain(R"(\)(?:\.|->)(\w+)\()");
  // What these return does not live in the object that they are called on: views, and references into what lives on.
  static const std::set<std::string> safe = {"row_span", "subspan", "view"};
  for (std::sregex_iterator call(range.begin(), range.end(), chain), end; call != end; ++call)
    if (!safe.contains((*call)[1])) return true;
  return false;
}

TEST(Types, TheReaderOfLoopsFindsTheDanglingOne) {
  EXPECT_EQ(range_of("  for (const auto& x : load(\"a:b\").items()) use(x);"), "load(\"a:b\").items()");
  EXPECT_EQ(range_of("for (std::size_t i = 0; i < n; ++i)"), std::nullopt);
  EXPECT_TRUE(calls_a_member_of_a_result("model.explain(text).words()"));
  EXPECT_TRUE(calls_a_member_of_a_result("*load(file)->names()"));
  EXPECT_TRUE(calls_a_member_of_a_result("load(file)[\"rows\"]"));
  EXPECT_TRUE(calls_a_member_of_a_result("(given ? *given : Json::object()).items()"));
  EXPECT_FALSE(calls_a_member_of_a_result("model.explain(text).words"));
  EXPECT_FALSE(calls_a_member_of_a_result("gradient.view().row_span(token)"));
}

TEST(Types, NoLoopRunsOverAMemberOfATemporary) {
  std::size_t loops = 0;
  for (const auto* folder : {"include", "src", "apps", "tests", "fuzz", "bench"}) {
    for (const auto& file : files_below(folder, {".h", ".cc"})) {
      if (file.filename() == "types_test.cc") continue;
      for (const auto& line : lines_of(file)) {
        const auto range = range_of(line);
        if (!range) continue;
        ++loops;
        EXPECT_FALSE(calls_a_member_of_a_result(*range)) << file << ": " << *range << "; give the value a name first";
      }
    }
  }
  EXPECT_GT(loops, 1000u);
}

}  // namespace
}  // namespace limn
