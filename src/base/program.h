#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace limn {

/// How a program ended, and what it wrote.
struct ProgramResult {
  int code = 0;          ///< exit code; 128 + number of the signal that ended it, as shells have it
  std::string out, err;  ///< standard output and standard error
};

/// The folder of the program that runs; nothing if the system does not say.
std::optional<std::filesystem::path> program_folder();

/// Returns the program of that name beside the one that runs, or else in PATH.
std::optional<std::filesystem::path> find_program(std::string_view name);

/// Runs a program without arguments until it ends. Its input and output are in memory, so that neither side waits for
/// the other. @throws Error if it cannot be started
ProgramResult run_program(const std::filesystem::path& program, std::string_view input);

}  // namespace limn
