# Two commands do it all: `make play` and `make test`.  Both may be repeated at will.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHON

.PHONY: play test check soak bench songs clean python

play: $(VENV)/.play
	@sh tools/display.sh $(BIN)/ourojam

test: $(VENV)/.test check
	$(BIN)/python -m pytest -n 2 --dist loadgroup --no-loadscope-reorder

check: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

soak: $(VENV)/.test
	$(BIN)/python -m pip install -q -c constraints.txt -e '.[test,bench,soak]'
	$(BIN)/python -m pytest -m soak --run-soak
	$(BIN)/python tests/fuzz/fuzz_formats.py --runs 130000 --format all
	$(BIN)/python tests/fuzz/fuzz_datagrams.py --runs 1000000

bench: $(VENV)/.test
	$(BIN)/python -m pip install -q -c constraints.txt -e '.[test,bench]'
	$(BIN)/ourojam bench

songs: $(VENV)/.test
	$(BIN)/python -m tools.songs

clean:
	rm -rf $(VENV) build .mypy_cache .ruff_cache .hypothesis

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "OuroJam needs Python 3.11 or newer; name one: make play PYTHON=python3.12"; exit 1; }

$(VENV)/.play: pyproject.toml constraints.txt tools/system_packages.sh | python
	@sh tools/system_packages.sh play
	@echo "Making the virtual environment $(VENV) and installing what the game needs ..."
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q -c constraints.txt -e .
	@touch $@

$(VENV)/.test: pyproject.toml constraints.txt tools/system_packages.sh | python
	@sh tools/system_packages.sh test
	@echo "Making the virtual environment $(VENV) and installing what the tests need ..."
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q -c constraints.txt -e '.[test]'
	@touch $@
