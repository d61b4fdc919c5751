# What a developer does every day; the rest lies in make/, by subject, and is listed by `make help-more`.
#
# PYTHON=… the interpreter (python3), VENV=… its environment (.venv), CC=… the C compiler of the C tests.

PYTHON ?= python3
VENV   ?= .venv
CC     ?= cc
BUILD  := build

SHELL       := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS   += --no-print-directory
.DELETE_ON_ERROR:
.SECONDARY:
.DEFAULT_GOAL := help

include make/environment.mk
include make/core.mk
include make/machines.mk
include make/tests.mk
include make/instrumented.mk
include make/docs.mk
include make/release.mk

.PHONY: help help-more
list = awk -F ':.*\#\# ' 'FNR == 1 { title = substr($$0, 3) } \
	/^[a-z-]+:.*\#\# / { if (title) print title; title = ""; printf "  make %-19s %s\n", $$1, $$2 }'
help: ## This list
	@$(list) Makefile

help-more: ## The list of all other targets, by subject
	@$(list) make/*.mk

.PHONY: build demo check test test-python test-project test-cluster lint types
build: $(VENV)/.built ## Compile the C core and install the package into .venv, editable; again after a change of C

demo: build ## Set everything up, then count the words of a real book
	$(VENV)/bin/text-processor count examples/kjv.txt --top 20

# A name is looked for in all places: a subject has the same one in C and in Python.
ONE_C      = $(wildcard $(if $(filter %.c,$(ONE)),$(ONE),tests/c/$(ONE).c))
ONE_PYTHON = $(if $(findstring .py,$(ONE)),$(ONE),$(wildcard tests/$(ONE).py tests/project/$(ONE).py))
check: ## Build what has changed and run one test: ONE=test_split, or a file, or tests/test_words.py::test_…
	@$(if $(ONE_C)$(ONE_PYTHON),,echo "which test? for example: make check ONE=test_words" && exit 1)
	@$(foreach program,$(ONE_C:tests/c/%.c=$(BUILD)/c/plain/%),$(MAKE) $(program) && $(program))
	@$(if $(ONE_PYTHON),$(MAKE) $(VENV)/.test-tools && HYPOTHESIS_PROFILE=$${HYPOTHESIS_PROFILE:-quick} $(VENV)/bin/python -m pytest -q $(ONE_PYTHON))

# The C core is tested while packages are on their way; examples are few unless more are asked for.
test: ## The tests of the C core and of the package; HYPOTHESIS_PROFILE=ci tries more
	+@$(AT_ONCE) $(VENV)/.test-tools test-c
	@HYPOTHESIS_PROFILE=$${HYPOTHESIS_PROFILE:-quick} $(MAKE) test-python

test-python: $(VENV)/.test-tools
	$(call side-by-side,$(VENV)/bin/python)

test-project: $(VENV)/.dev-tools ## The tests of what is around the package: documentation, tools, benchmarks, workflows
	$(call side-by-side,$(VENV)/bin/python,tests/project)

# Where an engine cannot be installed, or has no Java to run on, its tests say that they are skipped. Each file has an engine,
# which mostly waits: the three run side by side.
test-cluster: $(VENV)/.engines ## Dask, Spark and Ray on this machine, with workers that are killed; installs the last two
	$(VENV)/bin/python -m pytest -rs -n 3 --dist=loadfile tests/test_cluster_dask.py tests/test_cluster_spark.py tests/test_cluster_ray.py

lint: $(VENV)/.dev-tools ## ruff: rules and format
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check

# The public stub is one file named like the package, so it is found first only from the folder that holds it: here the
# built copy's. That the package's modules have no stubs of their own is as it should be.
types: $(VENV)/.dev-tools ## mypy, pyright, and the stubs against the package
	$(VENV)/bin/mypy
	$(VENV)/bin/pyright --pythonpath $(VENV)/bin/python
	$(VENV)/bin/python -m mypy.stubtest text_processor._textproc_cffi
	cd text_processor/stubs && $(abspath $(VENV))/bin/python -m mypy.stubtest text_processor \
		--ignore-unused-allowlist --allowlist <(printf '%s\n' $(subst /,.,$(patsubst %/__init__,%,$(basename $(wildcard text_processor/*.py text_processor/*/*.py text_processor/*/*/*.py)))))

.PHONY: bench docs wheel clean
bench: $(VENV)/.bench-tools $(COUNT) ## Run the benchmarks; words.py and bpe.py, which take long, write to build/benchmarks
	$(VENV)/bin/python benchmarks/seed.py
	$(VENV)/bin/python benchmarks/numeric.py
	$(VENV)/bin/python benchmarks/normalize.py
	$(VENV)/bin/python benchmarks/segment.py
	$(VENV)/bin/python benchmarks/words.py
	$(VENV)/bin/python benchmarks/bpe.py

docs: $(VENV)/.docs-tools ## The documentation as HTML into build/docs, without the network; a warning or a dead link is an error
	@rm -rf $(BUILD)/docs
	@$(VENV)/bin/python -m sphinx -n -W --keep-going -q -d $(BUILD)/doctrees docs $(BUILD)/docs
	@$(VENV)/bin/python tools/check_pages.py $(BUILD)/docs
	@echo "$(BUILD)/docs/index.html"

wheel: $(VENV)/.dev-tools ## An sdist, and from that a wheel, in isolation, into dist/
	@rm -rf dist && mkdir -p dist $(BUILD)
	@$(VENV)/bin/python -m build > $(BUILD)/wheel.log 2>&1 || { cat $(BUILD)/wheel.log; exit 1; }
	@ls dist/*.tar.gz dist/*-cp311-abi3-*.whl

clean: ## Remove everything that was made, .venv too
	rm -rf $(BUILD) dist $(VENV) *.egg-info text_processor/*.so text_processor/stubs text_processor/_textproc_cffi.pyi
	rm -rf .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
