# Every chore has one command; `make help` lists them. Nothing but Python >= 3.11 and make has to be on the machine.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:

# An active virtual environment or a set PYTHONPATH must not leak into ours; PIP_* is left alone.
unexport VIRTUAL_ENV PYTHONHOME PYTHONPATH PYTHONSTARTUP

PYTHON ?=
TORCH_VERSION := 2.13.0
OPENVINO_VERSION := 2026.4.1
# Where pip looks for torch: empty means the default index. CPU and GPU machines want different builds (README.md).
TORCH_INDEX_URL ?=

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
LOCK := $(BIN)/uv pip compile --quiet --universal --no-emit-index-url --no-emit-find-links --generate-hashes --no-header --python-version 3.11

.PHONY: help install fast run test chaos fuzz check bench lock

help: ## list these commands
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r name what; do printf 'make %-9s %s\n' "$$name" "$$what"; done

install: .venv/.installed ## prepare .venv from the locks; does nothing when nothing changed

fast: install ## install OpenVINO (180 MB), which computes the networks two to three times faster on a CPU
	$(PIP) install --quiet --no-deps openvino==$(OPENVINO_VERSION)

run: install ## start everything and print the address; Ctrl-C stops it
	@exec $(BIN)/cellhub up --stop-with-parent

test: .venv/.installed-dev ## run every test, browser journeys included
	@$(BIN)/python -m tests.run

chaos: .venv/.installed-dev ## kill and starve parts of a running CellHub, ten times; ROUNDS=1 for once
	@$(BIN)/python -m tests.chaos --rounds $(or $(ROUNDS),10)

fuzz: .venv/.installed-dev ## try every route and event handler with values of every kind for ten minutes; TIMES=100 for longer
	@CELLHUB_FUZZ=$(or $(TIMES),20) $(BIN)/python -m pytest -q -o faulthandler_timeout=0 tests/integration/doors/test_arguments.py tests/integration/doors/test_document.py

check: .venv/.installed-dev ## lint, types, import contracts, compose file, Dockerfiles, nginx
	@bash .ci/check

bench: .venv/.installed-dev ## run the benchmarks
	@$(BIN)/python -m bench

lock: .venv/.installed-dev ## resolve the dependencies anew
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) pyproject.toml --group dev -o requirements-dev.lock

.venv/bin/python:
	@bash .ci/venv "$(PYTHON)"

.venv/.installed: requirements.lock pyproject.toml | .venv/bin/python
	$(PIP) install --quiet --no-deps --require-hashes -r requirements.lock
	$(PIP) install --quiet torch==$(TORCH_VERSION) $(if $(TORCH_INDEX_URL),--index-url $(TORCH_INDEX_URL))
	$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

.venv/.installed-dev: requirements-dev.lock .venv/.installed
	$(PIP) install --quiet --no-deps --require-hashes -r requirements-dev.lock
	@touch $@
