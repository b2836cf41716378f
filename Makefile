# Ataraxy. `make demo` needs Python 3.11 or newer with venv, and make; nothing else.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
BENCH  := build/bench-venv
BENCHED := $(BENCH)/.installed
LOCKS  := requirements/dev.txt requirements/build.txt
CORES  := $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1); [ "$$n" -gt 2 ] && echo 2 || echo $$n)
COMPILE = uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11

.DEFAULT_GOAL := help
.PHONY: help setup demo serve test test-all lint bench validation lock clean

help: ## this list
	@echo "make ..."
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

setup: $(STAMP) ## make the virtual environment and install everything, pinned by hash

$(STAMP): $(LOCKS) pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Missing: $(PYTHON). Install Python 3.11 or newer, or say PYTHON=/path/to/python3.11."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Missing: Python 3.11 or newer ($(PYTHON) is $$($(PYTHON) -V 2>&1)). Install one and say PYTHON=/path/to/it."; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Missing: Python's venv. On Debian or Ubuntu: apt-get install python3-venv."; exit 1; }
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV)
	@echo "Installing (a few minutes the first time) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt -r requirements/build.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

demo: $(STAMP) ## start a demo clinic with synthetic patients (its data: .ataraxy/)
	@ATARAXY_HOME="$${ATARAXY_HOME:-$(CURDIR)/.ataraxy}" $(BIN)/ataraxy demo

serve: $(STAMP) ## serve a clinic (its data: ATARAXY_HOME)
	@$(BIN)/ataraxy serve

test: $(STAMP) ## every test that is not slow
	$(BIN)/python -m pytest -n $(CORES) -m "not slow"

test-all: $(STAMP) ## every test
	$(BIN)/python -m pytest -n $(CORES)

lint: $(STAMP) ## ruff, mypy --strict, import-linter, migrations, bandit
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	@ATARAXY_HOME=$(CURDIR)/build/none DJANGO_SETTINGS_MODULE=ataraxy.clinic.settings \
		$(BIN)/python -W ignore::RuntimeWarning -m django makemigrations --check --dry-run --skip-checks
	$(BIN)/bandit -q -c pyproject.toml -r src

bench: $(BENCHED) ## every benchmark, quickly, beside its peers: one JSON line a figure
	@failed=; for script in benchmarks/*.py; do $(BENCH)/bin/python "$$script" --quick || failed="$$failed $$script"; done; \
		[ -z "$$failed" ] || { echo "These did not finish:$$failed"; exit 1; }

# The peers live in an environment of their own. numbalsoda comes as source that needs a Fortran compiler.
$(BENCHED): requirements/bench.txt requirements/build.txt pyproject.toml
	@$(PYTHON) -m venv --clear $(BENCH)
	@echo "Installing what we are measured beside (a few minutes the first time) ..."
	@if command -v gfortran >/dev/null; then cp requirements/bench.txt $(BENCH)/lock.txt; else \
		echo "Missing: gfortran, so numbalsoda is left out. On Debian or Ubuntu: apt-get install gfortran, then rm $@."; \
		awk '/^numbalsoda==/ {out = 1} !out {print} !/\\$$/ {out = 0}' requirements/bench.txt >$(BENCH)/lock.txt; fi
	@$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(BENCH)/lock.txt -r requirements/build.txt
	@$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

validation: $(STAMP) ## every published number of ketamine beside ours: docs/reference/validation.md
	@$(BIN)/python -m ataraxy.commands.validation

lock: ## pin the dependencies again (needs uv)
	@command -v uv >/dev/null || { echo "Missing: uv. Install it, then run make lock again."; exit 1; }
	$(COMPILE) pyproject.toml -o requirements/run.txt
	$(COMPILE) --group dev pyproject.toml -o requirements/dev.txt
	$(COMPILE) --group bench pyproject.toml -o requirements/bench.txt
	printf 'hatchling==1.27.0\neditables\n' | $(COMPILE) - -o requirements/build.txt

clean: ## remove what was built (never a clinic's data)
	rm -rf $(VENV) build dist test-artefacts .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
