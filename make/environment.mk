# The environment .venv and the package in it

# skip-TOOL stands in where TOOL is not installed: $(call if-installed,TOOL,target)
if-installed = $(if $(shell command -v $(1)),$(2),skip-$(1))
skip-%:
	@echo "skipped: $* is not installed"

PROCESSORS := $(shell getconf _NPROCESSORS_ONLN)
# A make with a job for each processor, where this one was not told how many.
AT_ONCE = $(MAKE) $(if $(findstring --jobserver,$(MAKEFLAGS)),,--jobs=$(PROCESSORS))

C_SOURCES := $(sort $(shell find csrc -name '*.c'))
C_HEADERS := $(sort $(shell find csrc -name '*.h'))
STUBS     := $(wildcard stubs/*.pyi)
COUNT     := $(BUILD)/c/optimized/count
ENCODE    := $(BUILD)/c/optimized/encode

PIP = $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check

$(VENV)/.created: pyproject.toml
	@echo "environment $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) 'pip>=25.1' # the first that knows groups
	@$(PIP) --group build
	@touch $@

# Changes when a file comes or goes, which no file's own time tells.
$(BUILD)/inputs: FORCE
	@mkdir -p $(@D)
	@echo '$(C_SOURCES) $(C_HEADERS) $(STUBS)' | cmp -s - $@ || echo '$(C_SOURCES) $(C_HEADERS) $(STUBS)' > $@
FORCE:

# Editable: Python files are used where they lie; C and stubs come in by these rules alone. The second one does without pip.
$(VENV)/.installed: $(VENV)/.created $(BUILD)/inputs setup.py build_ffi.py $(STUBS)
	@echo "building the package"
	@PYTHONWARNINGS=ignore $(PIP) --no-build-isolation --editable '.[cli]'
	@touch $@

$(VENV)/.built: $(VENV)/.installed $(C_SOURCES) $(C_HEADERS)
	@$(VENV)/bin/python -W ignore setup.py --quiet build_ext --inplace
	@touch $@

$(VENV)/.test-tools: $(VENV)/.built
	@$(PIP) --group test
	@touch $@

$(VENV)/.dev-tools: $(VENV)/.test-tools
	@$(PIP) --group dev
	@touch $@

# What counts on many machines.
$(VENV)/.engines: $(VENV)/.test-tools
	@$(PIP) --group engines || echo "Spark and Ray could not be installed"
	@touch $@

# What makes wheels and looks at them.
$(VENV)/.release-tools: $(VENV)/.created
	@$(PIP) --group release
	@touch $@

# What we are measured beside.
$(VENV)/.bench-tools: $(VENV)/.built
	@$(PIP) --group bench
	@touch $@

$(VENV)/.docs-tools: $(VENV)/.built
	@$(PIP) --group docs
	@touch $@
