#include "evaluate/conll.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "evaluate/data_file.h"

namespace limn {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

std::vector<TaggedSentence> read(const std::string& text) {
  const DataFile file("a.conll", text);
  return read_conll(file.path());
}
std::string read_error(const std::string& text) {
  return error_of([&] { read(text); });
}

/// The same two sentences in every form of the file below.
void expect_lena(const std::string& text) {
  const auto sentences = read(text);
  ASSERT_THAT(sentences, SizeIs(2)) << text;
  EXPECT_THAT(sentences[0].words, ElementsAre("Lena", "Petrov", "met")) << text;
  EXPECT_THAT(sentences[0].tags, ElementsAre("B-PER", "I-PER", "O")) << text;
  EXPECT_THAT(sentences[1].words, ElementsAre("Oslo")) << text;
  EXPECT_THAT(sentences[1].tags, ElementsAre("B-LOC")) << text;
}

TEST(Conll, ReadsEveryForm) {
  const std::vector<std::string> forms = {
      "Lena B-PER\nPetrov I-PER\nmet O\n\nOslo B-LOC\n",
      "\xEF\xBB\xBFLena\tB-PER\r\nPetrov\tI-PER\r\nmet\tO\r\n\r\nOslo\tB-LOC",  // tabs, CRLF, BOM
      "Lena B-PER\rPetrov I-PER\rmet O\r\rOslo B-LOC\r",                        // CR
      "# id 1f3c domain=train\nLena _ _ B-PER\nPetrov _ _ I-PER\nmet _ _ O\n\n# id 2\nOslo _ _ B-LOC\n",  // MultiCoNER
      "-DOCSTART- -X- -X- O\n\nLena NNP B-NP B-PER\nPetrov NNP I-NP I-PER\nmet VBD B-VP O\n\nOslo NNP B-NP B-LOC\n",
      "en:Lena B-PER\nen:Petrov I-PER\nen:met O\n\nen:Oslo B-LOC\n",      // WikiANN
      "1\tLena\tB-PER\n2\tPetrov\tI-PER\n3\tmet\tO\n\n1\tOslo\tB-LOC\n",  // numbered words
      "Lena B-PER x/1\nPetrov I-PER x/2\nmet O x/3\n\nOslo B-LOC x/4\n",  // tag in the middle
      "1 Lena B-PER 5 -\n2 Petrov I-PER 5 -\n3 met O 0 -\n\n1 Oslo B-LOC 0 -\n",
      "Lena B_PER\nPetrov I_PER\nmet 0\n\nOslo B_LOC\n",
      "Lena PER-B\nPetrov PER-I\nmet O\n\nOslo LOC-B\n",
      "Lena PER_B\nPetrov PER_I\nmet O\n\nOslo LOC_B\n",
  };
  for (const auto& form : forms) expect_lena(form);
  EXPECT_EQ(forms.size(), 12u);
}

TEST(Conll, KeepsWordsThatLookLikeSomethingElse) {
  const auto sentences = read("# O\n#oslo B-LOC\nen:Ann B-PER\nhttp://a O\nBob\xC2\xA0x\xE3\x80\x80S-PER\n1 O\n");
  ASSERT_THAT(sentences, SizeIs(1));
  EXPECT_THAT(sentences[0].words, ElementsAre("#", "#oslo", "en:Ann", "http://a", "Bob", "1"));
  EXPECT_THAT(sentences[0].tags, ElementsAre("O", "B-LOC", "B-PER", "O", "S-PER", "O"));
  EXPECT_THAT(read("Ann PER\nmet O\nBob geo-loc\n")[0].tags, ElementsAre("PER", "O", "geo-loc"));
  EXPECT_THAT(read("Ann B-PER\nLee L-PER\nBob U-PER\n")[0].tags, ElementsAre("B-PER", "L-PER", "U-PER"));
}

TEST(Conll, ReportsErrorsByLine) {
  EXPECT_EQ(read_error("Ann B-PER\nmet\n"),
            "a.conll, line 2: found one column, expected a word and its tag; a blank line separates sentences");
  EXPECT_THAT(read_error("Ann B-PER\n\xFF O\n"), HasSubstr("a.conll, line 2: found byte 0xFF at offset 0"));
  EXPECT_THAT(read_error("Ann B-PER\nmet O\nBob 17\n"),
              HasSubstr("a.conll, line 3: tag: found '17' in the last column"));
  EXPECT_THAT(read_error("Ann B-NP B-PER x1\nmet O O x2\n"), HasSubstr("line 1: tag: found tags in 2 columns"));
  EXPECT_THAT(read_error(""), HasSubstr("found no word"));
  EXPECT_THAT(read_error("\n\n# only a comment\n"), HasSubstr("found no word"));
  EXPECT_THAT(error_of([] { read_conll("no/such.conll"); }), HasSubstr("no/such.conll"));
}

}  // namespace
}  // namespace limn
