#!/usr/bin/env bash
# Applies the example of docs/architecture.md ("How to add an option") to a copy of the tree, and compiles the files that
# it changes: the struct, the table and the use, and no other.
#   tools/option_example.sh FOLDER [COMPILER]     the copy is made in FOLDER; COMPILER: c++ by default
# Exits with 77, after a message, if git, which applies the change, is missing.
set -euo pipefail
folder=$(realpath -m "${1:?the folder for the copy}")
compiler=${2:-c++}
cd "$(dirname "$0")/.."
command -v git >/dev/null || { echo "skipped: git is not installed" >&2; exit 77; }

rm -rf "$folder"
mkdir -p "$folder"
cp -r include src "$folder"
sed -n '/^```diff$/,/^```$/{/^```/d;p}' docs/architecture.md >"$folder/example.diff"
cd "$folder"
# Outside a repository: inside one, git would look for the files there.
GIT_DIR=none git apply --verbose example.diff

changed=$(sed -n 's|^+++ b/||p' example.diff | sort | tr '\n' ' ')
expected="include/limn/methods.h src/explain/occlusion.cc src/options/table.cc "
[[ $changed == "$expected" ]] || { echo "the example changes $changed; expected $expected" >&2; exit 1; }
for file in src/explain/occlusion.cc src/options/table.cc; do
  echo "compiling $file"
  "$compiler" -std=c++20 -fsyntax-only -Iinclude -Isrc "$file"
done
echo "the example applies and compiles"
