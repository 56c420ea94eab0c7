# Every target sets up what it needs; nothing but Python >= 3.11, git and make is asked of the machine.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
HOME_DIR ?= .pipeline_exec
RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev

.DEFAULT_GOAL := help
.PHONY: help run demo test check bench schema docs lock clean

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(RUNTIME) ## Start the whole service with the examples; Ctrl-C stops it
	@$(BIN)/pipeline-exec up --home $(HOME_DIR) --apply examples

demo: $(RUNTIME) ## Run the examples to their end and check that each ended as it must
	@$(BIN)/pipeline-exec demo

test: $(DEV) ## Run all tests
	@$(BIN)/pytest -n 2 --dist loadgroup

check: $(DEV) ## Lint, format check, types, import rules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@PYTHONPATH=. $(BIN)/lint-imports --no-cache >$(VENV)/lint-imports.log || (cat $(VENV)/lint-imports.log; exit 1)

bench: $(DEV) ## Measure, each figure beside what it is compared with; BENCH="plane --rivals" for one
	@$(BIN)/python -m benchmarks $(BENCH)

schema: $(DEV) ## Write the GraphQL schema as it is now
	@$(BIN)/python -m pipeline_exec.api.graphql.print_schema > pipeline_exec/api/graphql/schema.graphql

docs: $(DEV) ## Write the reference pages from the code
	@$(BIN)/python -m docs.generate

lock: ## Resolve the dependencies anew and pin what was found
	@rm -rf $(VENV)/.lock && $(PYTHON) -m venv $(VENV)/.lock
	@$(VENV)/.lock/bin/pip install --quiet --disable-pip-version-check . && \
		$(VENV)/.lock/bin/pip freeze --exclude pipeline-exec > requirements.lock
	@$(VENV)/.lock/bin/pip install --quiet --disable-pip-version-check --constraint requirements.lock '.[dev,redis]' && \
		$(VENV)/.lock/bin/pip freeze --exclude pipeline-exec > requirements-dev.lock
	@rm -rf $(VENV)/.lock build

clean: ## Remove the environment and the embedded state
	@rm -rf $(VENV) $(HOME_DIR)

$(BIN)/python:
	@$(PYTHON) -m venv $(VENV)

$(RUNTIME): requirements.lock setup.py | $(BIN)/python
	@echo "Installing the pinned dependencies into $(VENV) (about a minute) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(DEV): requirements-dev.lock $(RUNTIME)
	@echo "Installing what the tests need ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -r requirements-dev.lock
	@touch $@
