#!/usr/bin/env bash
# make demo: explains a few answers, sentiments and names with the bundled models, in the terminal and in demo.html, and
# asks a question to a small collection.
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
# A question to a small collection: paragraphs of Wikipedia from SQuAD (CC BY-SA 4.0).
"$limn" index tools/demo/paragraphs.jsonl -o "$results/paragraphs.limn" --format terminal
"$limn" ask -m minilm-l6-qa --collection "$results/paragraphs.limn" --top 1 --format terminal \
  "In which stadium was Super Bowl 50 played?"
cat <<END

The same in a browser: $(realpath "$page")

Next steps:
  $limn explain -m minilm-l6-sentiment --text "Your own text." --method integrated-gradients
  $limn compare -m minilm-l6-qa -m minilm-l6-squad1 --input tools/demo/questions.jsonl -o compare.html
  $limn attack hotflip -m minilm-l6-sentiment --text "What a dull film."
  $limn similar -m all-minilm-l6-v2 --text "A man is eating." --pair "Someone has a meal." -o similar.html
  $limn index YOUR_FOLDER -o notes.limn && $limn ask -m minilm-l6-qa --collection notes.limn "Your question?"
  $limn attention -m minilm-l6-ner --text "Ada lives in Rome." -o attention.html
  $limn --help
See also README.md and docs/interface.md.
END
