#!/usr/bin/env bash
# make check: runs the named steps, or all, in order; stops at the first failure.
set -euo pipefail
cd "$(dirname "$0")/.."

build() { cmake --preset "$1" >/dev/null && cmake --build --preset "$@"; }

format() { git ls-files -z '*.cc' '*.h' '*.inc' | xargs -0 clang-format-14 --dry-run -Werror; }

# Subjects of commits since the rule: a capital letter, at most 72 characters, no full stop.
commits() {
  local first=d086969 range
  git merge-base --is-ancestor "$first" HEAD 2>/dev/null && range=$first..HEAD || range="-1 HEAD"  # a shallow clone
  local bad
  bad=$(git log --no-merges --format='%h %s' $range | grep -vE '^[0-9a-f]+ [A-Z].{0,70}[^.]$' || true)
  [[ -z $bad ]] || { printf 'subjects of commits are imperative, one change, at most 72 characters, no full stop:\n%s\n' "$bad" >&2; return 1; }
}

# clang's warnings, in the benchmarks, too.
clang() { build clang --target all limn_bench; }
# clang-tidy (.clang-tidy) over the files of src and apps, together as they are compiled: headers are read once for eight
# files. Assertions tell the analyzer which states are impossible.
lint() {
  cmake --preset clang -B build-lint -DLIMN_PRECOMPILED_HEADERS=OFF >/dev/null
  tidy '-bugprone-suspicious-include' build-lint '/(src|apps)/|/(lib)?limn[a-z_-]*\.dir/Unity/'
}
# Each file alone, so that each includes what it uses.
includes() {
  cmake --preset clang -B build-lint/alone -DLIMN_PRECOMPILED_HEADERS=OFF -DLIMN_UNITY=OFF >/dev/null
  tidy '-*,clang-diagnostic-*,modernize-use-nullptr' build-lint/alone '/(src|apps)/'  # clang-tidy wants a check
}
# clang-tidy with more CHECKS in the build FOLDER, on the sources that match PATTERN: tidy CHECKS FOLDER PATTERN
tidy() {
  sed -nE 's/^ *"file": "(.*)",?$/\1/p' "$2/compile_commands.json" | grep -E "$3" | sort -u |
    xargs -n 1 -P "$(nproc)" clang-tidy-14 -p "$2" --quiet --checks="$1" --warnings-as-errors='*' --extra-arg=-UNDEBUG
}

# Builds test programs with a preset's sanitizers and runs them, one per processor: sanitized PRESET PROGRAM …
sanitized() {
  build "$1" --target "${@:2}"
  printf '%s\n' "${@:2}" | xargs -P "$(nproc)" -I{} sh -c \
    '"$0/{}" --gtest_brief=1 >"$0/{}.log" 2>&1; status=$?; cat "$0/{}.log"; exit $status' "build-$1"
}

# AddressSanitizer and UndefinedBehaviorSanitizer: where untrusted files, texts and requests are read, then all tests.
# Not the comparisons with other packages and the spreads over seeds, whose thousands of passes run the same code for ten
# minutes.
shorter='-Packages.*:*SpreadOverSeeds'
memory() { GTEST_FILTER=$shorter sanitized dev text_test model_test explain_test server_test; }
address() { build dev && ctest --preset dev; }
# ThreadSanitizer, where threads share data. It sees races in OpenMP, which is not built with it, and starts no threads
# after a fork.
thread() { GTEST_FILTER="$shorter:Manners.*" sanitized tsan server_test explain_test api_test; }

# A few seconds per target: finds obvious bugs only.
fuzz() {
  build fuzz
  for source in fuzz/*_fuzz.cc; do
    name=$(basename "$source" .cc)
    corpus=fuzz/corpus/${name%_fuzz}
    mkdir -p "build-fuzz/corpus/$name"
    "build-fuzz/$name" -max_total_time="${FUZZ_SECONDS:-10}" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
      "build-fuzz/corpus/$name" $([[ -d $corpus ]] && echo "$corpus")
  done
}

# Types and lint of the viewer and the page.
web() { tools/web.sh check; }

for step in "${@:-}"; do
  case $step in
    format | commits | clang | lint | includes | web | memory | address | thread | fuzz) steps+=("$step") ;;
    "") steps=(format commits clang lint includes web address thread fuzz) ;;
    *) echo "tools/check.sh: unknown step '$step'; known: format, commits, clang, lint, includes, web, memory, address, thread, fuzz" >&2; exit 2 ;;
  esac
done
for step in "${steps[@]}"; do
  echo "== $step"
  "$step"
done
