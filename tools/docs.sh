#!/usr/bin/env bash
# Writes the reference of include/limn to a folder, and fails if a public declaration has no comment.
#   tools/docs.sh [FOLDER]     default: build/docs; the pages are in FOLDER/reference
# Exits with 77, after a message, if Doxygen is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:-build/docs}
if ! command -v doxygen >/dev/null; then
  echo "tools/docs.sh: skipped because doxygen is not installed; tools/setup.sh docs installs it"
  exit 77
fi
mkdir -p "$folder"
(cat docs/Doxyfile; echo "OUTPUT_DIRECTORY = $folder") | doxygen -
echo "The reference is in $folder/reference/index.html"
