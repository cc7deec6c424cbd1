#include "evaluate/row_input.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "limn/error.h"

namespace limn {
namespace {

using testing::AllOf;
using testing::HasSubstr;

using Named = std::map<std::string, std::string>;

Row row(std::vector<std::pair<std::string, std::string>> fields) {
  return {.line = 2, .fields = std::move(fields), .json = {}, .strings = {}, .error = {}};
}

std::string text_of(const Row& from, RowFields fields = {}, Task task = Task::sequence_classification) {
  try {
    fields.choose(from, task, "a.csv");
    return input_of(from, task, "a.csv", fields).input.text;
  } catch (const Error& error) {
    return error.what();
  }
}

TEST(RowFields, FindTheTextByItsName) {
  for (const std::string name : {"text", "TEXT", "Sentence", "review", "content"})
    EXPECT_EQ(text_of(row({{"id", "a1"}, {"title", "An epic"}, {name, "A film."}})), "A film.") << name;
  EXPECT_EQ(text_of(row({{"Text", "upper"}, {"text", "exact"}})), "exact");
  EXPECT_EQ(text_of(row({{"review", "other"}, {"sentence", "first in the list"}})), "first in the list");
}

TEST(RowFields, TakeTheOnlyColumnWithWords) {
  RowFields fields;
  const Row first = row({{"id", "7"}, {"opinion", "A film."}, {"label", "good"}, {"stars", "3.5"}});
  EXPECT_THAT(fields.choose(first, Task::sequence_classification, "a.csv"), HasSubstr("'opinion'"));
  EXPECT_EQ(input_of(first, Task::sequence_classification, "a.csv", fields).input.text, "A film.");
  EXPECT_EQ(text_of(row({{"opinion", "好き"}})), "好き");
}

TEST(RowFields, AskOnceIfTheHeaderDoesNotFit) {
  EXPECT_THAT(text_of(row({{"id", "a1"}, {"opinion", "A film."}})),
              AllOf(HasSubstr("a.csv"), HasSubstr("the columns id, opinion"), HasSubstr("text=id?")));
  EXPECT_THAT(text_of(row({{"question", "Who?"}, {"passage", "Anna."}}), {}, Task::question_answering),
              AllOf(HasSubstr("a column context"), HasSubstr("context=NAME")));
}

TEST(RowFields, AreThoseThatTheUserNames) {
  const Row both = row({{"text", "wrong"}, {"body", "right"}, {"title", "pair"}});
  const RowFields fields(Named{{"text", "body"}, {"pair", "title"}});
  EXPECT_EQ(text_of(both, fields), "right");
  const RowInput input = input_of(both, Task::sequence_classification, "a.csv", fields);
  EXPECT_EQ(input.input.pair, "pair");
  EXPECT_THAT(input.used, testing::ElementsAre("body", "title"));
  EXPECT_THAT(text_of(both, RowFields(Named{{"text", "boby"}})), HasSubstr("a column boby, as text"));
  EXPECT_THROW(RowFields(Named{{"txt", "body"}}), Error);
}

}  // namespace
}  // namespace limn
