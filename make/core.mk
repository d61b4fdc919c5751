# The C core by itself

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

$(BUILD)/c/$(1)/%.o: %.c make/core.mk make/machines.mk
	@mkdir -p $$(@D)
	@$(2) $(C_DIALECT) -pthread -Icsrc $(3) -MMD -MP -c $$< -o $$@

$(BUILD)/c/$(1)/test_%$(4): $(BUILD)/c/$(1)/tests/c/test_%.o $$(objects-$(1)) $(BUILD)/inputs
	@$(2) -pthread $(3) $$(filter %.o,$$^) -lm -o $$@

$(BUILD)/c/$(1)/fuzz_%: $(BUILD)/c/$(1)/tests/c/fuzz_%.o $$(replay-$(1)) $$(objects-$(1)) $(BUILD)/inputs
	@$(2) -pthread $(3) $$(filter %.o,$$^) -lm -o $$@

-include $$(objects-$(1):.o=.d) $$(tests-$(1):.o=.d)
endef

# Runs all test programs of a configuration, one on each processor, with what it takes in front. What one prints stays together:
# $(call run-c-tests,name,prefix)
run-c-tests = @printf '%s\n' $(programs-$(1)) | xargs -P $(PROCESSORS) -I @ \
	sh -c 'printed=$$($(2) @ 2>&1) && status=0 || status=1; printf "%s\n" @ "$$printed"; exit $$status'

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
# Of the core and its tests that definition is read by memory.c alone.
$(filter-out %/memory.o,$(objects-valgrind) $(tests-valgrind)): $(BUILD)/c/valgrind/%.o: $(BUILD)/c/plain/%.o
	@mkdir -p $(@D)
	@cp $< $@

$(eval $(call c-config,asan,$(CC),-O1 $(SANITIZE)))
$(eval $(call c-config,ubsan,$(CC),-O1 -g -fsanitize=undefined -fno-sanitize-recover=all))
$(eval $(call c-config,tsan,$(CC),-O1 -g -fsanitize=thread))
$(eval $(call c-config,coverage,$(CC),-O0 -g --coverage))
$(eval $(call c-config,fuzz,clang,-O1 -g -fsanitize=fuzzer $(CLANG_SANITIZE)))
$(eval $(call c-config,warnings-gcc,gcc,$(WARNINGS)))
$(eval $(call c-config,warnings-clang,clang,$(WARNINGS)))

# The programs that count a file and encode it, with the core compiled as in the package: by build_ffi.py's flags and Python's own.
OPTIMIZED := -O3 -fvisibility=hidden -fPIC -fwrapv -DNDEBUG -g
$(eval $(call c-config,optimized,$(CC),$(OPTIMIZED)))

$(COUNT) $(ENCODE): $(BUILD)/c/optimized/%: $(BUILD)/c/optimized/benchmarks/c/%.o $(objects-optimized) $(BUILD)/inputs
	@$(CC) -pthread $(OPTIMIZED) $(filter %.o,$^) -lm -o $@

-include $(BUILD)/c/optimized/benchmarks/c/count.d $(BUILD)/c/optimized/benchmarks/c/encode.d

# Besides the core and its tests.
OTHER_C := benchmarks/c/count.o benchmarks/c/encode.o examples/workshop/workshop.o

.PHONY: test-c warnings warnings-gcc warnings-clang asan ubsan tsan fuzz run-fuzz valgrind run-valgrind instructions instructions-update
test-c: ## Test the C core alone, without Python
	+@$(AT_ONCE) $(programs-plain)
	$(call run-c-tests,plain)

warnings: warnings-gcc $(call if-installed,clang,warnings-clang) ## Compile the C core with gcc and clang, every warning an error
$(BUILD)/c/warnings-gcc/examples/workshop/workshop.o $(BUILD)/c/warnings-clang/examples/workshop/workshop.o: examples/workshop/workshop.h
warnings-gcc: $(objects-warnings-gcc) $(tests-warnings-gcc) $(addprefix $(BUILD)/c/warnings-gcc/,$(OTHER_C))
	@echo "gcc: no warnings"
warnings-clang: $(objects-warnings-clang) $(tests-warnings-clang) $(addprefix $(BUILD)/c/warnings-clang/,$(OTHER_C))
	@echo "clang: no warnings"

