# Everything a developer does here. `make` alone lists it.
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

.PHONY: help
help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-19s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

# skip-TOOL stands in where TOOL is not installed: $(call if-installed,TOOL,target)
if-installed = $(if $(shell command -v $(1)),$(2),skip-$(1))
skip-%:
	@echo "skipped: $* is not installed"

# ---- The environment and the package in it ------------------------------------------------------------------------------

C_SOURCES := $(sort $(shell find csrc -name '*.c'))
C_HEADERS := $(sort $(shell find csrc -name '*.h'))
STUBS     := $(wildcard stubs/*.pyi)
COUNT     := $(BUILD)/c/optimized/count

PIP = $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check
requirements = $(VENV)/bin/python tools/requirements.py $(1) | $(PIP) -r /dev/stdin

$(VENV)/.created: pyproject.toml
	@echo "environment $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@$(call requirements,build)
	@touch $@

# Changes when a file comes or goes, which no file's own time tells.
$(BUILD)/inputs: FORCE
	@mkdir -p $(@D)
	@echo '$(C_SOURCES) $(C_HEADERS) $(STUBS)' | cmp -s - $@ || echo '$(C_SOURCES) $(C_HEADERS) $(STUBS)' > $@
FORCE:

# Editable: Python files are used where they lie; C and stubs come in by these rules alone. The second one does without pip.
$(VENV)/.installed: $(VENV)/.created $(BUILD)/inputs setup.py build_ffi.py $(STUBS)
	@echo "building the package"
	@$(PIP) --no-build-isolation --editable '.[cli]'
	@touch $@

$(VENV)/.built: $(VENV)/.installed $(C_SOURCES) $(C_HEADERS)
	@$(VENV)/bin/python -W ignore setup.py --quiet build_ext --inplace
	@touch $@

$(VENV)/.test-tools: $(VENV)/.built tools/requirements.py
	@$(call requirements,test)
	@touch $@

$(VENV)/.dev-tools: $(VENV)/.test-tools
	@$(call requirements,dev)
	@touch $@

# What makes wheels and looks at them.
$(VENV)/.release-tools: $(VENV)/.created tools/requirements.py
	@$(call requirements,release)
	@touch $@

# What we are measured beside.
$(VENV)/.bench-tools: $(VENV)/.built tools/requirements.py
	@$(call requirements,bench)
	@touch $@

$(VENV)/.docs-tools: $(VENV)/.built tools/requirements.py
	@$(call requirements,docs)
	@touch $@

.PHONY: build demo bench bench-docs
build: $(VENV)/.built ## Compile the C core and install the package into .venv, editable; again after a change of C

demo: build ## Set everything up, then count the words of a real book
	$(VENV)/bin/text-processor count examples/kjv.txt --top 20

bench: $(VENV)/.bench-tools $(COUNT) ## Run the benchmarks; words.py and bpe.py, which take long, write to build/benchmarks
	$(VENV)/bin/python benchmarks/seed.py
	$(VENV)/bin/python benchmarks/numeric.py
	$(VENV)/bin/python benchmarks/words.py
	$(VENV)/bin/python benchmarks/bpe.py

bench-docs: build ## The tables and plots of the pages on speed, from the figures in docs/benchmarks
	@$(VENV)/bin/python benchmarks/report.py docs/benchmarks/words.json docs/benchmarks.md
	@$(VENV)/bin/python benchmarks/report.py docs/benchmarks/bpe.json docs/tokenizer-benchmarks.md

# ---- The C core by itself -----------------------------------------------------------------------------------------------

# C11, and what POSIX adds to the C library: as in build_ffi.py.
C_DIALECT := -std=c11 -D_DEFAULT_SOURCE

# The rules for one way of compiling it: $(call c-config,name,compiler,flags,suffix). Objects and test programs lie in build/c/name;
# a suffix is what the names of programs end in, where a system wants that.
# The fuzz targets get a main of their own, but from libFuzzer where that is linked to.
C_TESTS   := $(sort $(wildcard tests/c/test_*.c))
C_FUZZERS := $(sort $(wildcard tests/c/fuzz_*.c))
define c-config
programs-$(1) := $(C_TESTS:tests/c/%.c=$(BUILD)/c/$(1)/%$(4))
fuzzers-$(1)  := $(C_FUZZERS:tests/c/%.c=$(BUILD)/c/$(1)/%)
replay-$(1)   := $(if $(findstring fuzzer,$(3)),,$(BUILD)/c/$(1)/tests/c/replay.o)
objects-$(1)  := $(C_SOURCES:%.c=$(BUILD)/c/$(1)/%.o)
tests-$(1)    := $(patsubst %.c,$(BUILD)/c/$(1)/%.o,$(C_TESTS) $(C_FUZZERS) tests/c/replay.c)

$(BUILD)/c/$(1)/%.o: %.c Makefile
	@mkdir -p $$(@D)
	@$(2) $(C_DIALECT) -pthread -Icsrc $(3) -MMD -MP -c $$< -o $$@

$(BUILD)/c/$(1)/test_%$(4): $(BUILD)/c/$(1)/tests/c/test_%.o $$(objects-$(1)) $(BUILD)/inputs
	@$(2) -pthread $(3) $$(filter %.o,$$^) -lm -o $$@

$(BUILD)/c/$(1)/fuzz_%: $(BUILD)/c/$(1)/tests/c/fuzz_%.o $$(replay-$(1)) $$(objects-$(1)) $(BUILD)/inputs
	@$(2) -pthread $(3) $$(filter %.o,$$^) -lm -o $$@

-include $$(objects-$(1):.o=.d) $$(tests-$(1):.o=.d)
endef

# Runs all test programs of a configuration, with what it takes in front: $(call run-c-tests,name,prefix)
run-c-tests = @failed=0; \
	for program in $(programs-$(1)); do echo "$$program"; $(2) $$program || failed=1; done; \
	exit $$failed

# Gives the fuzz targets of a configuration the inputs that are kept: $(call replay-inputs,name)
replay-inputs = @failed=0; \
	for program in $(fuzzers-$(1)); do echo "$$program"; $$program tests/fuzz/$${program\#\#*/fuzz_}/* || failed=1; done; \
	exit $$failed

WARNINGS  := -O2 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Werror
SANITIZE  := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -g
CLANG_SANITIZE := $(SANITIZE)
# Where it knows AVX-512, GCC clears a struct by 64 bytes; and some, 12.2 for one, take a struct that AddressSanitizer has moved off
# the stack for aligned to them, though it is to 32 alone: https://gcc.gnu.org/bugzilla/show_bug.cgi?id=110027
NARROW_MOVES := -mmove-max=256 -mstore-max=256
SANITIZE  += $(shell $(CC) $(NARROW_MOVES) -E -x c /dev/null >/dev/null 2>&1 && echo '$(NARROW_MOVES)')

$(eval $(call c-config,plain,$(CC),-O2 -g))
$(eval $(call c-config,valgrind,$(CC),-O2 -g -DTP_NO_LARGE_BLOCKS))
$(eval $(call c-config,asan,$(CC),-O1 $(SANITIZE)))
$(eval $(call c-config,ubsan,$(CC),-O1 -g -fsanitize=undefined -fno-sanitize-recover=all))
$(eval $(call c-config,tsan,$(CC),-O1 -g -fsanitize=thread))
$(eval $(call c-config,coverage,$(CC),-O0 -g --coverage))
$(eval $(call c-config,fuzz,clang,-O1 -g -fsanitize=fuzzer $(CLANG_SANITIZE)))
$(eval $(call c-config,warnings-gcc,gcc,$(WARNINGS)))
$(eval $(call c-config,warnings-clang,clang,$(WARNINGS)))

# The program that counts a file, with the core compiled as in the package: by build_ffi.py's flags and Python's own.
OPTIMIZED := -O3 -fvisibility=hidden -fPIC -fwrapv -DNDEBUG -g
$(eval $(call c-config,optimized,$(CC),$(OPTIMIZED)))

$(COUNT): $(BUILD)/c/optimized/benchmarks/c/count.o $(objects-optimized) $(BUILD)/inputs
	@$(CC) -pthread $(OPTIMIZED) $(filter %.o,$^) -lm -o $@

-include $(BUILD)/c/optimized/benchmarks/c/count.d

# Besides the core and its tests.
OTHER_C := benchmarks/c/count.o examples/workshop/workshop.o

.PHONY: test-c warnings warnings-gcc warnings-clang asan tsan fuzz run-fuzz valgrind run-valgrind instructions instructions-update
test-c: $(programs-plain) ## Test the C core alone, without Python
	$(call run-c-tests,plain)

warnings: warnings-gcc $(call if-installed,clang,warnings-clang) ## Compile the C core with gcc and clang, every warning an error
$(BUILD)/c/warnings-gcc/examples/workshop/workshop.o $(BUILD)/c/warnings-clang/examples/workshop/workshop.o: examples/workshop/workshop.h
warnings-gcc: $(objects-warnings-gcc) $(tests-warnings-gcc) $(addprefix $(BUILD)/c/warnings-gcc/,$(OTHER_C))
	@echo "gcc: no warnings"
warnings-clang: $(objects-warnings-clang) $(tests-warnings-clang) $(addprefix $(BUILD)/c/warnings-clang/,$(OTHER_C))
	@echo "clang: no warnings"

asan: export ASAN_OPTIONS := detect_stack_use_after_return=1:strict_string_checks=1:allocator_may_return_null=1
asan: export UBSAN_OPTIONS := print_stacktrace=1
asan: $(programs-asan) $(fuzzers-asan) ## C tests under the address, leak and undefined-behaviour sanitizers
	$(call run-c-tests,asan)
	$(call replay-inputs,asan)

# What is found to reach new code stays in build/fuzz, for the next time; what is found to be wrong, too.
FUZZ_SECONDS ?= 5
fuzz: $(call if-installed,clang,run-fuzz) ## Fuzz every C function that takes bytes, FUZZ_SECONDS=5 for each target
run-fuzz:
	@mkdir -p $(BUILD)/fuzz
	@echo 'int LLVMFuzzerTestOneInput(void); int LLVMFuzzerTestOneInput(void) { return 0; }' > $(BUILD)/fuzz/nothing.c
	@if clang -fsanitize=fuzzer $(BUILD)/fuzz/nothing.c -o $(BUILD)/fuzz/nothing 2> /dev/null; \
		then $(MAKE) $(C_FUZZERS:tests/c/fuzz_%.c=run-fuzz-%); else echo "skipped: this clang has no libFuzzer"; fi

# libFuzzer is to be led through the core, not through the naive ways that it is held against.
$(BUILD)/c/fuzz/tests/c/%.o: tests/c/%.c Makefile
	@mkdir -p $(@D)
	@clang $(C_DIALECT) -pthread -Icsrc -O1 -g $(CLANG_SANITIZE) -MMD -MP -c $< -o $@

run-fuzz-%: $(BUILD)/c/fuzz/fuzz_%
	@mkdir -p $(BUILD)/fuzz/$*
	@$< -max_total_time=$(FUZZ_SECONDS) -timeout=20 -max_len=4096 -print_final_stats=1 -artifact_prefix=$(BUILD)/fuzz/found-$*- \
		$(addprefix -dict=,$(wildcard tests/fuzz/$*.dict)) $(BUILD)/fuzz/$* tests/fuzz/$* > $(BUILD)/fuzz/$*.log 2>&1 \
		|| { tail -n 60 $(BUILD)/fuzz/$*.log; exit 1; }
	@awk '/number_of_executed_units/ { print "$*: " $$2 " executions, all answers right" }' $(BUILD)/fuzz/$*.log

# Without address randomisation, where the system allows that: ThreadSanitizer gives up on kernels that randomise much.
tsan: export TSAN_OPTIONS := halt_on_error=1:second_deadlock_stack=1
tsan: export TEXTPROC_TEST_QUICK := 1
tsan: $(programs-tsan) ## C tests under the thread sanitizer
	$(call run-c-tests,tsan,$(shell setarch -R true 2>/dev/null && echo setarch -R))

valgrind: $(call if-installed,valgrind,run-valgrind) ## C tests under valgrind
run-valgrind: export TEXTPROC_TEST_QUICK := 1
run-valgrind: export TEXTPROC_TEST_NO_FORK := 1
run-valgrind: $(programs-valgrind)
	$(call run-c-tests,valgrind,valgrind --quiet --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite,indirect,possible --fair-sched=try)

# Noise does not touch them, a compiler does: what is kept is kept for each version of one.
instructions: $(call if-installed,valgrind,run-instructions) ## Instructions per byte of counting, against what is kept in benchmarks/instructions
run-instructions: $(COUNT)
	@$(PYTHON) tools/instructions.py $(COUNT) --compiler '$(CC)'

instructions-update: $(COUNT) ## Keep the instructions per byte as they are now
	@$(PYTHON) tools/instructions.py $(COUNT) --compiler '$(CC)' --update

# ---- Other machines and compilers -----------------------------------------------------------------------------------------

# Read only where they are asked for: with the rules of fifteen more ways to compile, make takes three times as long to begin.
ifneq ($(filter nightly cross% run-cross-% compilers% gcc-% clang-% $(BUILD)/c/%,$(MAKECMDGOALS)),)

# A machine of another kind, emulated here: $(call cross-config,name,compiler,flags,what runs its programs,suffix). Linked
# statically, so that nothing of that machine needs to be installed but its compiler and C library.
define cross-config
$(call c-config,$(1),$(2),-O2 -g -static $(3),$(5))

.PHONY: run-cross-$(1)
run-cross-$(1): $$(programs-$(1))
	$$(call run-c-tests,$(1),$(4))
endef

$(eval $(call cross-config,aarch64,aarch64-linux-gnu-gcc,,qemu-aarch64))
$(eval $(call cross-config,s390x,s390x-linux-gnu-gcc,,qemu-s390x))
# Doubles in SSE registers: the x87 unit rounds twice, and sums would not be exact.
$(eval $(call cross-config,i686,i686-linux-gnu-gcc,-msse2 -mfpmath=sse,))
$(eval $(call cross-config,musl,musl-gcc,,))
$(eval $(call cross-config,windows,x86_64-w64-mingw32-gcc,-D__USE_MINGW_ANSI_STDIO=1,wine,.exe))

cross-aarch64: tools := aarch64-linux-gnu-gcc qemu-aarch64
cross-s390x: tools := s390x-linux-gnu-gcc qemu-s390x
cross-i686: tools := i686-linux-gnu-gcc
cross-musl: tools := musl-gcc
cross-windows: tools := x86_64-w64-mingw32-gcc wine

MACHINES := cross-aarch64 cross-s390x cross-i686 cross-musl cross-windows

.PHONY: cross cross-files $(MACHINES)
cross: $(MACHINES) cross-files ## C tests on other machines, emulated: 64-bit ARM, s390x, 32-bit x86, musl, Windows; or make cross-s390x

# QEMU 7.2 cannot fork a program among its threads.
cross-aarch64 cross-s390x: export TEXTPROC_TEST_NO_FORK := 1
$(MACHINES): export TEXTPROC_TEST_QUICK := 1
cross-windows: export WINEDEBUG := -all
cross-windows: export WINEPREFIX := $(CURDIR)/$(BUILD)/wine
$(MACHINES): cross-%:
	@for tool in $(tools); do \
		command -v $$tool >/dev/null || { echo "skipped: $@ needs $$tool, which is not installed"; exit 0; }; \
	done; \
	$(MAKE) run-cross-$* && echo "$@: all tests passed"

# For macOS there is a compiler with its headers, in the package ziglang, but nothing that runs what it makes.
$(foreach machine,aarch64 x86_64,$(eval $(call c-config,macos-$(machine),$(VENV)/bin/python -m ziglang cc -target $(machine)-macos.11.0,-O1 -Wall)))

$(VENV)/.cross-tools: $(VENV)/.created tools/requirements.py
	@$(call requirements,cross)
	@touch $@

.PHONY: cross-macos
cross-macos: export ZIG_GLOBAL_CACHE_DIR := $(CURDIR)/$(BUILD)/zig
cross-macos: $(VENV)/.cross-tools ## The C core and its tests compiled and linked for macOS, on ARM and Intel, and not run
	@$(MAKE) $(programs-macos-aarch64) $(programs-macos-x86_64) && echo "$@: all programs linked, none run"

cross-files: $(VENV)/.built ## The files that the package writes on s390x and aarch64, emulated: the same as here, and read here
	@for machine in s390x aarch64; do $(VENV)/bin/python tools/cross_files.py $$machine $(BUILD)/machines/$$machine || exit 1; done

# Each compiler, each level, and the whole program optimised at once.
LEVELS := O0 O1 O2 O3 lto
compilers-of = $(foreach level,$(LEVELS),$(1)-$(level))
flags-lto    := -O2 -flto=auto
level-flags  = $(or $(flags-$(1)),-$(1))
$(foreach compiler,gcc clang,$(foreach level,$(LEVELS),\
	$(eval $(call c-config,$(compiler)-$(level),$(compiler),$(call level-flags,$(level))))))

.PHONY: compilers compilers-gcc compilers-clang
compilers: compilers-gcc $(call if-installed,clang,compilers-clang) ## C tests with gcc and clang, from -O0 to -O3 and with LTO
compilers-gcc: $(call compilers-of,gcc)
compilers-clang: $(call compilers-of,clang)

$(call compilers-of,gcc) $(call compilers-of,clang): export TEXTPROC_TEST_QUICK := 1
define compiler-rule
.PHONY: $(1)
$(1): $$(programs-$(1))
	$$(call run-c-tests,$(1))
	@echo "$(1): all tests passed"
endef
$(foreach name,$(call compilers-of,gcc) $(call compilers-of,clang),$(eval $(call compiler-rule,$(name))))

.PHONY: nightly
nightly: $(VENV)/.dev-tools ## What takes too long for every change, its results into docs/platforms.md; STEPS=… runs some alone
	@$(VENV)/bin/python tools/nightly.py --page docs/platforms.md $(STEPS)

endif

# ---- One test -----------------------------------------------------------------------------------------------------------

# A name is looked for in both places: a subject has the same one in C and in Python.
ONE_C      = $(wildcard $(if $(filter %.c,$(ONE)),$(ONE),tests/c/$(ONE).c))
ONE_PYTHON = $(if $(findstring .py,$(ONE)),$(ONE),$(wildcard tests/$(ONE).py tests/project/$(ONE).py))

.PHONY: check
check: ## Build what has changed and run one test: ONE=test_split, or a file, or tests/test_words.py::test_…
	@$(if $(ONE_C)$(ONE_PYTHON),,echo "which test? for example: make check ONE=test_words" && exit 1)
	@$(foreach program,$(ONE_C:tests/c/%.c=$(BUILD)/c/plain/%),$(MAKE) $(program) && $(program))
	@$(if $(ONE_PYTHON),$(MAKE) $(VENV)/.test-tools && HYPOTHESIS_PROFILE=$${HYPOTHESIS_PROFILE:-quick} $(VENV)/bin/python -m pytest -q $(ONE_PYTHON))

# ---- The package --------------------------------------------------------------------------------------------------------

.PHONY: test test-project test-simd lint types coverage coverage-c coverage-python
test: $(VENV)/.test-tools test-c ## The tests of the C core and of the package
	$(VENV)/bin/python -m pytest

test-project: $(VENV)/.dev-tools ## The tests of what is around the package: documentation, tools, benchmarks, workflows
	$(VENV)/bin/python -m pytest tests/project

# The tests whose answers come from the scanners, once for each variant that this machine has.
test-simd: $(VENV)/.test-tools ## The answers again, with each instruction set in turn
	@for simd in $$($(VENV)/bin/python -c 'import text_processor; print(*text_processor.cpu_features()["available"])'); do \
		echo "TEXTPROC_SIMD=$$simd"; \
		TEXTPROC_SIMD=$$simd $(VENV)/bin/python -m pytest -q tests/test_analyzer.py tests/test_unicode.py tests/test_lives.py || exit 1; \
	done

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
		--ignore-unused-allowlist --allowlist <(printf '%s\n' $(subst /,.,$(patsubst %/__init__,%,$(basename $(wildcard text_processor/*.py text_processor/*/*.py)))))

