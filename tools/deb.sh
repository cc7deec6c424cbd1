#!/usr/bin/env bash
# Tests the Debian packages: builds them, installs them below a folder of their own, runs the command there, and removes
# them again. tools/deb.sh BUILD_FOLDER
set -euo pipefail
cd "${1:?the build folder}"
for tool in dpkg dpkg-deb dpkg-shlibdeps; do
  command -v "$tool" >/dev/null || { echo "skipped: $tool is missing (Debian package dpkg-dev)" >&2; exit 77; }
done
[[ $(id -u) == 0 ]] || { echo "skipped: dpkg installs below a folder only for root" >&2; exit 77; }
rm -f ./*.deb
rm -rf deb_root
cpack -G DEB >cpack.log || { tail -20 cpack.log >&2; exit 1; }
debs=(limn_*.deb liblimn-dev_*.deb limn-models_*.deb)
if [[ -x limn-pdf ]]; then debs+=(limn-pdf_*.deb); fi
for deb in "${debs[@]}"; do [[ -f $deb ]]; done
depends=$(dpkg-deb -f "${debs[0]}" Depends)
for library in libc6 libstdc++6 libfmt libsqlite3 libxml2; do
  [[ $depends == *$library* ]] || { echo "the package does not depend on $library: $depends" >&2; exit 1; }
done
# The command of a server needs no fonts.
if [[ $depends == *libpango* ]]; then echo "the package of the command depends on Pango: $depends" >&2; exit 1; fi
mkdir -p deb_root/var/lib/dpkg/{info,updates} && : >deb_root/var/lib/dpkg/status
packages() { dpkg --root="$PWD/deb_root" --force-depends --log=/dev/null "$@" >dpkg.log 2>&1 || { cat dpkg.log >&2; exit 1; }; }
packages --install "${debs[@]}"
env -i PATH="$PATH" deb_root/usr/bin/limn predict -m minilm-l6-sentiment --text "A gorgeous, witty film." --format json | grep -q positive
if [[ -x limn-pdf ]]; then
  depends=$(dpkg-deb -f limn-pdf_*.deb Depends)
  [[ $depends == *libpangocairo* ]] || { echo "limn-pdf does not depend on Pango: $depends" >&2; exit 1; }
  env -i PATH="$PATH" deb_root/usr/bin/limn explain -m minilm-l6-sentiment --text "A gorgeous, witty film." -o deb_root/why.pdf
  head -c 5 deb_root/why.pdf | grep -q %PDF-
  rm deb_root/why.pdf
fi
for file in include/limn/limn.h share/man/man1/limn-explain.1 share/bash-completion/completions/limn share/doc/limn/LICENSE; do
  [[ -s deb_root/usr/$file || -s deb_root/usr/$file.gz ]] || { echo "the packages have no $file" >&2; exit 1; }
done
pc=$(dirname "$(find deb_root/usr -name limn.pc)")
PKG_CONFIG_PATH=$pc pkg-config --exists limn
packages --remove "${debs[@]%%_*}"
left=$(find deb_root -type f -not -path '*/var/*')
[[ -z $left ]] || { echo "left behind: $left" >&2; exit 1; }
echo "installed, ran and removed: ${debs[*]}"
