// limn serve as a process: signals, log and options. Its responses are tested in tests/server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "cli/program.h"
#include "server/client.h"

namespace limn::cli_test {
namespace {

using server_test::Client;
using server_test::EndlessLoad;
using server_test::eventually;
using testing::HasSubstr;

unsigned short port_in(const std::string& log) {
  const auto begin = log.find("http://127.0.0.1:");
  return begin == std::string::npos ? 0 : static_cast<unsigned short>(std::stoi(log.substr(begin + 17)));
}

/// A server on its own port; the destructor kills it if it is still running.
class Serving {
 public:
  explicit Serving(std::vector<std::string> more = {}, const Setting& setting = {})
      : running_(with(std::move(more)), setting) {
    if (setting.error < 0)
      eventually([&] { return (port_ = port_in(running_.errors())) != 0 || running_.has_ended(); });
  }
  ~Serving() {
    if (waited_) return;
    running_.send(SIGKILL);
    running_.wait();
  }

  unsigned short port() const { return port_; }
  Running& operator*() { return running_; }
  Result wait() {
    waited_ = true;
    return running_.wait();
  }

 private:
  static std::vector<std::string> with(std::vector<std::string> more) {
    std::vector<std::string> arguments = {"serve", "-m", golden("bert-cls"), "--port", "0"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }

  Running running_;
  unsigned short port_ = 0;
  bool waited_ = false;
};

TEST(Serve, TerminationUnderLoadLosesNoAcceptedRequest) {
  Serving serving({"--cache-mb", "0"});
  ASSERT_NE(serving.port(), 0) << (*serving).errors();
  EndlessLoad load(serving.port(), 8);
  EXPECT_TRUE(eventually([&] { return load.answered > 50; }));
  (*serving).send(SIGTERM);
  const Result result = serving.wait();
  load.join();
  EXPECT_EQ(load.lost, 0u);
  EXPECT_EQ(result.code, 0) << result.err;
  std::size_t logged = 0;
  for (const Json& line : json_lines(result.err)) logged += line.contains("status") ? 1 : 0;
  EXPECT_EQ(logged, load.answered);
  EXPECT_EQ(json_lines(result.err).back()["event"], "stopped");
}

TEST(Serve, SecondInterruptEndsImmediately) {
  Serving serving;
  ASSERT_NE(serving.port(), 0) << (*serving).errors();
  Client client(serving.port());
  const Json body = {{"text", "one two three four five six seven eight nine ten eleven twelve thirteen fourteen"},
                     {"method", "sobol"},
                     {"samples", 5000}};
  client.send(Client::request("POST", "/v1/explain", body.dump(), Client::json_type + "Accept: text/event-stream\r\n"));
  client.read_until("event: progress\n");
  (*serving).send(SIGINT);
  ASSERT_TRUE(eventually([&] { return (*serving).errors().find("\"stopping\"") != std::string::npos; }));
  EXPECT_FALSE((*serving).has_ended());  // the request is still running
  (*serving).send(SIGINT);
  EXPECT_EQ(serving.wait().code, 128 + SIGINT);
}

TEST(Serve, ReloadsOnHangupAndStillTerminates) {
  Serving serving;
  ASSERT_NE(serving.port(), 0) << (*serving).errors();
  for (int i = 0; i < 5; ++i) (*serving).send(SIGHUP);
  ASSERT_TRUE(eventually([&] { return (*serving).errors().find("\"reloaded\"") != std::string::npos; }));
  EXPECT_EQ(Client(serving.port()).post("/v1/predict", {{"text", "good"}}).status, 200);
  (*serving).send(SIGTERM);
  EXPECT_EQ(serving.wait().code, 0);
}

TEST(Serve, PipeAmongTheFilesOfAModelBlocksNothing) {
  Folder folder;
  fs::copy(golden("bert-cls"), folder.path(), fs::copy_options::recursive);
  Running running({"serve", "-m", folder.path().string(), "--port", "0"});
  ASSERT_TRUE(eventually([&] { return port_in(running.errors()) != 0 || running.has_ended(); }));
  fs::remove(folder / "config.json");
  ASSERT_EQ(::mkfifo((folder / "config.json").c_str(), 0600), 0);
  running.send(SIGHUP);
  EXPECT_TRUE(eventually([&] { return running.errors().find("reload failed") != std::string::npos; }));
  EXPECT_EQ(Client(port_in(running.errors())).post("/v1/predict", {{"text", "good"}}).status, 200);
  running.send(SIGTERM);
  EXPECT_TRUE(eventually([&] { return running.has_ended(); }));
  running.send(SIGKILL);
  EXPECT_EQ(running.wait().code, 0);
}

TEST(Serve, ContinuesIfNobodyReadsItsLog) {
  int log[2];
  ASSERT_EQ(::pipe2(log, O_CLOEXEC), 0);
  Serving serving({}, {.error = log[1]});
  std::string first;
  for (char c = 0; ::read(log[0], &c, 1) == 1 && c != '\n';) first += c;
  Client client(port_in(first));
  ASSERT_TRUE(client.connected());
  // A pipe holds 64 KiB, less than the lines of a thousand requests.
  for (int i = 0; i < 2000; ++i) ASSERT_EQ(client.ask("GET", "/healthz").status, 200) << i;
  (*serving).send(SIGTERM);
  EXPECT_EQ(serving.wait().code, 0);
  ::close(log[0]);
  ::close(log[1]);
}

TEST(Serve, AnswersOnlyAllowedHosts) {
  Serving serving, named({"--allowed-host", "Models.example"});
  ASSERT_NE(serving.port(), 0) << (*serving).errors();
  ASSERT_NE(named.port(), 0) << (*named).errors();
  const auto status = [](const Serving& asked, const std::string& host) {
    Client client(asked.port());
    client.send("GET /healthz HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    return client.read_reply().status;
  };
  for (const char* host : {"localhost:8080", "127.0.0.1"}) EXPECT_EQ(status(serving, host), 200) << host;
  EXPECT_EQ(status(serving, "models.example"), 421);
  EXPECT_EQ(status(named, "models.example:80"), 200);
  EXPECT_EQ(status(named, "localhost"), 200);
  EXPECT_EQ(status(named, "other.example"), 421);
}

TEST(Serve, RejectsInvalidOptions) {
  Serving serving;
  ASSERT_NE(serving.port(), 0) << (*serving).errors();
  const auto said = [](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"serve", "-m", golden("bert-cls")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Result result = run(arguments);
    EXPECT_NE(result.code, 0);
    return result.err;
  };
  EXPECT_THAT(said({"--port", std::to_string(serving.port())}),
              testing::AllOf(HasSubstr("--port: "), HasSubstr("port 0 chooses any free port")));
  EXPECT_THAT(said({"--host", "example.org"}), HasSubstr("an IP address"));
  EXPECT_THAT(said({"--api-key-file", "/nonexistent"}), HasSubstr("cannot be read"));
  EXPECT_THAT(said({"--api-key-file", LIMN_SOURCE_DIR}), HasSubstr("found a folder, expected one key per line"));
  EXPECT_THAT(said({"--api-key-file", "/dev/null"}), HasSubstr("found no keys"));
  EXPECT_THAT(said({"-m", golden("bert-cls")}), HasSubstr("two models named 'bert-cls'"));
  EXPECT_THAT(said({"--port", "99999"}), HasSubstr("--port"));
}

}  // namespace
}  // namespace limn::cli_test
