// docs/interface.md lists every option with the values and defaults of the table.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "options/methods.h"
#include "options/option.h"

namespace limn {
namespace {

using testing::HasSubstr;

std::string document() {
  std::ifstream file(LIMN_SOURCE_DIR "/docs/interface.md", std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Returns the option's row in the table of `explain` options; empty if it has none.
std::string row_of(const std::string& text, std::string_view name) {
  const auto begin = text.find("\n| `--" + std::string(name) + "` |");
  return begin == std::string::npos ? "" : text.substr(begin + 1, text.find('\n', begin + 1) - begin - 1);
}

TEST(Document, HasEveryOptionWithItsValuesAndDefaults) {
  const std::string text = document();
  std::size_t rows = 0, defaults = 0;
  for (const Option& option : options()) {
    if (option.preset_only) continue;
    EXPECT_THAT(text, HasSubstr("`--" + std::string(option.name))) << option.name;
    const std::string row = row_of(text, option.name);
    if (option.reading) continue;  // in the paragraph below the table
    ASSERT_NE(row, "") << option.name;
    ++rows;
    for (const auto& value : option.values) EXPECT_THAT(row, HasSubstr("`" + std::string(value) + "`"));
    for (const NamedMethod& known : methods()) {
      if (!option.of(known.method) || option.type == OptionType::flag) continue;
      EXPECT_THAT(row, HasSubstr(text_of(get(option, known.method)))) << option.name << " of " << known.name;
      ++defaults;
    }
  }
  EXPECT_GE(rows, 28u);
  EXPECT_GE(defaults, 98u);
}

TEST(Document, HasEveryMethod) {
  const std::string text = document();
  EXPECT_GE(methods().size(), 19u);
  for (const NamedMethod& known : methods()) EXPECT_THAT(text, HasSubstr("`" + std::string(known.name) + "`"));
}

}  // namespace
}  // namespace limn
