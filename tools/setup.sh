#!/usr/bin/env bash
# Installs the Debian packages that limn needs; the only list of them. Quick and silent if nothing is missing.
#   tools/setup.sh [--dry-run] [test] [pdf] [python] [interop] [fresh] [bench] [check] [docs]     --dry-run: only print the command that installs them
set -euo pipefail

packages=(make cmake ninja-build g++ pkg-config
          libutf8proc-dev libpcre2-dev nlohmann-json3-dev libfmt-dev libcli11-dev libeigen3-dev libboost-dev
          libsqlite3-dev libxml2-dev
          libcurl4-openssl-dev libssl-dev libgtest-dev libgmock-dev)
dry_run=
for argument in "$@"; do
  case $argument in
    --dry-run) dry_run=1 ;;
    test)  # Node and Chromium may be installed without apt
      command -v npm >/dev/null || packages+=(nodejs npm)
      command -v chromium >/dev/null || packages+=(chromium)
      packages+=(python3-dev python3-venv libpango1.0-dev poppler-utils)
      ;;
    pdf) packages+=(libpango1.0-dev) ;;  # not for 'make demo', which draws none
    python) packages+=(python3-dev python3-venv) ;;
    interop) command -v java >/dev/null || packages+=(default-jre-headless) ;;
    fresh) packages+=(debootstrap) ;;
    bench) packages+=(libbenchmark-dev valgrind) ;;
    docs) packages+=(doxygen) ;;
    check) packages+=(clang-14 libclang-rt-14-dev clang-format-14 clang-tidy-14) ;;
    *) echo "tools/setup.sh: unknown argument '$argument'; known: --dry-run, test, pdf, python, interop, fresh, bench, check, docs" >&2; exit 2 ;;
  esac
done

if ! command -v dpkg-query >/dev/null; then
  echo "tools/setup.sh: not a Debian system; limn needs the contents of these packages: ${packages[*]}" >&2
  exit 0
fi

installed=" $(dpkg-query -W -f '${Package}:${db:Status-Status}\n' "${packages[@]}" 2>/dev/null | tr '\n' ' ' || true)"
missing=()
for package in "${packages[@]}"; do
  [[ $installed == *" $package:installed "* ]] || missing+=("$package")
done
((${#missing[@]})) || exit 0

if [[ -n $dry_run ]]; then
  run=
elif ((EUID == 0)); then
  run="env"
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
  run="sudo -n env"
else
  run=
fi
if [[ -z $run ]]; then
  echo "Packages are missing. As a user with permission to install packages, run:" >&2
  echo "  apt-get update && apt-get install -y --no-install-recommends ${missing[*]}" >&2
  exit 1
fi

echo "Installing ${missing[*]}"
apt() { $run DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@" </dev/null; }
# One broken package source must not prevent the installation; if a package is unavailable, the next command fails.
apt update || echo "apt-get update failed; continuing with the existing package lists" >&2
apt install -y --no-install-recommends "${missing[@]}"
