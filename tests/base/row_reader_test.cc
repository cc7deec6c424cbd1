#include "base/row_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace limn {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

std::vector<Row> rows_of(const std::string& text, RowFormat format, std::size_t longest_row = 1000) {
  std::istringstream stream(text);
  RowReader reader(stream, format, "input", longest_row);
  std::vector<Row> rows;
  while (auto row = reader.next()) rows.push_back(*row);
  return rows;
}

std::string error_of(const Row& row) { return row.error ? row.error->what() : "no error"; }

std::string header_error(const std::string& text, RowFormat format) {
  try {
    rows_of(text, format);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(RowFormat, FollowsTheFileExtension) {
  EXPECT_EQ(row_format("a.jsonl"), RowFormat::jsonl);
  EXPECT_EQ(row_format("a.ndjson"), RowFormat::jsonl);
  EXPECT_EQ(row_format("folder.txt/A.CSV"), RowFormat::csv);
  EXPECT_EQ(row_format("a.tsv"), RowFormat::tsv);
  EXPECT_EQ(row_format("a.txt"), RowFormat::text);
  EXPECT_EQ(row_format("-"), RowFormat::jsonl);
  EXPECT_THROW(row_format("a.xlsx"), Error);
  EXPECT_THROW(row_format("a"), Error);
}

TEST(RowReader, LinesThatEndWithCarriageReturns) {
  for (const std::string& text :
       {std::string("text,id\rA film.,1\r\"two\rlines\",2\r"), std::string("text,id\rA film.,1\r\"two\rlines\",2")}) {
    const auto rows = rows_of(text, RowFormat::csv);
    ASSERT_THAT(rows, SizeIs(2));
    EXPECT_THAT(rows[0].fields, ElementsAre(Pair("text", "A film."), Pair("id", "1")));
    EXPECT_THAT(rows[1].fields, ElementsAre(Pair("text", "two\nlines"), Pair("id", "2")));
    EXPECT_EQ(rows[1].line, 3u);
  }
  EXPECT_THAT(rows_of("one\rtwo\r", RowFormat::text), SizeIs(2));
  // A carriage return within a file whose first line ends with a line feed is a character.
  const auto quoted = rows_of("\"a\rb\",c\n1,2\n", RowFormat::csv);
  ASSERT_THAT(quoted, SizeIs(1));
  EXPECT_THAT(quoted[0].fields, ElementsAre(Pair("a\rb", "1"), Pair("c", "2")));
  EXPECT_THAT(rows_of("one\r\ntwo\rthree\r\n", RowFormat::text), SizeIs(2));
  EXPECT_THAT(rows_of("text\r", RowFormat::csv), IsEmpty());
}

TEST(RowReader, FindsTheSeparatorOfTheHeader) {
  for (const std::string mark : {",", ";", "\t", "|"}) {
    SCOPED_TRACE(mark);
    for (const std::string quote : {"", "\""}) {
      const std::string header = quote + "text" + quote + mark + quote + "id" + quote;
      const auto rows = rows_of(header + "\n\"A" + mark + " film.\"" + mark + "1\n", RowFormat::csv);
      ASSERT_THAT(rows, SizeIs(1));
      EXPECT_THAT(rows[0].fields, ElementsAre(Pair("text", "A" + mark + " film."), Pair("id", "1")));
    }
  }
  const auto one_column = rows_of("\"a;b\"\nA; film.\n", RowFormat::csv);
  ASSERT_THAT(one_column, SizeIs(1));
  EXPECT_THAT(one_column[0].fields, ElementsAre(Pair("a;b", "A; film.")));
  EXPECT_THAT(rows_of("a,b;c\n1,2\n", RowFormat::csv).at(0).fields, SizeIs(2));  // commas come first
}

TEST(RowReader, HeadersAreValidUtf8WhateverDividesThem) {
  // The quote within a cell is an error of the reading by commas, which the reading by another mark must not hide.
  for (const char* mark : {",", ";", "\t", "|"}) {
    for (const char* cell : {"b\xde", "\xde\"b", "b\xe1\""}) {
      const std::string text = std::string("a") + mark + cell + "\n1" + mark + "2\n";
      EXPECT_THAT(header_error(text, RowFormat::csv), HasSubstr("UTF-8")) << text;
    }
  }
}

TEST(RowReader, HintsWhereAFileIsNearlyRight) {
  const auto latin = rows_of("text\ncaf\xE9\n", RowFormat::csv);
  ASSERT_THAT(latin, SizeIs(1));
  EXPECT_THAT(error_of(latin[0]), HasSubstr("iconv -f WINDOWS-1252 -t UTF-8"));
  const auto rows = rows_of(
      "{\"a\": NaN}\n{\"a\": Infinity}\n{\"a\": -Infinity}\n{\"a\": [1, NaN]}\n{\"a\": Nothing}\n", RowFormat::jsonl);
  ASSERT_THAT(rows, SizeIs(5));
  EXPECT_THAT(error_of(rows[0]), HasSubstr("line 1: found NaN at byte 7"));
  EXPECT_THAT(error_of(rows[0]), HasSubstr("JSON has no NaN: write null"));
  EXPECT_THAT(error_of(rows[1]), HasSubstr("found Infinity at byte 7"));
  EXPECT_THAT(error_of(rows[2]), HasSubstr("found Infinity at byte 8"));
  EXPECT_THAT(error_of(rows[3]), HasSubstr("found NaN at byte 11"));
  EXPECT_THAT(error_of(rows[4]), HasSubstr("found invalid JSON at byte"));
}

TEST(RowReader, KnowsWhichFieldsAreTexts) {
  const auto rows = rows_of("{\"a\": \"[1]\", \"b\": [1], \"c\": 5, \"d\": null}\n", RowFormat::jsonl);
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_EQ(*rows[0].find_text("a"), "[1]");
  EXPECT_EQ(rows[0].find_text("d"), nullptr);
  EXPECT_THROW(rows[0].find_text("b"), Error);
  EXPECT_THROW(rows[0].find_text("c"), Error);
  EXPECT_EQ(*rows_of("a\n5\n", RowFormat::csv).at(0).find_text("a"), "5");
}

TEST(RowReader, WritesNestedJsonWithoutWhiteSpace) {
  const auto rows = rows_of(
      R"({"a":[ 1 , -2.50, 1e5, "[", {"x" : {}, "y\n": [ [], null, "\u00e9\"" ]}, true ], "b": false, "b": "last",)"
      R"( "c":1, "c":null, "d":{}, "":[]})",
      RowFormat::jsonl);
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_THAT(rows[0].fields,
              ElementsAre(Pair("a", "[1,-2.5,100000.0,\"[\",{\"x\":{},\"y\\n\":[[],null,\"\xC3\xA9\\\"\"]},true]"),
                          Pair("b", "last"), Pair("d", "{}"), Pair("", "[]")));
}