asan: export ASAN_OPTIONS := detect_stack_use_after_return=1:strict_string_checks=1:allocator_may_return_null=1
asan ubsan: export UBSAN_OPTIONS := print_stacktrace=1
asan: $(programs-asan) $(fuzzers-asan) ## C tests under the address, leak and undefined-behaviour sanitizers
	$(call run-c-tests,asan)
	$(call replay-inputs,asan)

ubsan: $(programs-ubsan) $(fuzzers-ubsan) ## C tests under the undefined-behaviour sanitizer alone
	$(call run-c-tests,ubsan)
	$(call replay-inputs,ubsan)

# What is found to reach new code stays in build/fuzz, for the next time; what is found to be wrong, too.
FUZZ_SECONDS ?= 5
fuzz: $(call if-installed,clang,run-fuzz) ## Fuzz every C function that takes bytes, FUZZ_SECONDS=5 for each target
run-fuzz:
	@mkdir -p $(BUILD)/fuzz
	@echo 'int LLVMFuzzerTestOneInput(void); int LLVMFuzzerTestOneInput(void) { return 0; }' > $(BUILD)/fuzz/nothing.c
	@if clang -fsanitize=fuzzer $(BUILD)/fuzz/nothing.c -o $(BUILD)/fuzz/nothing 2> /dev/null; \
		then $(MAKE) $(C_FUZZERS:tests/c/fuzz_%.c=run-fuzz-%); else echo "skipped: this clang has no libFuzzer"; fi

# libFuzzer is to be led through the core, not through the naive ways that it is held against.
$(BUILD)/c/fuzz/tests/c/%.o: tests/c/%.c make/core.mk
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
instructions: $(call if-installed,valgrind,run-instructions) ## Instructions per byte of counting, training and encoding, against what is kept in benchmarks/instructions
run-instructions: $(COUNT) $(ENCODE)
	@$(PYTHON) tools/instructions.py $(COUNT) $(ENCODE) --compiler '$(CC)'

instructions-update: $(COUNT) $(ENCODE) ## Keep the instructions per byte as they are now
	@$(PYTHON) tools/instructions.py $(COUNT) $(ENCODE) --compiler '$(CC)' --update

# ---- Installed, for other programs ---------------------------------------------------------------------------------------

# What CMake builds and installs, and an example program that finds it there: once by CMake, once by pkg-config.
CMAKE_BUILD = $(BUILD)/cmake
installed-example = "one two one" | grep -qx 'textproc [0-9.]*: 3 words, 2 distinct'
.PHONY: cmake run-cmake
cmake: $(call if-installed,cmake,run-cmake) ## The core alone by CMake: build, test, install, and use it in examples/core
run-cmake: export TEXTPROC_TEST_QUICK := 1
run-cmake:
	@rm -rf $(CMAKE_BUILD)/prefix $(CMAKE_BUILD)/example $(CMAKE_BUILD)/words
	@cmake -B $(CMAKE_BUILD)/core -DCMAKE_C_COMPILER=$(CC) > /dev/null
	@cmake --build $(CMAKE_BUILD)/core --parallel 2 > $(CMAKE_BUILD)/build.log || { cat $(CMAKE_BUILD)/build.log; exit 1; }
	@ctest --test-dir $(CMAKE_BUILD)/core --output-on-failure --quiet
	@cmake --install $(CMAKE_BUILD)/core --prefix $(CMAKE_BUILD)/prefix > /dev/null
	@cmake -S examples/core -B $(CMAKE_BUILD)/example -DCMAKE_PREFIX_PATH=$(CURDIR)/$(CMAKE_BUILD)/prefix > /dev/null
	@cmake --build $(CMAKE_BUILD)/example > /dev/null
	@$(CMAKE_BUILD)/example/words $(installed-example)
	@cp examples/core/words.c examples/core/Makefile $(CMAKE_BUILD)/
	@PKG_CONFIG_PATH=$$(dirname $$(find $(CURDIR)/$(CMAKE_BUILD)/prefix -name textproc.pc)) $(MAKE) --no-print-directory -C $(CMAKE_BUILD) words CC=$(CC)
	@$(CMAKE_BUILD)/words $(installed-example)
	@echo "cmake: built, tested, installed, found by find_package and by pkg-config"
