#include "model/formats/pickle.h"

#include <gmock/gmock.h>

#include <array>

#include "checkpoint_folder.h"

namespace limn::pickle_test {
namespace {

using test::message_of;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;
using Kind = PickleValue::Kind;
using namespace std::string_literals;

constexpr auto allowed = std::to_array<std::string_view>({"collections.OrderedDict", "torch.FloatStorage"});

Pickle read(const std::string& text) { return read_pickle(std::as_bytes(std::span(text)), allowed, "file"); }
std::string message(const std::string& text) {
  return message_of([&] { read(text); });
}
const std::string begin = "\x80\x02"s;

// The expected values are the results of Python's pickle.loads for the same bytes.
TEST(Pickle, ReadsPlainData) {
  // pickle.dumps({"a": (1, -2, 70000, True, None, 0.5), "b": [b"xy"]}, 4), framed
  const std::string text =
      "\x80\x04\x95\x2f\0\0\0\0\0\0\0}\x94(\x8c\x01"
      "a\x94(K\x01J\xfe\xff\xff\xffJp\x11\x01\0\x88NG?\xe0\0\0\0\0\0\0t\x94\x8c\x01"
      "b\x94]\x94"
      "C\x02xy\x94"
      "au."s;
  const Pickle pickle = read(text);
  EXPECT_EQ(pickle.bytes, text.size());
  const PickleValue& root = pickle[pickle.root];
  ASSERT_EQ(root.kind, Kind::dictionary);
  ASSERT_EQ(root.items.size(), 4u);
  EXPECT_EQ(pickle[root.items[0]].text, "a");
  const PickleValue& tuple = pickle[root.items[1]];
  ASSERT_EQ(tuple.kind, Kind::tuple);
  ASSERT_EQ(tuple.items.size(), 6u);
  EXPECT_EQ(pickle[tuple.items[0]].integer, 1);
  EXPECT_EQ(pickle[tuple.items[1]].integer, -2);
  EXPECT_EQ(pickle[tuple.items[2]].integer, 70000);
  EXPECT_EQ(pickle[tuple.items[3]].kind, Kind::boolean);
  EXPECT_EQ(pickle[tuple.items[4]].kind, Kind::none);
  EXPECT_EQ(pickle[tuple.items[5]].kind, Kind::real);
  const PickleValue& list = pickle[root.items[3]];
  ASSERT_EQ(list.kind, Kind::list);
  EXPECT_EQ(pickle[list.items.at(0)].text, "xy");
}

TEST(Pickle, ReadsLongNumbers) {
  const auto integer = [](const std::string& text) {
    const Pickle pickle = read(text);
    return pickle[pickle.root].integer;
  };
  EXPECT_EQ(integer(begin + "\x8a\x00."s), 0);
  EXPECT_EQ(integer(begin + "\x8a\x01\xff."s), -1);
  EXPECT_EQ(integer(begin + "\x8a\x05\0\0\0\0\x01."s), std::int64_t{1} << 32);
  const Pickle large = read(begin + "\x8a\x09\0\0\0\0\0\0\0\0\x01."s);  // 2^64: kept as bytes
  EXPECT_EQ(large[large.root].text.size(), 9u);
}

TEST(Pickle, ReadsValuesFromTheMemo) {
  const Pickle pickle = read(begin + "]q\x07(h\x07h\x07r\x00\x01\x00\x00j\x00\x01\x00\x00t."s);
  const PickleValue& tuple = pickle[pickle.root];
  ASSERT_EQ(tuple.items.size(), 3u);
  EXPECT_EQ(tuple.items[0], tuple.items[2]);
}

TEST(Pickle, RecordsCallsWithoutPerformingThem) {
  const Pickle pickle = read(begin + "ccollections\nOrderedDict\n)R(U\x01kK\x05u."s);
  EXPECT_EQ(pickle[pickle.root].kind, Kind::dictionary);
  EXPECT_EQ(pickle[pickle[pickle.root].items.at(1)].integer, 5);
  const Pickle call = read(begin + "ctorch\nFloatStorage\nK\x01\x85R."s);
  EXPECT_EQ(call[call.root].kind, Kind::call);
}

TEST(Pickle, NamesFunctionsThatAreNotAllowed) {
  const char* hint = "this file asks to run code or needs classes of its own; limn never runs code from a file";
  EXPECT_EQ(message(begin + "cposix\nsystem\nU\x02id\x85R."s),
            "file: pickle: found 'posix.system', expected tensors and nothing else; "s + hint);
  EXPECT_THAT(message("\x80\x04\x8c\x08"
                      "builtins\x8c\x04"
                      "eval\x93."s),
              HasSubstr("'builtins.eval'"));
  EXPECT_THAT(message(begin + "ctorch\n\x1b[31mFloatStorage\n."s), HasSubstr("'torch.\\u001b[31mFloatStorage'"));
  EXPECT_LT(message(begin + "c"s + std::string(100'000, 'm') + "\nname\n."s).size(), 400u);
  // A name that extends an allowed one, or has its dot at another position, is not allowed.
  EXPECT_THAT(message(begin + "ctorch\nFloatStorage.x\n."s), HasSubstr("'torch.FloatStorage.x'"));
}

struct Broken {
  const char* what;
  std::string text, message;
};
void PrintTo(const Broken& broken, std::ostream* stream) { *stream << broken.what; }
class BrokenPickle : public testing::TestWithParam<Broken> {};

TEST_P(BrokenPickle, IsRejected) {
  EXPECT_THAT(message(GetParam().text), AllOf(StartsWith("file: "), HasSubstr(GetParam().message)));
}

INSTANTIATE_TEST_SUITE_P(
    , BrokenPickle,
    testing::Values(
        Broken{"Empty", "", "byte 0: found the end of the file at byte 0"},
        Broken{"NoEnd", begin, "expected 1 more bytes"},
        Broken{"TextPastTheEnd", begin + "X\xff\xff\xff\xff"s, "expected 4294967295 more bytes"},
        Broken{"LongTextPastTheEnd", begin + "\x8d\xff\xff\xff\xff\xff\xff\xff\xff"s, "18446744073709551615 more"},
        Broken{"NameWithoutEnd", begin + "ctorch"s, "byte 8: found the end of the file at byte 8"},
        Broken{"EmptyStack", begin + "."s, "found an empty stack"},
        Broken{"StackBelowMark", begin + "K\x01(."s, "found an empty stack"},
        Broken{"TupleOfTooFew", begin + "K\x01\x87."s, "found an empty stack"},
        Broken{"NoMark", begin + "K\x01t."s, "an end without a mark"},
        Broken{"UnknownMemory", begin + "h\x05."s, "a memo entry that was never stored"},
        Broken{"ItemsOfANumber", begin + "K\x01K\x02"s + "a."s, "items that do not fit their container"},
        Broken{"HalfAnEntry", begin + "}(K\x01u."s, "items that do not fit their container"},
        Broken{"CallOfANumber", begin + "K\x01)R."s, "a call of something other than a function"},
        Broken{"AttributesOfANumber", begin + "K\x01}b."s, "attributes of a value that has none"},
        Broken{"NewObject", begin + "ctorch\nFloatStorage\n)\x81."s, "found operation 0x81"},
        Broken{"Instance", begin + "(iposix\nsystem\n."s, "found operation 'i'"},
        Broken{"Object", begin + "(o."s, "found operation 'o'"},
        Broken{"Extension", begin + "\x82\x01."s, "found operation 0x82"},
        Broken{"TextProtocol", "I1\n."s, "found operation 'I'"},
        Broken{"ProtocolOne", "\x80\x01N."s, "a pickle of protocol 1, expected protocol 2 to 5"},
        Broken{"ProtocolOfTheFuture", "\x80\x09N."s, "protocol 9"},
        Broken{"NumberAsName", "\x80\x04K\x01K\x02\x93."s, "a name that is not a string"},
        Broken{"OrderedDictOfTriples", begin + "ccollections\nOrderedDict\n]K\x01K\x02K\x03\x87"s + "a\x85R."s,
               "something other than pairs"}),
    [](const auto& info) { return info.param.what; });

TEST(Pickle, HostileFilesTakeBoundedTimeAndMemory) {
  // A million nested lists, which are read without recursion.
  std::string nested = begin + std::string(1'000'000, ']');
  nested += std::string(999'999, 'a') + ".";
  EXPECT_EQ(read(nested)[read(nested).root].kind, Kind::list);
  // Each tuple contains the previous one twice: 2^1000 numbers if tuples were copied.
  std::string laughs = begin + "K\x01q\x00"s;
  for (int i = 0; i < 1000; ++i) laughs += "h\0h\0\x86q\0"s;
  EXPECT_EQ(read(laughs + ".").values.size(), 1001u);
  // A list that contains itself.
  EXPECT_EQ(read(begin + "]q\0h\0a."s).values.size(), 1u);
  // A memo index of 2^32 − 1.
  EXPECT_EQ(read(begin + "Nr\xff\xff\xff\xff."s).values.size(), 1u);
  EXPECT_THAT(message(begin + std::string(5'000'000, 'N') + "."), HasSubstr("more than 4000000 operations"));
}

TEST(Pickle, RejectsEveryTruncation) {
  const std::string whole =
      begin + "ccollections\nOrderedDict\nq\0)R(X\x01\0\0\0kctorch\nFloatStorage\n\x8a\x03\x01\x02\x03\x85Ru."s;
  EXPECT_EQ(read(whole).bytes, whole.size());
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_THAT(message(whole.substr(0, size)), StartsWith("file: "));
}

}  // namespace
}  // namespace limn::pickle_test
