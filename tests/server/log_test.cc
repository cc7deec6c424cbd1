#include "apps/server/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <mutex>
#include <nlohmann/json.hpp>

namespace limn::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Log, WritesLinesInOrder) {
  std::vector<std::string> lines;
  Log log([&](const std::string& line) {
    lines.push_back(line);
    return true;
  });
  for (const char* line : {"a", "b", "c"}) log.add(line);
  log.flush();
  EXPECT_THAT(lines, ElementsAre("a", "b", "c"));
}

TEST(Log, BlockedWriterDelaysNobodyAndLostLinesAreCounted) {
  std::promise<void> gate;
  auto opened = gate.get_future().share();
  std::vector<std::string> lines;
  Log log([&](const std::string& line) {
    opened.wait();
    lines.push_back(line);
    return true;
  });
  constexpr std::size_t count = 10'000;
  for (std::size_t i = 0; i < count; ++i) log.add(std::to_string(i));  // returns even though nothing is being written
  gate.set_value();
  log.flush();
  ASSERT_LT(lines.size(), count);
  // Two lines, if the writer began when some had been lost already.
  std::size_t told = 0, lost = 0;
  for (const auto& line : lines) {
    if (line.find("lost") == line.npos) continue;
    ++told;
    lost += std::stoul(nlohmann::json::parse(line).at("detail").get<std::string>());
  }
  ASSERT_GE(told, 1u);
  EXPECT_EQ(lost, count - (lines.size() - told));
}

TEST(Log, CountsFailedWrites) {
  std::vector<std::string> lines;
  bool works = false;
  Log log([&](const std::string& line) {
    if (works) lines.push_back(line);
    return works;
  });
  log.add("a");
  log.add("b");
  log.flush();
  works = true;
  log.add("c");
  log.flush();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_THAT(lines[0], HasSubstr("\"detail\":\"2\""));
  EXPECT_EQ(lines[1], "c");
}

}  // namespace
}  // namespace limn::server
