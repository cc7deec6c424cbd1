#!/usr/bin/env bash
# make bench-check: counts the instructions of a few commands (callgrind), and those of the merge base with main, which it
# builds in build-bench-check. Fails if a count has grown by more than 2 %. Counts do not depend on what else the machine
# does. LIMN_BASE names the program to compare with, BASE the commit.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=build-bench-check
most_growth=2  # percent
command -v valgrind >/dev/null || { echo "bench/check.sh: valgrind is missing; tools/setup.sh bench installs it" >&2; exit 2; }

base=${LIMN_BASE:-}
if [[ -z $base ]]; then
  commit=${BASE:-$(git merge-base HEAD "$(git rev-parse --verify -q origin/main || git rev-parse main)")}
  [[ $commit != $(git rev-parse HEAD) ]] || commit=$(git rev-parse HEAD^)
  git worktree prune
  [[ -e $folder/source/.git ]] || git worktree add -q --detach "$folder/source" "$commit"
  git -C "$folder/source" checkout -q --detach "$commit"
  (cd "$folder/source" && cmake --preset release -DLIMN_TESTS=OFF >/dev/null && cmake --build --preset release --target limn)
  base=$folder/source/build/limn
  echo "merge base: $(git log -1 --format='%h %s' "$commit")"
fi
cmake --build --preset release --target limn >/dev/null

# Valgrind knows no AVX-512 and no AMX. One thread, so that waiting costs nothing.
count() {  # PROGRAM ARGUMENT …
  LIMN_ISA=avx2 LIMN_MODELS=$PWD/models valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" --threads 1 --format json \
    2>&1 >/dev/null | sed -n 's/.*Collected : //p'
}

context="Philip II, who ruled Macedonia until 336 BC, united the Greek cities before his son Alexander conquered Persia."
failed=0
compare() {  # NAME ARGUMENT …
  local name=$1 before after
  shift
  before=$(count "$base" "$@")
  after=$(count build/limn "$@")
  [[ -n $before && -n $after ]] || { echo "$name: no count" >&2; exit 1; }
  awk -v name="$name" -v before="$before" -v after="$after" -v most="$most_growth" 'BEGIN {
    growth = 100 * (after - before) / before
    printf "%-34s %14d %14d %+7.2f %%\n", name, before, after, growth
    exit growth > most }' || failed=1
}
printf '%-34s %14s %14s\n' "instructions" "before" "now"
compare "gradient, a sentence" explain -m minilm-l6-sentiment --text "A gorgeous, witty, seductive movie." --method gradient
compare "integrated gradients, 20 steps" explain -m minilm-l6-sentiment --text "A gorgeous, witty, seductive movie." --method integrated-gradients --steps 20
compare "LIME, 100 samples" explain -m minilm-l6-sentiment --text "A gorgeous, witty, seductive movie." --method lime --samples 100
compare "a question" explain -m minilm-l6-qa --question "Who ruled Macedonia?" --context "$context"
compare "predict" predict -m minilm-l6-sentiment --text "A gorgeous, witty, seductive movie."
exit $failed
