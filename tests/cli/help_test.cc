// Help follows the table of options: no name, help or default is written twice.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <string>

#include "cli/program.h"
#include "options/methods.h"
#include "options/option.h"

namespace limn::cli_test {
namespace {

using testing::HasSubstr;

/// Without the line breaks and the indentation that the width of help texts makes.
std::string on_one_line(const std::string& text) {
  std::string result;
  for (const char c : text) {
    const bool blank = std::isspace(static_cast<unsigned char>(c)) != 0;
    if (!blank)
      result += c;
    else if (!result.empty() && result.back() != ' ')
      result += ' ';
  }
  return result;
}

TEST(Help, OfExplainHasEveryOptionOfTheTable) {
  const std::string help = on_one_line(run({"explain", "--help"}).out);
  std::size_t compared = 0;
  for (const Option& option : options()) {
    if (option.preset_only) continue;
    SCOPED_TRACE(option.name);
    EXPECT_THAT(help, HasSubstr(" --" + std::string(option.name) + " "));
    EXPECT_THAT(help, HasSubstr(std::string(option.help)));
    for (const auto& value : option.values) EXPECT_THAT(help, HasSubstr(std::string(value)));
    const std::string by_default = option.type == OptionType::flag ? "" : "; default: " + default_text(option);
    EXPECT_THAT(help, HasSubstr(by_default));
    EXPECT_TRUE(option.former_name.empty() || help.find(" --" + std::string(option.former_name) + " ") == help.npos);
    ++compared;
  }
  EXPECT_GE(compared, 30u);
  EXPECT_GE(methods().size(), 19u);
  for (const NamedMethod& method : methods()) EXPECT_THAT(help, HasSubstr(std::string(method.name)));
}

}  // namespace
}  // namespace limn::cli_test
