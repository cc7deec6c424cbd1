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

# clang's warnings, in the benchmarks, too; then clang-tidy (.clang-tidy) with the same compile commands.
clang() { build clang --target all limn_bench; }
lint() {
  cmake --preset clang -B build-lint -DLIMN_PRECOMPILED_HEADERS=OFF -DLIMN_UNITY=OFF >/dev/null
  git ls-files -z 'src/*.cc' 'apps/*.cc' | xargs -0 -n 1 -P "$(nproc)" clang-tidy-14 -p build-lint --quiet --warnings-as-errors='*' \
    --extra-arg=-UNDEBUG  # assertions tell the analyzer which states are impossible
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
memory() { GTEST_FILTER='-Packages.*:*SpreadOverSeeds' sanitized dev text_test model_test explain_test server_test; }
address() { build dev && ctest --preset dev; }
# ThreadSanitizer, where threads share data.
thread() { sanitized tsan server_test explain_test; }

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
    format | commits | clang | lint | web | memory | address | thread | fuzz) steps+=("$step") ;;
    "") steps=(format commits clang lint web address thread fuzz) ;;
    *) echo "tools/check.sh: unknown step '$step'; known: format, commits, clang, lint, web, memory, address, thread, fuzz" >&2; exit 2 ;;
  esac
done
for step in "${steps[@]}"; do
  echo "== $step"
  "$step"
done