coverage: coverage-c coverage-python ## Line coverage, at least 90 % of C and 98 % of Python

coverage-c: export TEXTPROC_TEST_QUICK := 1
coverage-c: $(VENV)/.dev-tools $(programs-coverage)
	@find $(BUILD)/c/coverage -name '*.gcda' -delete
	$(call run-c-tests,coverage)
	@$(VENV)/bin/gcovr --root . --filter csrc/ $(BUILD)/c/coverage --fail-under-line 90

# Without the tests that fork among busy threads: the tracer has locks of its own, which a child may inherit locked.
run-coverage-python: export COVERAGE_FILE := $(CURDIR)/$(BUILD)/coverage/python
run-coverage-python: $(VENV)/.dev-tools
	@rm -rf $(BUILD)/coverage && mkdir -p $(BUILD)/coverage
	$(VENV)/bin/coverage run -m pytest --quiet --ignore=tests/test_fork.py
	$(VENV)/bin/coverage run -m pytest --quiet tests/project
	@$(VENV)/bin/coverage combine --quiet
	@$(VENV)/bin/coverage report

# ---- The documentation ----------------------------------------------------------------------------------------------------

.PHONY: docs docs-check
docs: $(VENV)/.docs-tools ## The documentation as HTML into build/docs, without the network; a warning or a dead link is an error
	@rm -rf $(BUILD)/docs
	@$(VENV)/bin/python -m sphinx -n -W --keep-going -q -d $(BUILD)/doctrees docs $(BUILD)/docs
	@$(VENV)/bin/python tools/check_pages.py $(BUILD)/docs
	@echo "$(BUILD)/docs/index.html"

