// The table of words (docs/architecture.md): terms of the field in comments, messages, help texts, labels and
// documents.
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <string>
#include <vector>

#include "structure/source_tree.h"

namespace limn {
namespace {

struct Word {
  std::string pattern;      ///< of whole words, in lower case
  std::string better;       ///< what to write
  std::string except = {};  ///< files in which it is a term of the field or of a file format
};

const std::vector<Word> banned = {
    {"knobs?", "option or hyperparameter"},
    {"slopes?", "derivative"},
    {"channels?", "hidden size", "image|png|colou?r|palette|display_text|contrast|axe"},
    {"splitters?", "pre-tokenizer"},
    {"pieces", "tokens, subwords or parts",
     "spiece|sentencepiece|unigram|bpe|tokenizer|text/|CHANGELOG|dependencies|options/|like_test"},
    {"widened", "converted to float32"},
    {"sayings?", "perturbed input or candidate"},
    {"explained scalar", "target function F"},
    {"number that is explained", "target function F"},
    {"turned by (?:the|their)", "rotated"},
    {"stands? in its place", "replacement token"},
    {"absent", "missing or removed; of units, the masking strategy", "options/|like_test"},
    {"whoever", "a client that …, a caller that …"},
    {"now and then", "periodically, or occasionally"},
};

/// What people read in a file: comments and texts of C++ and TypeScript, lines of documents outside blocks of code.
std::vector<std::string> prose_of(const std::filesystem::path& file) {
  static const std::regex comment(R"re((?:(?:^|\s)//+|^\s*\*\s)\s?(.*))re"), text(R"re("((?:\\.|[^"\\])*)")re");
  const bool document = file.extension() == ".md";
  std::vector<std::string> prose;
  bool code = false;
  for (const std::string& line : lines_of(file)) {
    if (document) {
      if (line.starts_with("```")) code = !code;
      if (!code) prose.push_back(line);
      continue;
    }
    std::smatch match;
    if (std::regex_search(line, match, comment)) prose.push_back(match[1]);
    if (line.find("#include") != std::string::npos) continue;
    for (std::sregex_iterator literal(line.begin(), line.end(), text), end; literal != end; ++literal)
      prose.push_back((*literal)[1]);
  }
  return prose;
}

TEST(Words, TheReaderOfProseSeesCommentsAndTextsOnly) {
  const auto prose = prose_of("tests/structure/words_test.cc");
  EXPECT_NE(std::ranges::find(prose, "option or hyperparameter"), prose.end());
  EXPECT_NE(std::ranges::find(prose, "/ what to write"), prose.end());
  EXPECT_EQ(std::ranges::find(prose, std::string("  return") + " prose;"),
            prose.end());  // in parts, so as not to be found
}

TEST(Words, AreThoseOfTheField) {
  struct Rule {
    std::regex pattern, except;
    const Word& word;
  };
  std::vector<Rule> rules;
  for (const Word& word : banned)
    rules.push_back({std::regex("\\b(?:" + word.pattern + ")\\b", std::regex::icase | std::regex::optimize),
                     std::regex(word.except.empty() ? "$^" : word.except), word});
  std::size_t read = 0;
  for (const auto* folder : {"include", "src", "apps", "tests", "fuzz", "bench", "docs", "web/viewer", "web/page"}) {
    for (const auto& file : files_below(folder, {".h", ".cc", ".inc", ".ts", ".md"})) {
      if (file.filename() == "words_test.cc") continue;
      const std::string name = file.string();
      for (const auto& line : prose_of(file)) {
        ++read;
        for (const auto& [pattern, except, word] : rules)
          if (std::regex_search(line, pattern) && !std::regex_search(name, except))
            ADD_FAILURE() << name << ": \"" << line << "\": write " << word.better;
      }
    }
  }
  EXPECT_GT(read, 5000u);
}

}  // namespace
}  // namespace limn
