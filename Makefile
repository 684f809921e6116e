# Everything happens in .venv, made of the exact versions and files of constraints*.txt.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BENCHMARKS := retrieval exact_words practices search_latency threads ingest append projection startup fulltext permissions erasure busy import_beside http large_base many

QUIET := --quiet --disable-pip-version-check
LOCKED = $(BIN)/python -m pip install $(QUIET) --require-hashes --no-deps --only-binary :all:
# One more than two cores have work for, as a fifth of the time tests wait for other programs.
WORKERS ?= 3
# The tables of docs/ are made of the program, by docs/tables.py.
COG = $(BIN)/cog -P -I . -p "from docs import tables" --verbosity 1
MADE = $(shell grep -rl --include='*.md' '\[\[\[cog ' docs)
PYTEST = $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup --no-loadscope-reorder

# What Python and pytest compile is kept, also where the environment asks that it is not: to compile
# all tests anew takes ten seconds of each of the processes, and our programs half a second at each start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo dev test test-fast coverage fuzz lint docs audit bench env constraints messages

# What serves: nothing that is not in constraints*.txt, each file as its hash says, and no program of
# a package that is run to build it. A build of torch without accelerators is taken where pip finds it;
# the release that others get says by `pip check` that it needs more.
env: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml constraints.txt constraints-cpu.txt constraints-cuda.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON to it.")'
	@echo "Installing into $(VENV) (a few minutes the first time) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(LOCKED) -r constraints-cpu.txt 2>/dev/null || echo "No build of torch for processors alone is at hand: taking its release."
	@$(LOCKED) -r constraints.txt
	@$(BIN)/python -m pip check >/dev/null || $(LOCKED) -r constraints-cuda.txt
	@$(BIN)/python -m pip install $(QUIET) --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m pip check
	@touch $@

# The same, and what checks and tests.
dev: $(VENV)/.installed-dev

$(VENV)/.installed-dev: $(VENV)/.installed constraints-dev.txt
	@$(LOCKED) -r constraints-dev.txt
	@touch $@

demo: env
	@$(BIN)/python -m kb.demo

# On WORKERS processes; tests that share something costly stay together (tests/conftest.py).
test: dev
	@$(PYTEST)

# No browser, no model, no other process, nothing that draws or asks very many cases, no file that
# takes seconds: under a minute on two idle cores.
test-fast: dev
	@$(PYTEST) -m "not (browser or model or process or exhaustive or hypothesis or long)"

# With branch coverage, which costs half as much again; fails under 95%.
coverage: dev
	@$(PYTEST) --cov --cov-report=term --durations=25

# The JSON interface against its description, with more than 20,000 requests, and every property of
# Hypothesis on many new examples; an hour.
fuzz: dev
	@$(PYTEST) --hypothesis-profile=fuzz -m hypothesis

lint: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@$(COG) --check --check-fail-msg "run \`make docs\`" --diff $(MADE)
	$(BIN)/bandit --quiet --recursive -c pyproject.toml -ll events indexer kb web benchmarks .ci
	@$(BIN)/python -m pip --disable-pip-version-check check

# Writes the tables in docs/ anew; `make lint` fails where they are not what the program is.
docs: dev
	@$(COG) -r $(MADE)

# Asks a service for known vulnerabilities, so it needs a network; docs/developer/testing.md has more.
# Without --strict a package that could not be asked about would pass.
audit: dev
	$(BIN)/pip-audit --strict --progress-spinner=off --disable-pip --no-deps \
	  --requirement constraints.txt --requirement constraints-dev.txt

# Set KB_BENCH_DATA to the folder of test collections; a program that needs it says so without it.
bench: dev
	@for program in $(BENCHMARKS); do \
	  echo "== $$program"; $(BIN)/python -m benchmarks.$$program || true; \
	done

# Writes the exact versions and the hashes of all their files; run after changing pyproject.toml.
# `make constraints UPGRADE=--upgrade` takes the newest that it allows. Needs the package index.
constraints:
	$(PYTHON) .ci/lock.py $(UPGRADE)

# Takes new and changed messages into the catalogues of all languages; then translate what is empty.
messages: dev
	@$(BIN)/python .ci/messages.py
