#!/usr/bin/env bash
# Writes tests/web/data: explanations by the bundled models for the viewer's tests.
#   tools/make_viewer_cases.sh [PROGRAM]      default: build/limn
set -euo pipefail
cd "$(dirname "$0")/.."
limn=${1:-build/limn}
data=tests/web/data
mkdir -p "$data"

# Times differ between runs, and the tests do not need them.
steady() { sed -E 's/"seconds":[0-9.e-]+/"seconds":0.041/g'; }
explain() { "$limn" explain --format json "$@" | steady; }

context='Macedonia was an ancient kingdom on the periphery of Archaic and Classical Greece, and later the dominant state of Hellenistic Greece. The kingdom was founded and initially ruled by the Argead dynasty. Before the 4th century BC, it was a small kingdom, and briefly subordinate to Achaemenid Persia.'
explain -m minilm-l6-qa --preset seed-qa --raw --question 'To which empire was Macedonia subordinate?' --context "$context" >"$data/question.json"
explain -m minilm-l6-qa --question 'Who discovered penicillin?' --context "$context" >"$data/no_answer.json"
explain -m minilm-l6-qa --question 'Who ruled Macedonia?' --context "$context" --answer 'Achaemenid Persia' --method gradient-x-input >"$data/other_answer.json"
explain -m minilm-l6-sentiment --method integrated-gradients --text 'A gorgeous, witty film, although it is dull and far too long in the middle.' >"$data/signed.json"
explain -m minilm-l6-sentiment --method integrated-gradients --contrast positive --target negative --text 'A gorgeous, witty film, although it is dull and far too long in the middle.' >"$data/contrast.json"
explain -m minilm-l6-ner --text 'Ada Lovelace wrote to Charles Babbage from London.' >"$data/entities.jsonl"
explain -m minilm-l6-sentiment --text 'היה זה סרט נפלא, מצחיק ומרגש. הוא נקרא "The Band".' >"$data/right_to_left.json"
explain -m minilm-l6-sentiment --text '这部电影很好看，但是结尾太长了。私は映画が好きです。' >"$data/cjk.json"
explain -m minilm-l6-sentiment --text 'What a film! 👩‍👩‍👧 loved it 😍😍, 👍🏽 from 🇫🇷 and cafe'$'\u0301'' goers — 𝒷𝓇𝒶𝓋𝑜 and truly great.' >"$data/emoji.json"
explain -m minilm-l6-sentiment --text '<script>alert(1)</script> <img src=x onerror=alert(2)> "quoted" & '"'single'"' '$'\u202E''reversed'$'\u202C'' bell'$'\a'' esc'$'\e''[31m ]]> </textarea></style><!-- {{7*7}} ${7*7} `x`' >"$data/hostile.json"
"$limn" compare --format json -m minilm-l6-qa -m minilm-l6-squad1 --method gradient,gradient-x-input --input - <<EOF | steady >"$data/comparison.jsonl"
{"question": "To which empire was Macedonia subordinate?", "context": "$context", "answers": ["Achaemenid Persia"]}
{"question": "Who ruled Macedonia?", "context": "$context", "answers": ["the Argead dynasty"]}
{"question": "Who discovered penicillin?", "context": "$context", "answers": []}
EOF
