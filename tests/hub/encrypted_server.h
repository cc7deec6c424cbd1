#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string>

#include "cli/program.h"
#include "hub/test_server.h"

namespace limn::hub_test {

/// OpenSSL's test server with a certificate of its own for 127.0.0.1; it answers every request with a page.
class EncryptedServer {
 public:
  EncryptedServer() {
    const std::string make =
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=limn -addext "
        "subjectAltName=IP:127.0.0.1 -keyout " +
        (folder_ / "key") + " -out " + certificate() + " 2>/dev/null";
    if (std::system(make.c_str()) != 0) return;
    {
      const Server free([](const Request&) { return Response(); });  // knows a free port
      host_ = free.address().substr(std::string("http://").size());
    }
    process_ = ::fork();
    if (process_ == 0) {
      ::close(STDOUT_FILENO);
      ::execlp("openssl", "openssl", "s_server", "-quiet", "-www", "-accept", host_.c_str(), "-cert",
               certificate().c_str(), "-key", (folder_ / "key").c_str(), nullptr);
      ::_exit(127);
    }
  }
  EncryptedServer(const EncryptedServer&) = delete;
  EncryptedServer& operator=(const EncryptedServer&) = delete;
  ~EncryptedServer() {
    if (process_ <= 0) return;
    ::kill(process_, SIGTERM);
    ::waitpid(process_, nullptr, 0);
  }
  bool runs() const { return process_ > 0; }
  std::string certificate() const { return folder_ / "certificate"; }
  std::string port() const { return host_.substr(host_.find(':') + 1); }

 private:
  cli_test::Folder folder_;
  std::string host_;
  pid_t process_ = -1;
};

}  // namespace limn::hub_test
