# One command a job. `make demo` and `make test` set up all they need, from nothing.

PYTHON ?= python3
BIN := .venv/bin
ORACLE := .venv-tensorflow
BENCH := .venv-bench
NATIVE := build/native
FUZZ := build/fuzz
TARGETS := example sequence_example record arrow vocabulary varint
SECONDS := 60
CXX_FILES = $(shell git ls-files '*.cpp' '*.hpp')

# Compiled against the environment's own nanobind, so that a rebuild takes seconds.
INSTALL = $(BIN)/pip install --quiet --no-build-isolation --no-deps --config-settings=build-dir=build/editable \
	--config-settings=cmake.define.COLONNADE_WERROR=ON --editable .

.PHONY: help demo test lint types native native-clang python parity golden sanitize fuzz corpus bench clean
.DEFAULT_GOAL := help

help: ## What each command does
	@grep -E '^[a-z-]+:.*## ' Makefile | sed 's/:.*## /\t/' | expand -t 14

$(BIN)/python: pyproject.toml
	$(PYTHON) -c 'import sys; assert sys.version_info >= (3, 11), f"Python 3.11 or newer is needed, this is {sys.version}"'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/pip install --quiet 'numpy>=1.26' --group build --group demo --group lint --group test
	@touch $@

build/installed: $(BIN)/python CMakeLists.txt $(shell find src/core src/bindings -name '*.?pp')
	$(INSTALL)
	@touch $@

demo: build/installed ## Learn from the standard library's source, and serve without torch
	$(BIN)/python examples/demo.py

test: lint types native python ## Everything that needs no TensorFlow

lint: $(BIN)/python ## Style of Python and C++
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/clang-format --dry-run --Werror $(CXX_FILES)

types: build/installed ## mypy, strict
	$(BIN)/mypy

native: $(BIN)/python ## The core's own tests, without Python
	$(BIN)/cmake -S . -B $(NATIVE) -G Ninja -DCMAKE_MAKE_PROGRAM=$(CURDIR)/$(BIN)/ninja \
		-DCOLONNADE_NATIVE_TESTS=ON -DCOLONNADE_WERROR=ON $(NATIVE_OPTIONS) --log-level=WARNING
	$(BIN)/cmake --build $(NATIVE) -- --quiet
	$(BIN)/ctest --test-dir $(NATIVE) --output-on-failure

# clang's UBSan also watches the bounds inside of arrays, which gcc's does not.
native-clang: ## The same, built with clang and under its UBSan
	CXX=clang++ $(MAKE) native NATIVE=build/native-clang NATIVE_OPTIONS=-DCOLONNADE_SANITIZE=undefined

python: build/installed ## The Python tests
	$(BIN)/pytest --ignore tests/parity -n auto

$(ORACLE)/bin/python: pyproject.toml
	$(PYTHON) -m venv $(ORACLE)
	$(ORACLE)/bin/pip install --quiet --upgrade 'pip>=25.1'
	$(ORACLE)/bin/pip install --quiet --group oracle
	@touch $@

parity: build/installed $(ORACLE)/bin/python ## Compare with TensorFlow, live; PARITY_CASES=24000 for ten times the random cases
	$(BIN)/pytest tests/parity

golden: $(ORACLE)/bin/python ## Ask TensorFlow anew for the frozen answers
	cd tests && ../$(ORACLE)/bin/python -m golden.make_golden

sanitize: $(BIN)/python ## The native tests under ASan and UBSan, then TSan
	for sanitizer in address,undefined thread; do \
		$(BIN)/cmake -S . -B build/$$sanitizer -G Ninja -DCMAKE_MAKE_PROGRAM=$(CURDIR)/$(BIN)/ninja \
			-DCOLONNADE_NATIVE_TESTS=ON -DCOLONNADE_SANITIZE=$$sanitizer --log-level=WARNING && \
		$(BIN)/cmake --build build/$$sanitizer -- --quiet && \
		$(BIN)/ctest --test-dir build/$$sanitizer --output-on-failure || exit 1; \
	done

# Goes on from what earlier runs left in build/fuzz/inputs, and stops at the first finding.
fuzz: build/installed ## Feed mutations to each fuzz target; SECONDS=600 for each, TARGETS="arrow varint" for some
	$(BIN)/cmake -S . -B $(FUZZ) -G Ninja -DCMAKE_MAKE_PROGRAM=$(CURDIR)/$(BIN)/ninja \
		-DCMAKE_CXX_COMPILER=clang++ -DCOLONNADE_FUZZ=ON --log-level=WARNING
	$(BIN)/cmake --build $(FUZZ) -- --quiet
	$(BIN)/python tests/fuzz/inputs.py write $(FUZZ)/inputs
	mkdir -p $(FUZZ)/findings
	for target in $(TARGETS); do \
		echo "$$target:"; \
		$(FUZZ)/tests/fuzz/fuzz_$$target $(FUZZ)/inputs/$$target -max_total_time=$(SECONDS) -max_len=1024 -timeout=10 \
			-malloc_limit_mb=256 -verbosity=0 -print_final_stats=1 -artifact_prefix=$(FUZZ)/findings/$$target- || { \
			echo "replay: $(FUZZ)/tests/fuzz/fuzz_$$target $$(ls -t $(FUZZ)/findings/$$target-* | head -n 1)"; exit 1; }; \
	done
	$(BIN)/python tests/fuzz/fuzz_config.py --seconds $(SECONDS)

# What `make fuzz` left, without inputs that reach nothing new.
corpus: ## Keep what fuzzing found worth keeping
	for target in $(TARGETS); do \
		rm -rf $(FUZZ)/merged && mkdir $(FUZZ)/merged && \
		$(FUZZ)/tests/fuzz/fuzz_$$target -merge=1 -max_len=1024 -verbosity=0 $(FUZZ)/merged $(FUZZ)/inputs/$$target && \
		$(BIN)/python tests/fuzz/inputs.py pack $$target $(FUZZ)/merged || exit 1; \
	done

$(BENCH)/bin/python: pyproject.toml
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/pip install --quiet --upgrade 'pip>=25.1'
	$(BENCH)/bin/pip install --quiet --group build --group bench
	@touch $@

# A plain Release build of this tree, as users get it; `make bench ONLY="W1 W4" ROUNDS=7` narrows it, and so
# do `CURVES=growth`, or `CURVES=` for none of what stands beside the workloads, and `LEVELS=` for no comparison
# with lesser kernels.
bench: $(BENCH)/bin/python ## Compare with TensorFlow and others: table, figures and chart
	PATH=$(CURDIR)/$(BENCH)/bin:$$PATH $(BENCH)/bin/pip install --quiet --no-build-isolation --no-deps \
		--force-reinstall --config-settings=build-dir=build/bench .
	PYTHONPATH=tests $(BENCH)/bin/python -m benchmarks $(if $(ROUNDS),--rounds $(ROUNDS)) \
		$(if $(ONLY),--only $(ONLY)) $(if $(METRICS),--metrics $(METRICS)) \
		$(if $(THREADS),--threads $(THREADS)) $(if $(BATCHES),--batches $(BATCHES)) \
		$(if $(filter undefined,$(origin LEVELS)),,--levels $(LEVELS)) \
		$(if $(filter undefined,$(origin CURVES)),,--curves $(CURVES))

clean: ## Remove what the other commands made
	rm -rf .venv $(ORACLE) $(BENCH) build demo-output
