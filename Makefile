# The two that matter: `make demo` (set up, segment the bundled scan, open the studio; where there is
# no display, ARGS=--serve serves it and says where) and `make test` (set up and check everything).
# CONTRIBUTING.md has the rest.
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
# OpenMP workers that spin while they wait slow a busy machine down many times over.
export OMP_WAIT_POLICY = passive

.PHONY: setup demo test lint bench wheel clean

setup: $(VENV)/.dev

# Installing also builds the studio (hatch_build.py), so its sources count too.
STUDIO := hatch_build.py $(shell find studio -name node_modules -prune -o -type f -print)

# Stamps: what is installed is left alone until pyproject.toml changes. The demo needs only what
# users need, without the compiling of files it never imports, so that a first look comes sooner.
$(VENV)/.dev: pyproject.toml $(STUDIO) | $(BIN)/pip
	$(PIP) install --editable '.[dev]'
	@touch $(VENV)/.runtime $@

$(VENV)/.runtime: pyproject.toml $(STUDIO) | $(BIN)/pip
	$(PIP) install --no-compile --editable '.[all]'
	@touch $@

$(BIN)/pip:
	@for python in $(PYTHON) python3.11 python3 python3.12 python3.13 python3.14; do \
	  if $$python -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "setting up in $(VENV) with $$($$python --version)"; \
	    exec $$python -m venv --clear $(VENV); \
	  fi; \
	done; \
	echo "No Python 3.11 or newer with venv found; install it, or name one: make PYTHON=/its/path"; \
	exit 1

demo: $(VENV)/.runtime
	$(BIN)/pinpoint3d demo --out out/demo $(ARGS)

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/basedpyright
	$(BIN)/lint-imports

test: lint
	$(BIN)/pytest -n 2 --dist worksteal

bench: setup
	$(BIN)/python benchmarks/run.py

wheel: setup
	$(BIN)/hatchling build -d dist

clean:
	rm -rf $(VENV) out dist build studio/node_modules src/pinpoint3d/server/static
