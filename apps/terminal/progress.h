#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "limn/watch.h"

namespace limn {

/// A line on standard error that is redrawn in place; nothing if standard error is not a terminal. The destructor
/// erases it.
class StatusLine {
 public:
  StatusLine();
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;
  ~StatusLine();

  /// Whether a new text should be drawn: there is a terminal, and the last text is at least a tenth of a second old.
  bool is_due() const;
  /// The number of columns available for a text.
  std::size_t columns() const;
  void draw(std::string_view text);
  /// Draws the text and keeps it when the object is destroyed.
  void leave(std::string_view text);
  void wipe();
  bool is_terminal() const { return terminal_; }

 private:
  using Clock = std::chrono::steady_clock;

  const bool terminal_;
  Clock::time_point last_drawn_;
  bool drawn_ = false;
};

/// Returns `before` and `after` with a bar of at most 30 columns between them, filled up to `share` (0 to 1).
/// @return nothing if `columns` leave no room for a bar of 8 columns.
std::optional<std::string> with_bar(std::string_view before, double share, std::string_view after, std::size_t columns);

/// Shows the progress of a long run as one line on standard error. Shows nothing in the first two seconds, or if
/// standard error is not a terminal. The destructor erases the line. A single input is a run of one row.
class Progress {
 public:
  /// @param total number of all rows, if known. @param done rows that an earlier run has finished.
  explicit Progress(std::optional<std::size_t> total, std::size_t done = 0);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  void advance(std::size_t rows);
  /// Reports how much of the current row is done (0 to 1), for methods that take long for a single row.
  void report(double share);
  /// Erases the line so that something else can be written; the next advance() redraws it.
  void wipe();

 private:
  using Clock = std::chrono::steady_clock;
  void draw_if_due();

  StatusLine line_;
  const std::optional<std::size_t> total_;
  const std::size_t done_before_;
  std::size_t done_;
  double share_ = 0;
  const Clock::time_point start_;
};

/// The progress of one call of the library over many rows, whose total the call itself reports.
class CallProgress {
 public:
  /// @return a watch for the call, which this object must outlive
  Watch watch();
  void wipe();

 private:
  std::optional<Progress> shown_;
  std::size_t done_ = 0;
};

/// Returns the text of the line: "412/4961 ━━━───────  38.1 rows/s  1m59s left"; for a single row "43 % ━━━─── …".
/// @param done rows, with a fraction for the current one. @param done_before rows of an earlier run, which count as
/// done but not towards the rate.
std::string progress_line(double done, std::optional<std::size_t> total, std::size_t done_before, double seconds,
                          std::size_t columns);

}  // namespace limn
