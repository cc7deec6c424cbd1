#!/usr/bin/env bash
# Sends a server requests that its OpenAPI document allows, and others that it does not, and checks every response.
#   bench/server/schema.sh [SECONDS]     default: 600; needs build/limn and `pip install schemathesis`
# Valid values of a field depend on the model, so the server may refuse a request that conforms to the document (422).
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
echo "The server stopped normally."