docs-check: docs ## Look at every page in headless Chromium: on a phone and a desk, light and dark
	@$(VENV)/bin/python tools/check_pages.py $(BUILD)/docs --browser

# ---- What is handed out -------------------------------------------------------------------------------------------------

# The versions on which test-wheel runs the whole test suite, not the smoke test alone.
SUITE ?= 3.11 3.12 3.13

.PHONY: wheel manylinux workflows release first-change test-wheel workshop
wheel: $(VENV)/.dev-tools ## An sdist, and from that a wheel, in isolation, into dist/
	@rm -rf dist && mkdir -p dist $(BUILD)
	@$(VENV)/bin/python -m build > $(BUILD)/wheel.log 2>&1 || { cat $(BUILD)/wheel.log; exit 1; }
	@ls dist/*.tar.gz dist/*-cp311-abi3-*.whl

manylinux: $(VENV)/.release-tools ## The sdist and the wheel for Linux, twice, to the byte the same, audited, into dist/release/
	@$(VENV)/bin/python tools/build_release.py dist/release

workflows: $(VENV)/.release-tools $(VENV)/.test-tools ## What can be known of .github/workflows without running them
	@$(VENV)/bin/python -m pytest -q tests/project/test_workflows.py

release: manylinux workflows $(VENV)/.test-tools ## Whether a version may be released, and what is then left to do; it tags nothing
	@$(VENV)/bin/python tools/check_release.py dist/release

test-wheel: wheel ## Try that wheel on every CPython 3.11, 3.12 and 3.13 found here
	@PYTHON=$(PYTHON) tools/test_wheel.sh dist/*.whl dist/*.tar.gz $(BUILD)/test-wheel $(SUITE)

first-change: $(VENV)/.dev-tools ## Make the example of a change in CONTRIBUTING.md to a copy, and build and test it there
	@$(VENV)/bin/python tools/check_first_change.py $(BUILD)/first-change

workshop-c = $(BUILD)/c/warnings-$(1)/examples/workshop/workshop.o
workshop: $(VENV)/.created $(call workshop-c,gcc) $(call if-installed,clang,$(call workshop-c,clang)) ## Follow the page examples/workshop/README.md in an empty folder, down to a tested wheel
	@$(VENV)/bin/python tools/check_workshop.py

# ---- Seen into ----------------------------------------------------------------------------------------------------------
#
# The package compiled in other ways, for debuggers, sanitizers and profilers. What NAME or NAME-python does here it does to
# SCRIPT="program arguments" or to TESTS="tests/test_words.py -k sigma", if one is given.

# For one way: $(call package-config,name,flags,flags of the linker,options of tools/build_aside.py). build/name/bin/python then
# sees the Python files where they lie, the extension made by these flags, and all tools of $(VENV), which is left as it is.
define package-config
$(BUILD)/$(1)/.built: $(VENV)/.dev-tools $(BUILD)/inputs $(BUILD)/modules tools/build_aside.py setup.py build_ffi.py $(C_SOURCES) $(C_HEADERS) Makefile
	@echo "building the package in $(BUILD)/$(1)"
	@TEXTPROC_CFLAGS='$(2)' TEXTPROC_LDFLAGS='$(3)' PYTHONSAFEPATH=1 $(VENV)/bin/python tools/build_aside.py $(BUILD)/$(1) $(4)
	@touch $$@
endef

PYTHON_MODULES := $(sort $(shell find text_processor -name '*.py'))
$(BUILD)/modules: FORCE
	@mkdir -p $(@D)
	@echo '$(PYTHON_MODULES)' | cmp -s - $@ || echo '$(PYTHON_MODULES)' > $@

$(eval $(call package-config,debug,-Og -g -fno-omit-frame-pointer -UNDEBUG))
$(eval $(call package-config,asan-python,-O1 $(SANITIZE),$(SANITIZE)))
$(eval $(call package-config,ubsan-python,-O1 -g -fsanitize=undefined -fno-sanitize-recover=all,-fsanitize=undefined))
$(eval $(call package-config,tsan-python,-O1 -g -fsanitize=thread,-fsanitize=thread))
$(eval $(call package-config,valgrind-python,-O1 -g -DTP_NO_LARGE_BLOCKS))
$(eval $(call package-config,coverage-python,-O0 -g --coverage,--coverage))
# perf finds all of Python's functions from 3.13 on: the newest interpreter there is.
$(eval $(call package-config,flamegraph,-g -fno-omit-frame-pointer,,--python "$$$$($(PYTHON) tools/find_pythons.py | tail -n 1 | cut -f 2)"))

# What the interpreter of such a way is given: $(call what-to-run,options for pytest,what to run if nothing is asked for)
what-to-run = $(or $(SCRIPT),$(if $(TESTS),-m pytest $(TESTS) $(1)),$(2))
all-tests = -m pytest tests $(1)

.PHONY: debug debug-sessions asan-python ubsan ubsan-python tsan-python valgrind-python run-valgrind-python coverage-python coverage-of-asked
.PHONY: fuzz-python massif run-massif flamegraph run-flamegraph growth seen-into

# `python -m` would put the package that lies in this folder first.
debug asan-python ubsan-python tsan-python run-valgrind-python coverage-of-asked fuzz-python run-massif run-flamegraph: export PYTHONSAFEPATH := 1

debug: $(BUILD)/debug/.built ## The package with symbols and assertions in build/debug; runs SCRIPT=… or TESTS=… with it
	@$(if $(SCRIPT)$(TESTS),$(BUILD)/debug/bin/python -X dev $(call what-to-run),echo "$(BUILD)/debug/bin/python has it; docs/debugging.md says what for")

debug-sessions: export TEXTPROC_TEST_DEBUG := $(abspath $(BUILD)/debug/bin/python)
debug-sessions: $(BUILD)/debug/.built ## Replay the sessions with gdb and lldb that docs/debugging.md shows
	$(VENV)/bin/python -m pytest -rs tests/project/test_debug_sessions.py

# PYTHONMALLOC: a byte read behind a bytes object shows only if each has a block of its own.
# capture=sys: a sanitizer's last words would be lost in pytest's capture of file descriptors.
# Leaks: an interpreter leaves blocks behind when it ends; the core's own counters are what tests look at.
under-sanitizer := --capture=sys -m 'not timing'
asan-python fuzz-python: export ASAN_OPTIONS := detect_leaks=0:detect_stack_use_after_return=1:allocator_may_return_null=1
asan-python fuzz-python ubsan ubsan-python: export UBSAN_OPTIONS := print_stacktrace=1
with-asan = PYTHONMALLOC=malloc LD_PRELOAD="$$($(CC) -print-file-name=libasan.so)" $(BUILD)/asan-python/bin/python
asan-python: $(BUILD)/asan-python/.built ## Python tests, SCRIPT=… or TESTS=… under the address and undefined-behaviour sanitizers
	$(with-asan) $(call what-to-run,$(under-sanitizer),$(call all-tests,$(under-sanitizer)))
	$(if $(SCRIPT)$(TESTS),,$(with-asan) -m pytest tests/project $(under-sanitizer))

# Tests with random input, at length: HYPOTHESIS_PROFILE=ci is shorter.
fuzz-python: export HYPOTHESIS_PROFILE ?= thorough
fuzz-python: $(BUILD)/asan-python/.built ## Thousands of random inputs for the tests of readers, or TESTS=…, under the same sanitizers
	$(with-asan) $(call what-to-run,$(under-sanitizer) --timeout=0,-m pytest tests/test_fuzz_readers.py $(under-sanitizer) --timeout=0)

ubsan: $(programs-ubsan) $(fuzzers-ubsan) ## C tests under the undefined-behaviour sanitizer alone
	$(call run-c-tests,ubsan)
	$(call replay-inputs,ubsan)

ubsan-python: $(BUILD)/ubsan-python/.built ## Python tests, SCRIPT=… or TESTS=… under the undefined-behaviour sanitizer alone
	$(BUILD)/ubsan-python/bin/python $(call what-to-run,$(under-sanitizer),$(call all-tests,$(under-sanitizer)))

# Sees what the core does and how the interpreter locks, not what the interpreter does to memory.
tsan-python: export TSAN_OPTIONS := halt_on_error=1:second_deadlock_stack=1:report_signal_unsafe=0
tsan-python: $(BUILD)/tsan-python/.built ## The Python tests of threads, SCRIPT=… or TESTS=… under the thread sanitizer
	LD_PRELOAD="$$($(CC) -print-file-name=libtsan.so)" $(shell setarch -R true 2>/dev/null && echo setarch -R) \
		$(BUILD)/tsan-python/bin/python $(call what-to-run,$(under-sanitizer),-m pytest tests/test_threads.py $(under-sanitizer))

# Leaks: as above. python.supp: what is wrong in the interpreter is not ours to mend.
with-valgrind = PYTHONMALLOC=malloc valgrind --quiet --error-exitcode=99 --suppressions=tools/python.supp --fair-sched=try $(1) $(BUILD)/valgrind-python/bin/python
valgrind-python: $(call if-installed,valgrind,run-valgrind-python) ## Some Python tests, SCRIPT=… or TESTS=… under valgrind
run-valgrind-python: $(BUILD)/valgrind-python/.built
	$(call with-valgrind,--leak-check=no) $(call what-to-run,$(under-sanitizer),-m pytest tests/test_words.py $(under-sanitizer))

coverage-python: $(if $(SCRIPT)$(TESTS),coverage-of-asked,run-coverage-python)
coverage-of-asked: export COVERAGE_FILE := $(CURDIR)/$(BUILD)/coverage-python/python
coverage-of-asked: $(BUILD)/coverage-python/.built
	@find $(BUILD)/coverage-python -name '*.gcda' -delete
	@rm -f $(COVERAGE_FILE)*
	$(BUILD)/coverage-python/bin/python -m coverage run $(call what-to-run)
	@$(VENV)/bin/coverage combine --quiet
	@$(VENV)/bin/coverage report --fail-under=0 --skip-covered
	@$(VENV)/bin/gcovr --root . --filter csrc/ $(BUILD)/coverage-python/objects

# The functions by which the core allocates are passed over: who called them is of interest.
ALLOCATORS := tp_resize tp_allocate tp_allocate_zeroed tp_arena_reserve default_resize small_resize change_kind
massif-options := --tool=massif --massif-out-file=$(BUILD)/massif.out $(ALLOCATORS:%=--alloc-fn=%)
massif: $(call if-installed,valgrind,run-massif) ## Who holds memory at its peak, in counting the book, SCRIPT=… or TESTS=…
run-massif: $(if $(SCRIPT)$(TESTS),$(BUILD)/valgrind-python/.built,$(BUILD)/c/valgrind/count)
	@rm -f $(BUILD)/massif.out
	$(if $(SCRIPT)$(TESTS),$(call with-valgrind,$(massif-options)) $(call what-to-run),valgrind --quiet $(massif-options) $(BUILD)/c/valgrind/count examples/kjv.txt --rounds 1)
	@ms_print $(BUILD)/massif.out > $(BUILD)/massif.txt
	@sed -n '/^ *[KMG]\?B$$/,/^Number of snapshots/p' $(BUILD)/massif.txt
	@$(PYTHON) tools/massif_peak.py $(BUILD)/massif.out
	@echo "with all callers in $(BUILD)/massif.txt"

$(BUILD)/c/valgrind/count: $(BUILD)/c/valgrind/benchmarks/c/count.o $(objects-valgrind) $(BUILD)/inputs
	@$(CC) -pthread $(filter %.o,$^) -lm -o $@

flamegraph: $(call if-installed,perf,run-flamegraph) ## Where time goes, in Python and in C, in examples/book.py, SCRIPT=… or TESTS=…
run-flamegraph: $(BUILD)/flamegraph/.built
	@$(VENV)/bin/python tools/flamegraph.py --python $(BUILD)/flamegraph/bin/python --output $(BUILD)/flamegraph $(call what-to-run,,examples/book.py 30)

GROWTH_SECONDS ?= 180
growth: $(VENV)/.built ## A night's worth of lives in GROWTH_SECONDS=180: fails if memory grows
	$(VENV)/bin/python tools/growth.py --seconds $(GROWTH_SECONDS)

# Each of these tools does what it is for, shown on something small. Tests of threads and readers are run at length.
seen-into: small := SCRIPT=examples/book.py
seen-into: ## Each debugger, sanitizer and profiler on something small
	@$(MAKE) debug-sessions
	@HYPOTHESIS_PROFILE=quick $(MAKE) debug TESTS="-q tests/test_words.py tests/test_analyzer.py tests/test_encode.py"
	@$(MAKE) asan-python $(small)
	@$(MAKE) ubsan-python $(small)
	@$(MAKE) tsan-python
	@$(MAKE) valgrind-python $(small)
	@$(MAKE) coverage-python $(small)
	@$(MAKE) massif $(small)
	@$(MAKE) flamegraph
	@HYPOTHESIS_PROFILE=ci $(MAKE) fuzz-python

# ---- The end --------------------------------------------------------------------------------------------------------------

.PHONY: clean
clean: ## Remove everything that was made, .venv too
	rm -rf $(BUILD) dist $(VENV) *.egg-info text_processor/*.so text_processor/stubs text_processor/_textproc_cffi.pyi
	rm -rf .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