TEST(RowReader, TakesLinearTime) {
  // A reader that compares each new object or name with all earlier ones would take minutes for either row.
  constexpr std::size_t many = 256'000;
  std::string list = "{\"text\":\"a\",\"list\":[{\"a\":1}", members = "{\"text\":\"a\"";
  for (std::size_t i = 1; i < many; ++i) {
    list += ",{\"a\":1}";
    members += ",\"" + std::to_string(i) + "\":1";
  }
  const auto rows = rows_of(list + "]}\n" + members + "}", RowFormat::jsonl, 10'000'000);
  ASSERT_THAT(rows, SizeIs(2));
  ASSERT_THAT(rows[0].fields, SizeIs(2));
  EXPECT_EQ(rows[0].fields[1].second.size(), many * 8 + 1);
  EXPECT_THAT(rows[1].fields, SizeIs(many));
}

TEST(RowReader, ReadsJsonLinesInOrderAndKeepsTheirText) {
  const auto rows = rows_of(
      "\xEF\xBB\xBF{\"text\":\"a\\u00e9\\n\",\"id\":7,\"more\":{\"b\":[1.5,true]},\"pair\":null}\r\n\r\n  "
      "\n{\"text\":\"b\"}",
      RowFormat::jsonl);
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_THAT(rows[0].fields,
              ElementsAre(Pair("text", "a\xC3\xA9\n"), Pair("id", "7"), Pair("more", "{\"b\":[1.5,true]}")));
  EXPECT_EQ(rows[0].json, "{\"text\":\"a\\u00e9\\n\",\"id\":7,\"more\":{\"b\":[1.5,true]},\"pair\":null}");
  EXPECT_EQ(rows[0].line, 1u);
  ASSERT_NE(rows[1].find("text"), nullptr);
  EXPECT_EQ(*rows[1].find("text"), "b");
  EXPECT_EQ(rows[1].find("pair"), nullptr);
  EXPECT_EQ(rows[1].line, 4u);
}

