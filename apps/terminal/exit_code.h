#pragma once

namespace limn {

/// Exit codes of the programs.
enum ExitCode { done = 0, users_mistake = 1, usage = 2, some_rows_failed = 3, interrupted = 130 };

}  // namespace limn
