// PDF, read by another program than wrote it: Poppler's pdftotext, pdffonts, pdfinfo and pdftoppm.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <regex>
#include <string>
#include <tuple>

#include "cli/program.h"
#include "render/palette.h"

namespace limn::cli_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

/// The output of a shell command.
std::string shell(const std::string& command) {
  std::string text;
  std::array<char, 4096> buffer{};
  std::FILE* const pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (!pipe) return text;
  for (std::size_t count = 0; (count = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    text.append(buffer.data(), count);
  ::pclose(pipe);
  return text;
}

class Pdf : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(fs::path(LIMN_PROGRAM).parent_path() / "limn-pdf"))
      GTEST_SKIP() << "limn-pdf is not built: Pango is missing (tools/setup.sh pdf)";
    if (shell("command -v pdftotext").empty()) GTEST_SKIP() << "poppler-utils is not installed (tools/setup.sh test)";
  }

  /// Explains a text in a PDF. @return its file
  std::string explain(const std::string& text, const std::vector<std::string>& more = {}) {
    const std::string file = folder_ / "why.pdf";
    std::vector<std::string> command = {"explain", "-m", "minilm-l6-sentiment", "--text", text, "-o", file};
    command.insert(command.end(), more.begin(), more.end());
    const Result result = run(command);
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(read(file), StartsWith("%PDF-"));
    return file;
  }
  static std::string text_of(const std::string& file) { return shell("pdftotext '" + file + "' -"); }
  static std::size_t pages_of(const std::string& file) {
    const std::string info = shell("pdfinfo '" + file + "'");
    std::smatch found;
    return std::regex_search(info, found, std::regex("Pages: +(\\d+)")) ? std::stoul(found[1]) : 0;
  }
  /// How many pixels of the first page have a colour.
  std::size_t pixels(const std::string& file, Color color) const {
    shell("pdftoppm -r 72 -f 1 -singlefile '" + file + "' '" + (folder_ / "page") + "'");
    const std::string picture = read(folder_ / "page.ppm");
    std::istringstream header(picture.substr(0, 64));
    std::string kind;
    std::size_t width = 0, height = 0, largest = 0, count = 0;
    header >> kind >> width >> height >> largest;
    if (kind != "P6" || picture.size() < 3 * width * height) return 0;
    const std::string_view bytes = std::string_view(picture).substr(picture.size() - 3 * width * height);
    const std::array<char, 3> wanted = {static_cast<char>(color.red), static_cast<char>(color.green),
                                        static_cast<char>(color.blue)};
    for (std::size_t at = 0; at < bytes.size(); at += 3)
      count += std::equal(wanted.begin(), wanted.end(), bytes.data() + at);
    return count;
  }

  Folder folder_;
};

TEST_F(Pdf, HasTheTextThePredictionAndWhy) {
  const std::string file = explain("A gorgeous, witty film, but far too long.", {"--method", "occlusion"});
  EXPECT_THAT(text_of(file), AllOf(StartsWith("positive "), HasSubstr("A gorgeous, witty film, but far too long."),
                                   HasSubstr("minilm-l6-sentiment · occlusion"), HasSubstr(" for positive"),
                                   HasSubstr(" against positive"), HasSubstr("pushed most towards"),
                                   HasSubstr("How this was computed")));
  EXPECT_EQ(pages_of(file), 1u);
  EXPECT_THAT(shell("pdfinfo '" + file + "'"), HasSubstr("positive"));          // the document's title
  EXPECT_THAT(shell("pdfinfo -struct-text '" + file + "'"), StartsWith("H1"));  // the marks that screen readers use
  for (const std::string& font : lines(shell("pdffonts '" + file + "' | tail -n +3")))
    EXPECT_TRUE(std::regex_search(font, std::regex(" yes +yes +yes "))) << font;  // embedded, a subset, with Unicode
}

TEST_F(Pdf, HasBothColoursOfTheScale) {
  const std::string file = explain("A gorgeous, witty film, but far too long.", {"--method", "occlusion"});
  // The strongest word and the swatch have the full colour, of 9 × 9 points; 60 allows for blurred edges.
  EXPECT_GT(pixels(file, heat(1, Theme::light)), 60u);
  EXPECT_GT(pixels(file, heat(-1, Theme::light)), 60u);
  EXPECT_EQ(pixels(file, heat(1, Theme::light, Scale::magnitude)), 0u);
  const std::string magnitude = explain("A gorgeous, witty film.", {"--method", "gradient"});
  EXPECT_GT(pixels(magnitude, heat(1, Theme::light, Scale::magnitude)), 60u);
  EXPECT_EQ(pixels(magnitude, heat(-1, Theme::light)), 0u);
}

