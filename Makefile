# The doors to working on Saycut. `make` alone lists them.
#
# Everything lives in .venv. uv makes it where uv is there; else Python 3.11 or newer with
# pip does. What is installed is pinned with hashes in requirements/.

.SHELLFLAGS := -eu -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

BIN := .venv/bin
UV := $(shell command -v uv 2> /dev/null)

# The first Python that is new enough; a shim that only says it is not installed does not count.
find_python = for python in python3.14 python3.13 python3.12 python3.11 python3; do \
    "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null \
      && { echo "$$python"; break; }; \
  done

ifdef UV
  create = uv venv --quiet --python '>=3.11' .venv
  install = uv pip install --quiet --compile-bytecode --python $(BIN)/python
else
  create = python="$$($(find_python) || true)"; \
    test -n "$$python" || { echo "Python 3.11 or newer is needed" >&2; exit 1; }; \
    "$$python" -m venv .venv
  install = $(BIN)/python -m pip install --quiet --disable-pip-version-check
endif

DEMO_REQUEST := create a 30-second promotional video with transitions and text overlays

.PHONY: help
help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: .venv/run.stamp ## install, then make out/promo.mp4 from the photos and the music in examples/
	mkdir -p out
	SAYCUT_DATA=out/data SAYCUT_CACHE=out/cache $(BIN)/saycut make \
	  examples/*.jpg examples/*.m4a -p '$(DEMO_REQUEST)' -o out/promo.mp4
	@echo 'To go on with this project: export SAYCUT_DATA=out/data SAYCUT_CACHE=out/cache'
	@echo 'The command is $(BIN)/saycut'

.PHONY: test
test: lint ## what CI runs: format, lint, types, import contract, all tests
	$(BIN)/pytest -n auto

.PHONY: coverage
coverage: .venv/dev.stamp ## all tests one by one, and which lines of this process they reach
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --skip-covered --skip-empty

.PHONY: check
check: lint ## the quick part of it, for before every commit
	$(BIN)/pytest -n auto --ignore tests/integration --ignore tests/e2e

.PHONY: lint
lint: .venv/dev.stamp
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: bench
bench: .venv/dev.stamp ## measure against x264 and ffmpeg, into benchmarks/out/results.json
	$(BIN)/python -m benchmarks

.PHONY: bench-streams
bench-streams: .venv/dev.stamp ## measure a thousand event streams, into benchmarks/out/streams.json
	$(BIN)/python -m benchmarks.streams

.PHONY: soak
soak: .venv/dev.stamp ## two hundred films while the server is killed again and again
	$(BIN)/python -m tests.e2e.crashing 200

.PHONY: lock
lock: ## pin the newest allowed versions in requirements/ (needs uv)
	uv lock --upgrade
	uv export --format requirements-txt --no-emit-project --no-header --no-annotate \
	  --no-dev --group build -o requirements/run.txt
	uv export --format requirements-txt --no-emit-project --no-header --no-annotate \
	  --all-extras --group dev --group build -o requirements/dev.txt

.PHONY: clean
clean: ## remove the environment, outputs and caches
	rm -rf .venv out benchmarks/out dist .coverage .coverage.* \
	  .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	$(create)

.venv/run.stamp: requirements/run.txt pyproject.toml | $(BIN)/python
	$(install) --require-hashes -r requirements/run.txt
	$(install) --no-deps --no-build-isolation --editable .
	touch $@

.venv/dev.stamp: requirements/dev.txt pyproject.toml | $(BIN)/python
	$(install) --require-hashes -r requirements/dev.txt
	$(install) --no-deps --no-build-isolation --editable .
	touch $@
