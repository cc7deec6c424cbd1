#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace limn::cli {

/// One line on standard error that says how far a long run has come. Nothing is shown in the first two seconds, nor
/// if standard error is not a terminal. The line is wiped when the object goes.
/// A single input is a run of one row.
class Progress {
 public:
  /// @param total rows in all, if known. @param done rows that an earlier run has done.
  explicit Progress(std::optional<std::size_t> total, std::size_t done = 0);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  void advance(std::size_t rows);
  /// How much of the row that is being worked on is done, 0…1: for methods that take long for a single one.
  void report(double share);
  /// Wipes the line, so that something else can be written; the next advance() draws it again.
  void wipe();

 private:
  using Clock = std::chrono::steady_clock;
  void draw_if_due();

  const bool terminal_;
  const std::optional<std::size_t> total_;
  const std::size_t done_before_;
  std::size_t done_;
  double share_ = 0;
  const Clock::time_point start_;
  Clock::time_point last_drawn_;
  bool drawn_ = false;
};

/// The line itself, without its end: "412/4961 ━━━───────  38.1 rows/s  1m59s left"; for a single row "43 % ━━━─── …".
/// @param done rows, with a fraction for the one in work. @param done_before rows of an earlier run: they count as done
/// but not for the rate.
std::string progress_line(double done, std::optional<std::size_t> total, std::size_t done_before, double seconds,
                          std::size_t columns);

}  // namespace limn::cli
