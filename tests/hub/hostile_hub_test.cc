// Responses of a hostile hub to `limn models pull`.
#include <gmock/gmock.h>

#include "hub/fake_hub.h"

namespace limn::hub_test {
namespace {

using cli_test::Result;
using testing::HasSubstr;
using testing::IsEmpty;

/// Returns the command's message for a hub with one changed response.
std::string message_with(const std::function<void(const Request&, Response&)>& change,
                         const std::map<std::string, HubFile>& files = whole_model) {
  const Server server([&](const Request& request) {
    Response response = hub(request, files);
    change(request, response);
    return response;
  });
  const Puller puller(server.address());
  const Result result = puller.pull();
  EXPECT_EQ(result.code, 1);
  EXPECT_FALSE(puller.is_visible());
  EXPECT_THAT(puller.names("snapshots"), IsEmpty());
  return result.err;
}

TEST(HostileHub, CannotChooseFilePaths) {
  EXPECT_THAT(message_with([](const Request&, Response& response) {
                if (response.headers.contains("ETag")) response.headers["ETag"] = "\"../../../evil\"";
              }),
              HasSubstr("etag: found '../../../evil'"));
  EXPECT_THAT(message_with([](const Request& request, Response& response) {
                if (request.target.starts_with("/api"))
                  response.body = R"({"sha": "../../../../evil", "siblings": []})";
              }),
              HasSubstr("expected a model's commit and files"));
  // Names with paths are not among the files that limn reads.
  EXPECT_THAT(message_with([](const Request& request, Response& response) {
                if (request.target.starts_with("/api"))
                  response.body = Json{{"sha", commit}, {"siblings", {{{"rfilename", "../config.json"}}}}}.dump();
              }),
              HasSubstr("no weights among '../config.json'"));
}

TEST(HostileHub, CannotListForeignFilesAsParts) {
  auto files = model_in_parts;
  files["pytorch_model.bin.index.json"].etag = "mirror";  // an etag that is not a digest
  for (const std::string part : {"../evil.bin", "/etc/passwd", "other.bin"}) {
    const std::string index = Json{{"weight_map", {{"a", part}}}}.dump();
    EXPECT_THAT(message_with(
                    [&](const Request& request, Response& response) {
                      if (!request.target.ends_with("index.json")) return;
                      response.body = index;
                    },
                    files),
                HasSubstr(part));
  }
}

TEST(HostileHub, CutFileWithoutLengthAndDigestIsNotPublished) {
  auto files = whole_model;
  files["model.safetensors"].etag = "mirror";  // not a digest
  const auto without_length = [](bool cut) {
    return [cut](const Request& request, Response& response) {
      if (!request.target.ends_with("model.safetensors")) return;
      response.has_length = false;
      if (cut) response.cut_after = response.body.size() / 2;
    };
  };
  for (const bool cut : {true, false})
    EXPECT_THAT(message_with(without_length(cut), files), HasSubstr("found neither a length nor a digest"));
}

TEST(HostileHub, CutAnswersFromTheStartEnd) {
  // The server ignores ranges, and cuts the file now shorter, now longer.
  std::size_t answers = 0;
  const std::string message = message_with([&](const Request& request, Response& response) {
    if (request.method != "GET" || !request.target.ends_with("model.safetensors")) return;
    response.status = 200;
    response.headers.erase("Content-Range");
    response.body = cli_test::read(model_folder / "model.safetensors");
    response.cut_after = ++answers % 2 == 0 ? 4000 : 2000;
  });
  EXPECT_THAT(message, HasSubstr("tried 5 times"));
  EXPECT_GE(answers, 5u);
  EXPECT_LE(answers, 6u);
}

TEST(HostileHub, AnswersThatCreepEnd) {
  // The server continues where it is asked to, one byte at a time.
  std::size_t answers = 0;
  const std::string message = message_with([&](const Request& request, Response& response) {
    if (request.method != "GET" || !request.target.ends_with("model.safetensors")) return;
    response.cut_after = 1;
    ++answers;
  });
  EXPECT_THAT(message, HasSubstr("tried 5 times"));
  EXPECT_EQ(answers, 5u);
}

TEST(HostileHub, AddressesAreVisibleOnATerminal) {
  const Server server([](const Request& request) {
    Response response = hub(request, whole_model);
    if (request.target.starts_with("/api")) {
      response.status = 302;
      response.headers["Location"] = "ftp://host/\x1b]0;owned\x07\xE2\x80\xAE/";
    }
    return response;
  });
  const Result result = Puller(server.address()).pull();
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, testing::AllOf(HasSubstr("host"), testing::Not(HasSubstr("\x1b")),
                                         testing::Not(HasSubstr("\xE2\x80\xAE"))));
}

TEST(HostileHub, RejectsServerThatIsNotAHub) {
  const auto answer = [](const std::string& body) {
    return message_with([&](const Request& request, Response& response) {
      if (request.target.starts_with("/api")) response.body = body;
    });
  };
  EXPECT_THAT(answer("<html>"), HasSubstr("expected valid JSON"));
  EXPECT_THAT(answer("[]"), HasSubstr("check that HF_ENDPOINT is the address of a Hugging Face hub"));
  EXPECT_THAT(answer(Json{{"sha", commit}, {"siblings", {{{"rfilename", "model.onnx"}}}}}.dump()),
              HasSubstr("no weights among 'model.onnx', expected one of model.safetensors"));
  EXPECT_THAT(answer(Json{{"sha", commit}, {"siblings", {{{"rfilename", "model.safetensors"}}}}}.dump()),
              HasSubstr("found no config.json"));
}

}  // namespace
}  // namespace limn::hub_test
