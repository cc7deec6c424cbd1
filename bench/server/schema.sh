#!/usr/bin/env bash
# Asks a server for whatever its OpenAPI document allows, and for what it does not, and checks every answer against it.
#   bench/server/schema.sh [SECONDS]     600 unless told otherwise; needs build/limn and `pip install schemathesis`
# What a field may hold depends on the model, so that a request that fits the document may still be refused (422).
set -euo pipefail
cd "$(dirname "$0")/../.."
log=$(mktemp)
build/limn serve -m tests/golden/bert-cls -m tests/golden/bert-qa -m tests/golden/bert-token --port 0 --quiet 2>"$log" &
server=$!
trap 'kill $server 2>/dev/null || true; rm -f "$log"' EXIT
until address=$(grep -o 'http://[0-9.:]*' "$log"); do sleep 0.1; done
st run "$address/openapi.json" --max-time "${1:-600}" --checks all --exclude-checks positive_data_acceptance --continue-on-failure \
  --request-timeout 90 --no-color
kill $server
wait $server
echo "The server stopped as it should."
