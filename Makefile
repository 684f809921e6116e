# Everything happens in .venv, made from pyproject.toml with the exact versions of constraints.txt.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BENCHMARKS := retrieval practices search_latency ingest append projection startup fulltext permissions erasure busy

WORKERS ?= 2
PYTEST = $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup --no-loadscope-reorder

.PHONY: demo test test-fast coverage fuzz lint audit bench env constraints

env: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON to it.")'
	@echo "Installing into $(VENV) (a few minutes the first time) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

demo: env
	@$(BIN)/python -m kb.demo

# On WORKERS processes; tests that share something costly stay together (tests/conftest.py).
test: env
	@$(PYTEST)

# No browser, no model, no other process: under a minute.
test-fast: env
	@$(PYTEST) -m "not browser and not model and not process"

# With branch coverage, which costs half as much again; fails under 95%.
coverage: env
	@$(PYTEST) --cov --cov-report=term --durations=25

# The JSON interface against its description, with more than 20,000 requests, and every property of
# Hypothesis on many new examples; an hour.
fuzz: env
	@$(PYTEST) --hypothesis-profile=fuzz -m hypothesis

lint: env
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/bandit --quiet --recursive -c pyproject.toml -ll events indexer kb web benchmarks .ci
	@$(BIN)/python -m pip --disable-pip-version-check check

# Asks a service for known vulnerabilities, so it needs a network; docs/developer/testing.md has more.
# Without --strict a package that could not be asked about would pass.
audit: env
	$(BIN)/pip-audit --strict --progress-spinner=off --disable-pip --no-deps --requirement constraints.txt

# Set KB_BENCH_DATA to the folder of test collections; a program that needs it says so without it.
bench: env
	@for program in $(BENCHMARKS); do \
	  echo "== $$program"; $(BIN)/python -m benchmarks.$$program || true; \
	done

# Writes the versions of a fresh environment; run after changing pyproject.toml.
constraints:
	$(PYTHON) -m venv $(VENV)-fresh
	$(VENV)-fresh/bin/python -m pip install --quiet '.[dev]'
	$(VENV)-fresh/bin/python -m pip freeze --exclude tributary | grep -v '@' | sed 's/+cpu$$//' > constraints.txt
	rm -r $(VENV)-fresh
