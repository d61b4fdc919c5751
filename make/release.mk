# What is handed out

# The versions on which test-wheel runs the whole test suite, not the smoke test alone, and the one on which it measures what
# lines they reach.
SUITE    ?= 3.11 3.12 3.13 3.14 3.15
MEASURED ?=

.PHONY: manylinux workflows release first-change test-wheel newest-pythons free-threaded workshop
manylinux: $(VENV)/.release-tools ## The sdist and the wheel for Linux, twice, to the byte the same, audited, into dist/release/
	@$(VENV)/bin/python tools/build_release.py dist/release

workflows: $(VENV)/.release-tools $(VENV)/.test-tools ## What can be known of .github/workflows without running them
	@$(VENV)/bin/python -m pytest -q tests/project/test_workflows.py

release: manylinux workflows $(VENV)/.test-tools ## Whether a version may be released, and what is then left to do; it tags nothing
	@$(VENV)/bin/python tools/check_release.py dist/release

test-wheel: wheel ## Try that wheel on every CPython from 3.11 to 3.15 found here
	@PYTHON=$(PYTHON) MEASURED=$(MEASURED) tools/test_wheel.sh dist/*.whl dist/*.tar.gz $(BUILD)/test-wheel $(SUITE)

in-unstable = tools/in_unstable.sh $(BUILD)/sid
newest-pythons: wheel ## The wheel on CPython 3.14 and 3.15 of Debian's unstable branch, in a root of its own; needs root
	@$(in-unstable) 'PYTHON=python3.15 tools/test_wheel.sh *.whl *.tar.gz ../tried 3.14 3.15' dist/*.whl dist/*.tar.gz

# FREE_THREADED=… an interpreter that is there, such as python3.14t; otherwise CPython is compiled in that root.
free-threaded: wheel ## The package and its tests on a free-threaded CPython with the GIL off; needs root, or FREE_THREADED=…
	@$(if $(FREE_THREADED),tools/free_threaded.sh dist/*.tar.gz $(BUILD)/free-threaded $(FREE_THREADED),$(in-unstable) 'tools/free_threaded.sh *.tar.gz ../free-threaded' dist/*.tar.gz)

first-change: $(VENV)/.dev-tools ## Make the example of a change in CONTRIBUTING.md to a copy, and build and test it there
	@$(VENV)/bin/python tools/check_first_change.py $(BUILD)/first-change

workshop-c = $(BUILD)/c/warnings-$(1)/examples/workshop/workshop.o
workshop: $(VENV)/.created $(call workshop-c,gcc) $(call if-installed,clang,$(call workshop-c,clang)) ## Follow the page examples/workshop/README.md in an empty folder, down to a tested wheel
	@$(VENV)/bin/python tools/check_workshop.py