TEST_F(Pdf, LongTextsTakeSeveralPages) {
  std::string text;
  for (int i = 0; i < 400; ++i) text += "Sentence " + std::to_string(i) + " of a long review of a film. ";
  const std::string file = explain(text, {"--long-text", "beginning"});
  EXPECT_GE(pages_of(file), 3u);
  const std::string shown = std::regex_replace(text_of(file), std::regex("\\s+"), " ");
  EXPECT_THAT(shown, AllOf(HasSubstr("Sentence 0 of"), HasSubstr("Sentence 399 of"), HasSubstr("1/"),
                           HasSubstr("the model did not read this")));
  EXPECT_THAT(text_of(explain(text)), Not(HasSubstr("did not read")));
  std::size_t found = 0;
  for (int i = 0; i < 400; ++i) found += shown.find("Sentence " + std::to_string(i) + " of") != shown.npos;
  EXPECT_GE(found, 390u);  // a page may end within a sentence, where the footer stands
}

TEST_F(Pdf, SetsEveryScript) {
  const std::string file = explain("فيلم رائع وجميل. Schön! Прекрасно, ωραία.");
  const std::string shown = text_of(file);
  for (const char* word : {"رائع", "وجميل", "Schön", "Прекрасно", "ωραία"}) EXPECT_THAT(shown, HasSubstr(word));
}

TEST_F(Pdf, SameInputSameBytes) {
  const std::string first = read(explain("A gorgeous film."));
  EXPECT_EQ(read(explain("A gorgeous film.")), first);
}

TEST_F(Pdf, OfSavedExplanationsAndOfComparisons) {
  const std::string rows = folder_.write("rows.txt", "A gorgeous film.\nA dull film.\n");
  const std::string saved = folder_ / "saved.jsonl", shown = folder_ / "shown.pdf", compared = folder_ / "compared.pdf";
  ASSERT_EQ(run({"explain", "-m", "minilm-l6-sentiment", "--input", rows, "-o", saved}).code, 0);
  ASSERT_EQ(run({"show", saved, "-o", shown}).code, 0);
  EXPECT_THAT(text_of(shown), AllOf(HasSubstr("positive"), HasSubstr("A gorgeous film."), HasSubstr("negative"),
                                    HasSubstr("A dull film.")));
  const Result result =
      run({"compare", "-m", "minilm-l6-sentiment", "--method", "gradient,occlusion", "--input", rows, "-o", compared});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(text_of(compared), AllOf(HasSubstr("gradient: positive"), HasSubstr("occlusion: negative"),
                                       HasSubstr("gradient and occlusion: τ ")));
}

TEST_F(Pdf, IsWrittenCompletelyOrNotAtAll) {
  const auto with_output = [](const std::string& output) {
    return run({"explain", "-m", "minilm-l6-sentiment", "--text", "A film.", "--format", "pdf", "-o", output});
  };
  for (const char* output : {"/no/such/folder/why.pdf", "/dev/full"}) {
    const Result result = with_output(output);
    EXPECT_EQ(result.code, 1) << output;
    EXPECT_THAT(result.err, HasSubstr(output));
  }
  EXPECT_EQ(with_output("/dev/null").code, 0);
  EXPECT_THAT(run({"explain", "-m", "minilm-l6-sentiment", "--text", "A film.", "--format", "pdf"}).out,
              StartsWith("%PDF-"));
  const Result terminal =
      run_on_terminal({"explain", "-m", "minilm-l6-sentiment", "--text", "A film.", "--format", "pdf"}, 80);
  EXPECT_EQ(terminal.code, 1);
  EXPECT_THAT(terminal.out, HasSubstr("a file for the PDF"));
}

TEST_F(Pdf, WithoutItsProgramSaysWhatToInstall) {
  const std::string alone = folder_ / "limn", why = folder_ / "why.pdf";
  fs::copy_file(LIMN_PROGRAM, alone);
  const std::string said = shell("PATH=/nonexistent LIMN_MODELS='" LIMN_SOURCE_DIR "/models' '" + alone +
                                 "' explain -m minilm-l6-sentiment --text 'A film.' -o '" + why + "'");
  EXPECT_THAT(said, AllOf(HasSubstr("limn-pdf"), HasSubstr("install the Debian package limn-pdf")));
  EXPECT_FALSE(fs::exists(why));
  // One that fails: its message is passed on, and no file remains.
  folder_.write("limn-pdf", "#!/bin/sh\necho 'no fonts' >&2\nexit 4\n");
  fs::permissions(folder_ / "limn-pdf", fs::perms::owner_all);
  const std::string failed = shell("LIMN_MODELS='" LIMN_SOURCE_DIR "/models' '" + alone +
                                   "' explain -m minilm-l6-sentiment --text 'A film.' -o '" + why + "'");
  EXPECT_THAT(failed, AllOf(HasSubstr("exit code 4"), HasSubstr("no fonts")));
  EXPECT_FALSE(fs::exists(why));
}

}  // namespace
}  // namespace limn::cli_test