TEST(RowReader, ContinuesAfterInvalidJsonRow) {
  const auto rows = rows_of(
      "{\"text\": \"a\"}\n{\"text\": \n[1]\n\"text\"\n{\"text\": \"\xC3\x28\"}\n{\"a\": 1e999}\n{} {}\n{\"text\": "
      "\"b\"}\n",
      RowFormat::jsonl);
  ASSERT_THAT(rows, SizeIs(8));
  EXPECT_EQ(error_of(rows[0]), "no error");
  EXPECT_EQ(error_of(rows[1]), "input: line 2: found invalid JSON at byte 10, expected one JSON object per line");
  EXPECT_EQ(error_of(rows[2]), "input: line 3: found a JSON array, expected a JSON object, {\"text\": …}");
  EXPECT_THAT(error_of(rows[3]), HasSubstr("a JSON string"));
  EXPECT_THAT(error_of(rows[4]), HasSubstr("byte 0xC3 at offset 10"));
  EXPECT_THAT(error_of(rows[5]), HasSubstr("too large"));
  EXPECT_THAT(error_of(rows[6]), HasSubstr("invalid JSON at byte 4"));
  EXPECT_EQ(*rows[7].find("text"), "b");
  EXPECT_THAT(rows[1].fields, IsEmpty());
}

