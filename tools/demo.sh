#!/usr/bin/env bash
# make demo: explains a few answers, sentiments and names with the bundled models, on the terminal and in demo.html.
#   tools/demo.sh [PROGRAM] [PAGE]
set -euo pipefail
cd "$(dirname "$0")/.."

limn=${1:-build/limn}
page=${2:-demo.html}
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
"$limn" explain -m minilm-l6-qa --input tools/demo/questions.jsonl --output "$results/1.jsonl"
"$limn" explain -m minilm-l6-sentiment --input tools/demo/sentences.txt --output "$results/2.jsonl"
"$limn" explain -m minilm-l6-ner --input tools/demo/names.txt --output "$results/3.jsonl"

"$limn" show --format terminal "$results"/[123].jsonl
"$limn" show --output "$page" "$results"/[123].jsonl
echo
echo "The same in a browser: $(realpath "$page")"
