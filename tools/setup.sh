#!/usr/bin/env bash
# Installs what limn is built with: the one list of Debian packages. Quick and silent when nothing is missing.
#   tools/setup.sh [--say] [test] [bench] [check] [docs]     --say: only say what is missing
set -euo pipefail

packages=(make cmake ninja-build g++ pkg-config
          libdnnl-dev ocl-icd-opencl-dev libutf8proc-dev libpcre2-dev nlohmann-json3-dev libfmt-dev libcli11-dev libeigen3-dev libboost-dev
          libcurl4-openssl-dev libssl-dev libgtest-dev libgmock-dev)
say=
for argument in "$@"; do
  case $argument in
    --say) say=1 ;;
    test)  # Node and Chromium may have come from elsewhere than apt
      command -v npm >/dev/null || packages+=(nodejs npm)
      command -v chromium >/dev/null || packages+=(chromium)
      ;;
    bench) packages+=(libbenchmark-dev) ;;
    docs) packages+=(doxygen) ;;
    check) packages+=(clang-14 libclang-rt-14-dev clang-format-14 clang-tidy-14) ;;
    *) echo "tools/setup.sh: unknown argument '$argument'; known: --say, test, bench, check, docs" >&2; exit 2 ;;
  esac
done

if ! command -v dpkg-query >/dev/null; then
  echo "tools/setup.sh: no Debian package manager here; limn needs what these packages hold: ${packages[*]}" >&2
  exit 0
fi

installed=" $(dpkg-query -W -f '${Package}:${db:Status-Status}\n' "${packages[@]}" 2>/dev/null | tr '\n' ' ' || true)"
missing=()
for package in "${packages[@]}"; do
  [[ $installed == *" $package:installed "* ]] || missing+=("$package")
done
((${#missing[@]})) || exit 0

if [[ -n $say ]]; then
  run=
elif ((EUID == 0)); then
  run="env"
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
  run="sudo -n env"
else
  run=
fi
if [[ -z $run ]]; then
  echo "Packages are missing. As a user who may install them, run:" >&2
  echo "  apt-get update && apt-get install -y --no-install-recommends ${missing[*]}" >&2
  exit 1
fi

echo "Installing ${missing[*]}"
apt() { $run DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@" </dev/null; }
# One broken source among several must not stop the rest: if it mattered, the installation says so.
apt update || echo "apt-get update failed; going on with the lists that are there" >&2
apt install -y --no-install-recommends "${missing[@]}"