TEST(RowReader, RejectsDeepJson) {
  const auto nested = [](std::size_t levels) {
    return "{\"a\":" + std::string(levels, '[') + std::string(levels, ']') + "}";
  };
  EXPECT_EQ(error_of(rows_of(nested(50), RowFormat::jsonl).at(0)), "no error");
  EXPECT_EQ(error_of(rows_of(nested(99), RowFormat::jsonl).at(0)), "no error");
  EXPECT_THAT(error_of(rows_of(nested(100), RowFormat::jsonl).at(0)), HasSubstr("at most 100 levels"));
  EXPECT_THAT(error_of(rows_of(nested(100'000), RowFormat::jsonl, 1'000'000).at(0)), HasSubstr("nested too deeply"));
}

TEST(RowReader, ReadsCsvAsRfc4180) {
  const auto rows = rows_of(
      "\xEF\xBB\xBFtext,label,\r\n"
      "plain,1,x\r\n"
      "\"a, \"\"b\"\"\r\nc\",,\"\"\r\n"
      "\r\n"
      "5\" wide,2,\"last\r\n\"\r\n"
      "end,3,no newline",
      RowFormat::csv);
  ASSERT_THAT(rows, SizeIs(4));
  EXPECT_THAT(rows[0].fields, ElementsAre(Pair("text", "plain"), Pair("label", "1"), Pair("", "x")));
  EXPECT_THAT(rows[1].fields, ElementsAre(Pair("text", "a, \"b\"\r\nc"), Pair("label", ""), Pair("", "")));
  EXPECT_THAT(rows[2].fields, ElementsAre(Pair("text", "5\" wide"), Pair("label", "2"), Pair("", "last\r\n")));
  EXPECT_THAT(rows[3].fields, ElementsAre(Pair("text", "end"), Pair("label", "3"), Pair("", "no newline")));
  EXPECT_EQ(rows[1].line, 3u);
  EXPECT_EQ(rows[2].line, 6u);
  EXPECT_EQ(rows[3].line, 8u);
}

TEST(RowReader, ContinuesAfterInvalidCsvRow) {
  const auto rows = rows_of("text,label\na\nb,1,2\n\"c\"d,1\ne\xFF,1\nf,1\n\"g,1\nh,2\n", RowFormat::csv);
  ASSERT_THAT(rows, SizeIs(6));
  EXPECT_EQ(error_of(rows[0]),
            "input: line 2: found 1 cell, expected 2 (text, label); a cell with a comma needs quotes");
  EXPECT_THAT(error_of(rows[1]), HasSubstr("line 3: found 3 cells"));
  EXPECT_THAT(error_of(rows[2]), HasSubstr("line 4: found text after a closing quote"));
  EXPECT_THAT(error_of(rows[3]), HasSubstr("byte 0xFF at offset 1 of 'text'"));
  EXPECT_THAT(rows[4].fields, ElementsAre(Pair("text", "f"), Pair("label", "1")));
  EXPECT_THAT(error_of(rows[5]), HasSubstr("line 7: found a quote that is never closed"));
}

TEST(RowReader, RejectsInvalidHeader) {
  EXPECT_THAT(header_error("", RowFormat::csv), HasSubstr("an empty file"));
  EXPECT_THAT(header_error("\xEF\xBB\xBF\r\n", RowFormat::tsv), HasSubstr("an empty file"));
  EXPECT_THAT(header_error("a,b,a\n1,2,3\n", RowFormat::csv), HasSubstr("the column 'a' twice"));
  EXPECT_THAT(header_error("\"a\n1,2,3\n", RowFormat::csv), HasSubstr("never closed"));
  EXPECT_THAT(header_error(std::string("\xFF\xFEt\0", 4), RowFormat::csv), HasSubstr("UTF-16"));
}

TEST(RowReader, FileWithOnlyAHeaderHasNoRows) {
  EXPECT_THAT(rows_of("text,label", RowFormat::csv), IsEmpty());
  EXPECT_THAT(rows_of("text\tlabel\r\n", RowFormat::tsv), IsEmpty());
  EXPECT_THAT(rows_of("", RowFormat::jsonl), IsEmpty());
  EXPECT_THAT(rows_of("\n\n", RowFormat::text), IsEmpty());
}

TEST(RowReader, CountsBlankLinesBeforeARow) {
  const auto notice = [](const std::string& text, RowFormat format) {
    std::istringstream stream(text);
    RowReader reader(stream, format, "input");
    while (reader.next()) {
    }
    return reader.blank_lines_notice().value_or("");
  };
  EXPECT_EQ(notice("one\n\n  \nfour\n\n", RowFormat::text), "2 blank lines before a row were skipped");
  EXPECT_EQ(notice("text\n\nhigh\nlow\n", RowFormat::csv), "1 blank line before a row was skipped");
  EXPECT_EQ(notice("text\n\"high\n\nlow\"\n", RowFormat::csv), "");  // part of a cell
  EXPECT_EQ(notice("{\"text\": \"high\"}\n\n", RowFormat::jsonl), "");
}

TEST(RowReader, TsvKeepsQuotes) {
  const auto rows = rows_of("sentence\tlabel\n\"a \"film\t1\n\t0\nx\n", RowFormat::tsv);
  ASSERT_THAT(rows, SizeIs(3));
  EXPECT_THAT(rows[0].fields, ElementsAre(Pair("sentence", "\"a \"film"), Pair("label", "1")));
  EXPECT_THAT(rows[1].fields, ElementsAre(Pair("sentence", ""), Pair("label", "0")));
  EXPECT_EQ(error_of(rows[2]), "input: line 4: found 1 cell, expected 2 (sentence, label)");
}

TEST(RowReader, ReadsTexts) {
  const auto rows = rows_of("one, \"two\"\r\n\r\nthree\t ", RowFormat::text);
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_THAT(rows[0].fields, ElementsAre(Pair("text", "one, \"two\"")));
  EXPECT_THAT(rows[1].fields, ElementsAre(Pair("text", "three\t ")));
  EXPECT_EQ(rows[1].line, 3u);
}

TEST(RowReader, ContinuesAfterRowThatIsTooLong) {
  const std::string longer(101, 'x');
  for (const auto format : {RowFormat::text, RowFormat::jsonl}) {
    const auto rows = rows_of(longer + "\n{\"text\":1}\n", format, 100);
    ASSERT_THAT(rows, SizeIs(2));
    EXPECT_EQ(error_of(rows[0]), "input: line 1: found more than 100 bytes, expected a shorter row");
    EXPECT_EQ(error_of(rows[1]), "no error");
  }
  std::string open_quote = "text\n\"a\n";
  for (int i = 0; i < 30; ++i) open_quote += "12345\n";
  const auto rows = rows_of(open_quote, RowFormat::csv, 100);
  ASSERT_THAT(rows, SizeIs(14));  // 2 + 17 · 6 bytes are too many, so reading continues after line 19
  EXPECT_THAT(error_of(rows[0]), HasSubstr("line 2: found more than 100 bytes"));
  EXPECT_EQ(rows[1].line, 20u);
  EXPECT_EQ(rows_of(std::string(100, 'x'), RowFormat::text, 100).at(0).fields.at(0).second.size(), 100u);
}

TEST(RowReader, RejectsTooManyCells) {
  EXPECT_THAT(error_of(rows_of("a\n" + std::string(20'000, ','), RowFormat::csv, 100'000).at(0)),
              HasSubstr("10000 cells"));
  EXPECT_THAT(error_of(rows_of("a\nb" + std::string(20'000, '\t') + "c", RowFormat::tsv, 100'000).at(0)),
              HasSubstr("10000 cells"));
}

TEST(RowReader, ReportsUnreadableStream) {
  std::ifstream folder(std::filesystem::temp_directory_path());
  ASSERT_TRUE(folder);
  RowReader reader(folder, RowFormat::text, "folder");
  EXPECT_THROW(reader.next(), Error);
}

}  // namespace
}  // namespace limn
