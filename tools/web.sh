#!/usr/bin/env bash
# Builds and tests the viewer and the page in a separate folder, so that the source tree has no Node packages.
#   tools/web.sh bundle|bundle-check|check|unit|browser|served|measure [FOLDER]
#     bundle        compiles web/viewer and web/page to web/dist
#     bundle-check  compiles again and compares the result with the committed files
#     check         types and lint
#     unit          tests without a browser
#     browser       tests in Chromium; writes screenshots to FOLDER/../screenshots
#     served        tests of the page with limn's server; needs build/limn or LIMN_PROGRAM
#     measure       time until the server's page shows its first explanation; needs build/limn or LIMN_PROGRAM
# FOLDER: build/web by default. Without Node the script prints a message and exits with 77, which ctest counts as skipped,
# or with 1 if LIMN_REQUIRE_BROWSER=1.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
task=${1:?bundle, bundle-check, check, unit, browser, served or measure}
folder=${2:-$root/build/web}

skip() {
  echo "skipped: $task: $*" >&2
  mkdir -p "$folder"
  echo "Skipped the viewer's tests ($task): $*" >>"$folder/skipped"
  [[ -n ${LIMN_REQUIRE_BROWSER:-} ]] && exit 1
  exit 77
}

command -v node >/dev/null && command -v npm >/dev/null || skip "node and npm are not installed"
(($(node -p 'process.versions.node.split(".")[0]') >= 18)) || skip "node is older than 18"

# The same tree as the repository, with node_modules at the root.
mkdir -p "$folder/tests" "$folder/tools"
exec 9>"$folder/lock"
flock 9
cp web/{package.json,package-lock.json,.npmrc,tsconfig.json,eslint.config.js} "$folder"
rm -rf "$folder/web" "$folder/tests/web" "$folder/tools/demo"
cp -r web "$folder/web"
cp -r tools/demo "$folder/tools/demo"  # the page's samples
[[ -d tests/web ]] && cp -r tests/web "$folder/tests/web"
rm -rf "$folder"/web/{tsconfig.json,eslint.config.js,dist}
cd "$folder"
if ! cmp -s package-lock.json node_modules/.limn-lock; then
  npm ci --no-progress --ignore-scripts >npm.log 2>&1 || { tail -5 npm.log >&2; skip "npm ci failed (no network?)"; }
  cp package-lock.json node_modules/.limn-lock
fi

case $task in
  bundle)
    node web/build.mjs "$root/web/dist"
    ;;
  bundle-check)
    mkdir -p out/bundle
    node web/build.mjs out/bundle
    for file in viewer.js viewer.css page.html more.js docs.css policy.txt; do
      cmp "out/bundle/$file" "$root/web/dist/$file" ||
        { echo "web/dist/$file is out of date: run tools/web.sh bundle" >&2; exit 1; }
    done
    ;;
  check)
    node_modules/.bin/tsc --project tsconfig.json
    node_modules/.bin/eslint --max-warnings 0 web tests/web
    ;;
  unit | browser | served | measure)
    rm -rf "out/$task"
    files=("tests/web/$task"/*.test.ts)
    [[ $task != measure ]] || files=("tests/web/$task"/*.ts)
    node_modules/.bin/esbuild "${files[@]}" --bundle --platform=node --format=esm --packages=external --target=node18 \
      --loader:.jsonl=text --loader:.txt=text --outdir="out/$task" --out-extension:.js=.mjs --log-level=warning
    if [[ $task != unit ]]; then
      browser=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || true)}
      [[ -n $browser ]] || skip "Chromium is not installed"
      [[ -n ${LIMN_PROGRAM:-} || ! -x $root/build/limn ]] || export LIMN_PROGRAM=$root/build/limn
      export CHROMIUM=$browser LIMN_SOURCE_DIR=$root LIMN_SCREENSHOTS=${LIMN_SCREENSHOTS:-$(dirname "$folder")/screenshots}
    fi
    if [[ $task == measure ]]; then node out/measure/page.mjs; else LIMN_SOURCE_DIR=$root node --test "out/$task"/*.mjs; fi
    ;;
  *)
    echo "tools/web.sh: unknown task '$task'" >&2
    exit 2
    ;;
esac
