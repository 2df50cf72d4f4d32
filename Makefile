# run: the demo in the browser. test, check: what CI runs. bench, bench-cluster: the figures of bench/RESULTS.md.
# chaos: the long form of the fault tests.
# A fresh machine needs Python 3.11 or newer, nothing else.

PORT ?= 8080
WORKERS ?= 2
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --constraint requirements.lock

.PHONY: run test check bench bench-cluster chaos format types pictures lock npm clean
.DEFAULT_GOAL := run

run: $(VENV)/.run
	@$(BIN)/python static/bundle.py
	@exec $(BIN)/parley demo --port $(PORT)

test: $(VENV)/.dev
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadscope --no-loadscope-reorder $(ARGS)

# Each rule stands alone, so `make -k check` names every fault at once.
check: check-format check-lint check-layers check-browser check-types check-house

.PHONY: check-format check-lint check-layers check-browser check-types check-house
check-format: $(VENV)/.dev
	@$(BIN)/ruff format --check --quiet .
check-lint: $(VENV)/.dev
	@$(BIN)/ruff check --quiet .
check-layers: $(VENV)/.dev
	@$(BIN)/lint-imports --no-logo > .cache/layers.txt 2>&1 || { cat .cache/layers.txt; exit 1; }
check-types: $(VENV)/.dev
	@$(BIN)/mypy
check-browser: $(VENV)/.dev
	@$(BIN)/python static/bundle.py --check
check-house: $(VENV)/.dev
	@$(BIN)/python -m pytest -q tests/house

bench: $(VENV)/.dev
	@$(BIN)/python static/bundle.py
	@$(BIN)/python -m bench $(ARGS)

# Several processes on PostgreSQL and Valkey: two hours. make bench-cluster ARGS="--churn 5 --day 2" is shorter.
bench-cluster: $(VENV)/.dev
	@$(BIN)/python -m bench --cluster $(ARGS)

# make chaos ARGS="--house sqlite --seed 7 --messages 5000": see docs/faults.md.
chaos: $(VENV)/.dev
	@$(BIN)/python -m tests.chaos $(ARGS)

# Everything that a tool can mend or make by itself.
format: $(VENV)/.dev
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format --quiet .
types: $(VENV)/.dev
	@$(BIN)/python -m gateway.typescript

# docs/pictures, anew: from the demo, in real Chromium.
pictures: $(VENV)/.dev
	@$(BIN)/python -m tests.pictures

# make npm ARGS="install NAME": the front end's packages, through the Node that comes with the environment.
npm: $(VENV)/.dev
	@$(BIN)/python static/bundle.py --npm $(ARGS)

# The exact versions that were tested together; constraints only, so nothing here is installed unasked.
lock: $(VENV)/.dev
	@$(BIN)/python -m pip freeze --exclude-editable > requirements.lock

$(BIN)/python:
	@for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    $$python -m venv $(VENV) && exit 0; rm -rf $(VENV); \
	  fi; \
	done; echo "Parley needs Python 3.11 or newer, with its venv module" >&2; exit 1

$(VENV)/.run: pyproject.toml requirements.lock hatch_build.py | $(BIN)/python
	@echo "Installing Parley into $(VENV): once, half a minute to three minutes ..."
	@$(INSTALL) --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml requirements.lock hatch_build.py | $(BIN)/python
	@echo "Installing Parley and its test tools into $(VENV): once, one to five minutes ..."
	@$(INSTALL) --editable '.[dev]'
	@mkdir -p .cache
	@touch $@ $(VENV)/.run

clean:
	rm -rf $(VENV) .cache static/dist static/node_modules
