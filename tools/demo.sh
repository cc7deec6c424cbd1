#!/usr/bin/env bash
# make demo: explains a few answers, sentiments and names with the bundled models, in the terminal and in demo.html.
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
cat <<END

The same in a browser: $(realpath "$page")

Next steps:
  $limn explain -m minilm-l6-sentiment --text "Your own text." --method integrated-gradients
  $limn compare -m minilm-l6-qa -m minilm-l6-squad1 --input tools/demo/questions.jsonl -o compare.html
  $limn attack hotflip -m minilm-l6-sentiment --text "What a dull film."
  $limn attention -m minilm-l6-ner --text "Ada lives in Rome." -o attention.html
  $limn --help
See also README.md and docs/interface.md.
END
