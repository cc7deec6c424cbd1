#!/usr/bin/env bash
# Compares limn's tokenizers with the packages on all texts of a data folder: ids, offsets, words, type ids.
#   tools/compare_tokenizers.sh DATA [FOLDER ...]     FOLDER: tokenizer folder; default: all in DATA/tokenizers
# DATA has squad, sst2, ner and torture (see make_tokenizer_cases.py). PYTHON is a Python with tokenizers, transformers,
# sentencepiece and protobuf; PARTS are the parts of DATA to compare.
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)
data=${1:?"$(sed -n 's/^#   //p' "$0")"}
shift
(($#)) || set -- "$data"/tokenizers/*/
read -r -a parts <<<"${PARTS:-squad sst2 ner torture}"

cmake --build "$here/build" --target text_test >/dev/null
for folder; do
  for part in "${parts[@]}"; do
    found=$("${PYTHON:-python3}" "$here/tools/make_tokenizer_cases.py" all "$data" "$folder" "$part" 2>/dev/null |
      LIMN_TOKENIZER_CASES=- "$here/build/text_test" --gtest_filter='*CasesTest*' | grep ' cases, ' || echo failed)
    printf '%-34s %-8s %s\n' "$(basename "$folder")" "$part" "$found"
  done
done
