// The tree is the pipeline: these tests keep it so.
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>
#include <string>

#include "structure/source_tree.h"

namespace limn::layers_test {
namespace {

using Names = std::set<std::string>;

/// What each folder of src/ and apps/ may include: such folders, and headers of include/limn.
struct Layer {
  Names folders;
  Names headers;
};

const Names plain_headers = {"calibration.h", "drift.h",   "error.h",      "explanation.h", "faithfulness.h",
                             "memory.h",      "methods.h", "model_info.h", "options.h",     "plausibility.h",
                             "report.h",      "result.h",  "scores.h",     "similarity.h",  "watch.h"};
const Names all_headers = {"calibration.h", "collection.h",  "comparison.h",   "drift.h",           "evaluate.h",
                           "error.h",       "explanation.h", "faithfulness.h", "memory.h",          "methods.h",
                           "model_info.h",  "options.h",     "plausibility.h", "report.h",          "result.h",
                           "sanity.h",      "scores.h",      "similarity.h",   "tokenized_input.h", "watch.h",
                           "write.h",       "limn.h"};

const std::map<std::string, Layer> layers = {
    {"base", {{"base"}, {"error.h", "result.h"}}},
    {"options",
     {{"base", "options"}, {"comparison.h", "error.h", "explanation.h", "faithfulness.h", "methods.h", "options.h"}}},
    {"text", {{"base", "text"}, {"error.h"}}},
    {"math", {{"base", "math"}, {"error.h"}}},
    {"model", {{"base", "text", "math", "model"}, plain_headers}},
    {"task", {{"base", "options", "text", "math", "model", "task"}, plain_headers}},
    {"explain", {{"base", "options", "text", "math", "model", "task", "explain"}, plain_headers}},
    {"evaluate", {{"base", "options", "text", "math", "model", "task", "explain", "evaluate"}, plain_headers}},
    // Documents and passages; a model only as a function from texts to embeddings.
    {"retrieve", {{"base", "text", "math", "retrieve"}, {"collection.h", "error.h", "watch.h"}}},
    // Pure functions of an Explanation.
    {"render",
     {{"base", "options", "render"},
      {"calibration.h", "collection.h", "comparison.h", "error.h", "explanation.h", "methods.h", "model_info.h",
       "report.h", "scores.h", "similarity.h", "tokenized_input.h", "write.h"}}},
    // The files of src/ itself: what the public headers promise.
    {"",
     {{"base", "options", "text", "math", "model", "task", "explain", "evaluate", "retrieve", "render"}, all_headers}},
    // Which models are on this machine: their folders and names, nothing of what is in them.
    {"store", {{"base", "store"}, {"error.h"}}},
    {"apps/terminal", {{"base", "render", "apps/terminal"}, all_headers}},
    // Collections on servers: the requests, and the choice between a file and an address.
    {"apps/remote", {{"base", "apps/remote"}, all_headers}},
    {"apps/hub", {{"base", "model", "render", "store", "apps/hub", "apps/terminal"}, all_headers}},
    // A program that draws what it reads: it needs nothing of limn.
    {"apps/pdf", {{"apps/pdf"}, {}}},
    {"apps/server",
     {{"base", "options", "text", "math", "model", "task", "explain", "evaluate", "render", "store", "apps/remote",
       "apps/server", "apps/terminal"},
      all_headers}},
    {"apps/cli",
     {{"base", "options", "text", "math", "model", "task", "explain", "evaluate", "render", "store", "apps/remote",
       "apps/cli", "apps/terminal"},
      all_headers}},
    // The program: it knows which front ends there are.
    {"apps", {{"base", "apps/cli", "apps/server", "apps/terminal"}, all_headers}},
};

/// The folder of src/ or the front end that a path below src/, or one with apps/, belongs to.
std::string folder_of(const std::filesystem::path& path) {
  if (!path.has_parent_path()) return "";
  const std::string first = path.begin()->string();
  if (first != "apps" || path.parent_path() == "apps") return first;
  return first + "/" + std::next(path.begin())->string();
}

/// Why `file` in `folder` may not include "target"; empty if it may.
std::string objection(const std::string& folder, const std::string& target) {
  const auto layer = layers.find(folder);
  if (layer == layers.end()) return "the folder has no place in the pipeline: give it one in this test";
  const auto slash = target.find('/');
  if (slash == std::string::npos) return "an include names its folder";
  const std::string from = folder_of(target);
  const auto& [folders, headers] = layer->second;
  if (from == "limn")
    return headers.contains(target.substr(slash + 1)) ? "" : "this layer does not know that public header";
  return folders.contains(from) ? "" : "that is further down the pipeline, or beside this layer";
}

TEST(Layers, AnIncludeThatGoesUpIsAnObjection) {
  EXPECT_EQ(objection("model", "text/tokenizer.h"), "");
  EXPECT_EQ(objection("render", "limn/explanation.h"), "");
  EXPECT_NE(objection("text", "model/config.h"), "");
  EXPECT_NE(objection("text", "math/mat.h"), "");
  EXPECT_NE(objection("math", "text/encoding.h"), "");
  EXPECT_NE(objection("render", "explain/gradient.h"), "");
  EXPECT_NE(objection("render", "limn/options.h"), "");
  EXPECT_NE(objection("explain", "limn/limn.h"), "");
  EXPECT_NE(objection("base", "error.h"), "");
  EXPECT_EQ(objection("apps/hub", "apps/terminal/progress.h"), "");
  EXPECT_NE(objection("apps/hub", "apps/cli/commands.h"), "");
  EXPECT_NE(objection("apps/server", "apps/cli/options.h"), "");
  EXPECT_NE(objection("apps/cli", "apps/server/server.h"), "");
  EXPECT_NE(objection("apps/cli", "apps/hub/pull.h"), "");
  EXPECT_NE(objection("render", "apps/terminal/output.h"), "");
  EXPECT_NE(objection("utilities", "base/mapped_file.h"), "");
}

TEST(Layers, NoIncludeGoesUpThePipeline) {
  const std::regex include(R"(^\s*#\s*include\s*"([^"]+)\".*)");
  std::size_t includes = 0;
  std::vector<std::filesystem::path> files = files_below("src", {".cc", ".h", ".inc"});
  for (auto& file : files_below("apps", {".cc", ".h", ".inc"})) files.push_back(std::move(file));
  for (const auto& file : files) {
    const std::string folder = folder_of(*file.begin() == "apps" ? file : file.lexically_relative("src"));
    for (const auto& line : lines_of(file)) {
      std::smatch match;
      if (!std::regex_match(line, match, include)) continue;
      ++includes;
      EXPECT_EQ(objection(folder, match[1]), "") << file << " includes \"" << match[1] << '"';
    }
  }
  EXPECT_GT(includes, 0u);
}

TEST(Layers, ThePublicHeadersKnowOnlyEachOtherAndTheStandardLibrary) {
  const std::regex include(R"(^\s*#\s*include\s*(["<])([^">]+)[">].*)");
  const auto headers = files_below("include", {".h"});
  EXPECT_FALSE(headers.empty());
  for (const auto& file : headers) {
    for (const auto& line : lines_of(file)) {
      std::smatch match;
      if (!std::regex_match(line, match, include)) continue;
      const std::string target = match[2];
      const bool own = match[1] == "\"" && target.starts_with("limn/");
      const bool standard = match[1] == "<" && target.find_first_of("./") == std::string::npos;
      EXPECT_TRUE(own || standard) << file << " includes " << target;
    }
  }
}

TEST(Layers, NoFileIsLongerThan500Lines) {
  for (const auto* folder :
       {"src", "apps", "include", "tests", "fuzz", "bench", "tools", "docs", "cmake", "web/viewer", "web/page"})
    for (const auto& file : files_below(
             folder, {".cc", ".h", ".inc", ".py", ".sh", ".cmake", ".md", ".css", ".js", ".mjs", ".ts", ".html"}))
      EXPECT_LE(lines_of(file).size(), 500u) << file;
}

TEST(Layers, EachHeaderIsGuardedByPragmaOnce) {
  for (const auto* folder : {"src", "apps", "include", "tests"}) {
    for (const auto& file : files_below(folder, {".h"})) {
      const auto lines = lines_of(file);
      EXPECT_NE(std::ranges::find(lines, "#pragma once"), lines.end()) << file;
    }
  }
}

}  // namespace
}  // namespace limn::layers_test
