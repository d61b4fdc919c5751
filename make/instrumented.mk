# The package compiled in other ways, for debuggers, sanitizers and profilers
#
# What NAME or NAME-python does here it does to
# SCRIPT="program arguments" or to TESTS="tests/test_words.py -k sigma", if one is given.

# For one way: $(call package-config,name,flags,flags of the linker,options of tools/build_aside.py). build/name/bin/python then
# sees the Python files where they lie, the extension made by these flags, and all tools of $(VENV), which is left as it is.
define package-config
$(BUILD)/$(1)/.built: $(VENV)/.dev-tools $(BUILD)/inputs $(BUILD)/modules tools/build_aside.py setup.py build_ffi.py $(C_SOURCES) $(C_HEADERS) make/instrumented.mk
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

.PHONY: debug debug-sessions asan-python ubsan-python tsan-python valgrind-python run-valgrind-python coverage-python coverage-of-asked
.PHONY: fuzz-python massif run-massif flamegraph run-flamegraph growth try-tools

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
# Engines and the browser: processes of other people's code, which is slow enough as it is, or does not start. scikit-learn's own
# tests reach no more of the core than test_sklearn.py does.
under-sanitizer := --capture=sys -m 'not timing'
package-tests = $(call side-by-side,$(1),tests,--capture=sys --ignore-glob='tests/test_cluster_*' --ignore=tests/test_sklearn_own.py --ignore=tests/test_report_page.py, and not timing)
define all-tests
$(package-tests)
$(1) -m pytest tests/project $(under-sanitizer) --numprocesses=auto --dist=worksteal
endef
asan-python fuzz-python: export ASAN_OPTIONS := detect_leaks=0:detect_stack_use_after_return=1:allocator_may_return_null=1
asan-python fuzz-python ubsan-python: export UBSAN_OPTIONS := print_stacktrace=1
# libstdc++: without it the sanitizer does not find what throws, and ends the process where a library in C++, as pyarrow, throws.
with-asan = PYTHONMALLOC=malloc LD_PRELOAD="$$($(CC) -print-file-name=libasan.so) $$($(CC) -print-file-name=libstdc++.so)" $(BUILD)/asan-python/bin/python
asan-python: $(BUILD)/asan-python/.built ## Python tests, SCRIPT=… or TESTS=… under the address and undefined-behaviour sanitizers
	$(if $(SCRIPT)$(TESTS),$(with-asan) $(call what-to-run,$(under-sanitizer)),$(call package-tests,$(with-asan)))

# Tests with random input, at length: HYPOTHESIS_PROFILE=ci is shorter.
fuzz-python: export HYPOTHESIS_PROFILE ?= thorough
fuzz-python: $(BUILD)/asan-python/.built ## Thousands of random inputs for the tests of readers, or TESTS=…, under the same sanitizers
	$(with-asan) $(call what-to-run,$(under-sanitizer) --timeout=0,-m pytest tests/test_fuzz_readers.py $(under-sanitizer) --timeout=0)

ubsan-python: $(BUILD)/ubsan-python/.built ## Python tests, SCRIPT=… or TESTS=… under the undefined-behaviour sanitizer alone
	$(if $(SCRIPT)$(TESTS),$(BUILD)/ubsan-python/bin/python $(call what-to-run,$(under-sanitizer)),$(call all-tests,$(BUILD)/ubsan-python/bin/python))

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
try-tools: small := SCRIPT=examples/book.py
try-tools: ## Each debugger, sanitizer and profiler on something small
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
