# Shortcuts for common commands; CMakePresets.json defines the builds.
.PHONY: build setup demo test test-interop wheel deb bench bench-peers bench-check check docs install clean

build:
	@cmake --preset release > /dev/null || { tools/setup.sh --dry-run; exit 1; }
	@cmake --build --preset release

setup:
	@tools/setup.sh pdf

# Builds the command only: the tests take longer to compile than everything else.
demo:
	@tools/setup.sh
	@cmake --preset release > /dev/null || { tools/setup.sh --dry-run; exit 1; }
	@cmake --build --preset release --target limn
	@tools/demo.sh

# Without Node or Chromium, the viewer's tests are skipped, with a message.
test: setup build
	@tools/setup.sh test || echo "Continuing; tests that need these packages are skipped."
	@rm -f build/web/skipped; ctest --preset release; status=$$?; cat build/web/skipped 2>/dev/null; exit $$status

# The Python package: build/python/VERSION/wheels. PYTHON=… chooses the interpreter.
wheel: setup
	@tools/setup.sh python
	@$(MAKE) --no-print-directory build
	@tools/python.sh wheel

# The Python package beside PyTorch, Ray and Spark, and collections on servers that others wrote, which pip downloads:
# hundreds of megabytes. What pip cannot install is skipped with a message (LIMN_REQUIRE_PYTHON=1: fails).
test-interop: setup
	@tools/setup.sh python interop
	@$(MAKE) --no-print-directory build
	@tools/python.sh interop || [ $$? = 77 ]

# Packages for Debian: build/*.deb.
deb: build
	@cd build && cpack -G DEB

bench:
	@tools/setup.sh bench
	@cmake --preset release > /dev/null
	@cmake --build --preset release --target limn_bench
	@build/limn_bench

# Compares limn with PyTorch and Captum ($PEERS_PYTHON has them) and writes the table of docs/performance.md.
bench-peers: build
	@tools/setup.sh bench
	@cmake --build --preset release --target limn_bench
	@bench/peers.py $(ARGUMENTS)

# Counts instructions, and those of the merge base (BASE=…); fails if they have grown by more than 2 %.
bench-check:
	@tools/setup.sh bench
	@cmake --preset release > /dev/null
	@bench/check.sh

# Run this before sharing a change: format, warnings, lint, sanitizers, short fuzzing.
check:
	@tools/setup.sh bench check
	@tools/check.sh

# The reference of the C++ interface: build/docs/reference/index.html.
docs:
	@tools/setup.sh docs
	@tools/docs.sh build/docs

install: build
	@cmake --install build $(if $(PREFIX),--prefix $(PREFIX))

clean:
	rm -rf build build-dev build-tsan build-clang build-lint build-fuzz
