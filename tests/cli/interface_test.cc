// docs/interface.md lists every command, option, method and JSON field.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>

#include "cli/program.h"

namespace limn::cli_test {
namespace {

using testing::HasSubstr;

const std::string& document() {
  static const std::string text = read(LIMN_SOURCE_DIR "/docs/interface.md");
  return text;
}

std::string help_of(std::vector<std::string> command) {
  command.push_back("--help");
  const Result result = run(command);
  EXPECT_EQ(result.code, 0);
  return result.out;
}

/// Returns the names at the beginning of the lines in the help's section "Commands:".
std::vector<std::string> commands_in(const std::string& help) {
  std::vector<std::string> names;
  bool inside = false;
  for (const auto& line : lines(help)) {
    std::smatch match;
    if (!line.starts_with(' '))
      inside = line == "Commands:";
    else if (inside && std::regex_search(line, match, std::regex("^  ([a-z]+)( |$)")))
      names.push_back(match[1]);
  }
  return names;
}

std::vector<std::vector<std::string>> all_commands() {
  std::vector<std::vector<std::string>> all;
  for (const auto& name : commands_in(help_of({}))) {
    const auto parts = commands_in(help_of({name}));
    if (parts.empty()) all.push_back({name});
    for (const auto& part : parts) all.push_back({name, part});
  }
  return all;
}

TEST(Interface, ListsEveryCommandAndOption) {
  const auto commands = all_commands();
  EXPECT_GE(commands.size(), 14u);
  std::set<std::string> options;
  for (const auto& command : commands) {
    std::string name = "limn";
    for (const auto& part : command) name += " " + part;
    if (command[0] == "evaluate") name = "limn evaluate";  // listed as limn evaluate squad|classification|tokens
    EXPECT_THAT(document(), HasSubstr(name));
    for (const auto& line : lines(help_of(command))) {
      std::smatch match;
      if (std::regex_search(line, match, std::regex("^ +(-[a-z], *)?--([a-z-]+)")))
        options.insert("--" + match[2].str());
    }
  }
  EXPECT_GE(options.size(), 45u);
  options.erase("--help");
  for (const auto& option : options)
    EXPECT_TRUE(std::regex_search(document(), std::regex(option + "(?![a-z-])")))
        << "docs/interface.md has no " << option;
}

TEST(Interface, ListsEveryMethodAndOptionValue) {
  const auto with = [](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"explain", "-m", golden("bert-cls"), "--text", "a"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const std::string message = run(arguments).err;
    const auto begin = message.find("expected ");
    EXPECT_NE(begin, std::string::npos) << message;
    std::vector<std::string> names;
    const std::regex name("[a-z][a-z0-9-]*");
    for (std::sregex_iterator match(message.begin() + static_cast<std::ptrdiff_t>(begin) + 9, message.end(), name), end;
         match != end; ++match)
      names.push_back(match->str());
    return names;
  };
  for (const std::vector<std::string>& option :
       std::vector<std::vector<std::string>>{{"--method", "?"},
                                             {"--explain", "?"},
                                             {"--reduce", "?"},
                                             {"--normalize", "?"},
                                             {"--unit", "?"},
                                             {"--word-score", "?"},
                                             {"--method", "lime", "--masking", "?"},
                                             {"--method", "lime", "--flavour", "?"},
                                             {"--method", "sobol", "--order", "?"}}) {
    const auto names = with(option);
    EXPECT_GE(names.size(), 2u);
    for (const auto& name : names) EXPECT_THAT(document(), HasSubstr("`" + name + "`")) << option[0];
  }
}

/// Collects all keys of an object, except those of objects whose keys are labels.
void collect(const Json& value, std::set<std::string>& keys) {
  if (value.is_array()) {
    for (const auto& item : value) collect(item, keys);
  } else if (value.is_object()) {
    for (const auto& [key, item] : value.items()) {
      keys.insert(key);
      if (key != "probabilities" && key != "labels" && key != "files") collect(item, keys);
    }
  }
}

TEST(Interface, ListsEveryJsonField) {
  const std::string masked = LIMN_SOURCE_DIR "/tests/golden-mlm/bert-mlm",
                    text = "a good film with a bad end and more of it all";
  std::set<std::string> keys;
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"explain", "-m", golden("bert-cls"), "--text", text, "--raw", "--target", "1", "--contrast", "0", "--layer",
            "2", "--reduce", "l2", "--unit", "token"},
           {"explain", "-m", golden("bert-cls"), "--text", "a", "--method", "attention"},
           {"explain", "-m", golden("bert-cls"), "--text", text, "--method", "kernel-shap"},
           {"explain", "-m", golden("bert-cls"), "--text", text, "--method", "lime"},
           {"explain", "-m", golden("bert-cls"), "--text", text, "--method", "rise"},
           {"explain", "-m", golden("bert-cls"), "--text", text, "--method", "sobol"},
           {"explain", "-m", golden("bert-cls"), "--text", text, "--method", "shapley"},
           {"explain", "-m", golden("bert-cls"), "--text", text, "--method", "occlusion", "--window", "2"},
           {"explain", "-m", golden("bert-cls"), "--text", text, "--method", "partition-shap"},
           {"explain", "-m", golden("bert-cls"), "--text", text, "--method", "smoothgrad"},
           {"explain", "-m", golden("bert-cls"), "--text", text, "--method", "integrated-gradients"},
           {"explain", "-m", golden("bert-multilabel"), "--text", text},
           {"explain", "-m", "minilm-l6-ner", "--text", "Ada lives in Rome.", "--raw"},
           {"explain", "-m", "minilm-l6-qa", "--question", "Who?", "--context", "Anna came.", "--raw", "--top", "2"},
           {"compare", "-m", golden("bert-cls"), "--method", "gradient,gradient-x-input", "--text", text},
           {"attack", "hotflip", "-m", golden("bert-cls"), "--text", text},
           {"attention", "-m", golden("bert-cls"), "--text", "a"},
           {"heatmap", "-m", masked, "--text", "a film"},
           {"predict", "-m", masked, "--text", "a [MASK] film"},
           {"tokenize", "-m", golden("bert-cls"), "--text", "a"},
           {"bench", "-m", golden("bert-cls"), "--input", LIMN_SOURCE_DIR "/tools/demo/sentences.txt", "--limit",
            "1"}}) {
    const Result result = run(arguments);
    ASSERT_EQ(result.code, 0) << result.err;
    for (const auto& object : json_lines(result.out)) collect(object, keys);
  }
  EXPECT_GE(keys.size(), 70u);
  for (const auto& key : keys)
    EXPECT_TRUE(document().find('"' + key + '"') != std::string::npos ||
                std::regex_search(document(), std::regex("`([a-z_]+(\\[\\])?\\.)?" + key + "`")))
        << "docs/interface.md has no field " << key;
}

}  // namespace
}  // namespace limn::cli_test
