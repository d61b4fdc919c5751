# Other machines and compilers, and what is run every night

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
run-cross-windows: PROCESSORS := 1 # the first program makes the folder that Wine wants
cross-windows: export WINEDEBUG := -all
cross-windows: export WINEPREFIX := $(CURDIR)/$(BUILD)/wine
$(MACHINES): cross-%:
	@for tool in $(tools); do \
		command -v $$tool >/dev/null || { echo "skipped: $@ needs $$tool, which is not installed"; exit 0; }; \
	done; \
	$(MAKE) run-cross-$* && echo "$@: all tests passed"

# For macOS there is a compiler with its headers, in the package ziglang, but nothing that runs what it makes.
$(foreach machine,aarch64 x86_64,$(eval $(call c-config,macos-$(machine),$(VENV)/bin/python -m ziglang cc -target $(machine)-macos.11.0,-O1 -Wall)))

$(VENV)/.cross-tools: $(VENV)/.created
	@$(PIP) --group cross
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
