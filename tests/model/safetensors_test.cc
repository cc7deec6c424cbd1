#include "model/formats/safetensors.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstdint>
#include <limits>

#include "base/json.h"
#include "checkpoint_folder.h"
#include "model/tensor_files.h"

namespace limn::safetensors_test {
namespace {

using test::message_of;
using test::safetensors_text;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

Tensors read(const std::string& text) { return read_safetensors(std::as_bytes(std::span(text)), "model.safetensors"); }
std::string message(const std::string& text) {
  return message_of([&] { read(text); });
}

TEST(Safetensors, ReadsTypesShapesAndData) {
  const std::string text = safetensors_text(
      R"({"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]},)"
      R"("a":{"dtype":"F16","shape":[1,2],"data_offsets":[0,4]},"none":{"dtype":"I64","shape":[0,3],"data_offsets":[12,12]},)"
      R"("one":{"dtype":"BOOL","shape":[],"data_offsets":[12,13]}})",
      "abcdefghijklm");
  const Tensors tensors = read(text);
  ASSERT_EQ(tensors.size(), 4u);
  EXPECT_EQ(tensors.at("a").type, "F16");
  EXPECT_THAT(tensors.at("a").shape, ElementsAre(1, 2));
  EXPECT_THAT(tensors.at("b").shape, ElementsAre(2));
  EXPECT_EQ(tensors.at("b").file, "model.safetensors");
  const auto letters = [&](const char* name) {
    const auto bytes = tensors.at(name).bytes;
    return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  };
  EXPECT_EQ(letters("a"), "abcd");
  EXPECT_EQ(letters("b"), "efghijkl");
  EXPECT_EQ(letters("none"), "");
  EXPECT_EQ(letters("one"), "m");
}

TEST(Safetensors, AcceptsFileWithoutTensors) { EXPECT_THAT(read(safetensors_text("{}", "")), IsEmpty()); }

