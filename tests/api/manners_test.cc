// What a host program may expect of a library: the process's OpenMP settings, umask and locale do not change, and child
// processes can use the library too.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <clocale>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "base/output_file.h"
#include "base/parallel.h"
#include "limn/limn.h"
#include "limn/write.h"

// Functions of GCC's OpenMP library, which a host may use beside limn. `#pragma omp parallel` compiles to
// GOMP_parallel; calling it by name needs no OpenMP compiler option.
extern "C" void omp_set_num_threads(int threads) noexcept;
extern "C" int omp_get_max_threads() noexcept;
extern "C" int omp_get_num_threads() noexcept;
extern "C" void GOMP_parallel(void (*work)(void*), void* data, unsigned threads, unsigned flags);

namespace limn {
namespace {

namespace fs = std::filesystem;

const Input input = {.text = "A dull film with one great scene.", .pair = {}};

Model load_model() { return Model::load(fs::path(LIMN_SOURCE_DIR) / "models/minilm-l6-sentiment"); }

std::string scores(const Explanation& explanation) {
  Explanation timeless = explanation;
  timeless.seconds = 0;
  return to_json(timeless);
}

/// Returns the number of threads in an OpenMP region of the calling thread.
int team_size() {
  std::atomic<int> size = 0;
  const auto work = [](void* data) { *static_cast<std::atomic<int>*>(data) = omp_get_num_threads(); };
  GOMP_parallel(work, &size, 0, 0);
  return size;
}

/// Returns the umask of this process, read without changing it (Linux; empty elsewhere).
std::string umask_text() {
  std::ifstream status("/proc/self/status");
  for (std::string field, value; status >> field;)
    if (field == "Umask:" && status >> value) return value;
  return {};
}

/// Three OpenMP threads, a strict umask and a custom locale, as in a careful host program.
class Manners : public testing::Test {
 protected:
  void SetUp() override {
    omp_set_num_threads(3);
    set_threads(4);
  }
  void TearDown() override {
    ::umask(before_);
    std::setlocale(LC_ALL, "C");
    set_threads(0);
  }

  const mode_t before_ = ::umask(027);
  const std::string locale_ = std::setlocale(LC_ALL, "C.UTF-8") ? "C.UTF-8" : std::setlocale(LC_ALL, nullptr);
};

TEST_F(Manners, HostSettingsStay) {
  ASSERT_EQ(team_size(), 3);
  const std::string mask = umask_text();
  const fs::path file = fs::temp_directory_path() / ("limn-manners." + std::to_string(::getpid()));

  const Model model = load_model();
  EXPECT_EQ(omp_get_max_threads(), 3);
  model.explain(input);
  write_file(file, "text");

  EXPECT_EQ(omp_get_max_threads(), 3);
  EXPECT_EQ(team_size(), 3);
  EXPECT_EQ(umask_text(), mask);
  EXPECT_EQ(std::setlocale(LC_ALL, nullptr), locale_);
  EXPECT_EQ(fs::status(file).permissions(), fs::perms(0640)) << "the mask does not apply to files that limn writes";
  fs::remove(file);
}

TEST_F(Manners, HostSettingsStayDuringConcurrentCalls) {
  const Model model = load_model();
  const std::string mask = umask_text();
  const fs::path file = fs::temp_directory_path() / ("limn-manners." + std::to_string(::getpid()));
  std::atomic<bool> finished = false;
  std::size_t checks = 0;
  std::thread host([&] {
    omp_set_num_threads(3);
    do {
      EXPECT_EQ(team_size(), 3);
      EXPECT_EQ(umask_text(), mask);
      EXPECT_EQ(std::setlocale(LC_ALL, nullptr), locale_);
      ++checks;
    } while (!finished);
  });
  std::vector<std::thread> users;
  for (int threads : {2, 5})
    users.emplace_back([&, threads] {
      omp_set_num_threads(threads);
      for (int i = 0; i < 3; ++i) {
        model.explain(input);
        write_file(file, "text");
        EXPECT_EQ(omp_get_max_threads(), threads);
      }
    });
  for (auto& user : users) user.join();
  finished = true;
  host.join();
  EXPECT_GE(checks, 1u);
  fs::remove(file);
}

TEST_F(Manners, ForkedChildComputesTheSame) {
  const Model model = load_model();
  const std::string before = scores(model.explain(input));
  ASSERT_EQ(threads(), 4u);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::alarm(120);  // a child that hangs fails the test soon
    ::_exit(scores(model.explain(input)) == before && threads() == 4 ? 0 : 1);
  }
  const std::string meanwhile = scores(model.explain(input));
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status)) << "ended by signal " << WTERMSIG(status);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(meanwhile, before);
}

}  // namespace
}  // namespace limn
