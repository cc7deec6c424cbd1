#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace limn {

/// A line on standard error that is drawn again and again; nothing if standard error is not a terminal. It is wiped
/// when the object goes.
class StatusLine {
 public:
  StatusLine();
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;
  ~StatusLine();

  /// Whether a new text should be drawn: there is a terminal, and the last one has stood for a tenth of a second.
  bool is_due() const;
  /// How many columns a text may take.
  std::size_t columns() const;
  void draw(std::string_view text);
  /// Draws the text and leaves it there.
  void leave(std::string_view text);
  void wipe();
  bool is_terminal() const { return terminal_; }

 private:
  using Clock = std::chrono::steady_clock;

  const bool terminal_;
  Clock::time_point last_drawn_;
  bool drawn_ = false;
};

/// What stands before the bar and after it, with a bar of at most 30 columns between them that is filled up to `share`.
/// @return nothing if `columns` leave no room for a bar of 8.
std::optional<std::string> with_bar(std::string_view before, double share, std::string_view after, std::size_t columns);

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

  StatusLine line_;
  const std::optional<std::size_t> total_;
  const std::size_t done_before_;
  std::size_t done_;
  double share_ = 0;
  const Clock::time_point start_;
};

/// The line itself, without its end: "412/4961 ━━━───────  38.1 rows/s  1m59s left"; for a single row "43 % ━━━─── …".
/// @param done rows, with a fraction for the one in work. @param done_before rows of an earlier run: they count as done
/// but not for the rate.
std::string progress_line(double done, std::optional<std::size_t> total, std::size_t done_before, double seconds,
                          std::size_t columns);

}  // namespace limn