TEST(Safetensors, RejectsTruncatedFiles) {
  const std::string whole = safetensors_text(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", "12345678");
  EXPECT_EQ(read(whole).size(), 1u);
  EXPECT_EQ(
      message(""),
      "model.safetensors: found 0 bytes, expected a safetensors file, which begins with 8 bytes of header length; "
      "the file may be cut off");
  EXPECT_THAT(message(whole.substr(0, 7)), HasSubstr("found 7 bytes"));
  EXPECT_EQ(message(whole.substr(0, 30)),
            "model.safetensors: header: found a length of 54 bytes, expected at most the 22 bytes that follow it; the "
            "file may be cut off, or not be a safetensors file");
  EXPECT_EQ(message(whole.substr(0, whole.size() - 1)),
            "model.safetensors: tensor 'a': found data from byte 0 to 8, expected a range within the 7 bytes of data; "
            "the file may be cut off");
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_THAT(message(whole.substr(0, size)), StartsWith("model.safetensors")) << size;
}

TEST(Safetensors, RejectsHugeHeaders) {
  std::string text = safetensors_text("{}", "");
  text[7] = '\x80';  // 2^63 + 2
  EXPECT_THAT(message(text),
              HasSubstr("header: found a length of 9223372036854775810 bytes, expected at most the 2 bytes"));
  text = std::string(8, '\xff') + "{}";
  EXPECT_THAT(message(text), HasSubstr("header: found a length of 18446744073709551615 bytes"));
  const std::string long_header = safetensors_text("{}" + std::string(100'000'000, ' '), "");
  EXPECT_THAT(message(long_header), HasSubstr("a length of 100000002 bytes, expected at most 100000000 bytes"));
}

TEST(Safetensors, RejectsInvalidHeaders) {
  EXPECT_EQ(message(safetensors_text("{\n\"a\": }", "")),
            "model.safetensors (header): line 2, column 6: found '}', expected valid JSON");
  EXPECT_THAT(message(safetensors_text("", "")),
              HasSubstr("end of input, expected valid JSON; the file may be cut off"));
  EXPECT_THAT(message(safetensors_text("[]", "")), HasSubstr("header: found a list, expected an object"));
  EXPECT_THAT(message(safetensors_text("\"\xff\"", "")), HasSubstr("expected valid JSON"));
  EXPECT_THAT(message(safetensors_text(std::string(100'000, '['), "")), HasSubstr("nested deeper than 100 levels"));
}

TEST(Safetensors, RejectsDuplicateTensors) {
  EXPECT_EQ(message(safetensors_text(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                                     R"("a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
                                     "12345678")),
            "model.safetensors (header): key 'a': found twice in one object, expected once");
}

TEST(Safetensors, RejectsGitLfsPointer) {
  EXPECT_THAT(message("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n"),
              AllOf(HasSubstr("found a Git LFS pointer"), HasSubstr("git lfs pull")));
}

struct BadEntry {
  const char* what;
  const char* entry;
  const char* message;
};

void PrintTo(const BadEntry& entry, std::ostream* stream) { *stream << entry.entry; }

class SafetensorsEntry : public testing::TestWithParam<BadEntry> {};

TEST_P(SafetensorsEntry, IsRejected) {
  const std::string header =
      std::string(R"({"x":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"t":)") + GetParam().entry + "}";
  EXPECT_THAT(message(safetensors_text(header, "0123456789abcdef")),
              AllOf(StartsWith("model.safetensors: tensor 't': "), HasSubstr(GetParam().message)));
}

INSTANTIATE_TEST_SUITE_P(
    , SafetensorsEntry,
    testing::Values(
        BadEntry{"NoObject", "7", "found 7, expected an object with dtype, shape and data_offsets"},
        BadEntry{"NoType", R"({"shape":[1],"data_offsets":[4,8]})", "found no dtype"},
        BadEntry{"NoShape", R"({"dtype":"F32","data_offsets":[4,8]})", "found no shape"},
        BadEntry{"NoOffsets", R"({"dtype":"F32","shape":[1]})", "found no data_offsets"},
        BadEntry{"TypeNumber", R"({"dtype":32,"shape":[1],"data_offsets":[4,8]})", "found dtype 32"},
        BadEntry{"ShapeText", R"({"dtype":"F32","shape":"1","data_offsets":[4,8]})",
                 "found shape \"1\", expected a list of whole"},
        BadEntry{"ShapeNegative", R"({"dtype":"F32","shape":[-1],"data_offsets":[4,8]})", "found shape with -1"},
        BadEntry{"ShapeFraction", R"({"dtype":"F32","shape":[1.5],"data_offsets":[4,8]})", "found shape with 1.5"},
        BadEntry{"ShapePast64Bits", R"({"dtype":"F32","shape":[18446744073709551616],"data_offsets":[4,8]})",
                 "found shape with 1.8"},
        BadEntry{"OneOffset", R"({"dtype":"F32","shape":[1],"data_offsets":[4]})",
                 "found 1 data_offsets, expected two"},
        BadEntry{"ThreeOffsets", R"({"dtype":"F32","shape":[1],"data_offsets":[4,8,12]})", "found 3 data_offsets"},
        BadEntry{"Reversed", R"({"dtype":"F32","shape":[1],"data_offsets":[8,4]})",
                 "found data from byte 8 to 4, expected a range within the 16"},
        BadEntry{"OutOfRange", R"({"dtype":"F32","shape":[1],"data_offsets":[13,17]})",
                 "found data from byte 13 to 17"},
        BadEntry{"FarOutOfRange",
                 R"({"dtype":"F32","shape":[1],"data_offsets":[18446744073709551611,18446744073709551615]})",
                 "found data from byte 18446744073709551611"},
        BadEntry{"TooFewBytes", R"({"dtype":"F32","shape":[2],"data_offsets":[4,8]})",
                 "found 4 bytes, expected 8 bytes for shape (2) of F32"},
        BadEntry{"TooManyBytes", R"({"dtype":"BF16","shape":[1,1],"data_offsets":[4,8]})",
                 "found 4 bytes, expected 2 bytes for shape (1, 1) of BF16"},
        // 2^62 · 4 bytes and 2^32 · 2^32 elements both overflow to 0 in 64 bits.
        BadEntry{"BytesOverflow", R"({"dtype":"F32","shape":[4611686018427387904],"data_offsets":[4,4]})",
                 "found shape (4611686018427387904) of F32, expected a shape whose size in bytes fits into 64 bits"},
        BadEntry{"ProductOverflow", R"({"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[4,4]})",
                 "expected a shape whose size in bytes fits into 64 bits"},
        BadEntry{"Overlap", R"({"dtype":"F32","shape":[1],"data_offsets":[3,7]})",
                 "found data that overlaps tensor 'x'"}),
    [](const auto& info) { return info.param.what; });

TEST(Safetensors, RejectsOverlappingTensors) {
  EXPECT_THAT(message(safetensors_text(R"({"b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},)"
                                       R"("a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
                                       "1234")),
              HasSubstr("tensor 'b': found data that overlaps tensor 'a'"));
}

TEST(Safetensors, EscapesHostileNames) {
  EXPECT_THAT(message(safetensors_text("{\"\\u001b[31m\xc2\x9b\":1}", "")), HasSubstr("tensor '\\u001b[31m\\u009b'"));
  EXPECT_LT(message(safetensors_text("{\"" + std::string(100'000, 'n') + "\":1}", "")).size(), 400u);
}

TEST(SafetensorsIndex, RejectsPathsOutsideTheFolder) {
  const auto index_message = [](const std::string& text) {
    return message_of([&] { parse_index(parse_json(text, "index.json"), "index.json"); });
  };
  EXPECT_THAT(index_message("{}"), HasSubstr("index.json: weight_map: found nothing, expected an object"));
  EXPECT_THAT(index_message("[]"), HasSubstr("weight_map"));
  EXPECT_THAT(index_message(R"({"weight_map": 3})"), HasSubstr("weight_map: found 3"));
  for (const std::string bad : {R"("../a.safetensors")", R"("/etc/passwd")", R"("a/b")", R"("..")", R"(".")", R"("")",
                                R"("a\\b")", R"("a\u0000b")", "4", "null", "{}"}) {
    EXPECT_THAT(
        index_message(R"({"weight_map": {"t": )" + bad + "}}"),
        AllOf(HasSubstr("index.json: tensor 't': found "), HasSubstr("expected the name of a file in the same folder")))
        << bad;
  }
  EXPECT_THAT(index_message(R"({"weight_map": {"t": "a", "t": "b"}})"), HasSubstr("key 't': found twice"));
}

// ---- conversion of all 65,536 half-precision values, compared with the definition of the formats ------------------

/// The value sign · fraction · 2^exponent of a number with `exponent_bits` and `fraction_bits`.
float defined(unsigned bits, int exponent_bits, int fraction_bits) {
  const int all_ones = (1 << exponent_bits) - 1, bias = all_ones / 2;
  const int exponent = static_cast<int>(bits >> fraction_bits) & all_ones;
  const int fraction = static_cast<int>(bits) & ((1 << fraction_bits) - 1);
  const double sign = (bits >> (exponent_bits + fraction_bits)) != 0 ? -1 : 1;
  double magnitude = 0;
  if (exponent == all_ones)
    magnitude = fraction == 0 ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  else if (exponent == 0)
    magnitude = std::ldexp(fraction, 1 - bias - fraction_bits);
  else
    magnitude = std::ldexp(fraction + (1 << fraction_bits), exponent - bias - fraction_bits);
  return static_cast<float>(std::copysign(magnitude, sign));
}

void expect_conversion(const char* type, int exponent_bits, int fraction_bits) {
  constexpr std::size_t count = 65'536;
  std::vector<std::byte> storage(2 * count + 1);
  const std::span<std::byte> bytes = std::span(storage).subspan(1);  // the bytes need not be aligned
  for (unsigned i = 0; i < count; ++i) {
    bytes[2 * i] = static_cast<std::byte>(i & 0xff);
    bytes[2 * i + 1] = static_cast<std::byte>(i >> 8);
  }
  std::vector<float> converted(count);
  convert(type, bytes, converted);
  for (unsigned i = 0; i < count; ++i) {
    const float expected = defined(i, exponent_bits, fraction_bits);
    ASSERT_EQ(std::isnan(converted[i]), std::isnan(expected)) << i;
    ASSERT_EQ(std::signbit(converted[i]), std::signbit(expected)) << i;
    ASSERT_TRUE(std::isnan(expected) || converted[i] == expected) << i;
  }
}

TEST(Convert, HalfPrecisionIsExact) { expect_conversion("F16", 5, 10); }
TEST(Convert, Bfloat16IsExact) { expect_conversion("BF16", 8, 7); }
TEST(Convert, Float32IsCopied) {
  const std::vector<float> numbers = {1.5f, -0.0f, 1e-40f};
  std::vector<float> copied(3);
  convert("F32", std::as_bytes(std::span(numbers)), copied);
  EXPECT_EQ(std::memcmp(numbers.data(), copied.data(), 12), 0);
}

}  // namespace
}  // namespace limn::safetensors_test
